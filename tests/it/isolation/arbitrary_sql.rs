//! Any SQL at all as one town's role, while another town has data, an open transaction and a lock: no row
//! of the other town, and nothing learned about it.

use std::collections::BTreeSet;

use kernel::id::PersonId;
use testkit::load::{Extra, Resident, load};
use testkit::towns::{KAISEI, OI, code};
use testkit::{Sql, TestDb};

/// A database in which 大井町 has a marked load and 開成町 has one of its own.
struct Scene {
    db: TestDb,
    /// Texts that stand only in rows or sessions of 大井町.
    markers: Vec<String>,
    /// 大井町's person, as its bare UUID.
    foreign_person: String,
    /// 大井町's open session, in a transaction that holds locks.
    _foreign: Sql,
    /// 開成町's.
    town: Sql,
}

async fn scene() -> Scene {
    let db = TestDb::with_towns(&[KAISEI, OI]).await;
    let towns = db.towns();
    let foreign = [Resident::named("隣町", "太郎")];
    load(&towns, code(OI), "marker_source_of_oi", &foreign, &Extra::default()).await.unwrap();
    load(&towns, code(KAISEI), "resident_register", &[Resident::named("架空", "花子")], &Extra::default())
        .await
        .unwrap();
    let session = db.login(OI).await;
    session.run("SET application_name = 'marker_session_of_oi'").await;
    session.run("BEGIN; SELECT hub.lock_town('143626'); UPDATE town.version SET people = people + 1 WHERE town_id = '143626'").await;
    let sql = db.superuser().await;
    let mut markers = vec!["marker_source_of_oi".to_owned(), "marker_session_of_oi".to_owned()];
    for query in [
        "SELECT person_id::text FROM town.person WHERE town_id = '143626'",
        "SELECT household_id::text FROM town.household WHERE town_id = '143626'",
        "SELECT pack_id::text FROM town.pack WHERE town_id = '143626'",
        "SELECT load_id::text FROM town.load WHERE town_id = '143626'",
        "SELECT leaf_id::text FROM hub.leaf WHERE town_id = '143626'",
        "SELECT encode(body, 'hex') FROM hub.leaf WHERE town_id = '143626'",
        "SELECT encode(number_index, 'hex') FROM town.identifier WHERE town_id = '143626'",
        "SELECT encode(keyset, 'hex') FROM town.keystore WHERE town_id = '143626'",
    ] {
        let values = sql.column(query).await;
        assert!(!values.is_empty(), "{query}");
        markers.extend(values);
    }
    let town = db.login(KAISEI).await;
    Scene { db, markers, foreign_person: foreign[0].person.uuid().to_string(), _foreign: session, town }
}

impl Scene {
    /// Markers of 大井町 in what the server answers 開成町; a refusal has none unless its message has.
    async fn learned(&self, statement: &str) -> Vec<String> {
        let answer = match self.town.try_rows(statement).await {
            Ok(rows) => format!("{rows:?}"),
            Err(fault) => fault.message,
        };
        self.markers.iter().filter(|marker| answer.contains(marker.as_str())).cloned().collect()
    }
}

#[tokio::test]
async fn no_relation_that_a_town_can_read_shows_another_town() {
    let scene = scene().await;
    let readable = scene
        .town
        .column(
            "SELECT format('%I.%I', n.nspname, c.relname) FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE c.relkind IN ('r', 'v', 'm', 'p') AND has_schema_privilege(n.oid, 'USAGE') AND has_any_column_privilege(c.oid, 'SELECT')",
        )
        .await;
    assert!(readable.len() > 60 && readable.iter().any(|relation| relation == "town.pack"), "{readable:?}");
    let mut learned = Vec::new();
    for relation in readable {
        for marker in scene.learned(&format!("SELECT * FROM {relation}")).await {
            learned.push(format!("{relation} shows {marker}"));
        }
    }
    assert!(learned.is_empty(), "{learned:?}");

    // The search sees what it looks for: the superuser's answer has the markers.
    let all = format!("{:?}", scene.db.superuser().await.rows("SELECT * FROM town.load").await);
    assert!(all.contains("marker_source_of_oi"));
    // And a town sees its own.
    assert_eq!(scene.town.column("SELECT DISTINCT town_id FROM town.pack").await, [KAISEI]);
}

#[tokio::test]
async fn every_table_unfiltered_and_filtered_by_the_other_town_is_the_same_as_unknown() {
    let scene = scene().await;
    let tables = scene
        .town
        .column(
            "SELECT relname::text FROM pg_class WHERE relnamespace = 'town'::regnamespace AND relkind = 'r'",
        )
        .await;
    for table in tables {
        let foreign = scene
            .town
            .number(&format!("SELECT count(*) FROM town.{table} WHERE town_id <> '{KAISEI}'"))
            .await;
        assert_eq!(foreign, 0, "{table}");
        for statement in [
            "UPDATE town.{t} SET town_id = town_id WHERE town_id = '{c}'",
            "DELETE FROM town.{t} WHERE town_id = '{c}'",
        ] {
            let answer = async |town: &str| {
                let statement = statement.replace("{t}", &table).replace("{c}", town);
                scene.town.run("BEGIN").await;
                let answer = scene.town.try_rows(&format!("{statement} RETURNING 1")).await;
                scene.town.run("ROLLBACK").await;
                answer
            };
            let (other, unknown) = (answer(OI).await, answer("999999").await);
            assert_eq!(other, unknown, "{table}: {statement}");
            assert!(other.is_err() || other == Ok(vec![]), "{table}: {statement}");
        }
    }
}

/// Refused, whatever it is refused with: what would let a town become another, or step past the walls.
const REFUSED: &[&str] = &[
    "SET ROLE tst0_143626",
    "SET ROLE tst0_owner",
    "SET ROLE tst0_hub",
    "SET ROLE postgres",
    "SET SESSION AUTHORIZATION tst0_143626",
    "SET row_security = off; SELECT * FROM town.person",
    "SET session_replication_role = replica",
    "SET log_min_messages = debug5",
    "SET log_statement = 'all'",
    "ALTER ROLE tst0_143669 CONNECTION LIMIT 100",
    "ALTER ROLE tst0_143669 BYPASSRLS",
    "ALTER ROLE tst0_143626 PASSWORD 'x'",
    "CREATE ROLE tst0_999999",
    "GRANT tst0_owner TO tst0_143669",
    "ALTER TABLE town.person DISABLE ROW LEVEL SECURITY",
    "ALTER POLICY own ON town.person USING (true)",
    "CREATE POLICY mine ON town.person USING (true)",
    "DROP TABLE town.person",
    "TRUNCATE town.person",
    "CREATE TABLE town.mine (a int)",
    "CREATE TABLE public.mine (a int)",
    "CREATE TABLE hub.mine (a int)",
    "CREATE SCHEMA mine",
    "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE FUNCTION pg_catalog.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE EXTENSION postgres_fdw",
    "CREATE EXTENSION pg_trgm",
    "CREATE PUBLICATION mine FOR ALL TABLES",
    "CREATE EVENT TRIGGER mine ON ddl_command_end EXECUTE FUNCTION pg_catalog.now()",
    "COPY town.person FROM STDIN",
    "COPY (SELECT 1) TO PROGRAM 'id'",
    "COPY (SELECT 1) TO '/tmp/x'",
    "SELECT pg_read_file('postgresql.conf')",
    "SELECT pg_read_binary_file('PG_VERSION')",
    "SELECT pg_stat_file('PG_VERSION')",
    "SELECT pg_create_physical_replication_slot('mine')",
    "SELECT pg_create_logical_replication_slot('mine', 'test_decoding')",
    "SELECT pg_reload_conf()",
    "SELECT pg_log_backend_memory_contexts(pg_backend_pid())",
    "SELECT set_config('log_statement', 'all', false)",
    "SELECT * FROM pg_backend_memory_contexts",
    "SELECT * FROM pg_file_settings",
    "SELECT * FROM pg_hba_file_rules",
    "SHOW data_directory",
    "SHOW hba_file",
    "SELECT * FROM pg_ls_dir('.')",
    "SELECT lo_create(0)",
    "SELECT lo_from_bytea(0, 'x')",
    "SELECT lo_import('/etc/hostname')",
    "SELECT * FROM pg_largeobject",
    "SELECT rolpassword FROM pg_authid",
    "SELECT * FROM pg_roles",
    "SELECT * FROM pg_stat_activity",
    "SELECT * FROM pg_stat_get_activity(NULL)",
    "SELECT * FROM pg_locks",
    "SELECT * FROM pg_lock_status()",
    "SELECT * FROM pg_stats",
    "SELECT * FROM pg_statistic",
    "SELECT * FROM pg_stat_user_tables",
    "SELECT pg_stat_get_live_tuples('town.person'::regclass)",
    "SELECT pg_stat_get_tuples_inserted('town.person'::regclass)",
    "SELECT pg_stat_get_xact_tuples_inserted('town.person'::regclass)",
    "SELECT pg_stat_get_db_tuples_inserted((SELECT oid FROM pg_database WHERE datname = current_database()))",
    "SELECT pg_relation_size('town.person')",
    "SELECT pg_total_relation_size('town.person')",
    "SELECT pg_database_size(current_database())",
    "SELECT pg_current_wal_lsn()",
    "SELECT pg_notify('tasuki', 'x')",
    "SELECT pg_try_advisory_lock(7402180, 143626)",
    "SELECT pg_advisory_lock(7402180, 143626)",
    "SELECT pg_try_advisory_xact_lock(7402180, 143626)",
    "SELECT hub.lock_town('143626')",
    "SELECT hub.append_leaf('143626', gen_random_uuid(), '\\x00')",
    "SELECT * FROM hub.leaves('143626', 0, 100)",
    "SELECT * FROM hub.handovers('143626')",
    "SELECT * FROM hub.handover_status('143626', gen_random_uuid())",
    "SELECT hub.fetch_package('143626', gen_random_uuid())",
    "SELECT hub.hold_handover('143626', gen_random_uuid())",
    "SELECT hub.acknowledge('143626', gen_random_uuid())",
    "SELECT hub.report_unreadable('143626', gen_random_uuid(), 'tampered')",
    "SELECT hub.offer('143626', gen_random_uuid(), '143669', 'transfer', now(), '\\x00')",
    "SELECT hub.decide('143626', gen_random_uuid(), true, NULL)",
    "SELECT hub.withdraw('143626', gen_random_uuid())",
    "SELECT hub.receive('143626', gen_random_uuid(), '\\x00')",
    "SELECT hub.complete('143626', gen_random_uuid())",
    "SELECT hub.publish_key('143626', 'sign', '\\x00')",
    "SELECT hub.sequence(10)",
    "SELECT hub.tree_hashes_from(0, 10)",
    "SELECT hub.expire_offers()",
    "SELECT hub.sign_checkpoint(1, '\\x00', '\\x00')",
    "SELECT adm.ensure_town('143626', 'x')",
    "SELECT hub.require_caller('143626', 'tst0_143626')",
    "SELECT * FROM hub.leaf",
    "SELECT * FROM hub.chain",
    "SELECT * FROM hub.handover",
    "SELECT * FROM coop.token",
    "SELECT * FROM public.migration",
    "INSERT INTO coop.member VALUES ('999999', 'x', 'x', now())",
    "INSERT INTO town.access SELECT * FROM town.access",
    "INSERT INTO town.person (town_id, person_id, created_at) VALUES ('143626', gen_random_uuid(), now())",
    "UPDATE town.version SET town_id = '143626'",
    "VACUUM town.person",
    "ANALYZE VERBOSE town.person; SELECT 1/0",
    "CHECKPOINT",
    "LOAD 'auto_explain'",
];

#[tokio::test]
async fn what_would_pass_the_walls_is_refused() {
    let scene = scene().await;
    let mut passed = BTreeSet::new();
    for statement in REFUSED {
        // Not all of these may run inside a transaction; a session of its own undoes what was set.
        let town = scene.db.login(KAISEI).await;
        match town.try_rows(statement).await {
            // VACUUM and ANALYZE of what one does not own are a warning and nothing happens.
            Ok(_)
                if town
                    .heard()
                    .iter()
                    .any(|notice| notice.contains("permission denied") || notice.contains("skipping")) => {}
            Ok(rows) => {
                passed.insert(format!("{statement} -> {rows:?}"));
            }
            Err(fault) => {
                let tells = scene.markers.iter().find(|marker| fault.message.contains(marker.as_str()));
                assert_eq!(tells, None, "{statement}: {}", fault.message);
            }
        }
    }
    assert!(passed.is_empty(), "{passed:#?}");
}

#[tokio::test]
async fn a_key_of_another_town_is_as_free_as_an_unknown_one() {
    let scene = scene().await;
    let (mine, unknown) = (&scene.town, PersonId::new().uuid().to_string());
    // The same id may stand in two towns, so a duplicate tells nothing.
    let insert =
        |id: &str| format!("BEGIN; INSERT INTO town.person VALUES ('{KAISEI}', '{id}', now()); ROLLBACK");
    assert_eq!(mine.try_rows(&insert(&scene.foreign_person)).await, mine.try_rows(&insert(&unknown)).await);
    // A foreign key to another town's row fails exactly like one to nothing.
    let consent = |id: &str| {
        format!(
            "INSERT INTO town.consent VALUES ('{KAISEI}', gen_random_uuid(), '{id}', 1, '\\x00', now(), now())"
        )
    };
    let foreign = mine.try_rows(&consent(&scene.foreign_person)).await.unwrap_err();
    let nothing = mine.try_rows(&consent(&unknown)).await.unwrap_err();
    assert_eq!(foreign.state, "23503");
    assert_eq!(foreign.message.replace(&scene.foreign_person, "id"), nothing.message.replace(&unknown, "id"));
    // ON CONFLICT is no oracle either.
    let quiet = |id: &str| {
        format!(
            "BEGIN; INSERT INTO town.person VALUES ('{KAISEI}', '{id}', now()) ON CONFLICT DO NOTHING RETURNING 1; ROLLBACK"
        )
    };
    assert_eq!(mine.rows(&quiet(&scene.foreign_person)).await, mine.rows(&quiet(&unknown)).await);
}

#[tokio::test]
async fn another_towns_handover_answers_like_an_unknown_one() {
    let db = TestDb::with_towns(&[KAISEI, OI, "143618"]).await;
    let (sender, third) = (db.login(OI).await, db.login(KAISEI).await);
    let id = sender.value("SELECT gen_random_uuid()").await;
    sender
        .run(&format!(
            "SELECT hub.offer('{OI}', '{id}', '143618', 'transfer', now() + interval '1 day', '\\x0102')"
        ))
        .await;
    let unknown = sender.value("SELECT gen_random_uuid()").await;
    for question in [
        "SELECT * FROM hub.handover_status('143669', '{id}')",
        "SELECT hub.fetch_package('143669', '{id}')",
        "SELECT hub.hold_handover('143669', '{id}')",
        "SELECT hub.acknowledge('143669', '{id}')",
        "SELECT hub.report_unreadable('143669', '{id}', 'tampered')",
        "SELECT hub.decide('143669', '{id}', true, NULL)",
        "SELECT hub.withdraw('143669', '{id}')",
        "SELECT hub.receive('143669', '{id}', '\\x00')",
        "SELECT hub.complete('143669', '{id}')",
    ] {
        let ask = async |id: &str| third.try_rows(&question.replace("{id}", id)).await;
        assert_eq!(ask(&id).await, ask(&unknown).await, "{question}");
    }
    assert!(third.rows("SELECT * FROM hub.handovers('143669')").await.is_empty());
    // The sender's own view did not move, and a receiver cannot be spoken for by SET ROLE of the group.
    assert_eq!(
        sender.value(&format!("SELECT state FROM hub.handover_status('{OI}', '{id}')")).await,
        "offered"
    );
    third.run("SET ROLE tst0_town").await;
    assert_eq!(third.refusal("SELECT * FROM hub.handovers('143626')").await, "42501", "session_user decides");
    assert!(third.rows("SELECT * FROM town.person").await.is_empty(), "the group is no town");
}

#[tokio::test]
async fn another_towns_acts_are_not_heard() {
    let db = TestDb::with_towns(&[KAISEI, OI]).await;
    let town = db.login(KAISEI).await;
    for channel in ["tasuki", "hub", "handover", "\"143626\"", "tst0_143626", "load", "operation", "outbox"] {
        town.run(&format!("LISTEN {channel}")).await;
    }
    load(&db.towns(), code(OI), "resident_register", &[Resident::named("隣町", "太郎")], &Extra::default())
        .await
        .unwrap();
    town.run("SELECT 1").await;
    assert_eq!(town.heard(), Vec::<String>::new());
    // The ear works.
    db.superuser().await.run("NOTIFY tasuki").await;
    town.run("SELECT 1").await;
    assert_eq!(town.heard(), ["tasuki "]);
}

#[tokio::test]
async fn the_other_roles_of_the_platform_read_no_resident() {
    let scene = scene().await;
    for role in ["coop", "seq", "log", "watch"] {
        let sql = scene.db.login(role).await;
        let tables = scene
            .town
            .column("SELECT relname::text FROM pg_class WHERE relnamespace = 'town'::regnamespace AND relkind = 'r'")
            .await;
        for table in tables {
            assert_eq!(sql.refusal(&format!("SELECT * FROM town.{table}")).await, "42501", "{role} {table}");
        }
        assert_eq!(sql.refusal("SET ROLE tst0_143626").await, "42501", "{role}");
        assert_eq!(sql.refusal("SET ROLE tst0_town").await, "42501", "{role}");
    }
    // The access log's writer inserts for every town and reads nothing back, by RETURNING neither.
    let log = scene.db.login("log").await;
    let insert = format!(
        "INSERT INTO town.access VALUES ('{OI}', gen_random_uuid(), gen_random_uuid(), gen_random_uuid(), 'audit', 'test', now())"
    );
    log.run(&insert).await;
    assert_eq!(log.refusal(&format!("{insert} RETURNING town_id")).await, "42501");
    // The operator admits a town and cannot take over one that is there.
    let coop = scene.db.login("coop").await;
    assert_eq!(coop.refusal("SELECT adm.ensure_town('143626', 'x')").await, "22023");
    assert_eq!(coop.refusal("ALTER ROLE tst0_143626 PASSWORD 'x'").await, "42501");
    let verifier = "SCRAM-SHA-256$4096:AAAA$AAAA:AAAA";
    coop.run(&format!("SELECT adm.ensure_town('143626', '{verifier}')")).await;
    scene.db.login(OI).await.run("SELECT 1").await;
}
