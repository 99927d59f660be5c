//! トークン: whom a credential stands for, and from when it stands for nobody.

use app::Caller;
use app::auth::Asking;
use chrono::{DateTime, TimeDelta, Utc};
use evidence::Act;
use kernel::id::{RequestId, TokenId};
use kernel::{Code, Fault, Grant, Grants};
use serde_json::json;
use testkit::TestApp;
use testkit::towns::{KAISEI, OI, OUTSIDER};

use crate::http::{Ask, Http};
use crate::resting::{acts, assert_refused, number};

async fn ask(world: &TestApp, token: &str, now: DateTime<Utc>) -> Result<Caller, Fault> {
    world.app.authenticate(Asking { token, purpose: None, now, request: RequestId::new() }).await
}

/// The id of the town's newest token.
async fn newest(world: &TestApp) -> TokenId {
    let admin = world.desk(KAISEI, Grant::TownAdmin).ctx(None);
    world.app.token_list(&admin).await.unwrap()[0].id
}

#[tokio::test]
async fn a_token_stands_for_its_member_of_staff() {
    let world = TestApp::open(&[KAISEI, OI]).await;
    for town in [KAISEI, OI] {
        for &grant in Grant::ALL {
            let desk = world.desk(town, grant);
            let Caller::Town(ctx) = ask(&world, &desk.token, Utc::now()).await.unwrap() else {
                panic!("{grant}")
            };
            assert_eq!((ctx.town, ctx.staff, ctx.grants), (desk.town, desk.staff, desk.grants));
        }
    }
    let operator = world.operator_token().await;
    assert!(matches!(ask(&world, &operator, Utc::now()).await, Ok(Caller::Coop(_))));
}

#[actix_web::test]
async fn a_revoked_token_is_refused_from_the_next_request_on() {
    let world = TestApp::open(&[KAISEI]).await;
    let http = Http::open(&world).await;
    let admin = world.desk(KAISEI, Grant::TownAdmin);
    let (staff, expires) = (world.desk(KAISEI, Grant::CaseWorker).staff, Utc::now() + TimeDelta::hours(1));
    let grants: Grants = [Grant::CaseWorker].into_iter().collect();
    let token = world.app.token_hand_out(&admin.ctx(None), staff, grants, expires).await.unwrap();
    // Twice, so that the second is answered from memory.
    for _ in 0..2 {
        let answer = http.send(Ask::get("/api/v1/persons").by(&token.secret).to("support")).await;
        assert_eq!(answer.status, 200, "{}", answer.text);
    }
    let path = format!("/api/v1/tokens/{}/revocation", token.row.id);
    let revoked = http.send(Ask::post(&path, json!({})).by(&admin.token)).await;
    assert_eq!(revoked.status, 204, "{}", revoked.text);
    let answer = http.send(Ask::get("/api/v1/persons").by(&token.secret).to("support")).await;
    assert_eq!((answer.status, answer.code().as_str()), (401, "token_revoked"));
    let refused = ask(&world, &token.secret, Utc::now()).await;
    assert_refused(refused, Code::TokenRevoked, "取り消されたか期限が切れて", "was revoked or has expired");
    assert_eq!(acts(&world, KAISEI).await.last(), Some(&Act::TokenRevoked));
    let others = http.send(Ask::get("/api/v1/tokens").by(&admin.token)).await;
    assert_eq!(others.status, 200, "nobody else's token is touched");
}

#[tokio::test]
async fn an_expired_token_is_refused_at_that_very_instant() {
    let world = TestApp::open(&[KAISEI]).await;
    let admin = world.desk(KAISEI, Grant::TownAdmin).ctx(None);
    let expires: DateTime<Utc> = Utc::now() + TimeDelta::hours(1);
    // Columns keep microseconds.
    let expires = DateTime::from_timestamp_micros(expires.timestamp_micros()).unwrap();
    let token = world.app.token_issue(&admin, admin.staff, Grants::default(), expires).await.unwrap().secret;
    assert!(ask(&world, &token, expires - TimeDelta::microseconds(1)).await.is_ok());
    assert_refused(ask(&world, &token, expires).await, Code::TokenRevoked, "期限が切れて", "has expired");
    let coop = world.app.operator_token(world.operator, Utc::now(), expires).await.unwrap();
    assert!(ask(&world, &coop, expires - TimeDelta::microseconds(1)).await.is_ok());
    assert_refused(ask(&world, &coop, expires).await, Code::TokenRevoked, "期限が切れて", "has expired");
}

/// Whatever is wrong with a token that stands for nobody, the answer is the same.
#[actix_web::test]
async fn what_stands_for_nobody_is_answered_alike() {
    let world = TestApp::open(&[KAISEI, OI]).await;
    let elsewhere = TestApp::open(&[KAISEI]).await;
    let http = Http::open(&world).await;
    let own = &world.desk(KAISEI, Grant::CaseWorker).token;
    let secret = own.rsplit('_').next().unwrap();
    let bad = [
        ("of a town that is no member", format!("tsk_{OUTSIDER}_{secret}")),
        ("another town's name before it", format!("tsk_{OI}_{secret}")),
        ("another installation's", elsewhere.desk(KAISEI, Grant::CaseWorker).token.clone()),
        ("another installation's operator's", elsewhere.operator_token().await),
        ("the operator's name before it", format!("tsk_coop_{secret}")),
        ("cut off", own[..own.len() - 1].to_owned()),
        ("longer", format!("{own}A")),
        ("a wrong check digit", format!("tsk_143668_{secret}")),
        ("no token", "swordfish".to_owned()),
        ("empty", String::new()),
    ];
    let mut answers = Vec::new();
    for (what, token) in &bad {
        assert_refused(
            ask(&world, token, Utc::now()).await,
            Code::Unauthenticated,
            "有効なトークン",
            "no valid token",
        );
        let answer = http.send(Ask::get("/api/v1/tokens").by(token)).await;
        assert_eq!((answer.status, answer.code().as_str()), (401, "unauthenticated"), "{what}");
        let mut body = answer.json();
        body["request_id"] = json!(null);
        body["instance"] = json!(null);
        answers.push((answer.headers, body));
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
    let nobodys_keys = std::fs::read_dir(world.db.key_path())
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().file_name().to_string_lossy().contains(OUTSIDER));
    assert_eq!(nobodys_keys.count(), 0, "asking in a town's name makes nothing of it");
}

/// Whoever held a token in a colleague's name could look at people as that colleague.
#[tokio::test]
async fn nobody_is_issued_a_token_in_a_colleagues_name() {
    let world = TestApp::open(&[KAISEI]).await;
    let admin = world.desk(KAISEI, Grant::TownAdmin).ctx(None);
    let (worker, expires) = (world.desk(KAISEI, Grant::CaseWorker).staff, Utc::now() + TimeDelta::hours(1));
    let before = newest(&world).await;
    let issued = world.app.token_issue(&admin, worker, Grants::default(), expires).await;
    assert_refused(issued.map(drop), Code::MemberSignsIn, "設定コード", "set-up code");
    assert_eq!(newest(&world).await, before);
}

#[tokio::test]
async fn who_may_not_issue_or_revoke_changes_nothing() {
    let world = TestApp::open(&[KAISEI, OI]).await;
    let tokens = "SELECT count(*) FROM town.token WHERE revoked_at IS NULL";
    let before = number(&world, tokens).await;
    let (id, expires) = (newest(&world).await, Utc::now() + TimeDelta::hours(1));
    for &grant in Grant::ALL.iter().filter(|grant| **grant != Grant::TownAdmin) {
        let ctx = world.ctx(KAISEI, &[grant], None);
        let issued = world.app.token_issue(&ctx, ctx.staff, Grants::default(), expires).await;
        assert_refused(issued.map(drop), Code::GrantMissing, "町管理者", "town_admin");
        assert_refused(world.app.token_revoke(&ctx, id).await, Code::GrantMissing, "町管理者", "town_admin");
    }
    let stranger = world.desk(OI, Grant::TownAdmin).ctx(None);
    assert_refused(world.app.token_revoke(&stranger, id).await, Code::TokenNotFound, "トークン", "token");
    let foreign = world.desk(KAISEI, Grant::CaseWorker).staff;
    let issued = world.app.token_issue(&stranger, foreign, Grants::default(), expires).await;
    assert_refused(issued.map(drop), Code::StaffNotFound, "職員", "staff");
    assert_eq!(number(&world, tokens).await, before);
}
