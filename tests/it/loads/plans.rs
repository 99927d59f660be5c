//! Reading one person stays a look-up after the town's first big load, before the server has counted anything:
//! without statistics it would choose the index of all packs in force and read the whole town's each time.

use std::time::Duration;

use kernel::id::PersonId;
use kernel::{Grant, Purpose};
use testkit::TestApp;
use testkit::towns::KAISEI;

use super::{REGISTER, people, register, today};
use crate::resting::number;

/// Entries read from the indexes of packs so far, once the server's counters stand still.
async fn read_so_far(world: &TestApp) -> i64 {
    let query = "SELECT sum(idx_tup_read)::bigint FROM pg_stat_user_indexes WHERE schemaname = 'town' AND relname = 'pack'";
    let (mut last, mut still) = (-1, 0);
    while still < 5 {
        tokio::time::sleep(Duration::from_millis(400)).await;
        let now = number(world, query).await;
        still = if now == last { still + 1 } else { 0 };
        last = now;
    }
    last
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
    let person = world.app.person_list(&worker, None, 1).await.unwrap()[0].id;
    world.app.person(&worker, person).await.unwrap();
    let before = read_so_far(&world).await;
    for _ in 0..20 {
        world.app.person(&worker, person).await.unwrap();
        world.app.timeline(&worker, person, None).await.unwrap();
    }
    let read = read_so_far(&world).await - before;
    assert!((20..=200).contains(&read), "40 reads of one person went through {read} packs of 1,000");
}
