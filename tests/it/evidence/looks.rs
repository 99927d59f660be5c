//! 閲覧: every look at a resident is recorded before its answer leaves, or there is no answer.

use evidence::{Act, Leaf};
use kernel::id::PersonId;
use kernel::{Code, Grant, Purpose, TownCtx};
use testkit::TestApp;
use testkit::towns::{KAISEI, OI};

use super::residents;
use crate::resting::{assert_refused, leaves, number};

const LOOKS: &str = "SELECT count(*) FROM town.access";

fn worker(world: &TestApp) -> TownCtx {
    world.ctx(KAISEI, &[Grant::CaseWorker], Purpose::Support)
}

async fn batches(world: &TestApp, town: &str) -> usize {
    let leaves = leaves(world, town).await;
    leaves.iter().filter(|leaf| Leaf::from_bytes(&leaf.body).unwrap().act == Act::PersonsRead).count()
}

/// Everybody, without a look of the test's own.
async fn persons(world: &TestApp) -> Vec<PersonId> {
    let ids = world.db.superuser().await.column("SELECT person_id FROM town.person ORDER BY 1").await;
    ids.iter().map(|id| PersonId::from_uuid(id.parse().unwrap())).collect()
}

#[tokio::test]
async fn a_look_leaves_a_row_and_a_leaf() {
    let world = TestApp::open(&[KAISEI, OI]).await;
    residents(&world).await;
    let person = persons(&world).await[0];
    let ctx = worker(&world);
    world.app.person(&ctx, person).await.unwrap();
    let row = world
        .db
        .superuser()
        .await
        .rows("SELECT town_id, person_id::text, staff_id::text, purpose, operation FROM town.access")
        .await;
    let expected =
        [KAISEI, &person.uuid().to_string(), &ctx.staff.uuid().to_string(), "support", "person_read"];
    assert_eq!(row, [expected.map(|text| Some(text.to_owned())).to_vec()]);
    assert_eq!((batches(&world, KAISEI).await, batches(&world, OI).await), (1, 0));
    // A list is a look at everybody on it, under one leaf.
    assert_eq!(world.app.person_list(&ctx, None, 10).await.unwrap().len(), 3);
    assert_eq!((number(&world, LOOKS).await, batches(&world, KAISEI).await), (4, 2));
    // No one's name, number or id stands in the log.
    let body = String::from_utf8(leaves(&world, KAISEI).await.last().unwrap().body.clone()).unwrap();
    assert!(!body.contains(&person.uuid().simple().to_string()), "{body}");
}

#[tokio::test]
async fn what_was_not_seen_is_not_recorded() {
    let world = TestApp::open(&[KAISEI]).await;
    residents(&world).await;
    let ctx = worker(&world);
    let unknown = world.app.person(&ctx, PersonId::new()).await;
    assert_refused(unknown, Code::PersonNotFound, "住民", "person");
    let person = persons(&world).await[0];
    let without = world.ctx(KAISEI, &[Grant::CaseWorker], None);
    assert_refused(world.app.person(&without, person).await, Code::PurposeRequired, "support", "support");
    let analyst = world.ctx(KAISEI, &[Grant::Analyst], Purpose::Support);
    assert_refused(world.app.person(&analyst, person).await, Code::GrantMissing, "活用", "case_worker");
    assert_eq!((number(&world, LOOKS).await, batches(&world, KAISEI).await), (0, 0));
}

#[tokio::test]
async fn a_look_that_cannot_be_recorded_is_not_answered() {
    let world = TestApp::open(&[KAISEI]).await;
    residents(&world).await;
    let (ctx, person, sql) = (worker(&world), persons(&world).await[0], world.db.superuser().await);
    world.app.person(&ctx, person).await.unwrap();
    let grants = [
        ("INSERT ON town.access", "the row"),
        ("EXECUTE ON FUNCTION hub.append_leaf(text, uuid, bytea)", "the leaf"),
    ];
    for (grant, what) in grants {
        sql.run(&format!("REVOKE {grant} FROM tst0_log")).await;
        let before = (number(&world, LOOKS).await, batches(&world, KAISEI).await);
        let read = world.app.person(&ctx, person).await;
        assert_refused(read, Code::Unavailable, "一時的に", "Try again shortly");
        let timeline = world.app.timeline(&ctx, person, None).await;
        assert_refused(timeline.map(drop), Code::Unavailable, "一時的に", "Try again shortly");
        assert_eq!((number(&world, LOOKS).await, batches(&world, KAISEI).await), before, "{what}");
        sql.run(&format!("GRANT {grant} TO tst0_log")).await;
        world.app.person(&ctx, person).await.unwrap();
        assert_eq!(
            (number(&world, LOOKS).await, batches(&world, KAISEI).await),
            (before.0 + 1, before.1 + 1),
            "{what}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn looks_at_once_are_all_recorded_with_fewer_leaves() {
    let world = TestApp::open(&[KAISEI]).await;
    residents(&world).await;
    let persons = persons(&world).await;
    let mut reading = tokio::task::JoinSet::new();
    for n in 0..60 {
        let (app, ctx, person) = (std::sync::Arc::clone(&world.app), worker(&world), persons[n % 3]);
        reading.spawn(async move { app.person(&ctx, person).await.map(drop) });
    }
    assert!(reading.join_all().await.iter().all(Result::is_ok));
    assert_eq!(number(&world, LOOKS).await, 60);
    let leaves = batches(&world, KAISEI).await;
    assert!((1..=60).contains(&leaves), "{leaves}");
}
