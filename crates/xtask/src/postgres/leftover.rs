//! Ends a PostgreSQL whose runner was killed, and clears what would keep a new one from starting.

use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::folder::socket_file;
use crate::run::POLL;
use crate::say::say;

/// The signals to try in turn and how long each may take: fast shutdown, immediate shutdown
/// (<https://www.postgresql.org/docs/current/server-shutdown.html>).
pub const SHUTDOWN: [(Signal, Duration); 2] =
    [(Signal::SIGINT, Duration::from_secs(30)), (Signal::SIGQUIT, Duration::from_secs(10))];

/// Stops the PostgreSQL that still serves `data`, if one does, and removes its socket. True when one did.
///
/// The caller holds the folder's lock, so no other runner can be using it.
///
/// # Errors
/// When it cannot be signalled or does not end.
pub fn stop(data: &Path, socket: &Path) -> Result<bool> {
    let pid_file = data.join("postmaster.pid");
    let Some(pid) = written_pid(&pid_file) else { return Ok(false) };
    let served = serves(pid, data);
    if served {
        say!("==> stopping the PostgreSQL that a killed run left behind (pid {pid})");
        end(pid, data)?;
    } else if kill(Pid::from_raw(pid), None).is_ok() {
        // The id now belongs to another program, which PostgreSQL would take for itself and refuse.
        fs::remove_file(&pid_file).with_context(|| format!("cannot remove {}", pid_file.display()))?;
    }
    let file = socket_file(socket)?;
    for stale in [file.with_file_name(format!(".s.PGSQL.{}.lock", super::folder::PORT)), file] {
        if stale.exists() {
            fs::remove_file(&stale).with_context(|| format!("cannot remove {}", stale.display()))?;
        }
    }
    Ok(served)
}

/// The first line of `postmaster.pid`.
fn written_pid(pid_file: &Path) -> Option<i32> {
    let text = fs::read_to_string(pid_file).ok()?;
    text.lines().next()?.trim().parse().ok().filter(|pid| *pid > 1)
}

/// Whether `pid` is a server of `data` now: ids are reused, so the command line has to name the folder.
/// A dead process that nobody has collected yet has no command line and counts as gone.
fn serves(pid: i32, data: &Path) -> bool {
    let command_line = if cfg!(target_os = "linux") {
        fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default()
    } else {
        let output = Command::new("ps").args(["-o", "command=", "-p", &pid.to_string()]).output();
        output.map(|output| output.stdout).unwrap_or_default()
    };
    let wanted = data.as_os_str().as_bytes();
    command_line.windows(wanted.len()).any(|window| window == wanted)
}

fn end(pid: i32, data: &Path) -> Result<()> {
    for (signal, patience) in SHUTDOWN {
        if let Err(errno) = kill(Pid::from_raw(pid), signal)
            && serves(pid, data)
        {
            return Err(errno)
                .with_context(|| format!("cannot stop PostgreSQL (pid {pid}); stop it by hand"));
        }
        let deadline = Instant::now() + patience;
        while Instant::now() < deadline {
            if !serves(pid, data) {
                return Ok(());
            }
            thread::sleep(POLL);
        }
    }
    bail!("PostgreSQL (pid {pid}) does not end; look at it, then kill -9 {pid} and run this again")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(name: &str, pid: &str) -> std::path::PathBuf {
        let folder = std::env::temp_dir().join(format!("tasuki-{name}-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join("postmaster.pid"), format!("{pid}\n/data\n")).unwrap();
        folder
    }

    #[test]
    fn another_programs_process_is_never_signalled() {
        let mut other = Command::new("sleep").arg("60").spawn().unwrap();
        let data = folder("reused-id", &other.id().to_string());
        assert!(!stop(&data, &data).unwrap());
        assert!(other.try_wait().unwrap().is_none(), "still running");
        assert!(!data.join("postmaster.pid").exists(), "PostgreSQL would refuse to start over it");
        other.kill().unwrap();
        other.wait().unwrap();
        fs::remove_dir_all(data).unwrap();
    }

    #[test]
    fn a_server_of_this_folder_is_stopped() {
        let data = folder("left-behind", "");
        // Stands for a postmaster: its command line names the folder.
        let mut server = Command::new("sh");
        let server = server.args(["-c", "while :; do sleep 0.1; done", "postgres", "-D"]).arg(&data);
        let mut server = server.spawn().unwrap();
        fs::write(data.join("postmaster.pid"), format!("{}\n", server.id())).unwrap();
        fs::write(data.join(".s.PGSQL.5432"), "").unwrap();
        while !serves(i32::try_from(server.id()).unwrap(), &data) {
            thread::sleep(POLL);
        }
        assert!(stop(&data, &data).unwrap());
        // A process that is ending has no command line before it can be waited for; one that went on
        // would hang here.
        assert!(!server.wait().unwrap().success(), "ended by a signal");
        assert!(!data.join(".s.PGSQL.5432").exists());
        fs::remove_dir_all(data).unwrap();
    }

    #[test]
    fn ids_that_mean_many_processes_or_none_are_not_read() {
        for text in ["", "0", "1", "-1", "-4711", "x"] {
            let data = folder("bad-id", text);
            assert_eq!(written_pid(&data.join("postmaster.pid")), None, "{text:?}");
            fs::remove_dir_all(data).unwrap();
        }
    }
}
