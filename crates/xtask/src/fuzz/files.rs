//! `cargo xtask fuzz files`: the targets of `fuzz/`, one after the other. What must hold of any bytes stands in
//! `crates/layouts/tests/hostile`, and the tests ask it too, of fewer bytes. What a run finds (`fuzz/corpus`) the
//! next one begins with; bytes that break something stay in `fuzz/artifacts`.

use std::process::{Command, ExitCode};

use anyhow::Result;
use nix::sys::signal::Signal;

use crate::checkout::Checkout;
use crate::run::{self, Interrupt};
use crate::steps::Steps;

/// Files, workbooks, layouts, dates.
const TARGETS: [&str; 4] = ["decode", "sheet", "config", "dates"];

/// MiB that a target may take (resident) before it counts as broken: twice what a file may, since the checks for
/// memory keep what is freed for a while.
const MEMORY: u32 = 512;

/// How long.
#[derive(clap::Args)]
pub struct Arguments {
    /// Minutes for each target
    #[arg(long, default_value_t = 1)]
    minutes: u32,
    /// One target alone: decode, sheet, config or dates
    #[arg(long)]
    target: Option<String>,
}

/// Runs every target, all of them even when one breaks.
///
/// # Errors
/// When a target cannot be started, or a signal came.
pub fn run(arguments: &Arguments, checkout: &Checkout, interrupt: &Interrupt) -> Result<ExitCode> {
    let chosen = |target: &&&str| arguments.target.as_ref().is_none_or(|only| only == **target);
    let targets: Vec<&&str> = TARGETS.iter().filter(chosen).collect();
    anyhow::ensure!(!targets.is_empty(), "there is no such target; there are: {}", TARGETS.join(", "));
    let mut steps = Steps::new(targets.len(), interrupt);
    let remedy = missing();
    for target in targets {
        match remedy {
            Some(remedy) => steps.absent(target, remedy),
            None => {
                let mut command = nightly(&["fuzz", "run", target, "--"]);
                command.arg(format!("-max_total_time={}", u64::from(arguments.minutes) * 60));
                command.arg(format!("-rss_limit_mb={MEMORY}")).args(["-max_len=65536", "-timeout=20"]);
                steps.step(target, command.current_dir(&checkout.root))?;
            }
        }
    }
    Ok(steps.close("cargo xtask fuzz files"))
}

/// What there has to be and is not.
fn missing() -> Option<&'static str> {
    if !run::succeeds(Command::new("rustup").args(["run", "nightly", "rustc", "--version"])) {
        return Some("rustup toolchain install nightly");
    }
    (!run::succeeds(&mut nightly(&["fuzz", "--version"]))).then_some("cargo install cargo-fuzz --locked")
}

/// Cargo by the nightly compiler, whichever runs this.
fn nightly(arguments: &[&str]) -> Command {
    let mut command = run::tied("rustup", Signal::SIGTERM, None);
    command.args(["run", "nightly", "cargo"]).args(arguments);
    for variable in ["CARGO", "RUSTC", "RUSTUP_TOOLCHAIN", "CARGO_TARGET_DIR"] {
        command.env_remove(variable);
    }
    command
}
