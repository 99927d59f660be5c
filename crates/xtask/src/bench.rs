//! `cargo xtask bench`: the `bench` binary on a durable cluster, as a real installation has.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Result;
use nix::sys::signal::Signal;

use crate::checkout::Checkout;
use crate::demo::build_release;
use crate::install;
use crate::postgres::{Account, Cluster, Kind, State};
use crate::run::{self, Interrupt};
use crate::say::say;

/// Which benchmark, and where to write its figures.
#[derive(clap::Args)]
pub struct Arguments {
    /// One benchmark, for example `main`; all of them when left out
    name: Option<String>,
    /// Also write the figures here as JSON
    #[arg(long)]
    json: Option<PathBuf>,
}

/// Runs the benchmarks; their exit code is ours.
///
/// # Errors
/// When something cannot be installed, built or started.
pub fn run(arguments: &Arguments, checkout: &Checkout, interrupt: &Interrupt) -> Result<ExitCode> {
    let installed = install::ensure_all(interrupt)?;
    build_release("bench", checkout, interrupt)?;
    let state = State::open(&checkout.root, Account::to_drop_to()?.as_ref())?;
    let mut cluster = Cluster::start(&state, Kind::Durable, &installed, "bench", interrupt)?;
    let mut command = run::tied(checkout.release_binary("bench"), Signal::SIGTERM, None);
    command.args(&arguments.name);
    if let Some(file) = &arguments.json {
        // The file is meant from where the command was given; the benchmark runs at the root.
        command.arg("--json").arg(std::path::absolute(file)?);
    }
    say!("==> bench {}", arguments.name.as_deref().unwrap_or("(all)"));
    command.envs(cluster.environment()).current_dir(&checkout.root);
    let status = run::to_end(&mut command, interrupt)?;
    cluster.check()?;
    if !status.success() {
        say!("==> bench FAILED ({status}); its lines above say why");
    }
    Ok(run::exit_code(status))
}
