//! Reading one person stays a look-up after the town's first big load, before the server has counted anything:
//! without statistics it would choose the index of all packs in force and read the whole town's each time.

use std::time::Duration;

use kernel::id::PersonId;
use kernel::{Grant, Purpose};
use testkit::TestApp;
use testkit::towns::KAISEI;

use super::{REGISTER, people, register, today};

/// Entries read from the indexes of packs since the database was made. Ends the town's sessions, for only then
/// they have told all they read.
async fn read_in_all(world: &TestApp) -> i64 {
    let sessions =
        format!("FROM pg_stat_activity WHERE datname = '{}' AND usename = 'tst0_{KAISEI}'", world.db.name());
    let sql = world.db.superuser().await;
    sql.run(&format!("SELECT pg_terminate_backend(pid) {sessions}")).await;
    while sql.number(&format!("SELECT count(*) {sessions}")).await > 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    sql.number(
        "SELECT sum(idx_tup_read)::bigint FROM pg_stat_user_indexes WHERE schemaname = 'town' AND relname = 'pack'",
    )
    .await
}

#[tokio::test]
async fn a_person_is_read_by_look_up_after_the_first_big_load() {
    let world = TestApp::open(&[KAISEI]).await;
    world.db.superuser().await.run("ALTER TABLE town.pack SET (autovacuum_enabled = false)").await;
    let worker = world.ctx(KAISEI, &[Grant::CaseWorker], Purpose::Support);
    // Often enough for a plan to be kept from when the tables were empty.
    for _ in 0..20 {
        assert!(world.app.person(&worker, PersonId::new()).await.is_err());
    }
    let load = world.load(KAISEI, REGISTER, today(), &register(&world, &people(0..1000))).await.unwrap();
    assert_eq!(load.counts.loaded, 1000);
    let sql = world.db.superuser().await;
    let person = sql
        .value("SELECT person_id FROM town.person LIMIT 1")
        .await
        .parse()
        .map(PersonId::from_uuid)
        .unwrap();
    for _ in 0..20 {
        world.app.person(&worker, person).await.unwrap();
        world.app.timeline(&worker, person, None).await.unwrap();
    }
    let read = read_in_all(&world).await;
    // Once for all of them the protection list was sought among the town's packs.
    assert!((40..=1200).contains(&read), "40 reads of one person went through {read} packs of 1,000");
}
