//! A workbook, or a file nobody has described. What must hold stands in `hostile`.
#![no_main]

#[path = "../../crates/layouts/tests/hostile/mod.rs"]
mod hostile;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostile::sheet(bytes));
