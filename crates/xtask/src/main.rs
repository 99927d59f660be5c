//! `cargo xtask`: the process runner.
//!
//! One command has to take a fresh machine with Rust to a running demo, and another to a full test run.
//! This crate installs what is missing, keeps a private PostgreSQL, starts the other binaries beside it
//! and stops everything again in order. It imports none of our crates, so that it compiles first and
//! cannot be broken by what it runs.

mod bench;
mod checkout;
mod clients;
mod demo;
mod fuzz;
mod install;
mod lint;
mod pg;
mod postgres;
mod python;
mod run;
mod say;
mod served;
mod soak;
mod steps;
mod test;

use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::checkout::Checkout;
use crate::run::{Interrupt, Interrupted};
use crate::say::say;

/// The whole command line.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", about = "Runs Tasuki's demo, tests and benchmarks")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

/// What can be asked for.
#[derive(Subcommand)]
enum Command {
    /// Make fictional towns, load them, hand one family over, and serve until Ctrl-C
    Demo(demo::Arguments),
    /// Formatting, clippy and every test, against a PostgreSQL of their own
    Test(test::Arguments),
    /// The benchmarks, beside their peers
    Bench(bench::Arguments),
    /// Generated requests to the API, generated files for what reads them
    #[command(subcommand)]
    Fuzz(fuzz::Command),
    /// Clients generated from the API's document, each with a smoke script against the served demo
    Clients(clients::Arguments),
    /// Interleaved requests of all towns, cut off anywhere, in full size
    Soak(soak::Arguments),
    /// A private PostgreSQL to use by hand
    #[command(subcommand)]
    Pg(pg::Command),
    /// Formatting, clippy, rustdoc, licences, and the OpenAPI document
    Lint,
}

fn main() -> ExitCode {
    match dispatch(&Cli::parse().command) {
        Ok(code) => code,
        Err(error) => match error.downcast_ref::<Interrupted>() {
            Some(interrupted) => interrupted.exit_code(),
            None => {
                say!("error: {error:#}");
                ExitCode::FAILURE
            }
        },
    }
}

fn dispatch(command: &Command) -> anyhow::Result<ExitCode> {
    let interrupt = Interrupt::listen()?;
    let checkout = Checkout::find()?;
    match command {
        Command::Demo(arguments) => demo::run(arguments, &checkout, &interrupt),
        Command::Test(arguments) => test::run(arguments, &checkout, &interrupt),
        Command::Bench(arguments) => bench::run(arguments, &checkout, &interrupt),
        Command::Fuzz(command) => fuzz::run(command, &checkout, &interrupt),
        Command::Clients(arguments) => clients::run(arguments, &checkout, &interrupt),
        Command::Soak(arguments) => soak::run(arguments, &checkout, &interrupt),
        Command::Pg(command) => pg::run(command, &checkout, &interrupt),
        Command::Lint => lint::run(&checkout, &interrupt),
    }
}
