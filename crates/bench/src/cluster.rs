//! The PostgreSQL that the benchmarks run on, and its own programs, which are the peers.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, bail};

/// The cluster that `cargo xtask bench` started.
#[derive(Debug)]
pub struct Cluster {
    /// Folder of its socket.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Superuser.
    pub superuser: String,
    /// File with the superuser's password.
    pub password_file: PathBuf,
    /// Folder of its programs.
    bin: Option<PathBuf>,
    /// Data folder.
    data: PathBuf,
}

impl Cluster {
    /// The cluster that the environment names.
    ///
    /// # Errors
    /// When it names none.
    pub fn from_environment() -> anyhow::Result<Self> {
        let name = |name: &str| {
            std::env::var(name).with_context(|| format!("{name} is not set; run `cargo xtask bench`"))
        };
        Ok(Self {
            host: name("TASUKI_PG_HOST")?,
            port: name("TASUKI_PG_PORT")?.parse().context("TASUKI_PG_PORT is not a port")?,
            superuser: name("TASUKI_PG_SUPERUSER")?,
            password_file: name("TASUKI_PG_PASSWORD_FILE")?.into(),
            bin: std::env::var_os("TASUKI_PG_BIN").map(Into::into),
            data: name("TASUKI_PG_DATA")?.into(),
        })
    }

    /// The superuser's password.
    ///
    /// # Errors
    /// When its file cannot be read.
    pub fn password(&self) -> anyhow::Result<String> {
        let path = &self.password_file;
        let text = fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
        Ok(text.trim_end().to_owned())
    }

    /// The postmaster's process id: the first line of its pid file.
    ///
    /// # Errors
    /// When the file is not there or says nothing.
    pub fn postmaster(&self) -> anyhow::Result<u32> {
        let path = self.data.join("postmaster.pid");
        let text = fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
        text.lines()
            .next()
            .and_then(|line| line.trim().parse().ok())
            .context("the postmaster's id is no number")
    }

    /// One of PostgreSQL's programs, ready to act as the superuser on a database; `None` when it is not
    /// installed.
    ///
    /// # Errors
    /// When the superuser's password cannot be read.
    pub fn program(&self, name: &str, database: &str) -> anyhow::Result<Option<Command>> {
        let path = std::env::var_os("PATH").unwrap_or_default();
        let mut folders = self.bin.iter().cloned().chain(std::env::split_paths(&path));
        let Some(file) = folders.find_map(|folder| Some(folder.join(name)).filter(|file| file.is_file()))
        else {
            return Ok(None);
        };
        let mut command = Command::new(file);
        command
            .env("PGHOST", &self.host)
            .env("PGPORT", self.port.to_string())
            .env("PGUSER", &self.superuser)
            .env("PGPASSWORD", self.password()?)
            .env("PGDATABASE", database);
        Ok(Some(command))
    }

    /// Runs statements as the superuser, each by itself; `None` when `psql` is not installed.
    ///
    /// # Errors
    /// When one fails.
    pub fn sql(&self, database: &str, statements: &[&str]) -> anyhow::Result<Option<()>> {
        let Some(mut psql) = self.program("psql", database)? else { return Ok(None) };
        psql.args(["--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1"]);
        for statement in statements {
            psql.args(["--command", statement]);
        }
        finished(&mut psql).map(|_| Some(()))
    }
}

/// Runs a program to its end and gives what it printed.
///
/// # Errors
/// When it cannot be started or fails; then with what it complained of.
pub fn finished(command: &mut Command) -> anyhow::Result<String> {
    let name = command.get_program().to_string_lossy().into_owned();
    let output = command.output().with_context(|| format!("starting {name}"))?;
    if !output.status.success() {
        bail!("{name} failed ({}): {}", output.status, String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8_lossy(&output.stdout).into_owned())
}
