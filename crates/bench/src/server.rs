//! The server under load: this same program, started again as a process of its own, running the
//! product's `serve`.

use std::fs;
use std::io::Read;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use clap::Parser;
use tasuki::serve;
use tasuki::settings::Database;

/// How long the server may take to listen.
const PATIENCE: Duration = Duration::from_secs(30);

/// The product's own options.
#[derive(Parser)]
struct Options {
    #[command(flatten)]
    serve: serve::Options,
}

/// Is the server until it is told to stop, or until whoever started it is gone.
///
/// # Errors
/// As [`serve::run`].
pub fn be_one(arguments: impl Iterator<Item = String>) -> anyhow::Result<()> {
    let options = Options::parse_from(arguments);
    std::thread::spawn(|| {
        // Nothing is ever written: the end of this pipe is the end of the benchmark.
        let _ = std::io::stdin().read(&mut [0]);
        std::process::exit(0);
    });
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().context("starting the runtime")?;
    runtime.block_on(serve::run(&options.serve))
}

/// A running server; stopped when dropped.
pub struct Server {
    process: Child,
    /// Where it listens.
    pub address: SocketAddr,
    /// Its certificate, made at its first start.
    pub certificate: PathBuf,
}

impl Server {
    /// Starts one and waits until it listens.
    ///
    /// # Errors
    /// When it ends or does not listen in time.
    pub fn start(database: &Database, folder: &Path) -> anyhow::Result<Self> {
        let address = free_port()?;
        let certificate = folder.join("cert.pem");
        let program = std::env::current_exe().context("this program has no file")?;
        let process = Command::new(program)
            .arg(crate::SERVE)
            .args(["--pg-host", &database.pg_host, "--pg-port", &database.pg_port.to_string()])
            .args(["--pg-database", &database.pg_database, "--prefix", &database.prefix.to_string()])
            .arg("--keys")
            .arg(&database.keys)
            .arg("--tls-cert")
            .arg(&certificate)
            .arg("--tls-key")
            .arg(folder.join("cert-key.pem"))
            .args(["--bind", &address.to_string()])
            // What is measured is how much there is, not how much one client is given.
            .args(["--token-burst", "1000000", "--token-rate", "1000000"])
            .args(["--town-burst", "1000000", "--town-rate", "1000000"])
            .stdin(Stdio::piped())
            .spawn()
            .context("starting the server")?;
        let mut server = Self { process, address, certificate };
        server.wait()?;
        Ok(server)
    }

    /// Memory it holds (resident), in MiB; `None` where the system does not tell.
    #[must_use]
    pub fn memory(&self) -> Option<f64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.id())).ok()?;
        let held = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        Some(held.trim().strip_suffix(" kB")?.parse::<f64>().ok()? / 1024.0)
    }

    /// Its process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.process.id()
    }

    fn wait(&mut self) -> anyhow::Result<()> {
        let began = Instant::now();
        while TcpStream::connect(self.address).is_err() {
            if let Some(status) = self.process.try_wait().context("asking for the server")? {
                bail!("the server ended: {status}");
            }
            if began.elapsed() > PATIENCE {
                bail!("the server does not listen");
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        Ok(())
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It may have ended by itself; then there is nothing to stop.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// A port that was free a moment ago.
fn free_port() -> anyhow::Result<SocketAddr> {
    let listener = TcpListener::bind("127.0.0.1:0").context("looking for a free port")?;
    listener.local_addr().context("looking for a free port")
}
