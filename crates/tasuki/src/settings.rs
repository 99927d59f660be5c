//! Settings: where the database and the keys are. Every option is a flag and an environment variable.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use clap::Args;
use store::{Installation, KeyFolder, Prefix};
use tracing_subscriber::EnvFilter;

/// Where an installation is.
#[derive(Args, Debug, Clone)]
pub struct Database {
    /// Folder of PostgreSQL's Unix socket, or its host.
    #[arg(long, env = "TASUKI_PG_HOST")]
    pub pg_host: String,
    /// PostgreSQL's port.
    #[arg(long, env = "TASUKI_PG_PORT", default_value_t = 5432)]
    pub pg_port: u16,
    /// The database.
    #[arg(long, env = "TASUKI_PG_DATABASE", default_value = "tasuki")]
    pub pg_database: String,
    /// The four characters every role of this installation begins with.
    #[arg(long, env = "TASUKI_PREFIX", default_value = "tsk0")]
    pub prefix: Prefix,
    /// Folder of the key files, readable by the server's user alone.
    #[arg(long, env = "TASUKI_KEYS")]
    pub keys: PathBuf,
    /// PostgreSQL's superuser; for `install` only.
    #[arg(long, env = "TASUKI_PG_SUPERUSER", default_value = "postgres")]
    pub pg_superuser: String,
    /// File with the superuser's password; for `install` only.
    #[arg(long, env = "TASUKI_PG_PASSWORD_FILE")]
    pub pg_password_file: Option<PathBuf>,
}

impl Database {
    /// The installation and its key folder.
    ///
    /// # Errors
    /// When the installation's secret cannot be read or made.
    pub fn installation(&self) -> anyhow::Result<(Arc<Installation>, KeyFolder)> {
        let folder = KeyFolder::new(&self.keys);
        let installation = Installation {
            host: self.pg_host.clone(),
            port: self.pg_port,
            database: self.pg_database.clone(),
            prefix: self.prefix.clone(),
            secret: folder.installation_secret()?,
        };
        Ok((Arc::new(installation), folder))
    }

    /// Makes roles, database and schema.
    ///
    /// # Errors
    /// When the superuser cannot connect or a migration fails.
    pub async fn install(&self, installation: &Installation) -> anyhow::Result<()> {
        installation
            .install(&self.pg_superuser, &self.superuser_password()?)
            .await
            .with_context(|| format!("installing into {} at {}", self.pg_database, self.pg_host))
    }

    /// The superuser's password.
    ///
    /// # Errors
    /// When its file is not given or cannot be read.
    pub fn superuser_password(&self) -> anyhow::Result<String> {
        let path = self.pg_password_file.as_deref().context("--pg-password-file is needed to install")?;
        read_secret(path)
    }
}

fn read_secret(path: &Path) -> anyhow::Result<String> {
    let text = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    Ok(text.trim_end().to_owned())
}

/// Logs to standard error; `RUST_LOG` says how much. No log line holds a resident's data.
pub fn log_to_stderr() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    let started = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).try_init();
    if started.is_err() {
        tracing::debug!("a log is set up already");
    }
}
