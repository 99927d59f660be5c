//! A process that dies while it loads: after a restart the load is wholly there, once.

use std::sync::Arc;
use std::time::Duration;

use app::App;
use app::failpoint::{LOAD_APPLIED, LOAD_PLANNED, LOAD_STAGED, ROLLBACK_AFTER, ROLLBACK_BEFORE, STEPS};
use evidence::Act;
use kernel::id::RequestId;
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
    let [staff, what, id] = told.iter().map(String::as_str).collect::<Vec<_>>().try_into().unwrap();
    let ctx = TownCtx {
        town: code(KAISEI),
        staff: staff.parse().unwrap(),
        grants: [Grant::OverallManager].into_iter().collect::<Grants>(),
        purpose: Some(Purpose::DataQuality),
        now: chrono::Utc::now(),
        request: RequestId::new(),
    };
    match what {
        "load" => drop(app.load_begin(&ctx, id.parse().unwrap()).await.unwrap()),
        "plan" => drop(app.load_plan_begin(&ctx, id.parse().unwrap()).await.unwrap()),
        _ => drop(app.load_rollback(&ctx, id.parse().unwrap(), "架空の取り違え").await.unwrap()),
    }
    tokio::time::sleep(Duration::from_secs(60)).await;
}

/// Does something about a file or its load in a process that is to die at a step.
fn die(world: &TestApp, what: &str, id: &str, step: &str) {
    let staff = world.desk(KAISEI, Grant::OverallManager).staff.to_string();
    crash::die(world, "loads::crash::in_a_child", step, &[&staff, what, id]);
}

/// The platform, started again, and how many works it took up.
async fn restart(world: &TestApp) -> (Arc<App>, usize) {
    let restarted = App::open(Arc::clone(world.db.installation()), world.db.key_folder()).await.unwrap();
    let resumed = restarted.loads_resume(code(KAISEI)).await.unwrap();
    let works = "SELECT count(*) FROM town.operation WHERE state = 'running'";
    for _ in 0..500 {
        if number(world, works).await == 0 {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    (restarted, resumed)
}

/// One load of the second file dies at `step`, and the platform starts again.
async fn dies_at(step: &str, applied: bool) {
    let world = TestApp::open(&[KAISEI]).await;
    let first = register(&world, &people(0..60));
    world.load(KAISEI, REGISTER, super::today(), &first).await.unwrap();
    let before = resting(&world).await;
    // Ten go, fifty stay, twenty are new.
    let upload = hand_in(&world, KAISEI, REGISTER, &register(&world, &people(10..80))).await;
    die(&world, "load", &upload.to_string(), step);

    let spooled = i64::from(!applied);
    let mut now = resting(&world).await;
    assert_eq!(now.insert("upload_chunk true".into(), 0), Some(spooled), "{step}");
    assert_eq!(now == before, !applied, "{step}: wholly there or wholly absent");
    let running = "SELECT count(*) FROM town.load WHERE state = 'running'";
    assert_eq!(number(&world, running).await, spooled, "{step}");
    let works = "SELECT count(*) FROM town.operation WHERE state = 'running'";
    assert_eq!(number(&world, works).await, 1, "{step}: nobody was told yet");

    let (restarted, resumed) = restart(&world).await;
    assert_eq!(resumed, usize::from(!applied), "{step}");
    for (query, count) in [
        ("SELECT count(*) FROM town.operation WHERE state = 'done'", 2),
        ("SELECT count(*) FROM town.operation", 2),
        ("SELECT count(*) FROM town.load WHERE state = 'loaded'", 2),
        ("SELECT count(*) FROM town.load", 2),
        ("SELECT count(*) FROM town.upload WHERE state = 'loaded'", 2),
        ("SELECT count(*) FROM town.upload_chunk", 0),
        ("SELECT count(*) FROM town.person", 80),
        ("SELECT count(*) FROM town.identifier", 80),
        ("SELECT count(*) FROM town.pack WHERE recorded_to IS NULL", 70),
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

#[tokio::test]
async fn dies_with_a_plan_counted() {
    let world = TestApp::open(&[KAISEI]).await;
    world.load(KAISEI, REGISTER, super::today(), &register(&world, &people(0..10))).await.unwrap();
    let upload = hand_in(&world, KAISEI, REGISTER, &register(&world, &people(0..12))).await;
    let before = resting(&world).await;
    die(&world, "plan", &upload.to_string(), LOAD_PLANNED);
    assert_eq!(resting(&world).await, before);
    assert_eq!(number(&world, "SELECT count(*) FROM town.load_plan WHERE state = 'running'").await, 1);
    assert_eq!(restart(&world).await.1, 1, "it is made again");
    let new = "SELECT (outcome->>'new')::bigint FROM town.load_plan WHERE state = 'ready'";
    assert_eq!(number(&world, new).await, 2);
    assert_eq!(resting(&world).await, before);
}

#[tokio::test]
async fn dies_while_it_rolls_a_load_back() {
    for (step, undone) in [(ROLLBACK_BEFORE, false), (ROLLBACK_AFTER, true)] {
        let world = TestApp::open(&[KAISEI]).await;
        world.load(KAISEI, REGISTER, super::today(), &register(&world, &people(0..10))).await.unwrap();
        let load =
            world.load(KAISEI, REGISTER, super::today(), &register(&world, &people(1..12))).await.unwrap();
        let before = resting(&world).await;
        die(&world, "rollback", &load.id.to_string(), step);
        assert_eq!(resting(&world).await == before, !undone, "{step}: wholly there or wholly absent");
        assert_eq!(acts(&world, KAISEI).await.last() == Some(&Act::LoadRolledBack), undone, "{step}");
        let (restarted, resumed) = restart(&world).await;
        assert_eq!(resumed, 0, "{step}: nothing is half done");
        let ctx = super::loader(&world, KAISEI);
        let again = restarted.load_rollback(&ctx, load.id, "架空の取り違え").await;
        assert_eq!(again.is_ok(), !undone, "{step}: it is asked for again, once");
        let open = "SELECT count(*) FROM town.pack WHERE recorded_to IS NULL";
        assert_eq!(number(&world, open).await, 10, "{step}");
    }
}

#[test]
fn every_step_is_died_at() {
    let ours: Vec<_> = STEPS.iter().copied().filter(|step| step.starts_with("load.")).collect();
    assert_eq!(ours, [LOAD_PLANNED, LOAD_STAGED, LOAD_APPLIED, ROLLBACK_BEFORE, ROLLBACK_AFTER]);
}
