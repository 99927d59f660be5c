//! Tables: the town's column and where it stands in keys, row security, and what must not exist.

use testkit::Sql;

use super::{Findings, run_checks};

/// Where the town's code begins in a role's name: the prefix of the tests has four characters, then
/// comes an underscore, and SQL counts from 1.
const POLICY: &str = "(town_id = substr((CURRENT_USER)::text, 6))";

/// Each selects one place a row. `t` is the tables of schema `town`.
const CHECKS: &[(&str, &str)] = &[
    (
        "has no town_id text COLLATE \"C\" NOT NULL",
        "SELECT c.oid::regclass::text FROM pg_class c WHERE c.relnamespace = 'town'::regnamespace AND c.relkind IN ('r', 'p')
         AND NOT EXISTS (SELECT 1 FROM pg_attribute a WHERE a.attrelid = c.oid AND a.attname = 'town_id'
           AND a.atttypid = 'text'::regtype AND a.attcollation = '\"C\"'::regcollation AND a.attnotnull)",
    ),
    (
        "has no primary key",
        "SELECT c.oid::regclass::text FROM pg_class c WHERE c.relnamespace = 'town'::regnamespace AND c.relkind IN ('r', 'p')
         AND NOT EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = c.oid AND i.indisprimary)",
    ),
    (
        "is an index that does not begin with town_id COLLATE \"C\"",
        "SELECT i.indexrelid::regclass::text FROM pg_index i JOIN pg_class c ON c.oid = i.indrelid
         LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum = i.indkey[0]
         WHERE c.relnamespace = 'town'::regnamespace
         AND (a.attname IS DISTINCT FROM 'town_id' OR i.indcollation[0] IS DISTINCT FROM '\"C\"'::regcollation::oid)",
    ),
    (
        "is a foreign key that does not lead from town_id to town_id",
        "SELECT c.conrelid::regclass::text || '.' || c.conname FROM pg_constraint c
         LEFT JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1]
         LEFT JOIN pg_attribute b ON b.attrelid = c.confrelid AND b.attnum = c.confkey[1]
         WHERE c.contype = 'f' AND c.connamespace = 'town'::regnamespace
         AND (a.attname IS DISTINCT FROM 'town_id' OR b.attname IS DISTINCT FROM 'town_id')",
    ),
    (
        "row security is not both enabled and forced",
        "SELECT c.oid::regclass::text FROM pg_class c WHERE c.relnamespace = 'town'::regnamespace AND c.relkind IN ('r', 'p')
         AND NOT (c.relrowsecurity AND c.relforcerowsecurity)",
    ),
    (
        "is a view without security_invoker",
        "SELECT c.oid::regclass::text FROM pg_class c WHERE c.relkind = 'v'
         AND c.relnamespace IN ('town'::regnamespace, 'coop'::regnamespace, 'hub'::regnamespace, 'adm'::regnamespace, 'public'::regnamespace)
         AND NOT coalesce(c.reloptions, '{}') && ARRAY['security_invoker=true', 'security_invoker=on', 'security_invoker=1']",
    ),
    (
        "is a materialised view, a sequence or a foreign table",
        "SELECT c.oid::regclass::text FROM pg_class c WHERE c.relkind IN ('m', 'S', 'f')
         AND c.relnamespace IN ('town'::regnamespace, 'coop'::regnamespace, 'hub'::regnamespace, 'adm'::regnamespace, 'public'::regnamespace)",
    ),
    (
        "is a trigger",
        "SELECT t.tgrelid::regclass::text || '.' || t.tgname FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid
         WHERE NOT t.tgisinternal AND c.relnamespace <> 'pg_catalog'::regnamespace",
    ),
    (
        "is a rule",
        "SELECT r.ev_class::regclass::text || '.' || r.rulename FROM pg_rewrite r JOIN pg_class c ON c.oid = r.ev_class
         WHERE r.rulename <> '_RETURN' AND c.relnamespace IN ('town'::regnamespace, 'coop'::regnamespace, 'hub'::regnamespace)",
    ),
    (
        "is not owned by the role of its schema",
        "SELECT c.oid::regclass::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
         WHERE c.relkind IN ('r', 'p', 'v') AND n.nspname IN ('town', 'coop', 'hub')
         AND pg_get_userbyid(c.relowner) <> CASE n.nspname WHEN 'hub' THEN 'tst0_hub' ELSE 'tst0_owner' END",
    ),
];

/// The policies beside a table's own: what may be inserted for every town, and by whom.
const EXCEPTIONS: &[&str] = &[
    "access log_insert PERMISSIVE {tst0_log} INSERT - true",
    "version admit PERMISSIVE {tst0_adm} INSERT - true",
];

/// What is wrong with tables.
pub async fn findings(sql: &Sql) -> Findings {
    let mut found = run_checks(sql, CHECKS).await;
    let tables = sql
        .column("SELECT relname::text FROM pg_class WHERE relnamespace = 'town'::regnamespace AND relkind IN ('r', 'p')")
        .await;
    let mut expected: Vec<String> = tables
        .iter()
        .map(|table| format!("{table} own PERMISSIVE {{tst0_town}} ALL {POLICY} {POLICY}"))
        .chain(EXCEPTIONS.iter().map(|policy| (*policy).to_owned()))
        .collect();
    let actual = sql
        .column(
            "SELECT format('%s %s %s %s %s %s %s', tablename, policyname, permissive, roles, cmd, coalesce(qual, '-'), coalesce(with_check, '-')) FROM pg_policies ORDER BY 1",
        )
        .await;
    expected.sort();
    found.extend(
        expected.iter().filter(|policy| !actual.contains(policy)).map(|p| format!("{p}: no such policy")),
    );
    found.extend(
        actual.iter().filter(|policy| !expected.contains(policy)).map(|p| format!("{p}: an unknown policy")),
    );
    found
}
