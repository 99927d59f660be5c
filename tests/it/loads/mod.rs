//! 取込: what one file changes, what is refused as a whole, and what a stop in the middle leaves.

mod again;
mod balance;
mod corrected;
mod crash;
mod delta;
mod key_master;
mod key_master_moves;
mod numbers;
mod planned;
mod planned_still;
mod plans;
mod refused;
mod rejects;
mod report;
mod rolled_back;
mod shapes;
mod together;

use app::loads::Begun;
use app::uploads::NewUpload;
use chrono::{NaiveDate, Utc};
use kernel::ctx::jst_date;
use kernel::id::UploadId;
use kernel::{Digest, Fault, Grant, Identity, Known, Purpose, TownCtx};
use layouts::EncodeRow;
use testkit::TestApp;
use testkit::files::{file, nth, registered};
use testkit::towns::KAISEI;

/// The register of the tests.
const REGISTER: &str = "resident_register";

fn today() -> NaiveDate {
    jst_date(Utc::now())
}

fn loader(world: &TestApp, town: &str) -> TownCtx {
    world.ctx(town, &[Grant::OverallManager], Purpose::DataQuality)
}

/// Rows of the register for these people.
fn people(range: std::ops::Range<u32>) -> Vec<EncodeRow> {
    range.map(|n| registered(&nth(n))).collect()
}

/// 開成町's register with these rows.
fn register(world: &TestApp, rows: &[EncodeRow]) -> Vec<u8> {
    file(world, KAISEI, REGISTER, today(), rows)
}

/// Hands a file in and does not load it yet.
async fn hand_in(world: &TestApp, town: &str, source: &str, bytes: &[u8]) -> UploadId {
    let ctx = loader(world, town);
    let mut receiving =
        world.app.upload_begin(&ctx, NewUpload::of(&source.parse().unwrap(), today())).await.unwrap();
    world.app.upload_push(&ctx, &mut receiving, bytes).await.unwrap();
    let length = Some(bytes.len() as u64);
    world.app.upload_finish(&ctx, receiving, Digest::of(bytes), length).await.unwrap().id
}

/// Begins a load that must be under way.
async fn begin(world: &TestApp, upload: UploadId) -> Result<kernel::id::OperationId, Fault> {
    match world.app.load_begin(&loader(world, KAISEI), upload).await? {
        Begun::Running { operation, .. } => Ok(operation),
        Begun::Same(load) => panic!("{} was loaded before", load.id),
    }
}

/// The `n`-th person as a school of 開成町 knows them: 学籍番号 has seven digits there.
fn pupil(n: u32) -> Identity {
    Identity { local_id: Known::Present(format!("{:07}", n + 1)), ..nth(n) }
}
