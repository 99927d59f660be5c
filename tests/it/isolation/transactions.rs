//! Transactions end with their act or not at all: nothing half done is kept, nothing open is handed on.

use std::time::{Duration, Instant};

use chrono::Utc;
use kernel::TownCode;
use kernel::id::StaffId;
use store::rows::staff::{StaffKind, StaffRow};
use store::{StoreError, Towns};
use testkit::db::leaf;
use testkit::towns::{KAISEI, OI, code};
use testkit::{Sql, TestDb};

fn somebody() -> StaffRow {
    StaffRow {
        id: StaffId::new(),
        kind: StaffKind::Member,
        number: None,
        name: "架空 花子".into(),
        created_at: Utc::now(),
        left_at: None,
    }
}

/// Process ids of a role's sessions in this database, with their state.
async fn sessions(db: &TestDb, sql: &Sql, town: &str) -> Vec<(String, String)> {
    let query = format!(
        "SELECT pid::text, state FROM pg_stat_activity WHERE datname = '{}' AND usename = 'tst0_{town}'",
        db.name()
    );
    sql.rows(&query).await.into_iter().map(|row| (row[0].clone().unwrap(), row[1].clone().unwrap())).collect()
}

/// Waits until `done`, at most two seconds.
async fn soon(what: &str, mut done: impl AsyncFnMut() -> bool) {
    for _ in 0..200 {
        if done().await {
            return;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    panic!("{what}: not within two seconds");
}

async fn staff_count(sql: &Sql) -> i64 {
    sql.number("SELECT count(*) FROM town.staff").await
}

#[tokio::test]
async fn a_dropped_transaction_rolls_back_at_once_and_its_connection_is_not_used_again() {
    let db = TestDb::with_towns(&[KAISEI]).await;
    let (sql, towns) = (db.superuser().await, db.towns());
    let mut tx = towns.begin(code(KAISEI)).await.unwrap();
    tx.staff_insert(&somebody()).await.unwrap();
    let before = sessions(&db, &sql, KAISEI).await;
    assert!(matches!(before.as_slice(), [(_, state)] if state == "idle in transaction"), "{before:?}");
    drop(tx);
    soon("its session ends", async || sessions(&db, &sql, KAISEI).await.is_empty()).await;
    assert_eq!(staff_count(&sql).await, 0);
    assert_eq!(sql.number("SELECT count(*) FROM town.keystore").await, 0, "its key went with it");

    let mut conn = towns.read(code(KAISEI)).await.unwrap();
    assert!(conn.staff_list().await.unwrap().is_empty());
    let after = sessions(&db, &sql, KAISEI).await;
    assert!(after.iter().all(|(pid, _)| *pid != before[0].0), "{before:?} {after:?}");
}

#[tokio::test]
async fn a_transaction_that_ended_gives_its_connection_back() {
    let db = TestDb::with_towns(&[KAISEI]).await;
    let (sql, towns) = (db.superuser().await, db.towns());
    let mut pids = Vec::new();
    for _ in 0..5 {
        let mut tx = towns.begin(code(KAISEI)).await.unwrap();
        tx.staff_insert(&somebody()).await.unwrap();
        tx.commit(leaf()).await.unwrap();
        pids.extend(sessions(&db, &sql, KAISEI).await);
    }
    assert!(pids.iter().all(|session| *session == pids[0]), "{pids:?}");
    assert_eq!(staff_count(&sql).await, 5);
    assert_eq!(sql.number("SELECT count(*) FROM hub.leaf").await, 5, "one leaf an act");
}

/// One act that is cut off after `patience`; whether it is known to have been committed.
async fn cut_off(towns: &Towns, town: TownCode, patience: Duration) -> bool {
    let act = async {
        let mut tx = towns.begin(town).await?;
        tx.staff_insert(&somebody()).await?;
        tokio::task::yield_now().await;
        tx.commit(leaf()).await
    };
    matches!(tokio::time::timeout(patience, act).await, Ok(Ok(())))
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn acts_cut_off_anywhere_leave_no_transaction_open_and_no_act_without_its_leaf() {
    let db = TestDb::with_towns(&[KAISEI, OI]).await;
    let (sql, towns) = (db.superuser().await, db.towns());
    let (mut committed, mut known) = (0, 0);
    for round in 0..100_u32 {
        // One act in peace: it leaves an open connection in the pool (opening one takes far longer than
        // an act, and is not what is to be cut off here) and says how long an act takes just now.
        let begun = Instant::now();
        for town in [KAISEI, OI] {
            let mut conn = towns.read(code(town)).await.unwrap();
            assert!(conn.staff_list().await.is_ok());
            drop(conn);
            assert!(cut_off(&towns, code(town), Duration::from_secs(60)).await);
            committed += 1;
        }
        let usual = begun.elapsed() / 2;
        // From before BEGIN is sent until after COMMIT is answered, in steps that drift against each other.
        let patience = |shift: u32| usual * ((round * 7 + shift) % 100) / 50;
        let both = tokio::join!(
            cut_off(&towns, code(KAISEI), patience(0)),
            cut_off(&towns, code(OI), patience(50)),
        );
        known += i64::from(both.0) + i64::from(both.1);
    }
    committed += known;
    assert!((1..200).contains(&known), "some were cut off and some not: {known} of 200");
    for town in [KAISEI, OI] {
        soon("no transaction stays open", async || {
            sessions(&db, &sql, town).await.iter().all(|(_, state)| state == "idle")
        })
        .await;
        // The pool still gives working connections, as this town, outside any transaction.
        for _ in 0..12 {
            let mut tx = towns.begin(code(town)).await.unwrap();
            tx.staff_insert(&somebody()).await.unwrap();
            tx.commit(leaf()).await.unwrap();
            committed += 1;
        }
    }
    let acts = staff_count(&sql).await;
    assert!(acts >= committed, "{acts} acts, {committed} of them known");
    assert_eq!(sql.number("SELECT count(*) FROM hub.leaf").await, acts, "as many leaves as acts");
    assert_eq!(sql.number("SELECT count(*) FROM town.keystore").await, acts, "as many keys as acts");
    let chains = "SELECT count(*) FROM hub.chain c WHERE n <> (SELECT count(*) FROM hub.leaf l WHERE l.town_id = c.town_id)";
    assert_eq!(sql.number(chains).await, 0, "each chain counts its leaves");
}

#[tokio::test]
async fn a_leaf_of_another_town_is_refused() {
    let db = TestDb::with_towns(&[KAISEI, OI]).await;
    let town = db.login(KAISEI).await;
    let append = |of: &str| format!("SELECT hub.append_leaf('{of}', gen_random_uuid(), '\\x00')");
    assert_eq!(town.refusal(&append(OI)).await, "42501");
    assert_eq!(town.refusal(&append("999999")).await, "42501", "an unknown town looks the same");
    town.run(&append(KAISEI)).await;
    let sql = db.superuser().await;
    assert_eq!(sql.column("SELECT town_id FROM hub.leaf").await, [KAISEI]);
}

#[tokio::test]
async fn an_act_that_cannot_write_its_leaf_does_not_happen() {
    let db = TestDb::with_towns(&[KAISEI]).await;
    let (sql, towns) = (db.superuser().await, db.towns());
    sql.run("REVOKE EXECUTE ON FUNCTION hub.append_leaf(text, uuid, bytea) FROM tst0_town").await;
    let mut tx = towns.begin(code(KAISEI)).await.unwrap();
    tx.staff_insert(&somebody()).await.unwrap();
    assert!(tx.commit(leaf()).await.is_err());
    let extra = testkit::load::Extra::default();
    let people = [testkit::load::Resident::named("架空", "花子")];
    assert!(testkit::load::load(&towns, code(KAISEI), "resident_register", &people, &extra).await.is_err());
    for table in ["staff", "keystore", "person", "pack", "household"] {
        assert_eq!(sql.number(&format!("SELECT count(*) FROM town.{table}")).await, 0, "{table}");
    }
    soon("nothing stays open", async || {
        sessions(&db, &sql, KAISEI).await.iter().all(|(_, state)| state == "idle")
    })
    .await;
}

#[tokio::test]
async fn the_same_leaf_twice_is_refused_and_the_second_act_does_not_happen() {
    let db = TestDb::with_towns(&[KAISEI]).await;
    let (sql, towns, leaf) = (db.superuser().await, db.towns(), leaf());
    for expected in [1, 1] {
        let mut tx = towns.begin(code(KAISEI)).await.unwrap();
        tx.staff_insert(&somebody()).await.unwrap();
        let _ = tx.commit(leaf.clone()).await;
        assert_eq!(staff_count(&sql).await, expected);
    }
}

#[tokio::test]
async fn a_town_that_was_never_admitted_gets_no_keys_and_no_connection() {
    let db = TestDb::with_towns(&[KAISEI]).await;
    let towns = db.towns();
    // The role exists in this cluster, as another database's; here it has no chain, so no act succeeds.
    let mut tx = towns.begin(code(OI)).await.unwrap();
    tx.staff_insert(&somebody()).await.unwrap();
    assert!(tx.commit(leaf()).await.is_err());
    // A code without a role gets nothing at all.
    let nobody = code("131016");
    assert!(matches!(towns.read(nobody).await, Err(StoreError::Unavailable)));
    assert!(!db.key_path().join("131016").exists(), "asking for a town must not make it keys");
}

#[tokio::test]
async fn connections_that_nobody_uses_are_closed_and_opened_again_when_needed() {
    let db = TestDb::with_towns(&[KAISEI]).await;
    let (sql, towns) = (db.superuser().await, db.towns());
    let both = tokio::join!(towns.read(code(KAISEI)), towns.read(code(KAISEI)));
    assert_eq!(towns.close_idle(Duration::ZERO).await, 0, "both are in use");
    drop((both.0.unwrap(), both.1.unwrap()));
    assert_eq!(towns.close_idle(Duration::from_secs(60)).await, 0, "they were used just now");
    assert_eq!(towns.close_idle(Duration::ZERO).await, 2);
    soon("their sessions end", async || sessions(&db, &sql, KAISEI).await.is_empty()).await;
    drop(towns.read(code(KAISEI)).await.unwrap());
    assert_eq!(sessions(&db, &sql, KAISEI).await.len(), 1);
}

#[tokio::test]
async fn a_town_that_needs_a_connection_gets_one_that_another_left_idle() {
    let db = TestDb::with_towns(&[KAISEI, OI]).await;
    let sql = db.superuser().await;
    let towns = Towns::within(std::sync::Arc::clone(db.installation()), db.key_folder(), 2);
    drop(towns.read(code(KAISEI)).await.unwrap());
    let one = towns.read(code(OI)).await.unwrap();
    assert_eq!(sessions(&db, &sql, KAISEI).await.len(), 1, "two may be open");
    let two = towns.read(code(OI)).await.unwrap();
    soon("the idle one is closed", async || sessions(&db, &sql, KAISEI).await.is_empty()).await;
    assert_eq!(sessions(&db, &sql, OI).await.len(), 2);
    drop((one, two));
}
