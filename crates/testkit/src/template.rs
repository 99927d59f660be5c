//! The template database: installed once per state of the migrations, copied for every test.

use std::time::{SystemTime, UNIX_EPOCH};

use store::Installation;
use store::install::migration_digest;

use crate::Cluster;
use crate::db::{PREFIX, installation};
use crate::sql::Sql;
use crate::towns;

/// Raised when what a template holds changes without a migration.
const GENERATION: u32 = 1;

/// A test that takes longer than this was killed: its database may go. Milliseconds.
const LEFTOVER_AFTER: u128 = 3_600_000;

/// Locks: whoever makes a template (and drops older ones) is alone; whoever copies one shares. Advisory
/// locks are per database, so they are taken in `postgres`, and end with the connection.
const ALONE: &str = "SELECT pg_advisory_lock(7402190)";
const SHARED: &str = "SELECT pg_advisory_lock_shared(7402190)";
const RELEASE: &str = "SELECT pg_advisory_unlock_all()";

/// The template for these migrations, made when there is none: its name, and a connection that holds it
/// against being dropped while it is copied.
pub async fn ensure(cluster: &Cluster) -> (String, Sql) {
    let digest = migration_digest();
    let name = format!("{PREFIX}_template_{GENERATION}_{}", digest.get(..16).unwrap_or(&digest));
    let known = format!("SELECT 1 FROM pg_database WHERE datname = '{name}'");
    let server = Sql::open(&cluster.config("postgres")).await;
    loop {
        server.run(SHARED).await;
        if !server.rows(&known).await.is_empty() {
            clear_leftovers(&server).await;
            return (name, server);
        }
        server.run(RELEASE).await;
        server.run(ALONE).await;
        if server.rows(&known).await.is_empty() {
            build(cluster, &server, &name).await;
        }
        server.run(RELEASE).await;
    }
}

/// Built under another name and renamed when whole, so that a killed build is never taken for one.
async fn build(cluster: &Cluster, server: &Sql, name: &str) {
    let unfinished = format!("{PREFIX}_unfinished");
    server.run(&format!("DROP DATABASE IF EXISTS {unfinished} WITH (FORCE)")).await;
    for old in
        server.column(&format!("SELECT datname FROM pg_database WHERE datname ~ '^{PREFIX}_template_'")).await
    {
        server.run(&format!("DROP DATABASE IF EXISTS {old} WITH (FORCE)")).await;
    }
    let installation = installation(cluster, &unfinished);
    installation.install(&cluster.superuser, &cluster.password).await.unwrap();
    make_town_roles(cluster, &installation).await;
    server.run(&format!("ALTER DATABASE {unfinished} WITH ALLOW_CONNECTIONS false")).await;
    let others =
        format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{unfinished}'");
    let rename = format!("ALTER DATABASE {unfinished} RENAME TO {name}");
    for _ in 0..100 {
        server.run(&others).await;
        if server.try_rows(&rename).await.is_ok() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("{unfinished} is still in use");
}

/// Roles belong to the cluster: made here once, so that tests side by side never make the same one.
/// The towns are admitted by each test for itself.
async fn make_town_roles(cluster: &Cluster, installation: &Installation) {
    for town in towns::ALL.iter().chain(&[towns::OUTSIDER]) {
        installation.admit(towns::code(town)).await.unwrap();
    }
    let database = Sql::open(&cluster.config(&installation.database)).await;
    database.run("TRUNCATE hub.chain, town.version").await;
}

/// Drops the databases of tests that were killed.
async fn clear_leftovers(server: &Sql) {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis();
    let tests = server
        .column(&format!("SELECT datname FROM pg_database WHERE datname ~ '^{PREFIX}_t_[0-9a-f]{{32}}$'"))
        .await;
    for name in tests {
        let made = name.get(7..19).and_then(|millis| u128::from_str_radix(millis, 16).ok()).unwrap_or(0);
        if made + LEFTOVER_AFTER < now {
            // Another process may be dropping it too.
            let _ = server.try_rows(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)")).await;
        }
    }
}
