//! A date. What must hold stands in `hostile`.
#![no_main]

#[path = "../../crates/layouts/tests/hostile/mod.rs"]
mod hostile;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostile::dates(bytes));
