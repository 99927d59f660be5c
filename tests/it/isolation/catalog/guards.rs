//! The checks themselves: one guard is taken away, and the check must find it. Each case is undone by a
//! rollback.

use testkit::towns::KAISEI;
use testkit::{Sql, TestDb};

use super::{Findings, findings, plans};

/// What is broken, and what a finding must then say.
const CASES: &[(&str, &str)] = &[
    ("ALTER TABLE town.pack NO FORCE ROW LEVEL SECURITY", "town.pack: row security"),
    ("ALTER TABLE town.reject DISABLE ROW LEVEL SECURITY", "town.reject: row security"),
    ("DROP POLICY own ON town.score", "score own PERMISSIVE"),
    ("CREATE POLICY all_see ON town.person FOR SELECT USING (true)", "person all_see"),
    ("ALTER POLICY own ON town.person USING (town_id >= substr(current_user::text, 6))", "person own"),
    ("ALTER POLICY own ON town.person WITH CHECK (true)", "person own"),
    ("ALTER POLICY own ON town.person USING (town_id = substr(current_user::text, 5))", "person own"),
    (
        "CREATE TABLE town.fresh (town_id text COLLATE \"C\" NOT NULL, PRIMARY KEY (town_id))",
        "town.fresh: row security",
    ),
    (
        "CREATE TABLE town.fresh (town_id text NOT NULL, PRIMARY KEY (town_id))",
        "town.fresh: has no town_id text COLLATE",
    ),
    (
        "CREATE TABLE town.fresh (town_id text NOT NULL, PRIMARY KEY (town_id))",
        "town.fresh_pkey: is an index",
    ),
    ("CREATE TABLE town.fresh (id uuid PRIMARY KEY)", "town.fresh: has no town_id"),
    ("CREATE TABLE town.fresh (town_id text COLLATE \"C\" NOT NULL)", "town.fresh: has no primary key"),
    ("CREATE UNIQUE INDEX one_for_all ON town.identifier (number_index)", "town.one_for_all: is an index"),
    ("CREATE INDEX folded ON town.identifier (lower(town_id))", "town.folded: is an index"),
    ("CREATE INDEX collated ON town.identifier (town_id COLLATE \"en-x-icu\")", "town.collated: is an index"),
    (
        "ALTER TABLE town.person ADD UNIQUE (person_id); ALTER TABLE town.score ADD CONSTRAINT bare FOREIGN KEY (person_id) REFERENCES town.person (person_id)",
        "town.score.bare: is a foreign key",
    ),
    ("CREATE VIEW town.everybody AS SELECT * FROM town.person", "town.everybody: is a view"),
    (
        "CREATE MATERIALIZED VIEW town.everybody AS SELECT * FROM town.person",
        "town.everybody: is a materialised view",
    ),
    ("CREATE SEQUENCE town.numbers", "town.numbers: is a materialised view, a sequence"),
    ("ALTER TABLE town.staff OWNER TO tst0_143669", "town.staff: is not owned"),
    ("GRANT SELECT ON town.person TO PUBLIC", "SELECT on town.person to PUBLIC: is not in the list"),
    ("GRANT DELETE ON town.access TO tst0_town", "DELETE on town.access to tst0_town: is not in the list"),
    (
        "GRANT TRUNCATE ON town.person TO tst0_town",
        "TRUNCATE on town.person to tst0_town: is not in the list",
    ),
    ("GRANT SELECT ON hub.leaf TO tst0_town", "SELECT on hub.leaf to tst0_town: is not in the list"),
    ("GRANT SELECT ON town.person TO tst0_coop", "SELECT on town.person to tst0_coop: is not in the list"),
    ("GRANT SELECT (name) ON town.staff TO tst0_coop", "town.staff.name: is granted by column"),
    ("GRANT CREATE ON SCHEMA hub TO tst0_town", "schema hub (tst0_town): lets a role create"),
    ("GRANT USAGE ON SCHEMA town TO tst0_coop", "USAGE on town to tst0_coop: is not in the list"),
    (
        "ALTER DEFAULT PRIVILEGES FOR ROLE tst0_hub GRANT EXECUTE ON FUNCTIONS TO PUBLIC",
        "tst0_hub: has no global default",
    ),
    (
        "ALTER DEFAULT PRIVILEGES FOR ROLE tst0_owner GRANT SELECT ON TABLES TO tst0_coop",
        "tst0_owner: has a default",
    ),
    (
        "GRANT EXECUTE ON FUNCTION hub.leaves(text, bigint, integer) TO PUBLIC",
        "to PUBLIC: is not in the list",
    ),
    (
        "ALTER FUNCTION hub.leaves(text, bigint, integer) SECURITY INVOKER",
        "hub.leaves(text,bigint,integer): is not SECURITY DEFINER",
    ),
    (
        "ALTER FUNCTION hub.leaves(text, bigint, integer) RESET search_path",
        "hub.leaves(text,bigint,integer): has no fixed",
    ),
    (
        "CREATE FUNCTION hub.peek(p_town text) RETURNS bigint LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS 'SELECT count(*) FROM hub.leaf'",
        "hub.peek(text): is not PL/pgSQL",
    ),
    (
        "CREATE OR REPLACE FUNCTION hub.lock_town(p_town text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS 'DECLARE caller text := current_user; BEGIN PERFORM hub.require_caller(p_town, caller); END'",
        "hub.lock_town(text): is for towns, takes a town and does not take session_user",
    ),
    (
        "CREATE OR REPLACE FUNCTION hub.lock_town(p_town text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS 'DECLARE caller text := session_user; BEGIN PERFORM 1; END'",
        "hub.lock_town(text): is for towns, takes a town and does not check",
    ),
    (
        "CREATE OR REPLACE FUNCTION hub.lock_town(p_town text) RETURNS void LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, pg_temp AS 'DECLARE caller text := session_user; BEGIN PERFORM hub.require_caller(p_town, caller); NOTIFY tasuki, ''x''; END'",
        "hub.lock_town(text): sends a notification",
    ),
    ("ALTER ROLE tst0_143669 BYPASSRLS", "tst0_143669 LOGIN BYPASSRLS"),
    ("ALTER ROLE tst0_coop CREATEROLE", "tst0_coop LOGIN CREATEROLE"),
    ("ALTER ROLE tst0_143669 CONNECTION LIMIT -1", "no connection limit"),
    ("GRANT tst0_143626 TO tst0_143669", "tst0_143669 in tst0_143626: a membership"),
    ("GRANT tst0_owner TO tst0_coop", "tst0_coop in tst0_owner: a membership"),
    ("GRANT pg_read_all_data TO tst0_143669", "tst0_143669 in pg_read_all_data: a membership"),
    ("GRANT SELECT ON pg_catalog.pg_stat_activity TO PUBLIC", "pg_stat_activity: is readable"),
    ("GRANT SELECT ON pg_catalog.pg_locks TO tst0_town", "pg_locks: is readable"),
    ("GRANT EXECUTE ON FUNCTION pg_catalog.lo_create(oid) TO PUBLIC", "lo_create(oid): is executable"),
    (
        "GRANT EXECUTE ON FUNCTION pg_catalog.pg_stat_get_live_tuples(oid) TO PUBLIC",
        "pg_stat_get_live_tuples(oid): is executable",
    ),
    (
        "GRANT EXECUTE ON FUNCTION pg_catalog.pg_try_advisory_lock(integer, integer) TO tst0_town",
        "is executable",
    ),
    ("ALTER TABLE town.staff ADD COLUMN nickname text", "town.staff.nickname: has no class"),
    ("ALTER TABLE town.person ADD COLUMN photo bytea", "town.person.photo: has no class"),
    (
        "ALTER TABLE town.staff ALTER COLUMN name TYPE text USING ''",
        "town.staff.name: is text, which cannot be Sealed",
    ),
    (
        "ALTER TABLE town.operation ALTER COLUMN kind TYPE bytea USING ''",
        "town.operation.kind: is bytea, plain and not excused",
    ),
    ("ALTER TABLE town.load DROP COLUMN fault", "town.load.fault: has a class and is not there"),
];

#[tokio::test]
async fn what_is_taken_away_is_found() {
    let db = TestDb::with_towns(testkit::towns::ALL).await;
    let sql = db.superuser().await;
    let mut missed = Vec::new();
    for (broken, mention) in CASES {
        sql.run("BEGIN").await;
        sql.run(broken).await;
        let found = findings(&sql).await;
        sql.run("ROLLBACK").await;
        if !found.iter().any(|finding| finding.contains(mention)) {
            missed.push(format!("{broken}\n  expected {mention}\n  found {found:?}"));
        }
    }
    assert!(missed.is_empty(), "{}", missed.join("\n"));
    assert_eq!(findings(&sql).await, Findings::new(), "everything was undone");
}

/// Plans of a broken table, seen as one town.
async fn broken_plans(broken: &str, check: &str) {
    let db = TestDb::with_towns(testkit::towns::ALL).await;
    let sql: Sql = db.superuser().await;
    plans::fill(&sql).await;
    sql.run(broken).await;
    sql.run("ANALYZE town.person").await;
    let town = db.login(KAISEI).await;
    let found = if check == "estimate" {
        plans::estimates(&town).await
    } else {
        plans::findings(&town, KAISEI).await
    };
    assert!(
        found.iter().any(|finding| finding.contains("town.person") && finding.contains(check)),
        "{found:?}"
    );
}

#[tokio::test]
async fn a_default_collation_is_found_in_the_plan() {
    // The policy depends on the column, so it is made again with the text it had.
    broken_plans(
        "DROP POLICY own ON town.person;
         ALTER TABLE town.consent DROP CONSTRAINT consent_person_fk;
         ALTER TABLE town.person ALTER COLUMN town_id TYPE text COLLATE \"default\";
         CREATE POLICY own ON town.person TO tst0_town USING (town_id = substr(current_user::text, 6)) WITH CHECK (town_id = substr(current_user::text, 6))",
        "policy alone: is scanned",
    )
    .await;
}

#[tokio::test]
async fn statistics_of_towns_are_found_in_the_estimate() {
    broken_plans("ALTER TABLE town.person ALTER COLUMN town_id SET STATISTICS -1", "estimate").await;
}
