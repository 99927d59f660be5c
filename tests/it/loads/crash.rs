//! A process that dies while it loads: after a restart the load is wholly there, once.

use std::sync::Arc;
use std::time::Duration;

use app::App;
use app::failpoint::{LOAD_APPLIED, LOAD_STAGED, STEPS};
use evidence::Act;
use kernel::id::{RequestId, UploadId};
use kernel::{Grant, Grants, Purpose, TownCtx};
use testkit::TestApp;
use testkit::towns::{KAISEI, code};

use super::{REGISTER, hand_in, people, register};
use crate::crash;
use crate::resting::{acts, number, resting};

#[tokio::test]
#[ignore = "the tests below run it in a process of its own, where it dies"]
async fn in_a_child() {
    let (app, told) = crash::child().await;
    let [staff, upload] = told.iter().map(String::as_str).collect::<Vec<_>>().try_into().unwrap();
    let ctx = TownCtx {
        town: code(KAISEI),
        staff: staff.parse().unwrap(),
        grants: [Grant::OverallManager].into_iter().collect::<Grants>(),
        purpose: Some(Purpose::DataQuality),
        now: chrono::Utc::now(),
        request: RequestId::new(),
    };
    app.load_begin(&ctx, upload.parse().unwrap()).await.unwrap();
    tokio::time::sleep(Duration::from_secs(60)).await;
}

/// Loads in a process that is to die at a step.
fn die(world: &TestApp, upload: UploadId, step: &str) {
    let staff = world.desk(KAISEI, Grant::OverallManager).staff.to_string();
    crash::die(world, "loads::crash::in_a_child", step, &[&staff, &upload.to_string()]);
}

/// One load of the second file dies at `step`, and the platform starts again.
async fn dies_at(step: &str, applied: bool) {
    let world = TestApp::open(&[KAISEI]).await;
    let first = register(&world, &people(0..40));
    world.load(KAISEI, REGISTER, super::today(), &first).await.unwrap();
    let before = resting(&world).await;
    // Ten go, thirty stay, twenty are new.
    let upload = hand_in(&world, KAISEI, REGISTER, &register(&world, &people(10..60))).await;
    die(&world, upload, step);

    let spooled = i64::from(!applied);
    let mut now = resting(&world).await;
    assert_eq!(now.insert("upload_chunk true".into(), 0), Some(spooled), "{step}");
    assert_eq!(now == before, !applied, "{step}: wholly there or wholly absent");
    let running = "SELECT count(*) FROM town.load WHERE state = 'running'";
    assert_eq!(number(&world, running).await, spooled, "{step}");
    let works = "SELECT count(*) FROM town.operation WHERE state = 'running'";
    assert_eq!(number(&world, works).await, 1, "{step}: nobody was told yet");

    let restarted = App::open(Arc::clone(world.db.installation()), world.db.key_folder()).await.unwrap();
    let resumed = restarted.loads_resume(code(KAISEI)).await.unwrap();
    assert_eq!(resumed, usize::from(!applied), "{step}");
    for _ in 0..500 {
        if number(&world, works).await == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    for (query, count) in [
        ("SELECT count(*) FROM town.operation WHERE state = 'done'", 2),
        ("SELECT count(*) FROM town.operation", 2),
        ("SELECT count(*) FROM town.load WHERE state = 'loaded'", 2),
        ("SELECT count(*) FROM town.load", 2),
        ("SELECT count(*) FROM town.upload WHERE state = 'loaded'", 2),
        ("SELECT count(*) FROM town.upload_chunk", 0),
        ("SELECT count(*) FROM town.person", 60),
        ("SELECT count(*) FROM town.identifier", 60),
        ("SELECT count(*) FROM town.pack WHERE recorded_to IS NULL", 50),
        ("SELECT count(*) FROM town.pack WHERE recorded_to IS NOT NULL", 10),
    ] {
        assert_eq!(number(&world, query).await, count, "{step}: {query}");
    }
    let loads = acts(&world, KAISEI).await.into_iter().filter(|act| *act == Act::LoadApplied).count();
    assert_eq!(loads, 2, "{step}: one leaf a load");
    assert_eq!(restarted.loads_resume(code(KAISEI)).await.unwrap(), 0, "{step}: nothing is left to do");
}

#[tokio::test]
async fn dies_with_everything_staged() {
    dies_at(LOAD_STAGED, false).await;
}

#[tokio::test]
async fn dies_after_the_commit() {
    dies_at(LOAD_APPLIED, true).await;
}

#[test]
fn every_step_is_died_at() {
    let ours: Vec<_> = STEPS.iter().copied().filter(|step| step.starts_with("load.")).collect();
    assert_eq!(ours, [LOAD_STAGED, LOAD_APPLIED]);
}
