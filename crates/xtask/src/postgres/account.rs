//! Whom PostgreSQL runs as: it refuses to run as root.

use anyhow::{Context, Result};
use nix::unistd::{User, geteuid};

/// An unprivileged account of this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Its name, for messages.
    pub name: String,
    /// Its user id.
    pub uid: u32,
    /// Its primary group.
    pub gid: u32,
}

impl Account {
    /// `None` when this process is not root, and so can run PostgreSQL itself; else `postgres`, which
    /// comes with the packages, or `nobody`.
    ///
    /// # Errors
    /// When this process is root and the machine has neither account.
    pub fn to_drop_to() -> Result<Option<Self>> {
        if !geteuid().is_root() {
            return Ok(None);
        }
        for name in ["postgres", "nobody"] {
            if let Some(user) = User::from_name(name).context("cannot read the accounts of this machine")? {
                return Ok(Some(Self { name: name.into(), uid: user.uid.as_raw(), gid: user.gid.as_raw() }));
            }
        }
        anyhow::bail!("PostgreSQL does not run as root and there is no user postgres: run as another user")
    }
}
