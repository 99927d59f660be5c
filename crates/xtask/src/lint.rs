//! `cargo xtask lint`: what is checked without running the program.

use std::path::PathBuf;
use std::process::{Command, ExitCode};

use anyhow::Result;
use nix::sys::signal::Signal;

use crate::checkout::{Checkout, cargo};
use crate::install::answers;
use crate::run::{self, Interrupt};
use crate::steps::Steps;

/// The document the API's linters read.
const OPENAPI: &str = "openapi/tasuki.json";

/// Runs every linter, all of them even when one fails; those not installed are named.
///
/// # Errors
/// When a command cannot be started, or a signal came.
pub fn run(checkout: &Checkout, interrupt: &Interrupt) -> Result<ExitCode> {
    let mut steps = Steps::new(6, interrupt);
    formatting(&mut steps, checkout)?;
    clippy(&mut steps, checkout)?;
    let mut documentation = cargo_at(checkout, &["doc", "--workspace", "--no-deps", "--quiet"]);
    steps.step("rustdoc", documentation.env("RUSTDOCFLAGS", "-D warnings"))?;
    if has_cargo("deny") {
        steps.step(
            "licences, bans, sources",
            &mut cargo_at(checkout, &["deny", "check", "bans", "licenses", "sources"]),
        )?;
    } else {
        steps.absent("licences, bans, sources", "cargo install --locked cargo-deny");
    }
    openapi(&mut steps, checkout, "redocly", &[], "npm install --global @redocly/cli")?;
    openapi(
        &mut steps,
        checkout,
        "spectral",
        // A warning fails too: that is what "clean" means.
        &["--fail-severity", "warn"],
        "npm install --global @stoplight/spectral-cli",
    )?;
    Ok(steps.close("cargo xtask lint"))
}

/// `cargo fmt --check` as a step.
///
/// # Errors
/// When it cannot be started, or a signal came.
pub fn formatting(steps: &mut Steps<'_>, checkout: &Checkout) -> Result<()> {
    if has_cargo("fmt") {
        return steps.step("formatting", &mut cargo_at(checkout, &["fmt", "--all", "--check"]));
    }
    steps.absent("formatting", "rustup component add rustfmt");
    Ok(())
}

/// Clippy over everything, warnings being errors, as a step.
///
/// # Errors
/// When it cannot be started, or a signal came.
pub fn clippy(steps: &mut Steps<'_>, checkout: &Checkout) -> Result<()> {
    if has_cargo("clippy") {
        let arguments = ["clippy", "--workspace", "--all-targets", "--quiet", "--", "-D", "warnings"];
        return steps.step("clippy", &mut cargo_at(checkout, &arguments));
    }
    steps.absent("clippy", "rustup component add clippy");
    Ok(())
}

/// A cargo command at the root of the checkout.
pub fn cargo_at(checkout: &Checkout, arguments: &[&str]) -> Command {
    let mut command = run::tied(cargo(), Signal::SIGTERM, None);
    command.args(arguments).current_dir(&checkout.root);
    command
}

/// Whether cargo has this subcommand.
fn has_cargo(subcommand: &str) -> bool {
    run::succeeds(Command::new(cargo()).args([subcommand, "--version"]))
}

/// One linter of the API's document, from `PATH` or the checkout's `node_modules`.
fn openapi(
    steps: &mut Steps<'_>,
    checkout: &Checkout,
    program: &'static str,
    options: &[&str],
    remedy: &str,
) -> Result<()> {
    let local: PathBuf = checkout.root.join("node_modules/.bin").join(program);
    let found = [program.to_owned(), local.display().to_string()].into_iter().find(|path| answers(path));
    let Some(found) = found else {
        steps.absent(program, remedy);
        return Ok(());
    };
    let mut command = run::tied(found, Signal::SIGTERM, None);
    steps.step(program, command.args(["lint", OPENAPI]).args(options).current_dir(&checkout.root))
}
