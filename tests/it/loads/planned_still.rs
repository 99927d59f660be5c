//! A plan looks at one state of the town, from the first line of its file to the last: what others commit meanwhile
//! is not in its counts, and its base is the one that the counts are of.

use std::time::Duration;

use app::loads::{LoadPlan, Wanted};
use app::rows::LoadPlanState;
use kernel::{Identity, Known};
use layouts::EncodeRow;
use testkit::TestApp;
use testkit::files::{file, nth};

use super::key_master::{SAMUKAWA, SOURCE, pair, town};
use super::{hand_in, loader, today};

fn counts(plan: &LoadPlan) -> [i64; 4] {
    let planned = plan.planned.as_ref().unwrap();
    [planned.read, planned.new, planned.rejected, planned.queued]
}

/// Plans a file whose people are asked for only once somebody else has committed `meanwhile`.
async fn plan_while(world: &TestApp, bytes: &[u8], meanwhile: &str) -> LoadPlan {
    let other = world.db.superuser().await;
    other.run("BEGIN").await;
    other.run("LOCK TABLE town.identifier IN ACCESS EXCLUSIVE MODE").await;
    let ctx = loader(world, SAMUKAWA);
    let upload = hand_in(world, SAMUKAWA, SOURCE, bytes).await;
    let Wanted::Running { plan, operation } = world.app.load_plan_begin(&ctx, upload).await.unwrap() else {
        panic!("it was loaded before")
    };
    let watch = world.db.superuser().await;
    let waits = "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'town.identifier'::regclass";
    while watch.number(waits).await == 0 {
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    other.run(meanwhile).await;
    other.run("COMMIT").await;
    world.ended(SAMUKAWA, operation).await;
    world.app.load_plan(&ctx, plan.row.id).await.unwrap()
}

fn pairs(range: std::ops::Range<u32>) -> Vec<EncodeRow> {
    range.map(|n| pair(n, 100 + n, None)).collect()
}

#[tokio::test]
async fn what_is_committed_while_a_file_is_read_is_not_in_its_plan() {
    let world = town(1..6).await;
    let bytes = file(&world, SAMUKAWA, SOURCE, today(), &pairs(1..6));
    let upload = hand_in(&world, SAMUKAWA, SOURCE, &bytes).await;
    let before = super::planned::plan(&world, SAMUKAWA, upload).await.unwrap();
    assert_eq!(counts(&before), [5, 5, 0, 0]);
    let gone = "UPDATE town.identifier SET recorded_to = now(); UPDATE town.version SET people = people + 1";
    let plan = plan_while(&world, &bytes, gone).await;
    assert_eq!((counts(&plan), plan.row.base), (counts(&before), before.row.base));
}

#[tokio::test]
async fn people_who_move_on_before_they_are_asked_for_are_read_with_a_new_look() {
    let world = town(1..6).await;
    // Somebody of another name than the register's: nobody is told without everybody.
    let mut rows = pairs(1..6);
    let stated = |name: &str| Known::Present(name.to_owned());
    let names = (stated("想像"), stated("別人"));
    rows[2].persons[0].1 = Identity { family_name: names.0, given_name: names.1, ..nth(3) };
    let bytes = file(&world, SAMUKAWA, SOURCE, today(), &rows);
    let plan = plan_while(&world, &bytes, "UPDATE town.version SET people = people + 1").await;
    assert_eq!(plan.row.state, LoadPlanState::Ready);
    assert_eq!(counts(&plan), [5, 5, 0, 0]);
}
