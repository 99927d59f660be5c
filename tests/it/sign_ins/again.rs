//! A sign-in lasts half an hour, is prolonged while somebody works, and ends with the day or when they say so.

use app::Caller;
use app::auth::Asking;
use chrono::{DateTime, TimeDelta, Utc};
use evidence::Act;
use kernel::id::RequestId;
use kernel::{Code, Fault, Grant, TownCtx};
use serde_json::json;
use testkit::towns::KAISEI;

use super::{NUMBER, Office, PASSWORD};
use crate::http::{Ask, Http};
use crate::resting::{acts, assert_refused};

async fn asks(office: &Office, token: &str, now: DateTime<Utc>) -> Result<TownCtx, Fault> {
    let asking = Asking { token, purpose: None, now, request: RequestId::new() };
    match office.world.app.authenticate(asking).await? {
        Caller::Town(ctx) => Ok(ctx),
        Caller::Coop(_) => panic!("a town's token"),
    }
}

#[actix_web::test]
async fn whoever_signs_in_works_with_what_the_postings_allow_until_they_sign_out() {
    let office = Office::open().await;
    let http = Http::open(&office.world).await;
    let body = json!({"town_code": KAISEI, "staff_number": NUMBER, "password": PASSWORD});
    let answer = http.send(Ask::post("/api/v1/sign-ins", body)).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    let signed_in = answer.json();
    assert_eq!(signed_in["grants"], json!(["case_worker"]));
    assert_eq!(signed_in["token"]["kind"], "sign_in");
    let token = signed_in["secret"].as_str().unwrap();
    let list = Ask::get("/api/v1/persons").by(token).to("support");
    assert_eq!(http.send(list).await.status, 200);
    let loads = http.send(Ask::post("/api/v1/staff", json!({})).by(token)).await;
    assert_eq!(loads.status, 422, "read before it is judged: {}", loads.text);
    let staff = http.send(Ask::get("/api/v1/staff").by(token)).await;
    assert_eq!(staff.code(), "grant_missing", "no more than the postings allow");
    let renewed = http.send(Ask::new("POST", "/api/v1/sign-ins/current/renewal").by(token)).await;
    assert_eq!(renewed.status, 200, "{}", renewed.text);
    let out = http.send(Ask::new("POST", "/api/v1/sign-ins/current/end").by(token)).await;
    assert_eq!(out.status, 204, "{}", out.text);
    let after = http.send(Ask::get("/api/v1/persons").by(token).to("support")).await;
    assert_eq!((after.status, after.code().as_str()), (401, "token_revoked"));
    let last = acts(&office.world, KAISEI).await;
    assert_eq!(last[last.len() - 3..], [Act::SignedIn, Act::SignInRenewed, Act::TokenRevoked]);
}

#[tokio::test]
async fn a_sign_in_can_be_prolonged_to_the_end_of_its_day_and_no_further() {
    let office = Office::open().await;
    let app = &office.world.app;
    let began = DateTime::from_timestamp_micros(Utc::now().timestamp_micros()).unwrap();
    let signed_in = office.sign_in_at(PASSWORD, began).await.unwrap();
    let token = signed_in.token.secret;
    assert_eq!(signed_in.token.row.expires_at, began + TimeDelta::minutes(30));
    let mut at = began;
    let end = began + TimeDelta::hours(12);
    let mut expires = signed_in.token.row.expires_at;
    while expires < end {
        at = expires - TimeDelta::minutes(1);
        let ctx = asks(&office, &token, at).await.unwrap();
        expires = app.sign_in_renew(&ctx, &token).await.unwrap().expires_at;
    }
    assert_eq!(expires, end);
    let ctx = asks(&office, &token, end - TimeDelta::seconds(1)).await.unwrap();
    assert_eq!(app.sign_in_renew(&ctx, &token).await.unwrap().expires_at, end, "{at}");
    assert_refused(asks(&office, &token, end).await, Code::TokenRevoked, "期限が切れて", "has expired");
    let issued = &office.world.desk(KAISEI, Grant::CaseWorker).token;
    let ctx = office.world.desk(KAISEI, Grant::CaseWorker).ctx(None);
    let refused = app.sign_in_renew(&ctx, issued).await;
    assert_refused(refused, Code::SignInNotRenewable, "サインインで得たトークン", "came from a sign-in");
}
