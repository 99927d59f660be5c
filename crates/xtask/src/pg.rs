//! `cargo xtask pg`: the private PostgreSQL by hand, for developers.

use std::env;
use std::ffi::OsString;
use std::fs;
use std::io::{self, Write};
use std::os::unix::process::CommandExt;
use std::process::{self, ExitCode};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::checkout::Checkout;
use crate::install;
use crate::postgres::{
    Account, Cluster, Folder, Holder, Kind, PORT, Place, SUPERUSER, State, installed, stop_leftover,
};
use crate::run::{Interrupt, POLL};
use crate::say::say;

/// What [`Holder::command`] says when the cluster was started by hand.
const BY_HAND: &str = "pg start";
/// Longer than PostgreSQL is given to end.
const STOP_LIMIT: Duration = Duration::from_secs(60);

/// What to do with the cluster.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Start it, print the variables to export, and keep it until Ctrl-C or `pg stop`
    Start(Which),
    /// Stop what `pg start` started, or what a killed run left behind
    Stop(Which),
    /// Open psql as the superuser, on a cluster that runs
    Psql {
        #[command(flatten)]
        which: Which,
        /// Arguments for psql, after `--`
        #[arg(last = true)]
        arguments: Vec<OsString>,
    },
}

/// Which of the two clusters.
#[derive(clap::Args)]
pub struct Which {
    /// The tests' cluster instead of the demo's
    #[arg(long)]
    test: bool,
}

impl Which {
    fn kind(&self) -> Kind {
        if self.test { Kind::Test } else { Kind::Durable }
    }
}

/// Runs one of the commands.
///
/// # Errors
/// When something is missing, in use, or does not start or stop.
pub fn run(command: &Command, checkout: &Checkout, interrupt: &Interrupt) -> Result<ExitCode> {
    match command {
        Command::Start(which) => start(which.kind(), checkout, interrupt),
        Command::Stop(which) => stop(which.kind(), checkout),
        Command::Psql { which, arguments } => psql(which.kind(), arguments, checkout),
    }
}

fn start(kind: Kind, checkout: &Checkout, interrupt: &Interrupt) -> Result<ExitCode> {
    let installed = install::ensure_all(interrupt)?;
    let state = State::open(&checkout.root, Account::to_drop_to()?.as_ref())?;
    let mut cluster = Cluster::start(&state, kind, &installed, BY_HAND, interrupt)?;
    for (name, value) in cluster.environment() {
        writeln!(io::stdout(), "export {name}={}", quoted(&value.to_string_lossy()))?;
    }
    say!("==> Ctrl-C stops it");
    loop {
        cluster.check()?;
        interrupt.check()?;
        thread::sleep(POLL);
    }
}

fn stop(kind: Kind, checkout: &Checkout) -> Result<ExitCode> {
    let account = Account::to_drop_to()?;
    let state = State::open(&checkout.root, account.as_ref())?;
    match Holder::of(&state, kind)? {
        Some(Holder { pid, command }) if command != BY_HAND => {
            bail!("`cargo xtask {command}` (pid {pid}) uses it and stops it at its end: end that instead")
        }
        // Ids 0 and 1 would signal far more than one run.
        Some(Holder { pid: ..=1, .. }) => bail!("it is only just starting: try again"),
        Some(Holder { pid, .. }) => {
            say!("==> stopping `cargo xtask {BY_HAND}` (pid {pid})");
            kill(Pid::from_raw(pid), Signal::SIGTERM).with_context(|| format!("cannot signal {pid}"))?;
            let deadline = Instant::now() + STOP_LIMIT;
            while Holder::of(&state, kind)?.is_some() {
                if Instant::now() > deadline {
                    bail!("it does not end: kill -9 {pid}, then run `cargo xtask pg stop` again");
                }
                thread::sleep(POLL);
            }
        }
        None => {
            let folder = Folder::hold(&state, kind, account, "pg stop")?;
            if !stop_leftover(&folder.place.data(), &folder.place.socket())? {
                say!("==> nothing runs");
                return Ok(ExitCode::SUCCESS);
            }
        }
    }
    say!("==> stopped");
    Ok(ExitCode::SUCCESS)
}

/// Becomes psql; returns only when that is not possible.
fn psql(kind: Kind, arguments: &[OsString], checkout: &Checkout) -> Result<ExitCode> {
    let state = State::open(&checkout.root, Account::to_drop_to()?.as_ref())?;
    if Holder::of(&state, kind)?.is_none() {
        bail!("PostgreSQL does not run: start it with `cargo xtask pg start` in another terminal");
    }
    let place = Place::of(&state, kind);
    let password = place.password();
    let password = fs::read_to_string(&password).with_context(|| password.display().to_string())?;
    let near =
        installed()?.into_iter().map(|binaries| binaries.folder.join("psql")).find(|psql| psql.exists());
    let mut command = process::Command::new(near.unwrap_or_else(|| "psql".into()));
    command.env("PGHOST", place.socket()).env("PGPORT", PORT.to_string());
    command.env("PGUSER", SUPERUSER).env("PGPASSWORD", password);
    if env::var_os("PGDATABASE").is_none() {
        command.env("PGDATABASE", SUPERUSER);
    }
    Err(command.args(arguments).exec()).context("cannot run psql")
}

/// Quoted for a POSIX shell.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', r"'\''"))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    #[test]
    fn a_shell_reads_back_what_was_meant() {
        for text in ["/var/tmp/x", "/it's/a b", "/$HOME/`x`/襷"] {
            let script = format!("printf %s {}", quoted(text));
            let output = std::process::Command::new("sh").args(["-c", &script]).output().unwrap();
            assert_eq!(String::from_utf8(output.stdout).unwrap(), text);
        }
    }
}
