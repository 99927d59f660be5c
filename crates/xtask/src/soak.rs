//! `cargo xtask soak`: the interleaved requests of all towns in full size.

use std::process::ExitCode;

use anyhow::Result;

use crate::checkout::Checkout;
use crate::run::Interrupt;
use crate::test;

/// How much.
#[derive(clap::Args)]
pub struct Arguments {
    /// Requests, of all towns together
    #[arg(long, default_value_t = 10_000)]
    requests: u32,
}

/// Runs that one test; its exit code is ours.
///
/// # Errors
/// As [`test::run_filtered`].
pub fn run(arguments: &Arguments, checkout: &Checkout, interrupt: &Interrupt) -> Result<ExitCode> {
    let requests = arguments.requests.to_string();
    test::run_filtered("interleaved", &[("TASUKI_SOAK_REQUESTS", &requests)], checkout, interrupt)
}
