//! 受付: a file comes whole or not at all.

mod cut_off;
mod expiry;
mod parts;
mod refused;

use chrono::Utc;
use kernel::ctx::jst_date;
use kernel::{Grant, Purpose, TownCtx};
use testkit::TestApp;
use testkit::towns::KAISEI;

use crate::resting::number;

fn today() -> chrono::NaiveDate {
    jst_date(Utc::now())
}

fn holder(world: &TestApp) -> TownCtx {
    world.ctx(KAISEI, &[Grant::Holder], Purpose::DataQuality)
}

/// More than one sealed chunk, so that something of it is spooled before it ends.
fn large() -> Vec<u8> {
    vec![b'x'; 2_500_000]
}

/// Uploads in a state.
async fn uploads(world: &TestApp, state: &str) -> i64 {
    number(world, &format!("SELECT count(*) FROM town.upload WHERE state = '{state}'")).await
}

/// That the one upload is given up: nothing of it is spooled, and its key is gone.
async fn assert_given_up(world: &TestApp) {
    assert_eq!(uploads(world, "failed").await, 1, "the upload is failed");
    assert_eq!(number(world, "SELECT count(*) FROM town.upload").await, 1);
    assert_eq!(number(world, "SELECT count(*) FROM town.upload WHERE load_key IS NOT NULL").await, 0);
    assert_eq!(number(world, "SELECT count(*) FROM town.upload_chunk").await, 0, "nothing is spooled");
}
