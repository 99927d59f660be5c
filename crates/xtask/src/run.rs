//! Child processes and signals: what this process starts ends with it, in order.
//!
//! Every child runs in a process group of its own, so that Ctrl-C in a terminal reaches this process
//! only; it passes the signal on to the running child, waits, and PostgreSQL is stopped after that by
//! the drop of [`crate::postgres::Cluster`]. Against SIGKILL, which cannot be handled, children are
//! started through `setpriv --pdeathsig` where util-linux has it: the kernel then signals them when
//! their parent is gone.

use std::ffi::OsStr;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::process::{Child, Command, ExitCode, ExitStatus, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::postgres::Account;

/// How often children and signals are looked at.
pub const POLL: Duration = Duration::from_millis(50);
/// How long a child may take to end after a signal before it is killed.
const GRACE: Duration = Duration::from_secs(30);

/// SIGINT and SIGTERM, caught so that children can be stopped first.
#[derive(Debug)]
pub struct Interrupt(Arc<AtomicUsize>);

/// The run was ended by this signal; everything started has been stopped.
#[derive(Debug, Clone, Copy, thiserror::Error)]
#[error("stopped by {0}")]
pub struct Interrupted(Signal);

impl Interrupt {
    /// Starts listening. SIGHUP keeps its meaning, so that `nohup` works.
    ///
    /// # Errors
    /// When the operating system refuses the handlers.
    pub fn listen() -> Result<Self> {
        let seen = Arc::new(AtomicUsize::new(0));
        for signal in [Signal::SIGINT, Signal::SIGTERM] {
            let number = signal as i32;
            signal_hook::flag::register_usize(number, Arc::clone(&seen), usize::try_from(number)?)
                .context("cannot listen for signals")?;
        }
        Ok(Self(seen))
    }

    /// Errs once for each signal that came since the last look.
    ///
    /// # Errors
    /// [`Interrupted`], with the last signal.
    pub fn check(&self) -> Result<(), Interrupted> {
        match i32::try_from(self.0.swap(0, Ordering::SeqCst)).map(Signal::try_from) {
            Ok(Ok(signal)) => Err(Interrupted(signal)),
            _ => Ok(()),
        }
    }
}

impl Interrupted {
    /// 128 + the signal's number, as shells report it: 130 for SIGINT, 143 for SIGTERM.
    pub fn exit_code(self) -> ExitCode {
        ExitCode::from(128_u8.saturating_add(u8::try_from(self.0 as i32).unwrap_or(0)))
    }
}

/// A child's end as an exit code of ours: its own code, or 128 + the signal that ended it.
pub fn exit_code(status: ExitStatus) -> ExitCode {
    let code = status.code().or_else(|| status.signal().map(|signal| 128_i32.saturating_add(signal)));
    ExitCode::from(code.and_then(|code| u8::try_from(code).ok()).unwrap_or(1))
}

/// A command for `program` that receives `farewell` if this process is killed, run as `account` if one
/// is given (only root can).
///
/// The kernel watches the *thread* that spawns: spawn from one that lives as long as the process.
pub fn tied(program: impl AsRef<OsStr>, farewell: Signal, account: Option<&Account>) -> Command {
    if !setpriv_works() {
        let mut command = Command::new(program);
        if let Some(account) = account {
            command.uid(account.uid).gid(account.gid);
        }
        return command;
    }
    let mut command = Command::new("setpriv");
    command.args(["--pdeathsig", farewell.as_str().trim_start_matches("SIG")]);
    if let Some(account) = account {
        command.arg(format!("--reuid={}", account.uid)).arg(format!("--regid={}", account.gid));
        command.arg("--init-groups");
    }
    command.arg("--").arg(program);
    command
}

/// Whether util-linux's `setpriv` is here (macOS has none, busybox's knows no `--pdeathsig`).
fn setpriv_works() -> bool {
    static WORKS: OnceLock<bool> = OnceLock::new();
    *WORKS.get_or_init(|| succeeds(Command::new("setpriv").args(["--pdeathsig", "TERM", "--", "true"])))
}

/// Runs a short question silently; true when it exits 0.
pub fn succeeds(command: &mut Command) -> bool {
    let silent = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    silent.status().is_ok_and(|status| status.success())
}

/// Runs a child to its end, with the terminal's output but no input.
///
/// # Errors
/// When it cannot be started; [`Interrupted`] when a signal came, after the child has ended.
pub fn to_end(command: &mut Command, interrupt: &Interrupt) -> Result<ExitStatus> {
    let mut child = spawn(command)?;
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if let Err(interrupted) = interrupt.check() {
            end(&mut child, interrupted.0, interrupt)?;
            return Err(interrupted.into());
        }
        thread::sleep(POLL);
    }
}

/// Starts a child in a process group of its own, without input.
///
/// # Errors
/// When it cannot be started.
pub fn spawn(command: &mut Command) -> Result<Child> {
    let child = command.stdin(Stdio::null()).process_group(0).spawn();
    child.with_context(|| format!("cannot start {}", command.get_program().display()))
}

/// A child that runs beside others until this is dropped.
#[derive(Debug)]
pub struct Background(Child);

impl Background {
    /// Starts it.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn start(command: &mut Command) -> Result<Self> {
        spawn(command).map(Self)
    }

    /// Whether it still runs.
    ///
    /// # Errors
    /// When it has ended.
    pub fn check(&mut self) -> Result<()> {
        match self.0.try_wait()? {
            Some(status) => anyhow::bail!("it ended ({status}); its lines above say why"),
            None => Ok(()),
        }
    }
}

impl Drop for Background {
    fn drop(&mut self) {
        let deadline = Instant::now() + GRACE;
        let _ = signal_group(&self.0, Signal::SIGTERM);
        while matches!(self.0.try_wait(), Ok(None)) {
            if Instant::now() > deadline {
                let _ = signal_group(&self.0, Signal::SIGKILL);
            }
            thread::sleep(POLL);
        }
    }
}

/// Runs an installer in the foreground: `sudo` asks for a password on the terminal, and a package
/// manager is never cut off half way, so a signal counts only when it has ended.
///
/// # Errors
/// When it cannot be started; [`Interrupted`] when a signal came meanwhile.
pub fn in_foreground(command: &mut Command, interrupt: &Interrupt) -> Result<ExitStatus> {
    let status = command.status();
    let status = status.with_context(|| format!("cannot start {}", command.get_program().display()))?;
    interrupt.check()?;
    Ok(status)
}

/// Passes `signal` to the child's group and waits; a second signal or [`GRACE`] over kills it.
fn end(child: &mut Child, signal: Signal, interrupt: &Interrupt) -> Result<()> {
    let deadline = Instant::now() + GRACE;
    signal_group(child, signal)?;
    while child.try_wait()?.is_none() {
        if interrupt.check().is_err() || Instant::now() > deadline {
            signal_group(child, Signal::SIGKILL)?;
            child.wait()?;
            break;
        }
        thread::sleep(POLL);
    }
    Ok(())
}

/// Signals everything the child started that stayed in its group. A group already gone is no error.
fn signal_group(child: &Child, signal: Signal) -> Result<()> {
    let group = Pid::from_raw(-i32::try_from(child.id())?);
    match kill(group, signal) {
        Ok(()) | Err(nix::errno::Errno::ESRCH) => Ok(()),
        Err(errno) => Err(errno).context("cannot signal the running child"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_childs_end_becomes_our_exit_code() {
        let status = |script: &str| Command::new("sh").args(["-c", script]).status().unwrap();
        assert_eq!(exit_code(status("exit 0")), ExitCode::SUCCESS);
        assert_eq!(exit_code(status("exit 7")), ExitCode::from(7));
        assert_eq!(exit_code(status("kill -TERM $$")), ExitCode::from(143));
    }

    #[test]
    fn a_signal_ends_the_child_and_what_it_started() {
        let interrupt = Interrupt(Arc::new(AtomicUsize::new(0)));
        interrupt.0.store(15, Ordering::SeqCst);
        let begun = Instant::now();
        // Without the group signal the inner sleep would hold the shell's `wait` for a minute.
        let error = to_end(Command::new("sh").args(["-c", "sleep 60 & wait"]), &interrupt).unwrap_err();
        assert_eq!(error.downcast_ref::<Interrupted>().unwrap().exit_code(), ExitCode::from(143));
        assert!(begun.elapsed() < Duration::from_secs(10));
        assert!(interrupt.check().is_ok(), "one signal interrupts once");
    }
}
