//! A file that came whole and that nobody loads does not stay for ever.

use app::loads::Wanted;
use app::uploads::NewUpload;
use chrono::{DateTime, TimeDelta, Utc};
use evidence::Act;
use kernel::ctx::jst_date;
use kernel::id::UploadId;
use kernel::{Code, Digest};
use testkit::TestApp;
use testkit::files::{file, nth, registered};
use testkit::towns::{KAISEI, code};

use super::{holder, today, uploads};
use crate::resting::{acts, assert_refused, number};

const KEPT: TimeDelta = TimeDelta::days(14);

async fn hand_in(world: &TestApp, bytes: &[u8], at: DateTime<Utc>) -> UploadId {
    let ctx = kernel::TownCtx { now: at, ..holder(world) };
    let source = "resident_register".parse().unwrap();
    let mut receiving = world.app.upload_begin(&ctx, NewUpload::of(&source, jst_date(at))).await.unwrap();
    world.app.upload_push(&ctx, &mut receiving, bytes).await.unwrap();
    world.app.upload_finish(&ctx, receiving, Digest::of(bytes), None).await.unwrap().id
}

async fn expire(world: &TestApp, now: DateTime<Utc>) -> usize {
    world.app.uploads_expire(code(KAISEI), now, KEPT).await.unwrap()
}

#[tokio::test]
async fn a_file_that_nobody_loads_goes_with_its_plan_and_its_key() {
    let world = TestApp::open(&[KAISEI]).await;
    let (now, ctx) = (Utc::now(), holder(&world));
    let bytes = file(&world, KAISEI, "resident_register", today(), &[registered(&nth(1))]);
    let upload = hand_in(&world, &bytes, now - TimeDelta::days(15)).await;
    let fresh = hand_in(&world, &[bytes.clone(), bytes.clone()].concat(), now).await;
    let Wanted::Running { plan, operation } = world.app.load_plan_begin(&ctx, upload).await.unwrap() else {
        panic!("it was loaded before")
    };
    world.ended(KAISEI, operation).await;
    assert_eq!(expire(&world, now).await, 0, "it was planned a moment ago");
    let old = format!(
        "UPDATE town.load_plan SET created_at = created_at - interval '15 days' WHERE plan_id = '{}'",
        plan.row.id.uuid()
    );
    world.db.superuser().await.run(&old).await;
    assert_eq!((expire(&world, now).await, expire(&world, now).await), (1, 0));
    let mut tx = world.db.towns().begin(code(KAISEI)).await.unwrap();
    assert!(!tx.upload_expire(upload).await.unwrap(), "another server was first");
    drop(tx);
    let of = format!("upload_id = '{}'", upload.uuid());
    let left = format!(
        "SELECT (SELECT count(*) FROM town.upload_chunk WHERE {of}) + (SELECT count(*) FROM town.load_plan WHERE {of}) + (SELECT count(*) FROM town.upload WHERE {of} AND load_key IS NOT NULL)"
    );
    assert_eq!((number(&world, &left).await, uploads(&world, "failed").await), (0, 1));
    let expired = acts(&world, KAISEI).await.into_iter().filter(|act| *act == Act::UploadExpired).count();
    assert_eq!(expired, 1);
    let refused = world.app.load_begin(&ctx, upload).await;
    assert_refused(refused.map(drop), Code::LoadNotReady, "失敗", "failed");
    assert_eq!(world.app.upload(&ctx, fresh).await.unwrap().state, "received", "what came today stays");
}

#[tokio::test]
async fn of_a_load_that_a_guard_refused_the_reason_stays() {
    let world = TestApp::open(&[KAISEI]).await;
    let now = Utc::now();
    let rows = |range: std::ops::Range<u32>| {
        let rows: Vec<_> = range.map(|n| registered(&nth(n))).collect();
        file(&world, KAISEI, "resident_register", today(), &rows)
    };
    world.load(KAISEI, "resident_register", today(), &rows(0..40)).await.unwrap();
    assert!(world.load(KAISEI, "resident_register", today(), &rows(0..5)).await.is_err(), "a guard trips");
    let sql = world.db.superuser().await;
    sql.run("UPDATE town.upload SET created_at = created_at - interval '15 days'").await;
    assert_eq!(expire(&world, now).await, 0, "it was tried a moment ago");
    let later = now + TimeDelta::days(15);
    sql.run("UPDATE town.load SET state = 'running' WHERE state = 'failed'").await;
    assert_eq!(expire(&world, later).await, 0, "a load has it");
    sql.run("UPDATE town.load SET state = 'failed' WHERE state = 'running'").await;
    assert_eq!(expire(&world, later).await, 1);
    let load = sql.value("SELECT load_id::text FROM town.load WHERE state = 'failed'").await;
    let load = kernel::id::LoadId::from_uuid(load.parse().unwrap());
    let (_, fault) = world.app.load(&holder(&world), load).await.unwrap();
    assert_eq!(fault.unwrap().code(), Code::GuardTripped);
}
