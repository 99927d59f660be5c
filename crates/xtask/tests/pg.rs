//! The runner as a developer meets it: started, killed, started again, in a workspace of its own.
//!
//! Needs the PostgreSQL that `cargo xtask test` installs.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

use std::fs::{self, File, Permissions};
use std::io::{BufRead, BufReader};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

const PATIENCE: Duration = Duration::from_secs(60);

/// A folder that cargo takes for a workspace, removed at the end.
struct Workspace(PathBuf);

impl Workspace {
    fn new(name: &str) -> Self {
        let root = std::env::temp_dir().join(format!("tasuki-{name}-{}", std::process::id()));
        fs::create_dir_all(&root).unwrap();
        fs::write(root.join("Cargo.toml"), "[workspace]\nresolver = \"3\"\n").unwrap();
        Self(root)
    }

    fn xtask(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
        command.args(arguments).current_dir(&self.0).stdin(Stdio::null());
        let path = std::env::var("PATH").unwrap();
        command.env("PATH", format!("{}:{path}", self.0.join("bin").display()));
        command
    }

    /// Makes this workspace's runs believe that there is no `setpriv`, as on macOS.
    fn without_setpriv(&self) {
        let file = self.0.join("bin/setpriv");
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(&file, "#!/bin/sh\nexit 1\n").unwrap();
        fs::set_permissions(file, Permissions::from_mode(0o755)).unwrap();
    }

    fn output(&self, arguments: &[&str]) -> Output {
        self.xtask(arguments).output().unwrap()
    }

    /// `pg start --test`, when it is ready, and what it said until then.
    fn start(&self) -> (Child, String) {
        let progress = self.0.join("progress");
        let mut command = self.xtask(&["pg", "start", "--test"]);
        let mut child =
            command.stdout(Stdio::piped()).stderr(File::create(&progress).unwrap()).spawn().unwrap();
        let mut said = String::new();
        for line in BufReader::new(child.stdout.take().unwrap()).lines() {
            said.push_str(&line.unwrap());
            said.push('\n');
            if said.contains("TASUKI_PG_LOG") {
                return (child, said + &fs::read_to_string(progress).unwrap());
            }
        }
        child.wait().unwrap();
        panic!("it ended before it was ready: {}", fs::read_to_string(progress).unwrap());
    }

    fn postmaster(&self) -> i32 {
        let text = fs::read_to_string(self.0.join(".tasuki/pg-test/data/postmaster.pid")).unwrap();
        text.lines().next().unwrap().parse().unwrap()
    }

    fn select_one(&self) -> Output {
        self.output(&["pg", "psql", "--test", "--", "-XAtc", "select 'an', 'swer'"])
    }
}

impl Drop for Workspace {
    fn drop(&mut self) {
        self.output(&["pg", "stop", "--test"]);
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

fn signal(child: &Child, signal: Signal) {
    kill(Pid::from_raw(i32::try_from(child.id()).unwrap()), signal).unwrap();
}

/// Dead, or dead and not yet collected by its new parent.
fn gone(pid: i32) -> bool {
    let alive = Command::new("ps").args(["-o", "stat=", "-p", &pid.to_string()]).output().unwrap();
    let state = text(&alive.stdout);
    state.trim().is_empty() || state.trim().starts_with('Z')
}

fn eventually(what: &str, condition: impl Fn() -> bool) {
    let begun = Instant::now();
    while !condition() {
        assert!(begun.elapsed() < PATIENCE, "{what}");
        thread::sleep(Duration::from_millis(50));
    }
}

/// Puts a wrong password into the file; gives back the right one.
fn spoil_password(root: &Path) -> String {
    let file = root.join(".tasuki/pg-test/password");
    let password = fs::read_to_string(&file).unwrap();
    fs::write(file, "not the password").unwrap();
    password
}

#[test]
fn a_cluster_is_started_used_stopped_and_started_again() {
    let workspace = Workspace::new("pg-start");
    let (mut first, said) = workspace.start();
    for name in ["HOST", "PORT", "SUPERUSER", "PASSWORD_FILE", "BIN", "DATA", "LOG"] {
        assert!(said.contains(&format!("export TASUKI_PG_{name}='")), "{name}: {said}");
    }
    assert_eq!(text(&workspace.select_one().stdout).trim(), "an|swer");

    let second = workspace.output(&["pg", "start", "--test"]);
    assert!(!second.status.success());
    let refusal = text(&second.stderr);
    let wanted = format!("another `cargo xtask pg start` runs in this checkout (pid {})", first.id());
    assert!(refusal.contains(&wanted), "{refusal}");

    let password = spoil_password(&workspace.0);
    let refused = workspace.select_one();
    assert!(text(&refused.stderr).contains("password authentication failed"), "{}", text(&refused.stderr));
    fs::write(workspace.0.join(".tasuki/pg-test/password"), password).unwrap();

    let postmaster = workspace.postmaster();
    signal(&first, Signal::SIGINT);
    assert_eq!(first.wait().unwrap().code(), Some(130));
    assert!(gone(postmaster), "PostgreSQL ends before its runner does");
    assert!(text(&workspace.select_one().stderr).contains("does not run"));

    let (mut again, said) = workspace.start();
    assert!(!said.contains("making a PostgreSQL"), "the cluster is reused: {said}");
    assert!(workspace.output(&["pg", "stop", "--test"]).status.success());
    assert_eq!(again.wait().unwrap().code(), Some(143));
}

#[cfg(target_os = "linux")]
#[test]
fn a_killed_runner_takes_postgresql_along() {
    let workspace = Workspace::new("pg-kill");
    let (mut runner, _) = workspace.start();
    let postmaster = workspace.postmaster();
    signal(&runner, Signal::SIGKILL);
    runner.wait().unwrap();
    eventually("PostgreSQL still runs", || gone(postmaster));
    let (runner, _) = workspace.start();
    assert_eq!(text(&workspace.select_one().stdout).trim(), "an|swer");
    drop(runner);
}

#[test]
fn a_postgresql_left_behind_is_stopped_before_a_new_one_starts() {
    let workspace = Workspace::new("pg-left");
    workspace.without_setpriv();
    let (mut runner, _) = workspace.start();
    let postmaster = workspace.postmaster();
    signal(&runner, Signal::SIGKILL);
    runner.wait().unwrap();
    thread::sleep(Duration::from_millis(500));
    assert!(!gone(postmaster), "nothing tells it that its runner is dead");

    let (mut again, said) = workspace.start();
    assert!(said.contains(&format!("left behind (pid {postmaster})")), "{said}");
    assert!(gone(postmaster));
    assert_eq!(text(&workspace.select_one().stdout).trim(), "an|swer");

    signal(&again, Signal::SIGKILL);
    again.wait().unwrap();
    let stopped = workspace.output(&["pg", "stop", "--test"]);
    assert!(text(&stopped.stderr).contains("==> stopped"), "{}", text(&stopped.stderr));
    let stopped = workspace.output(&["pg", "stop", "--test"]);
    assert!(text(&stopped.stderr).contains("==> nothing runs"), "{}", text(&stopped.stderr));
}

#[test]
fn a_version_that_is_no_longer_installed_is_named_and_the_data_left_alone() {
    let workspace = Workspace::new("pg-version");
    let (mut runner, _) = workspace.start();
    signal(&runner, Signal::SIGTERM);
    assert_eq!(runner.wait().unwrap().code(), Some(143));
    let version = workspace.0.join(".tasuki/pg-test/data/PG_VERSION");
    fs::write(&version, "11\n").unwrap();
    let refused = workspace.output(&["pg", "start", "--test"]);
    assert_eq!(refused.status.code(), Some(1));
    assert!(text(&refused.stderr).contains("was made by PostgreSQL 11, which is not installed"));
    assert!(version.exists());
}
