//! `cargo xtask demo`: PostgreSQL, a release build, and the demo of the `tasuki` binary.

use std::process::{Command, ExitCode};

use anyhow::{Result, ensure};
use nix::sys::signal::Signal;

use crate::checkout::{Checkout, cargo};
use crate::install;
use crate::postgres::{Account, Cluster, Kind, State};
use crate::run::{self, Interrupt};
use crate::say::say;

/// What the demo is told. What is not given is for `tasuki demo` to choose.
#[derive(clap::Args)]
pub struct Arguments {
    /// Fictional residents, in all towns together
    #[arg(long)]
    residents: Option<u32>,
    /// End after the summary instead of serving
    #[arg(long)]
    exit: bool,
    /// The port to serve on, on this machine only
    #[arg(long)]
    port: Option<u16>,
}

/// Runs the demo until it ends or Ctrl-C; its exit code is ours.
///
/// # Errors
/// When something cannot be installed, built or started.
pub fn run(arguments: &Arguments, checkout: &Checkout, interrupt: &Interrupt) -> Result<ExitCode> {
    let installed = install::ensure_all(interrupt)?;
    build_release("tasuki", checkout, interrupt)?;
    let state = State::open(&checkout.root, Account::to_drop_to()?.as_ref())?;
    let mut cluster = Cluster::start(&state, Kind::Durable, &installed, "demo", interrupt)?;
    let mut command = run::tied(checkout.release_binary("tasuki"), Signal::SIGTERM, None);
    command.arg("demo").arg("--state").arg(state.folder.join("demo"));
    command.envs(cluster.environment()).current_dir(&checkout.root);
    forward(arguments, &mut command);
    say!("==> demo");
    let status = run::to_end(&mut command, interrupt)?;
    cluster.check()?;
    if !status.success() {
        say!("==> the demo FAILED ({status}); its lines above say why");
    }
    Ok(run::exit_code(status))
}

fn forward(arguments: &Arguments, command: &mut Command) {
    if let Some(residents) = arguments.residents {
        command.args(["--residents", &residents.to_string()]);
    }
    if let Some(port) = arguments.port {
        command.args(["--port", &port.to_string()]);
    }
    if arguments.exit {
        command.arg("--exit");
    }
}

/// Builds one package of the workspace with cargo's own progress.
///
/// # Errors
/// When it does not build, or a signal came.
pub fn build_release(package: &str, checkout: &Checkout, interrupt: &Interrupt) -> Result<()> {
    say!("==> building {package} (release; minutes the first time)");
    let mut command = run::tied(cargo(), Signal::SIGTERM, None);
    command.args(["build", "--release", "--package", package]).current_dir(&checkout.root);
    let status = run::to_end(&mut command, interrupt)?;
    ensure!(status.success(), "{package} does not build; cargo's lines above say why");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_given_is_passed_on() {
        let words = |arguments: &Arguments| {
            let mut command = Command::new("tasuki");
            forward(arguments, &mut command);
            command.get_args().map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(words(&Arguments { residents: None, exit: false, port: None }), "");
        let all = Arguments { residents: Some(20_000), exit: true, port: Some(8443) };
        assert_eq!(words(&all), "--residents 20000 --port 8443 --exit");
    }
}
