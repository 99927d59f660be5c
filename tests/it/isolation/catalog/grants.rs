//! Grants: no wider than this list, nothing to PUBLIC, nothing by default.

use std::collections::BTreeSet;

use testkit::Sql;

use super::{Findings, run_checks};

/// What a town may do beside SELECT and INSERT.
const TOWN_UPDATES: &[&str] = &[
    "version",
    "keystore",
    "token",
    "operation",
    "upload",
    "load",
    "load_quality",
    "reject",
    "identifier",
    "membership",
    "pack",
    "link_task",
    "run",
    "consent",
    "handover",
    "handover_item",
    "peer_key",
    "idempotency",
    "staff",
    "posting",
    "credential",
    "denial",
    "sign_in_failure",
    "profile_plan",
    "load_plan",
    "task",
];
const TOWN_DELETES: &[&str] = &[
    "keystore",
    "upload_chunk",
    "peer_key",
    "idempotency",
    "credential",
    "sign_in_failure",
    "profile_plan",
    "load_plan",
    "roster",
];

/// What a town may only read.
const TOWN_READS: &[&str] = &["access"];

/// All other grants on tables: grantee, privilege, table.
const OTHERS: &[(&str, &str, &str)] = &[
    ("log", "INSERT", "town.access"),
    ("adm", "INSERT", "town.version"),
    ("town", "SELECT", "coop.member"),
    ("town", "SELECT", "coop.release"),
    ("coop", "SELECT", "coop.member"),
    ("coop", "INSERT", "coop.member"),
    ("coop", "UPDATE", "coop.member"),
    ("coop", "SELECT", "coop.release"),
    ("coop", "INSERT", "coop.release"),
    ("coop", "UPDATE", "coop.release"),
    ("coop", "SELECT", "coop.token"),
    ("coop", "INSERT", "coop.token"),
    ("coop", "UPDATE", "coop.token"),
    ("coop", "SELECT", "coop.idempotency"),
    ("coop", "INSERT", "coop.idempotency"),
    ("coop", "UPDATE", "coop.idempotency"),
    ("coop", "DELETE", "coop.idempotency"),
    ("adm", "SELECT", "hub.chain"),
    ("adm", "INSERT", "hub.chain"),
];

/// Who may use which schema.
const USAGE: &[(&str, &str)] = &[
    ("town", "town"),
    ("town", "coop"),
    ("town", "hub"),
    ("coop", "coop"),
    ("coop", "hub"),
    ("seq", "hub"),
    ("log", "town"),
    ("log", "hub"),
    ("coop", "adm"),
    ("adm", "town"),
    ("adm", "hub"),
];

const CHECKS: &[(&str, &str)] = &[
    (
        "is granted by column",
        "SELECT a.attrelid::regclass::text || '.' || a.attname FROM pg_attribute a JOIN pg_class c ON c.oid = a.attrelid
         WHERE a.attacl IS NOT NULL AND c.relnamespace <> 'pg_catalog'::regnamespace",
    ),
    (
        "lets PUBLIC in",
        "SELECT 'database ' || d.datname FROM pg_database d, aclexplode(coalesce(d.datacl, acldefault('d', d.datdba))) g
         WHERE d.datname = current_database() AND g.grantee = 0",
    ),
    (
        "lets a role create",
        "SELECT format('schema %s (%s)', n.nspname, coalesce(r.rolname, 'PUBLIC')) FROM pg_namespace n, aclexplode(n.nspacl) g
         LEFT JOIN pg_roles r ON r.oid = g.grantee
         WHERE n.nspname IN ('town', 'coop', 'hub', 'adm', 'public') AND g.privilege_type = 'CREATE'
         AND g.grantee <> n.nspowner AND coalesce(r.rolname, '') <> 'pg_database_owner'",
    ),
    (
        "has no global default that takes EXECUTE from PUBLIC",
        "SELECT r.rolname::text FROM pg_roles r WHERE r.rolname IN ('tst0_owner', 'tst0_hub', 'tst0_adm')
         AND NOT EXISTS (SELECT 1 FROM pg_default_acl d WHERE d.defaclrole = r.oid AND d.defaclnamespace = 0 AND d.defaclobjtype = 'f'
           AND NOT EXISTS (SELECT 1 FROM aclexplode(d.defaclacl) g WHERE g.grantee = 0))",
    ),
    (
        "has a default that grants something on tables, schemas or sequences",
        "SELECT pg_get_userbyid(d.defaclrole)::text FROM pg_default_acl d, aclexplode(d.defaclacl) g
         WHERE d.defaclobjtype IN ('r', 'n', 'S') AND g.grantee <> d.defaclrole",
    ),
];

/// What is granted that should not be, or the other way round.
pub async fn findings(sql: &Sql) -> Findings {
    let mut found = run_checks(sql, CHECKS).await;
    let tables = sql
        .column("SELECT relname::text FROM pg_class WHERE relnamespace = 'town'::regnamespace AND relkind IN ('r', 'p')")
        .await;
    let mut expected: BTreeSet<String> =
        OTHERS.iter().map(|(to, what, table)| format!("{what} on {table} to tst0_{to}")).collect();
    for table in &tables {
        let mut grant = |what: &str| expected.insert(format!("{what} on town.{table} to tst0_town"));
        grant("SELECT");
        if !TOWN_READS.contains(&table.as_str()) {
            grant("INSERT");
        }
        if TOWN_UPDATES.contains(&table.as_str()) {
            grant("UPDATE");
        }
        if TOWN_DELETES.contains(&table.as_str()) {
            grant("DELETE");
        }
    }
    expected.extend(USAGE.iter().map(|(to, schema)| format!("USAGE on {schema} to tst0_{to}")));
    let actual: BTreeSet<String> = sql
        .column(
            "SELECT format('%s on %s to %s', g.privilege_type, c.oid::regclass, coalesce(r.rolname, 'PUBLIC'))
             FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace, aclexplode(c.relacl) g LEFT JOIN pg_roles r ON r.oid = g.grantee
             WHERE n.nspname IN ('town', 'coop', 'hub', 'adm', 'public') AND g.grantee <> c.relowner
             UNION ALL
             SELECT format('%s on %s to %s', g.privilege_type, n.nspname, coalesce(r.rolname, 'PUBLIC'))
             FROM pg_namespace n, aclexplode(n.nspacl) g LEFT JOIN pg_roles r ON r.oid = g.grantee
             WHERE n.nspname IN ('town', 'coop', 'hub', 'adm', 'public') AND g.grantee <> n.nspowner AND g.privilege_type = 'USAGE'",
        )
        .await
        .into_iter()
        .collect();
    found.extend(actual.difference(&expected).map(|grant| format!("{grant}: is not in the list")));
    found.extend(expected.difference(&actual).map(|grant| format!("{grant}: is missing")));
    found
}
