//! 証跡: every act leaves one leaf in the town's chain, every leaf has one place in the log, an export stands on
//! its own, and what cannot be recorded is not done.

mod acts;
mod export;
mod looks;

use app::staff::NewStaff;
use kernel::{Grant, Purpose, TownCtx};
use testkit::TestApp;
use testkit::files::{file, nth, registered};
use testkit::towns::KAISEI;

use chrono::Utc;
use kernel::ctx::jst_date;

/// Three residents of 開成町.
async fn residents(world: &TestApp) {
    let rows: Vec<_> = (1..=3).map(|n| registered(&nth(n))).collect();
    let today = jst_date(Utc::now());
    let bytes = file(world, KAISEI, "resident_register", today, &rows);
    world.load(KAISEI, "resident_register", today, &bytes).await.unwrap();
}

/// Somebody to add to the staff.
fn newcomer() -> NewStaff {
    let grants = [Grant::CaseWorker].into_iter().collect();
    NewStaff::member("架空職員", "mayor/jumin".parse().unwrap(), grants, jst_date(Utc::now()))
}

fn auditor(world: &TestApp, town: &str) -> TownCtx {
    world.ctx(town, &[Grant::Auditor], Purpose::Audit)
}
