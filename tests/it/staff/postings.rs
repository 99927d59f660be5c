//! 所属: from day to day, side by side, and out at once.

use app::Caller;
use app::auth::Asking;
use app::staff::{NewPosting, NewStaff};
use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use evidence::Act;
use kernel::id::{RequestId, StaffId};
use kernel::{Code, Fault, Grant, TownCtx};
use serde_json::json;
use testkit::TestApp;
use testkit::towns::{KAISEI, OI};

use crate::http::{Ask, Http};
use crate::resting::{acts, assert_refused};

fn posting(grants: &[Grant], from: NaiveDate, until: Option<NaiveDate>) -> NewPosting {
    let section = "mayor/kosodate".parse().unwrap();
    NewPosting { section, grants: grants.iter().copied().collect(), from, until }
}

/// 0時 of a day in Japan.
fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_hms_opt(0, 0, 0).unwrap().and_utc() - TimeDelta::hours(9)
}

struct Hall {
    world: TestApp,
    admin: TownCtx,
    staff: StaffId,
    token: String,
}

impl Hall {
    /// Somebody posted as case worker until a day, with a token for everything.
    async fn open(until: NaiveDate) -> Self {
        let world = TestApp::open(&[KAISEI, OI]).await;
        let admin = world.desk(KAISEI, Grant::TownAdmin).ctx(None);
        let new = NewStaff {
            posting: posting(&[Grant::CaseWorker], admin.today(), Some(until)),
            ..NewStaff::member("架空 転", "mayor/jumin".parse().unwrap(), Default::default(), until)
        };
        let staff = world.app.staff_add(&admin, new).await.unwrap().row.id;
        let all = Grant::ALL.iter().copied().collect();
        let expires = Utc::now() + TimeDelta::days(400);
        let token = world.app.token_hand_out(&admin, staff, all, expires).await.unwrap().secret;
        Self { world, admin, staff, token }
    }

    async fn grants(&self, now: DateTime<Utc>) -> Result<Vec<Grant>, Fault> {
        let asking = Asking { token: &self.token, purpose: None, now, request: RequestId::new() };
        match self.world.app.authenticate(asking).await? {
            Caller::Town(ctx) => Ok(ctx.grants.iter().collect()),
            Caller::Coop(_) => panic!("a town's token"),
        }
    }
}

#[tokio::test]
async fn a_change_entered_beforehand_holds_from_its_midnight_in_japan_with_nothing_running() {
    let until = kernel::ctx::jst_date(Utc::now()) + TimeDelta::days(30);
    let hall = Hall::open(until).await;
    let next = posting(&[Grant::Holder], until.succ_opt().unwrap(), Some(until + TimeDelta::days(10)));
    hall.world.app.posting_add(&hall.admin, hall.staff, &next).await.unwrap();
    // 兼務: beside both.
    let beside = posting(&[Grant::Auditor], until - TimeDelta::days(5), Some(until + TimeDelta::days(5)));
    hall.world.app.posting_add(&hall.admin, hall.staff, &beside).await.unwrap();
    let turn = midnight(until.succ_opt().unwrap());
    let moment = TimeDelta::microseconds(1);
    assert_eq!(hall.grants(Utc::now()).await.unwrap(), [Grant::CaseWorker]);
    assert_eq!(hall.grants(turn - moment).await.unwrap(), [Grant::CaseWorker, Grant::Auditor]);
    assert_eq!(hall.grants(turn).await.unwrap(), [Grant::Holder, Grant::Auditor]);
    let last = midnight(until + TimeDelta::days(11));
    assert_eq!(hall.grants(last - moment).await.unwrap(), [Grant::Holder]);
    assert_refused(
        hall.grants(last).await,
        Code::PostingEnded,
        "有効な所属がありません",
        "No posting of yours",
    );
}

#[tokio::test]
async fn a_token_allows_no_more_than_it_says_nor_than_the_postings() {
    let hall = Hall::open(kernel::ctx::jst_date(Utc::now())).await;
    let two = posting(&[Grant::Holder, Grant::Approver], hall.admin.today(), None);
    hall.world.app.posting_add(&hall.admin, hall.staff, &two).await.unwrap();
    assert_eq!(hall.grants(Utc::now()).await.unwrap(), [Grant::Holder, Grant::CaseWorker, Grant::Approver]);
    let narrow = [Grant::Holder, Grant::TownAdmin].into_iter().collect();
    let expires = Utc::now() + TimeDelta::hours(1);
    let token = hall.world.app.token_hand_out(&hall.admin, hall.staff, narrow, expires).await.unwrap().secret;
    let narrow = Hall { token, ..hall };
    assert_eq!(narrow.grants(Utc::now()).await.unwrap(), [Grant::Holder]);
}

#[tokio::test]
async fn a_posting_that_is_added_or_ended_counts_from_the_next_request_on() {
    let today = kernel::ctx::jst_date(Utc::now());
    let hall = Hall::open(today + TimeDelta::days(30)).await;
    let (app, staff) = (&hall.world.app, hall.staff);
    assert_eq!(hall.grants(Utc::now()).await.unwrap(), [Grant::CaseWorker], "remembered from here on");
    let holder = posting(&[Grant::Holder], today, None);
    let known = app.posting_add(&hall.admin, staff, &holder).await.unwrap();
    assert_eq!(hall.grants(Utc::now()).await.unwrap(), [Grant::Holder, Grant::CaseWorker]);
    let added = known.postings.iter().find(|posting| posting.grants.has(Grant::Holder)).unwrap().id;
    app.posting_end(&hall.admin, staff, added, None).await.unwrap();
    assert_eq!(hall.grants(Utc::now()).await.unwrap(), [Grant::CaseWorker]);
}

#[actix_web::test]
async fn somebody_who_leaves_is_refused_from_the_next_request_on() {
    let hall = Hall::open(kernel::ctx::jst_date(Utc::now()) + TimeDelta::days(30)).await;
    let http = Http::open(&hall.world).await;
    let ask = || Ask::get("/api/v1/persons").by(&hall.token).to("support");
    for _ in 0..2 {
        assert_eq!(http.send(ask()).await.status, 200);
    }
    let admin = &hall.world.desk(KAISEI, Grant::TownAdmin).token;
    let path = format!("/api/v1/staff/{}/departure", hall.staff);
    let left = http.send(Ask::new("POST", &path).by(admin)).await;
    assert_eq!((left.status, &left.json()["grants"]), (200, &json!([])), "{}", left.text);
    assert_eq!(http.send(ask()).await.code(), "token_revoked");
    let again = http.send(Ask::new("POST", &path).by(admin)).await;
    assert_eq!((again.status, &again.json()["left_at"]), (200, &left.json()["left_at"]));
    assert_eq!(acts(&hall.world, KAISEI).await.iter().filter(|act| **act == Act::StaffLeft).count(), 1);
    // Back by another posting; the old token stays what it is.
    let body = json!({"section": "mayor/kosodate", "grants": ["case_worker"]});
    let path = format!("/api/v1/staff/{}/postings", hall.staff);
    let back = http.send(Ask::post(&path, body).by(admin)).await;
    assert_eq!((back.status, &back.json()["left_at"]), (201, &json!(null)), "{}", back.text);
    assert_eq!(http.send(ask()).await.code(), "token_revoked");
}

#[actix_web::test]
async fn what_cannot_be_a_posting_is_refused_with_its_place() {
    let hall = Hall::open(kernel::ctx::jst_date(Utc::now())).await;
    let http = Http::open(&hall.world).await;
    let admin = hall.world.desk(KAISEI, Grant::TownAdmin);
    let postings = format!("/api/v1/staff/{}/postings", hall.staff);
    for (body, pointer) in [
        (json!({"section": "mayor/yoso", "grants": ["holder"]}), "/section"),
        (json!({"section": "mayor/kosodate", "grants": []}), "/grants"),
        (
            json!({"section": "mayor/kosodate", "grants": ["holder"], "from": "2026-04-01", "until": "2026-03-31"}),
            "/until",
        ),
        (json!({"section": "mayor/kosodate", "grants": ["root"]}), "/grants/0"),
        (json!({"section": "mayor/kosodate", "grants": ["holder"], "from": "2026-02-30"}), "/from"),
    ] {
        let answer = http.send(Ask::post(&postings, body.clone()).by(&admin.token)).await;
        assert_eq!((answer.status, answer.code().as_str()), (422, "invalid_value"), "{}", answer.text);
        assert_eq!(answer.json()["errors"][0]["pointer"], pointer, "{body}");
    }
    let own = format!("/api/v1/staff/{}/postings", admin.staff);
    let body = json!({"section": "mayor/kosodate", "grants": ["auditor"]});
    let answer = http.send(Ask::post(&own, body.clone()).by(&admin.token)).await;
    assert_eq!((answer.status, answer.code().as_str()), (403, "grant_to_self"), "{}", answer.text);
    let other = &hall.world.desk(OI, Grant::TownAdmin).token;
    let answer = http.send(Ask::post(&postings, body).by(other)).await;
    assert_eq!((answer.status, answer.code().as_str()), (404, "staff_not_found"));
}

#[tokio::test]
async fn the_last_administrator_stays_until_there_is_another() {
    let hall = Hall::open(kernel::ctx::jst_date(Utc::now())).await;
    let (app, admin) = (&hall.world.app, &hall.admin);
    let own = app.staff(admin, admin.staff).await.unwrap().postings[0].id;
    let tomorrow = admin.today().succ_opt().unwrap();
    for ended in [
        app.staff_depart(admin, admin.staff).await,
        app.posting_end(admin, admin.staff, own, None).await,
        app.posting_end(admin, admin.staff, own, Some(tomorrow)).await,
    ] {
        assert_refused(ended, Code::LastAdministrator, "町管理者がいなくなります", "no administrator");
    }
    let from = tomorrow.succ_opt().unwrap();
    app.posting_add(admin, hall.staff, &posting(&[Grant::TownAdmin], from, None)).await.unwrap();
    let early = app.posting_end(admin, admin.staff, own, Some(admin.today())).await;
    assert_refused(early, Code::LastAdministrator, "町管理者がいなくなります", "no administrator");
    app.posting_end(admin, admin.staff, own, Some(tomorrow)).await.unwrap();
    let later = app.posting_end(admin, admin.staff, own, Some(tomorrow + TimeDelta::days(9))).await;
    assert_refused(later, Code::InvalidValue, "いまの終了日より後", "after the day it ends");
}

#[tokio::test]
async fn a_town_whose_last_administrator_ran_out_is_opened_again_by_the_operator() {
    let hall = Hall::open(kernel::ctx::jst_date(Utc::now())).await;
    let app = &hall.world.app;
    let mut coop = hall.world.coop();
    let code = hall.admin.town;
    let refused = app.staff_first(&coop, code, "mayor/jumin", "架空 新").await;
    assert_refused(refused, Code::TownHasAdministrator, "もう", "already");
    let next = posting(&[Grant::TownAdmin], hall.admin.today() + TimeDelta::days(1), None);
    let next = app.posting_add(&hall.admin, hall.staff, &next).await.unwrap().postings.pop().unwrap();
    let own = app.staff(&hall.admin, hall.admin.staff).await.unwrap().postings[0].id;
    app.posting_end(&hall.admin, hall.admin.staff, own, Some(hall.admin.today())).await.unwrap();
    let tenth = hall.admin.today() + TimeDelta::days(10);
    let sql = hall.world.db.superuser().await;
    sql.run(&format!("UPDATE town.posting SET ends_on = '{tenth}' WHERE posting_id = '{}'", next.id.uuid()))
        .await;
    coop.now = midnight(tenth.succ_opt().unwrap());
    let first = app.staff_first(&coop, code, "mayor/jumin", "架空 新").await.unwrap();
    app.token_first(&coop, code, first.id, coop.now + TimeDelta::days(1)).await.unwrap();
    let again = app.token_first(&coop, code, first.id, coop.now + TimeDelta::days(1)).await;
    assert_refused(again.map(drop), Code::TownHasAdministrator, "町管理者", "administrator");
}

#[actix_web::test]
async fn a_service_client_has_tokens_for_a_year_and_decides_nothing() {
    let hall = Hall::open(kernel::ctx::jst_date(Utc::now())).await;
    let http = Http::open(&hall.world).await;
    let admin = &hall.world.desk(KAISEI, Grant::TownAdmin).token;
    let add = |grants: &str, number: Option<&str>| {
        let body = json!({"kind": "service", "name": "校務支援システム（架空）", "section": "board/gakko",
            "grants": [grants], "staff_number": number});
        Ask::post("/api/v1/staff", body).by(admin)
    };
    for (ask, pointer) in [
        (add("town_admin", None), "/grants"),
        (add("approver", None), "/grants"),
        (add("holder", Some("1")), "/staff_number"),
    ] {
        let refused = http.send(ask).await;
        assert_eq!(
            (refused.status, &refused.json()["errors"][0]["pointer"]),
            (422, &json!(pointer)),
            "{}",
            refused.text
        );
    }
    let added = http.send(add("holder", None)).await.json();
    let id = added["id"].as_str().unwrap();
    let issue = |days: i64| {
        let expires = (Utc::now() + TimeDelta::days(days)).to_rfc3339();
        Ask::post("/api/v1/tokens", json!({"staff_id": id, "grants": ["holder"], "expires_at": expires}))
            .by(admin)
    };
    assert_eq!(http.send(issue(367)).await.code(), "invalid_value");
    let issued = http.send(issue(365)).await.json();
    assert_eq!(issued["token"]["kind"], "service");
    let token = issued["secret"].as_str().unwrap();
    let rejects = http.send(Ask::get("/api/v1/loads").by(token).to("data_quality")).await;
    assert_eq!(rejects.status, 200, "{}", rejects.text);
    let code = http.send(Ask::new("POST", &format!("/api/v1/staff/{id}/setup-codes")).by(admin)).await;
    assert_eq!(code.code(), "account_without_sign_in");
}
