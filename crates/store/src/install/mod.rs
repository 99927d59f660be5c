//! An installation: its prefix, where its database is, its roles and its migrations.

mod empty;
mod migrate;
mod roles;

use std::fmt;
use std::str::FromStr;

use kernel::TownCode;
use seal::InstallationSecret;
use tokio_postgres::{Client, Config, NoTls};

use crate::StoreError;

pub use migrate::migration_digest;

/// The four characters every role of one installation begins with, so that several installations
/// and parallel tests share a cluster. Fixed length: the policies cut the town code out of the
/// role's name at a literal place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prefix(String);

/// A text that is no installation prefix.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an installation prefix is four characters: a lower-case letter, then lower-case letters or digits")]
pub struct PrefixError;

impl FromStr for Prefix {
    type Err = PrefixError;
    fn from_str(text: &str) -> Result<Self, PrefixError> {
        let first = text.bytes().next().is_some_and(|b| b.is_ascii_lowercase());
        let rest = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
        if text.len() == 4 && first && rest { Ok(Self(text.to_owned())) } else { Err(PrefixError) }
    }
}

impl fmt::Display for Prefix {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Prefix {
    /// A role's name: `<prefix>_<name>`.
    #[must_use]
    pub fn role(&self, name: &str) -> String {
        format!("{}_{name}", self.0)
    }

    /// Where the town code begins in a role's name, counted from 1 as SQL does.
    fn town_offset(&self) -> usize {
        self.0.len() + 2
    }
}

/// Where an installation lives and the secret its role passwords follow from.
pub struct Installation {
    /// Directory of the server's Unix socket, or its host name.
    pub host: String,
    /// Port.
    pub port: u16,
    /// Database.
    pub database: String,
    /// Role prefix.
    pub prefix: Prefix,
    /// Installation secret.
    pub secret: InstallationSecret,
}

impl Installation {
    /// How a role of this installation connects.
    #[must_use]
    pub fn config(&self, role: &str) -> Config {
        let role = self.prefix.role(role);
        let mut config = Config::new();
        config
            .host(&self.host)
            .port(self.port)
            .dbname(&self.database)
            .user(&role)
            .password(self.secret.role_password(&role).expose())
            .application_name("tasuki")
            .connect_timeout(std::time::Duration::from_secs(5));
        config
    }

    /// Connects as one of the installation's roles (`coop`, `seq`, `log`, a town's code).
    ///
    /// # Errors
    /// [`StoreError`] when the server cannot be reached or refuses the role.
    pub async fn connect(&self, role: &str) -> Result<Client, StoreError> {
        connect(&self.config(role)).await
    }

    /// Makes roles, database and schema, or brings them up to date. Runs as the superuser given and
    /// may be repeated.
    ///
    /// # Errors
    /// [`StoreError`] when a statement fails; migrations done before it stay done.
    pub async fn install(&self, admin_user: &str, admin_password: &str) -> Result<(), StoreError> {
        let server = self.admin(admin_user, admin_password, "postgres").await?;
        roles::ensure(&server, self).await?;
        let database = self.admin(admin_user, admin_password, &self.database).await?;
        migrate::run(&database, &self.prefix).await
    }

    /// Gives the roles their right to connect to a database that was copied or restored: neither
    /// brings it along.
    ///
    /// # Errors
    /// [`StoreError`] when the superuser cannot connect or a statement fails.
    pub async fn grant_connect(&self, admin_user: &str, admin_password: &str) -> Result<(), StoreError> {
        let server = self.admin(admin_user, admin_password, "postgres").await?;
        roles::grant_connect(&server, self).await
    }

    async fn admin(&self, user: &str, password: &str, database: &str) -> Result<Client, StoreError> {
        let mut admin = Config::new();
        admin.host(&self.host).port(self.port).user(user).password(password).dbname(database);
        connect(&admin).await
    }

    /// Drops the installation's database, if it is there; its roles stay. For demonstrations and tests.
    ///
    /// # Errors
    /// [`StoreError`] when the superuser cannot connect or is refused.
    pub async fn drop_database(&self, admin_user: &str, admin_password: &str) -> Result<(), StoreError> {
        let mut admin = Config::new();
        admin.host(&self.host).port(self.port).user(admin_user).password(admin_password).dbname("postgres");
        let server = connect(&admin).await?;
        roles::drop_database(&server, &self.database).await
    }

    /// Admits a town: its LOGIN role, its chain, its switches. Repeating it changes nothing.
    ///
    /// # Errors
    /// [`StoreError`] when the operator's role cannot connect or is refused.
    pub async fn admit(&self, town: TownCode) -> Result<(), StoreError> {
        let client = self.connect("coop").await?;
        let verifier = self.secret.role_password(&self.prefix.role(town.as_str())).scram_verifier();
        client.execute("SELECT adm.ensure_town($1, $2)", &[&town.as_str(), &verifier]).await?;
        Ok(())
    }
}

/// Opens a connection and drives it in the background.
pub(crate) async fn connect(config: &Config) -> Result<Client, StoreError> {
    let (client, connection) = config.connect(NoTls).await?;
    tokio::spawn(async move {
        if connection.await.is_err() {
            tracing::debug!("a database connection ended");
        }
    });
    Ok(client)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_prefix_has_a_fixed_length() {
        assert_eq!("tsk1".parse::<Prefix>().unwrap().role("143669"), "tsk1_143669");
        for bad in ["", "tsk", "tsk12", "1tsk", "Tsk1", "ts_1", "ts'1"] {
            assert_eq!(bad.parse::<Prefix>(), Err(PrefixError), "{bad}");
        }
    }
}
