//! Settings: where the database and the keys are. Every option is a flag and an environment variable.

use std::io::IsTerminal;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context;
use clap::Args;
use seal::InstallationSecret;
use store::{Installation, KeyFolder, Prefix};
use tracing_subscriber::EnvFilter;
use zeroize::Zeroizing;

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
    /// File with the installation secret (64 hexadecimal digits), such as a systemd credential. It must
    /// exist. Without this setting the secret is in the key folder and made at the first start.
    #[arg(long, env = "TASUKI_SECRET_FILE")]
    pub secret_file: Option<PathBuf>,
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
        let secret = match &self.secret_file {
            Some(path) => secret_from(path)?,
            None => folder.installation_secret()?,
        };
        let installation = Installation {
            host: self.pg_host.clone(),
            port: self.pg_port,
            database: self.pg_database.clone(),
            prefix: self.prefix.clone(),
            secret,
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

/// The installation secret from a file that somebody else keeps: never made here, for a new secret would
/// fit no role of the database.
fn secret_from(path: &Path) -> anyhow::Result<InstallationSecret> {
    let text = Zeroizing::new(read_secret(path)?);
    let mut secret = Zeroizing::new([0; 32]);
    hex::decode_to_slice(text.as_str(), &mut *secret).map_err(|_| {
        anyhow::anyhow!("{} is not an installation secret (64 hexadecimal digits)", path.display())
    })?;
    Ok(InstallationSecret::from_bytes(&secret))
}

fn read_secret(path: &Path) -> anyhow::Result<String> {
    let text = std::fs::read_to_string(path).with_context(|| format!("reading {}", path.display()))?;
    Ok(text.trim_end().to_owned())
}

/// Logs to standard error; `RUST_LOG` says how much. No log line holds a resident's data.
pub fn log_to_stderr() {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("warn"));
    let started = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        // A journal or a file wants no colours.
        .with_ansi(std::io::stderr().is_terminal())
        .try_init();
    if started.is_err() {
        tracing::debug!("a log is set up already");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn database(folder: &Path, secret_file: Option<PathBuf>) -> Database {
        Database {
            pg_host: "/nowhere".into(),
            pg_port: 5432,
            pg_database: "tasuki".into(),
            prefix: "tsk0".parse().unwrap(),
            keys: folder.join("keys"),
            secret_file,
            pg_superuser: "postgres".into(),
            pg_password_file: None,
        }
    }

    #[test]
    fn a_secret_kept_elsewhere_is_read_and_never_made() {
        let folder = std::env::temp_dir().join(format!("tasuki-secret-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let file = folder.join("secret");
        let database = database(&folder, Some(file.clone()));
        let refused = |what: &str| {
            let said = format!("{:#}", database.installation().err().unwrap());
            assert!(said.contains(what) && said.contains("secret"), "{said}");
        };
        refused("reading");
        for bad in ["", "ab", &"g".repeat(64), &"a".repeat(63), &"a".repeat(66)] {
            std::fs::write(&file, bad).unwrap();
            refused("64 hexadecimal digits");
        }
        std::fs::write(&file, format!("{}\n", "ab".repeat(32))).unwrap();
        let (installation, _) = database.installation().unwrap();
        assert_eq!(installation.secret.expose(), &[0xab; 32]);
        assert!(!folder.join("keys").exists(), "nothing is made beside a secret that is kept elsewhere");
        std::fs::remove_dir_all(folder).unwrap();
    }

    #[test]
    fn a_secret_of_ones_own_is_made_once() {
        let folder = std::env::temp_dir().join(format!("tasuki-own-secret-{}", std::process::id()));
        let database = database(&folder, None);
        let first = *database.installation().unwrap().0.secret.expose();
        assert_eq!(database.installation().unwrap().0.secret.expose(), &first);
        std::fs::remove_dir_all(folder).unwrap();
    }
}
