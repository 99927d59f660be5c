//! The cluster's part of an installation: its roles and its database. Everything that needs a
//! superuser is here and in the migrations, and runs once, at installation.

use tokio_postgres::Client;

use super::Installation;
use crate::StoreError;

/// NOLOGIN roles and their attributes. `adm` owns the function that admits towns.
const NOLOGIN: &[(&str, &str)] = &[("owner", ""), ("town", ""), ("hub", ""), ("adm", "CREATEROLE")];

/// LOGIN roles of the platform itself.
const LOGIN: &[&str] = &["coop", "seq", "log", "watch"];

pub(super) async fn ensure(server: &Client, installation: &Installation) -> Result<(), StoreError> {
    let prefix = &installation.prefix;
    // Two installers at once (parallel tests) would both find a role missing.
    server.batch_execute("SELECT pg_advisory_lock(7402175)").await?;
    for (name, attributes) in NOLOGIN {
        let role = prefix.role(name);
        if !role_exists(server, &role).await? {
            server.batch_execute(&format!("CREATE ROLE {role} NOLOGIN {attributes}")).await?;
        }
    }
    for name in LOGIN {
        let role = prefix.role(name);
        if !role_exists(server, &role).await? {
            let verifier = installation.secret.role_password(&role).scram_verifier();
            server.batch_execute(&format!("CREATE ROLE {role} LOGIN PASSWORD '{verifier}'")).await?;
        }
    }
    let (adm, town, watch) = (prefix.role("adm"), prefix.role("town"), prefix.role("watch"));
    server.batch_execute(&format!("GRANT {town} TO {adm} WITH ADMIN OPTION")).await?;
    // To end a session, and to see what state other roles' sessions are in.
    server.batch_execute(&format!("GRANT pg_signal_backend, pg_read_all_stats TO {watch}")).await?;
    ensure_database(server, installation).await?;
    server.batch_execute("SELECT pg_advisory_unlock(7402175)").await?;
    Ok(())
}

async fn ensure_database(server: &Client, installation: &Installation) -> Result<(), StoreError> {
    let (name, prefix) = (&installation.database, &installation.prefix);
    let known = server.query_opt("SELECT 1 FROM pg_database WHERE datname = $1", &[name]).await?.is_some();
    let quoted = quote(name);
    if !known {
        let owner = prefix.role("owner");
        server
            .batch_execute(&format!(
                "CREATE DATABASE {quoted} OWNER {owner} TEMPLATE template0 ENCODING 'UTF8'"
            ))
            .await?;
    }
    grant_connect(server, installation).await
}

pub(super) async fn drop_database(server: &Client, name: &str) -> Result<(), StoreError> {
    Ok(server.batch_execute(&format!("DROP DATABASE IF EXISTS {} WITH (FORCE)", quote(name))).await?)
}

/// Who may connect to the database; a copy of a template has none of it.
pub(super) async fn grant_connect(server: &Client, installation: &Installation) -> Result<(), StoreError> {
    let (quoted, prefix) = (quote(&installation.database), &installation.prefix);
    server.batch_execute(&format!("REVOKE ALL ON DATABASE {quoted} FROM PUBLIC")).await?;
    let (town, coop) = (prefix.role("town"), prefix.role("coop"));
    let (seq, log, watch) = (prefix.role("seq"), prefix.role("log"), prefix.role("watch"));
    server.batch_execute(&format!("GRANT CONNECT, TEMP ON DATABASE {quoted} TO {town}")).await?;
    server
        .batch_execute(&format!("GRANT CONNECT ON DATABASE {quoted} TO {coop}, {seq}, {log}, {watch}"))
        .await?;
    Ok(())
}

async fn role_exists(server: &Client, role: &str) -> Result<bool, StoreError> {
    Ok(server.query_opt("SELECT 1 FROM pg_roles WHERE rolname = $1", &[&role]).await?.is_some())
}

fn quote(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}
