//! Who changes accounts: the town's administrator and nobody else, and nothing of a refused change is left.

use kernel::{Code, Grant, TownCtx};
use testkit::TestApp;
use testkit::towns::KAISEI;

use app::staff::{NewPosting, NewStaff};

use crate::handovers::family::refused;
use crate::resting::{acts, number};

#[tokio::test]
async fn nobody_but_the_administrator_changes_accounts() {
    let world = TestApp::open(&[KAISEI]).await;
    let admin = world.desk(KAISEI, Grant::TownAdmin).ctx(None);
    let all = [Grant::CaseWorker].into_iter().collect();
    let section = || "mayor/kosodate".parse().unwrap();
    let known = world.app.staff_add(&admin, NewStaff::member("架空 守", section(), all, admin.today())).await;
    let known = known.unwrap();
    let (staff, own) = (known.row.id, known.postings[0].id);
    let accounts = "SELECT (SELECT count(*) FROM town.staff) + (SELECT count(*) FROM town.posting)";
    let before = (acts(&world, KAISEI).await, number(&world, accounts).await);
    for &grant in Grant::ALL.iter().filter(|grant| **grant != Grant::TownAdmin) {
        let ctx: TownCtx = world.desk(KAISEI, grant).ctx(None);
        let new = NewStaff::member("架空 外", section(), all, ctx.today());
        let posting = NewPosting { section: section(), grants: all, from: ctx.today(), until: None };
        for outcome in [
            world.app.staff_add(&ctx, new).await,
            world.app.posting_add(&ctx, staff, &posting).await,
            world.app.posting_end(&ctx, staff, own, None).await,
            world.app.staff_depart(&ctx, staff).await,
        ] {
            assert_eq!(refused(outcome), Code::GrantMissing, "{grant}");
        }
    }
    assert_eq!((acts(&world, KAISEI).await, number(&world, accounts).await), before);
}
