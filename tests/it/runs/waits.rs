//! A run shows the town as it was at one instant: it waits for a load under way rather than see half of it.

use std::time::Duration;

use chrono::Utc;
use kernel::ctx::jst_date;
use kernel::{Grant, Purpose};
use testkit::TestApp;
use testkit::towns::{KAISEI, code};

#[tokio::test(flavor = "multi_thread")]
async fn a_run_waits_for_a_load_under_way() {
    let world = TestApp::open(&[KAISEI]).await;
    world.load_fictional(&[KAISEI], 300, jst_date(Utc::now())).await;
    let ctx = world.ctx(KAISEI, &[Grant::OverallManager], Purpose::Assessment);
    let towns = world.db.towns();
    let load = towns.bulk_load(code(KAISEI)).await.unwrap();
    let rulebook = "young_carer".parse().unwrap();
    let (run, operation) = world.app.run_begin(&ctx, &rulebook, None).await.unwrap();
    tokio::time::sleep(Duration::from_millis(500)).await;
    assert_eq!(world.app.run(&ctx, run.id).await.unwrap().state.as_str(), "running");
    let ended = Utc::now();
    drop(load);
    assert_eq!(world.ended(KAISEI, operation).await, "done");
    let known_at = world.app.run(&ctx, run.id).await.unwrap().known_at;
    assert!(known_at >= ended, "{known_at} is before the load's end, {ended}");
}
