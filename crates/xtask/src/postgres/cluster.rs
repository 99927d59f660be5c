//! One running PostgreSQL, a direct child of this process; dropping it stops it.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use super::find::{self, Binaries};
use super::folder::{Folder, PORT};
use super::{Account, Kind, State, leftover, settings};
use crate::run::{self, Interrupt, POLL};
use crate::say::say;

/// The superuser's name.
pub const SUPERUSER: &str = "postgres";
/// Recovery after a crash replays up to `max_wal_size`; longer than this is a fault.
const START_LIMIT: Duration = Duration::from_secs(300);

/// A running cluster.
#[derive(Debug)]
pub struct Cluster {
    server: Child,
    binaries: Binaries,
    folder: Folder,
}

impl Cluster {
    /// Makes the cluster if there is none, clears away what a killed run left, and starts PostgreSQL.
    /// `command` is what a second run is told about this one.
    ///
    /// # Errors
    /// When another run holds the cluster, no installed version fits it, or PostgreSQL does not start;
    /// the end of its log is in the message.
    pub fn start(
        state: &State,
        kind: Kind,
        installed: &[Binaries],
        command: &str,
        interrupt: &Interrupt,
    ) -> Result<Self> {
        let folder = Folder::hold(state, kind, Account::to_drop_to()?, command)?;
        leftover::stop(&folder.place.data(), &folder.place.socket())?;
        let binaries = fitting(installed, &folder)?;
        if !folder.place.data().exists() {
            initialise(&binaries, &folder, interrupt)?;
        }
        let server = launch(&binaries, &folder, kind)?;
        let mut cluster = Self { server, binaries, folder };
        cluster.wait_until_ready(interrupt)?;
        say!(
            "==> PostgreSQL {} ready (pid {}, socket folder {})",
            cluster.binaries.major,
            cluster.server.id(),
            cluster.folder.place.socket().display()
        );
        Ok(cluster)
    }

    /// What our programs and tests are told about this cluster.
    pub fn environment(&self) -> Vec<(&'static str, OsString)> {
        vec![
            ("TASUKI_PG_HOST", self.folder.place.socket().into()),
            ("TASUKI_PG_PORT", PORT.to_string().into()),
            ("TASUKI_PG_SUPERUSER", SUPERUSER.into()),
            ("TASUKI_PG_PASSWORD_FILE", self.folder.place.password().into()),
            ("TASUKI_PG_BIN", self.binaries.folder.clone().into()),
            ("TASUKI_PG_DATA", self.folder.place.data().into()),
            ("TASUKI_PG_LOG", self.folder.place.log().into()),
        ]
    }

    /// Whether PostgreSQL still runs.
    ///
    /// # Errors
    /// When it has ended, with the end of its log.
    pub fn check(&mut self) -> Result<()> {
        if let Some(status) = self.server.try_wait()? {
            bail!("PostgreSQL ended ({status}); its last lines:\n{}", tail(&self.folder.place.log()));
        }
        Ok(())
    }

    /// Waits for the status line of `postmaster.pid` to say `ready`, as `pg_ctl` does.
    fn wait_until_ready(&mut self, interrupt: &Interrupt) -> Result<()> {
        let begun = Instant::now();
        let mut patience = Duration::from_secs(5);
        while !is_ready(&self.folder.place.data(), self.server.id()) {
            self.check()?;
            interrupt.check()?;
            if begun.elapsed() > START_LIMIT {
                bail!("PostgreSQL is not ready after {START_LIMIT:?}:\n{}", tail(&self.folder.place.log()));
            }
            if begun.elapsed() > patience {
                say!("==> PostgreSQL is recovering after an unclean end …");
                patience += Duration::from_secs(15);
            }
            thread::sleep(POLL);
        }
        Ok(())
    }

    /// Asks for a fast shutdown, then for an immediate one, then ends it.
    fn stop(&mut self) -> Result<()> {
        let pid = Pid::from_raw(i32::try_from(self.server.id())?);
        for (signal, patience) in leftover::SHUTDOWN {
            // Until the child has been waited for, its id cannot belong to another process.
            if self.server.try_wait()?.is_some() {
                return Ok(());
            }
            kill(pid, signal)?;
            let deadline = Instant::now() + patience;
            while Instant::now() < deadline {
                if self.server.try_wait()?.is_some() {
                    return Ok(());
                }
                thread::sleep(POLL);
            }
        }
        self.server.kill()?;
        self.server.wait()?;
        Ok(())
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        match self.stop() {
            Ok(()) => say!("==> PostgreSQL stopped"),
            Err(error) => say!("==> PostgreSQL could not be stopped: {error:#}"),
        }
    }
}

/// The installation that can open this cluster: its own major version, or any when there is none yet.
fn fitting(installed: &[Binaries], folder: &Folder) -> Result<Binaries> {
    let data = folder.place.data();
    let wanted = match fs::read_to_string(data.join("PG_VERSION")) {
        Ok(text) => {
            Some(text.trim().parse::<u32>().with_context(|| format!("{}/PG_VERSION", data.display()))?)
        }
        Err(_) => None,
    };
    let chosen = find::choose(installed, wanted).cloned();
    chosen.with_context(|| {
        let wanted = wanted.map_or_else(String::new, |major| format!(" {major}"));
        format!(
            "{} was made by PostgreSQL{wanted}, which is not installed: install it, or remove that folder \
             (and the fictional data in it)",
            data.display()
        )
    })
}

/// Runs `initdb` beside the final place and moves it there when it is whole, so that a run killed half
/// way leaves nothing that looks like a cluster.
fn initialise(binaries: &Binaries, folder: &Folder, interrupt: &Interrupt) -> Result<()> {
    say!("==> making a PostgreSQL {} cluster in {}", binaries.major, folder.place.data().display());
    let unfinished = folder.place.data().with_file_name("data.unfinished");
    if unfinished.exists() {
        fs::remove_dir_all(&unfinished)?;
    }
    folder.write_private(&folder.place.password(), random_password()?.as_bytes())?;
    let log = File::create(folder.place.log())?;
    let mut command = run::tied(binaries.folder.join("initdb"), Signal::SIGTERM, folder.account.as_ref());
    command.arg("--pgdata").arg(&unfinished).args(["--username", SUPERUSER]);
    let mut password = OsString::from("--pwfile=");
    password.push(folder.place.password());
    command.arg(password);
    // macOS has no C.UTF-8; the schema orders by "C" in either case.
    let locale = if cfg!(target_os = "macos") { "C" } else { "C.UTF-8" };
    command.args(["--encoding=UTF8", &format!("--locale={locale}"), "--data-checksums"]);
    // Towns log in by SCRAM, so the socket asks for it too; there is no TCP.
    command.args(["--auth-local=scram-sha-256", "--auth-host=reject"]);
    command.current_dir("/").stdout(log.try_clone()?).stderr(log);
    let status = run::to_end(&mut command, interrupt)?;
    ensure!(status.success(), "initdb failed ({status}):\n{}", tail(&folder.place.log()));
    fs::rename(&unfinished, folder.place.data()).context("cannot move the new cluster to its place")
}

/// Starts `postgres` itself, not `pg_ctl`: it must be our child.
fn launch(binaries: &Binaries, folder: &Folder, kind: Kind) -> Result<Child> {
    let log = File::create(folder.place.log()).with_context(|| folder.place.log().display().to_string())?;
    let mut command: Command =
        run::tied(binaries.folder.join("postgres"), Signal::SIGINT, folder.account.as_ref());
    command
        .arg("-D")
        .arg(folder.place.data())
        .arg("-k")
        .arg(folder.place.socket())
        .args(["-p", &PORT.to_string()]);
    for setting in settings::of(kind) {
        command.args(["-c", setting]);
    }
    run::spawn(command.current_dir("/").stdout(Stdio::null()).stderr(log))
}

/// Line 1 of `postmaster.pid` is the server's id, line 8 its status (PostgreSQL's `pidfile.h`).
fn is_ready(data: &Path, pid: u32) -> bool {
    let text = fs::read_to_string(data.join("postmaster.pid")).unwrap_or_default();
    let line = |number: usize| text.lines().nth(number - 1).map(str::trim);
    line(1) == Some(&pid.to_string()) && line(8) == Some("ready")
}

/// 192 random bits from the kernel as hexadecimal.
fn random_password() -> Result<String> {
    let mut bytes = [0_u8; 24];
    File::open("/dev/urandom").and_then(|mut file| file.read_exact(&mut bytes)).context("/dev/urandom")?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// The last lines of a log, for a message.
fn tail(log: &Path) -> String {
    let text = fs::read(log).unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let lines: Vec<&str> = text.lines().collect();
    lines.get(lines.len().saturating_sub(20)..).unwrap_or_default().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passwords_are_long_and_never_the_same() {
        let (one, other) = (random_password().unwrap(), random_password().unwrap());
        assert_eq!(one.len(), 48);
        assert!(one.bytes().all(|byte| byte.is_ascii_hexdigit()));
        assert_ne!(one, other);
    }

    #[test]
    fn only_this_childs_own_status_counts() {
        let data = std::env::temp_dir().join(format!("tasuki-ready-{}", std::process::id()));
        fs::create_dir_all(&data).unwrap();
        let write = |status: &str| {
            let text = format!("4711\n/data\n1700000000\n5432\n/socket\n\n  123  456\n{status}\n");
            fs::write(data.join("postmaster.pid"), text).unwrap();
        };
        assert!(!is_ready(&data, 4711), "no file yet");
        write("starting");
        assert!(!is_ready(&data, 4711));
        write("ready   ");
        assert!(is_ready(&data, 4711));
        assert!(!is_ready(&data, 4712), "an older run's file");
        fs::remove_dir_all(data).unwrap();
    }
}
