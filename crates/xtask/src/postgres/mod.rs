//! A private PostgreSQL: found, kept in a folder of its own, reached by a unix socket only.

mod account;
mod cluster;
mod find;
mod folder;
mod leftover;
mod settings;

pub use account::Account;
pub use cluster::{Cluster, SUPERUSER};
pub use find::{Binaries, OLDEST, candidates, found, installed};
pub use folder::{Folder, Holder, PORT, Place, State};
pub use leftover::stop as stop_leftover;

/// Which of the two clusters. They never share a folder, so that tests cannot harm the demo's data.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// For demo and bench: what is committed survives a power cut.
    Durable,
    /// For tests: nothing is waited for on disk.
    Test,
}

impl Kind {
    /// The cluster's folder inside the state folder.
    fn name(self) -> &'static str {
        match self {
            Self::Durable => "pg",
            Self::Test => "pg-test",
        }
    }
}
