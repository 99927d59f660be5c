//! A password ends with the account's departure: whoever comes back sets up a new one.

use app::staff::NewPosting;
use chrono::Utc;
use kernel::Grant;
use testkit::towns::KAISEI;

use super::{Office, PASSWORD};

#[tokio::test]
async fn an_old_password_opens_nothing_for_somebody_who_left_and_came_back() {
    let office = Office::open().await;
    office.sign_in_at(PASSWORD, Utc::now()).await.unwrap();
    let admin = office.world.desk(KAISEI, Grant::TownAdmin).ctx(None);
    office.world.app.staff_depart(&admin, office.staff).await.unwrap();
    assert!(office.sign_in_at(PASSWORD, Utc::now()).await.is_err(), "gone");
    let grants = [Grant::CaseWorker].into_iter().collect();
    let section = "mayor/kosodate".parse().unwrap();
    let back = NewPosting { section, grants, from: admin.today(), until: None };
    office.world.app.posting_add(&admin, office.staff, &back).await.unwrap();
    assert!(office.sign_in_at(PASSWORD, Utc::now()).await.is_err(), "the password went with the departure");
    let code = office.code().await;
    office.set_up(&code, "波の音がきこえる町の朝ごはん").await.unwrap();
    office.sign_in_at("波の音がきこえる町の朝ごはん", Utc::now()).await.unwrap();
}
