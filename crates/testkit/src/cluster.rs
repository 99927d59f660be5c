//! The PostgreSQL that `cargo xtask` started for the tests, as its environment says.

use std::ffi::OsString;
use std::path::PathBuf;
use std::process::Command;

use tokio_postgres::Config;

/// Where the cluster is and how its superuser logs in.
#[derive(Debug, Clone)]
pub struct Cluster {
    /// Folder of the Unix socket.
    pub host: String,
    /// Port: part of the socket's name.
    pub port: u16,
    /// Superuser.
    pub superuser: String,
    /// Its password.
    pub password: String,
    /// Folder of `pg_dump` and `psql`.
    pub bin: PathBuf,
    /// Data folder.
    pub data: PathBuf,
    /// Server log.
    pub log: PathBuf,
}

impl Cluster {
    /// The cluster that the environment names.
    ///
    /// # Panics
    /// When it names none.
    #[must_use]
    pub fn from_env() -> Self {
        let password = PathBuf::from(var("TASUKI_PG_PASSWORD_FILE"));
        let password = std::fs::read_to_string(&password)
            .unwrap_or_else(|error| panic!("{}: {error}", password.display()));
        Self {
            host: var("TASUKI_PG_HOST").into_string().unwrap(),
            port: var("TASUKI_PG_PORT").into_string().unwrap().parse().unwrap(),
            superuser: var("TASUKI_PG_SUPERUSER").into_string().unwrap(),
            password: password.trim().to_owned(),
            bin: var("TASUKI_PG_BIN").into(),
            data: var("TASUKI_PG_DATA").into(),
            log: var("TASUKI_PG_LOG").into(),
        }
    }

    /// How the superuser connects to a database.
    #[must_use]
    pub fn config(&self, database: &str) -> Config {
        let mut config = Config::new();
        config
            .host(&self.host)
            .port(self.port)
            .user(&self.superuser)
            .password(&self.password)
            .dbname(database)
            .application_name("tasuki tests");
        config
    }

    /// One of PostgreSQL's own programs, as the superuser on a database.
    #[must_use]
    pub fn program(&self, name: &str, database: &str) -> Command {
        let mut command = Command::new(self.bin.join(name));
        command
            .env("PGHOST", &self.host)
            .env("PGPORT", self.port.to_string())
            .env("PGUSER", &self.superuser)
            .env("PGPASSWORD", &self.password)
            .env("PGDATABASE", database);
        command
    }
}

fn var(name: &str) -> OsString {
    std::env::var_os(name).unwrap_or_else(|| {
        panic!(
            "{name} is not set: run the tests by `cargo xtask test`, or start PostgreSQL by \
             `cargo xtask pg start --test` and export what it prints"
        )
    })
}
