//! Every shape that a member's systems send is loaded as it comes: a workbook with title and total, JSON Lines,
//! UTF-16 with tabs, EUC-JP, months side by side, fixed length, the national column names, and a register whose
//! columns change in the middle of a year.

use chrono::{NaiveDate, Utc};
use kernel::{Grant, Purpose};
use layouts::sample::sample;
use testkit::TestApp;

use super::REGISTER;

/// Towns and a source of each beside the register.
const SHAPES: [(&str, &str, &str); 6] = [
    ("144029", "consult_general", "a workbook"),
    ("143413", "consult_nurse", "JSON Lines"),
    ("143634", "consult_general", "UTF-16 with tabs"),
    ("143839", "attendance", "EUC-JP"),
    ("144011", "attendance", "months side by side"),
    ("143618", "school_register", "fixed length"),
];

/// The fictional file of a source, loaded; rows read and refused.
async fn loaded(world: &TestApp, town: &str, source: &str, as_of: NaiveDate) -> (i64, i64) {
    let ctx = world.ctx(town, &[Grant::OverallManager], Purpose::DataQuality);
    let profile = world.app.profile(&ctx).await.unwrap();
    let layout = &profile.town.sources[&source.parse().unwrap()].layout;
    let made = sample(layout, as_of, source).unwrap();
    let load = world.load(town, source, as_of, &made.bytes).await;
    let counts = load.unwrap_or_else(|fault| panic!("{town} {source}: {fault:?}")).counts;
    (counts.read, counts.rejected)
}

#[tokio::test]
async fn a_file_is_loaded_in_whatever_shape_it_comes() {
    let towns: Vec<_> = SHAPES.iter().map(|(town, ..)| *town).collect();
    let world = TestApp::open(&towns).await;
    let today = kernel::ctx::jst_date(Utc::now());
    for (town, source, shape) in SHAPES {
        assert_eq!(loaded(&world, town, REGISTER, today).await, (6, 0), "{town}: the register");
        assert_eq!(loaded(&world, town, source, today).await, (6, 0), "{town}: {shape}");
    }
}

/// 寒川町, whose register has other columns from 1 October 2026 on.
#[tokio::test]
async fn a_register_goes_on_when_its_columns_change() {
    let world = TestApp::open(&["143219"]).await;
    for day in ["2026-09-30", "2026-10-01"] {
        assert_eq!(loaded(&world, "143219", REGISTER, day.parse().unwrap()).await, (6, 0), "{day}");
    }
}
