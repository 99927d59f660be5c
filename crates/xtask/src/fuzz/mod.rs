//! `cargo xtask fuzz`: what nobody thought of. `api` sends generated requests to the served demonstration;
//! `files` feeds bytes that libFuzzer finds to what reads files, layouts and dates.

mod api;
mod files;

use std::process::ExitCode;

use anyhow::Result;

use crate::checkout::Checkout;
use crate::run::Interrupt;

/// What is fuzzed.
#[derive(clap::Subcommand)]
pub enum Command {
    /// The API's document against the served demo: generated requests (schemathesis)
    Api(api::Arguments),
    /// Files, workbooks, layouts and dates (cargo-fuzz, nightly Rust)
    Files(files::Arguments),
}

/// Runs one of them; its exit code is ours.
///
/// # Errors
/// When something cannot be installed, built or started, or a signal came.
pub fn run(command: &Command, checkout: &Checkout, interrupt: &Interrupt) -> Result<ExitCode> {
    match command {
        Command::Api(arguments) => api::run(arguments, checkout, interrupt),
        Command::Files(arguments) => files::run(arguments, checkout, interrupt),
    }
}
