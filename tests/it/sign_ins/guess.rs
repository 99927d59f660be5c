//! What a guesser gets: the same answer whatever is wrong, and a wait that grows, counted where a restart does
//! not forget it.

use chrono::{TimeDelta, Utc};
use futures_util::future::join_all;
use kernel::{Code, Grant};
use serde_json::{Value, json};
use testkit::towns::{KAISEI, OI, OUTSIDER};

use super::{NUMBER, Office, PASSWORD, who};
use crate::http::{Answer, Ask, Http};
use crate::resting::{assert_refused, number};
use app::sign_in::Password;

async fn tries(http: &Http, town: &str, number: &str, password: &str) -> Answer {
    let body = json!({"town_code": town, "staff_number": number, "password": password});
    http.send(Ask::post("/api/v1/sign-ins", body)).await
}

#[actix_web::test]
async fn whatever_is_wrong_is_answered_alike() {
    let office = Office::open().await;
    let http = Http::open(&office.world).await;
    let waiting = "8888";
    let admin = office.world.desk(KAISEI, Grant::TownAdmin).ctx(None);
    let without = app::staff::NewStaff {
        number: Some(waiting.to_owned()),
        ..app::staff::NewStaff::member(
            "架空 未設定",
            "mayor/kosodate".parse().unwrap(),
            [Grant::CaseWorker].into_iter().collect(),
            admin.today(),
        )
    };
    office.world.app.staff_add(&admin, without).await.unwrap();
    let mut answers = Vec::new();
    for (town, number, password) in [
        (KAISEI, NUMBER, "坂道をのぼるとき海が光った"),
        (KAISEI, "9999", PASSWORD),
        (KAISEI, "", PASSWORD),
        (KAISEI, waiting, PASSWORD),
        (KAISEI, waiting, ""),
        (OI, NUMBER, PASSWORD),
        (OUTSIDER, NUMBER, PASSWORD),
        ("143668", NUMBER, PASSWORD),
        ("町", NUMBER, PASSWORD),
    ] {
        let answer = tries(&http, town, number, password).await;
        assert_eq!((answer.status, answer.code().as_str()), (401, "sign_in_refused"), "{town} {number}");
        let mut body = answer.json();
        body["instance"] = Value::Null;
        answers.push((answer.headers, body));
    }
    assert!(answers.iter().all(|answer| *answer == answers[0]), "{answers:#?}");
    let query = http.send(Ask::post("/api/v1/sign-ins?debug=1", json!({}))).await;
    assert_eq!(query.code(), "unknown_parameter");
}

#[actix_web::test]
async fn the_wait_grows_is_kept_by_the_town_and_ends_with_success() {
    let office = Office::open().await;
    let http = Http::open(&office.world).await;
    for _ in 0..5 {
        assert_eq!(tries(&http, KAISEI, NUMBER, "x").await.code(), "sign_in_refused");
    }
    let answer = tries(&http, KAISEI, NUMBER, PASSWORD).await;
    assert_eq!((answer.status, answer.code().as_str()), (429, "sign_in_throttled"), "{}", answer.text);
    let wait: i64 = answer.value("retry-after").unwrap().parse().unwrap();
    assert!((50..=60).contains(&wait), "{wait}");
    // Another process has the same database and so the same count.
    let installation = std::sync::Arc::clone(office.world.db.installation());
    let restarted = app::App::open(installation, office.world.db.key_folder()).await.unwrap();
    let claim = who(KAISEI, NUMBER, Utc::now());
    let refused = restarted.sign_in(&claim, &Password::read(PASSWORD)).await;
    assert_refused(refused.map(drop), Code::SignInThrottled, "秒待って", "wait");
    // A number that nobody has is counted alike.
    for _ in 0..5 {
        assert_eq!(tries(&http, KAISEI, "9999", "x").await.code(), "sign_in_refused");
    }
    assert_eq!(tries(&http, KAISEI, "9999", "x").await.code(), "sign_in_throttled");
    // Others are not held up, and the wait over, the right password is enough.
    assert_eq!(tries(&http, OI, NUMBER, "x").await.code(), "sign_in_refused");
    office.sign_in_at(PASSWORD, Utc::now() + TimeDelta::seconds(61)).await.unwrap();
    assert_eq!(
        number(&office.world, "SELECT count(*) FROM town.sign_in_failure WHERE failures > 0").await,
        2
    );
}

/// An attempt counts before it is judged: many at once are no way round the count.
#[tokio::test(flavor = "multi_thread")]
async fn of_many_attempts_at_once_five_are_judged() {
    let office = Office::open().await;
    let now = Utc::now();
    let all = join_all((0..20).map(|_| office.sign_in_at("x", now))).await;
    let judged =
        all.iter().filter(|one| one.as_ref().is_err_and(|f| f.code() == Code::SignInRefused)).count();
    assert_eq!(judged, 5);
}

/// One address that tries many numbers is held up over all of them, by whatever door.
#[actix_web::test]
async fn an_address_that_fails_too_often_waits_at_every_door() {
    let office = Office::open().await;
    let http = Http::open(&office.world).await;
    let token = office.sign_in_at(PASSWORD, Utc::now()).await.unwrap().token.secret;
    let code = json!({"town_code": OUTSIDER, "staff_number": "1", "setup_code": "0000-0000-0000-0000",
        "password": PASSWORD});
    let mut last = (0, String::new());
    for _ in 0..400 {
        let answer = http.send(Ask::post("/api/v1/password-setups", code.clone())).await;
        last = (answer.status, answer.code());
        if last.0 == 429 {
            break;
        }
        assert_eq!(last, (422, "setup_code_refused".to_owned()));
    }
    assert_eq!(last, (429, "sign_in_throttled".to_owned()));
    assert_eq!(tries(&http, KAISEI, NUMBER, PASSWORD).await.code(), "sign_in_throttled");
    let change = json!({"current_password": PASSWORD, "password": "つゆくさの みちを あるく"});
    let change = http.send(Ask::post("/api/v1/sign-ins/current/password", change).by(&token)).await;
    assert_eq!((change.status, change.code().as_str()), (429, "sign_in_throttled"));
    // Whoever is signed in goes on.
    assert_eq!(http.send(Ask::get("/api/v1/persons").by(&token).to("support")).await.status, 200);
    // From another address the right password is enough.
    office.sign_in_at(PASSWORD, Utc::now()).await.unwrap();
}

#[tokio::test]
async fn somebody_who_left_cannot_sign_in_and_is_answered_like_a_stranger() {
    let office = Office::open().await;
    let admin = office.world.desk(KAISEI, Grant::TownAdmin).ctx(None);
    office.sign_in_at(PASSWORD, Utc::now()).await.unwrap();
    office.world.app.staff_depart(&admin, office.staff).await.unwrap();
    let refused = office.sign_in_at(PASSWORD, Utc::now()).await;
    assert_refused(refused.map(drop), Code::SignInRefused, "団体コード", "town code");
    let code = office.world.app.setup_code_issue(&admin, office.staff).await;
    assert_refused(code.map(drop), Code::AccountWithoutSignIn, "設定コードを出せません", "no set-up code");
}
