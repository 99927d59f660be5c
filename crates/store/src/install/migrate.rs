//! The migrations. Their own runner, because they must name the installation's roles, run each as
//! the role that is to own what it makes, and go one statement a call (Citus refuses more); no
//! maintained runner fills in role names.

use seal::sha256;
use tokio_postgres::Client;

use super::Prefix;
use crate::StoreError;

/// Every migration in order: its name and its text.
const MIGRATIONS: &[(&str, &str)] = &[
    ("0001_roles_and_schemas", include_str!("../../migrations/0001_roles_and_schemas.sql")),
    ("0002_town_staff", include_str!("../../migrations/0002_town_staff.sql")),
    ("0003_town_records", include_str!("../../migrations/0003_town_records.sql")),
    ("0004_town_judgement", include_str!("../../migrations/0004_town_judgement.sql")),
    ("0005_town_policies", include_str!("../../migrations/0005_town_policies.sql")),
    ("0006_coop", include_str!("../../migrations/0006_coop.sql")),
    ("0007_hub_evidence", include_str!("../../migrations/0007_hub_evidence.sql")),
    ("0008_hub_handover", include_str!("../../migrations/0008_hub_handover.sql")),
    ("0009_admission", include_str!("../../migrations/0009_admission.sql")),
    ("0010_town_lock", include_str!("../../migrations/0010_town_lock.sql")),
    ("0011_one_load_an_upload", include_str!("../../migrations/0011_one_load_an_upload.sql")),
    ("0012_idempotency", include_str!("../../migrations/0012_idempotency.sql")),
    ("0013_accounts", include_str!("../../migrations/0013_accounts.sql")),
    ("0014_case_work", include_str!("../../migrations/0014_case_work.sql")),
    ("0015_tasks", include_str!("../../migrations/0015_tasks.sql")),
    ("0016_load_persons", include_str!("../../migrations/0016_load_persons.sql")),
    ("0017_operations", include_str!("../../migrations/0017_operations.sql")),
    ("0018_watchdog", include_str!("../../migrations/0018_watchdog.sql")),
    ("0023_denials", include_str!("../../migrations/0023_denials.sql")),
    ("0025_hub_answers", include_str!("../../migrations/0025_hub_answers.sql")),
    ("0026_change_feed", include_str!("../../migrations/0026_change_feed.sql")),
    ("0027_arrivals", include_str!("../../migrations/0027_arrivals.sql")),
    ("0028_load_plans", include_str!("../../migrations/0028_load_plans.sql")),
    ("0029_arrivals_taken_back", include_str!("../../migrations/0029_arrivals_taken_back.sql")),
    ("0030_load_quality", include_str!("../../migrations/0030_load_quality.sql")),
    ("0032_load_changed", include_str!("../../migrations/0032_load_changed.sql")),
    ("0034_upload_parts", include_str!("../../migrations/0034_upload_parts.sql")),
    ("0035_roster", include_str!("../../migrations/0035_roster.sql")),
    ("0036_tree_hashes_from", include_str!("../../migrations/0036_tree_hashes_from.sql")),
    ("0037_operator_requests", include_str!("../../migrations/0037_operator_requests.sql")),
    ("0039_corrections_named", include_str!("../../migrations/0039_corrections_named.sql")),
    ("0040_numbers_taught", include_str!("../../migrations/0040_numbers_taught.sql")),
];

/// A digest over every migration: the identity of the schema, for template databases.
#[must_use]
pub fn migration_digest() -> String {
    let texts: Vec<&[u8]> = MIGRATIONS.iter().map(|(_, text)| text.as_bytes()).collect();
    hex::encode(sha256(&texts))
}

pub(super) async fn run(database: &Client, prefix: &Prefix) -> Result<(), StoreError> {
    database.batch_execute("SELECT pg_advisory_lock(7402175)").await?;
    database
        .batch_execute(
            "CREATE TABLE IF NOT EXISTS public.migration (name text PRIMARY KEY, digest bytea NOT NULL, applied_at timestamptz NOT NULL)",
        )
        .await?;
    for (name, text) in MIGRATIONS {
        let digest = sha256(&[text.as_bytes()]).to_vec();
        let applied =
            database.query_opt("SELECT digest FROM public.migration WHERE name = $1", &[name]).await?;
        match applied {
            Some(row) if row.get::<_, Vec<u8>>(0) == digest => {}
            Some(_) => return Err(StoreError::Malformed("a migration that was applied has been edited")),
            None => apply(database, prefix, name, text, &digest).await?,
        }
    }
    database.batch_execute("SELECT pg_advisory_unlock(7402175)").await?;
    Ok(())
}

async fn apply(
    database: &Client,
    prefix: &Prefix,
    name: &str,
    text: &str,
    digest: &[u8],
) -> Result<(), StoreError> {
    let role = text
        .lines()
        .find_map(|line| line.strip_prefix("-- role: "))
        .ok_or(StoreError::Malformed("a migration names no role"))?;
    let filled = text.replace("{p}", &prefix.to_string()).replace("{n}", &prefix.town_offset().to_string());
    database.batch_execute("BEGIN").await?;
    if role != "superuser" {
        database.batch_execute(&format!("SET LOCAL ROLE {}", prefix.role(role))).await?;
    }
    for statement in filled.split("\n--;\n") {
        if let Err(error) = database.batch_execute(statement).await {
            // A migration holds no resident's data: its text may be shown, and must be to be mended.
            tracing::error!(migration = name, %statement, reason = ?error.as_db_error(), "a migration failed");
            database.batch_execute("ROLLBACK").await?;
            return Err(error.into());
        }
    }
    database.batch_execute("RESET ROLE").await?;
    database
        .execute(
            "INSERT INTO public.migration (name, digest, applied_at) VALUES ($1, $2, now())",
            &[&name, &digest],
        )
        .await?;
    database.batch_execute("COMMIT").await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_migration_names_its_role_and_every_file_is_listed() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/migrations");
        let mut files: Vec<_> = std::fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().path().file_stem().unwrap().to_string_lossy().into_owned())
            .collect();
        files.sort();
        assert_eq!(files, MIGRATIONS.iter().map(|(name, _)| (*name).to_owned()).collect::<Vec<_>>());
        for (name, text) in MIGRATIONS {
            assert!(text.contains("\n-- role: "), "{name}");
        }
    }
}
