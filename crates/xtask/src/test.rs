//! `cargo xtask test`: formatting, clippy, every test and every documentation example.

use std::process::{Command, ExitCode};

use anyhow::Result;
use nix::sys::signal::Signal;

use crate::checkout::{Checkout, cargo};
use crate::postgres::{Account, Cluster, Kind, State};
use crate::run::{self, Interrupt};
use crate::say::say;
use crate::steps::Steps;
use crate::{install, lint};

/// Which tests.
#[derive(clap::Args)]
pub struct Arguments {
    /// Only the tests whose name contains this; leaves out formatting, clippy and examples
    #[arg(long)]
    filter: Option<String>,
}

/// Runs the checks in turn, all of them even when one fails.
///
/// # Errors
/// When something cannot be installed or started, or a signal came.
pub fn run(arguments: &Arguments, checkout: &Checkout, interrupt: &Interrupt) -> Result<ExitCode> {
    let installed = install::ensure_all(interrupt)?;
    let state = State::open(&checkout.root, Account::to_drop_to()?.as_ref())?;
    let mut cluster = Cluster::start(&state, Kind::Test, &installed, "test", interrupt)?;
    let whole = arguments.filter.is_none();
    let mut steps = Steps::new(if whole { 4 } else { 1 }, interrupt);
    if whole {
        lint::formatting(&mut steps, checkout)?;
        lint::clippy(&mut steps, checkout)?;
    }
    steps.step("tests", tests(arguments, checkout).envs(cluster.environment()))?;
    if whole {
        let mut examples = lint::cargo_at(checkout, &["test", "--workspace", "--doc", "--no-fail-fast"]);
        steps.step("documentation examples", examples.envs(cluster.environment()))?;
    }
    cluster.check()?;
    Ok(steps.close("cargo xtask test"))
}

/// Only the tests whose name contains `filter`, with these variables.
///
/// # Errors
/// As [`run`].
pub fn run_filtered(
    filter: &str,
    variables: &[(&str, &str)],
    checkout: &Checkout,
    interrupt: &Interrupt,
) -> Result<ExitCode> {
    let installed = install::ensure_all(interrupt)?;
    let state = State::open(&checkout.root, Account::to_drop_to()?.as_ref())?;
    let mut cluster = Cluster::start(&state, Kind::Test, &installed, "test", interrupt)?;
    let mut steps = Steps::new(1, interrupt);
    let mut command = lint::cargo_at(checkout, &["test", "--package", "tests", filter, "--", "--nocapture"]);
    steps.step("tests", command.envs(cluster.environment()).envs(variables.iter().copied()))?;
    cluster.check()?;
    Ok(steps.close("the tests"))
}

/// By nextest when it is installed: a process a test, side by side over all packages.
fn tests(arguments: &Arguments, checkout: &Checkout) -> Command {
    let nextest = run::succeeds(Command::new(cargo()).args(["nextest", "--version"]));
    let mut command = run::tied(cargo(), Signal::SIGTERM, None);
    if nextest {
        command.args(["nextest", "run", "--workspace", "--no-fail-fast"]);
    } else {
        say!("==> cargo-nextest is not installed (https://nexte.st): using cargo test, which is slower");
        command.args(["test", "--workspace", "--lib", "--bins", "--tests", "--no-fail-fast"]);
    }
    if let Some(filter) = &arguments.filter {
        command.arg(filter);
    }
    command.current_dir(&checkout.root);
    command
}
