//! A file of any kind, in any layout. What must hold stands in `hostile`.
#![no_main]

#[path = "../../crates/layouts/tests/hostile/mod.rs"]
mod hostile;

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| hostile::decode(bytes));
