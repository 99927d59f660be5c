//! The demonstration with nobody sitting at it: made, then served for programs that ask it. The fuzzer and
//! the clients' smoke scripts use it.

use std::fs;
use std::net::{TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use nix::sys::signal::Signal;
use serde_json::Value;

use crate::checkout::Checkout;
use crate::demo::build_release;
use crate::install;
use crate::postgres::{Account, Cluster, Kind, State};
use crate::run::{self, Background, Interrupt, POLL};
use crate::say::say;

/// Residents of the made-up towns: enough for every operation to have something to show.
const RESIDENTS: &str = "6000";

/// How long the server may take to answer: it starts, it does not load.
const PATIENCE: Duration = Duration::from_secs(60);

/// The demonstration, served. Dropping it stops the server, then PostgreSQL.
pub struct Served {
    _server: Background,
    _cluster: Cluster,
    /// The demonstration's `access.json`.
    pub access: PathBuf,
    /// The same, read.
    pub known: Value,
}

impl Served {
    /// Makes the demonstration anew and serves it, with limits that no fuzzer reaches.
    ///
    /// # Errors
    /// When something cannot be installed, built, made or started, or a signal came.
    pub fn start(checkout: &Checkout, interrupt: &Interrupt) -> Result<Self> {
        let installed = install::ensure_all(interrupt)?;
        build_release("tasuki", checkout, interrupt)?;
        let state = State::open(&checkout.root, Account::to_drop_to()?.as_ref())?;
        let cluster = Cluster::start(&state, Kind::Durable, &installed, "served demo", interrupt)?;
        let (folder, port) = (state.folder.join("demo"), free_port()?);
        let tasuki = || {
            let mut command = run::tied(checkout.release_binary("tasuki"), Signal::SIGTERM, None);
            command.envs(cluster.environment()).current_dir(&checkout.root);
            command
        };
        say!("==> making the demonstration ({RESIDENTS} residents)");
        let mut making = tasuki();
        making.args(["demo", "--exit", "--residents", RESIDENTS, "--port", &port.to_string(), "--state"]);
        let made = run::to_end(making.arg(&folder).stdout(Stdio::null()), interrupt)?;
        ensure!(made.success(), "the demonstration failed ({made}); its lines above say why");
        say!("==> serving it on port {port}");
        let mut server = Background::start(serving(&mut tasuki(), &folder, port))?;
        wait(&mut server, port, interrupt)?;
        let access = folder.join("access.json");
        let text = fs::read(&access).with_context(|| format!("reading {}", access.display()))?;
        let known = serde_json::from_slice(&text).context("access.json")?;
        Ok(Self { _server: server, _cluster: cluster, access, known })
    }

    /// A text of `access.json`.
    ///
    /// # Errors
    /// When it has none there.
    pub fn text(&self, pointer: &str) -> Result<&str> {
        let text = self.known.pointer(pointer).and_then(Value::as_str);
        text.with_context(|| format!("access.json has no {pointer}"))
    }
}

/// `tasuki serve` over what the demonstration made.
fn serving<'c>(command: &'c mut Command, folder: &std::path::Path, port: u16) -> &'c mut Command {
    for name in ["TASUKI_TOKEN_BURST", "TASUKI_TOKEN_RATE", "TASUKI_TOWN_BURST", "TASUKI_TOWN_RATE"] {
        command.env(name, "1000000");
    }
    command.arg("serve").env("RUST_LOG", "error").env("TASUKI_BIND", format!("127.0.0.1:{port}"));
    command.env("TASUKI_PG_DATABASE", "tasuki_demo").env("TASUKI_PREFIX", "demo");
    command.env("TASUKI_KEYS", folder.join("keys"));
    command.env("TASUKI_TLS_CERT", folder.join("cert.pem"));
    command.env("TASUKI_TLS_KEY", folder.join("cert-key.pem"))
}

fn free_port() -> Result<u16> {
    Ok(TcpListener::bind(("127.0.0.1", 0))?.local_addr()?.port())
}

fn wait(server: &mut Background, port: u16, interrupt: &Interrupt) -> Result<()> {
    let deadline = Instant::now() + PATIENCE;
    while TcpStream::connect(("127.0.0.1", port)).is_err() {
        server.check().context("the server")?;
        interrupt.check()?;
        ensure!(Instant::now() < deadline, "the server does not answer on port {port}");
        thread::sleep(POLL);
    }
    Ok(())
}
