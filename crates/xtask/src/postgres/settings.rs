//! The settings PostgreSQL is started with.

use super::Kind;

/// For both clusters. The log settings keep values and statements out of the server's log, as a real
/// installation must (design §4): an error is one terse line without the statement that caused it.
const COMMON: &[&str] = &[
    "listen_addresses=",
    "unix_socket_permissions=0700",
    "shared_buffers=512MB",
    "max_connections=200",
    "max_locks_per_transaction=128",
    "max_wal_size=2GB",
    "wal_compression=on",
    "jit=off",
    "logging_collector=off",
    "log_destination=stderr",
    "log_statement=none",
    "log_min_error_statement=panic",
    "log_error_verbosity=terse",
    "log_parameter_max_length=0",
    "log_parameter_max_length_on_error=0",
];

/// A test's data is worth nothing after the test, so a power cut may take it.
const TEST: &[&str] = &["fsync=off", "synchronous_commit=off", "full_page_writes=off"];

/// `name=value` settings for one kind of cluster.
pub fn of(kind: Kind) -> impl Iterator<Item = &'static str> {
    let own = match kind {
        Kind::Durable => &[],
        Kind::Test => TEST,
    };
    COMMON.iter().chain(own).copied()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_test_cluster_gives_up_durability() {
        assert!(of(Kind::Durable).all(|setting| !TEST.contains(&setting)));
        assert_eq!(of(Kind::Test).filter(|setting| TEST.contains(setting)).count(), 3);
    }

    #[test]
    fn neither_listens_on_tcp() {
        for kind in [Kind::Durable, Kind::Test] {
            assert!(of(kind).any(|setting| setting == "listen_addresses="));
        }
    }
}
