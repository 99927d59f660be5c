//! 到着: what came, what is late, what was refused, over all towns for the operator and for a town its own.

use chrono::{TimeDelta, Utc};
use kernel::Grant;
use kernel::ctx::jst_date;
use kernel::date::YearMonth;
use serde_json::{Value, json};
use testkit::TestApp;
use testkit::towns::{KAISEI, OI};

use crate::http::{Ask, Http};

async fn list(http: &Http, token: &str, month: &str) -> Vec<Value> {
    let path = format!("/api/v1/arrivals?limit=200&month={month}");
    let answer = http.send(Ask::get(&path).by(token)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["items"].as_array().unwrap().clone()
}

fn find<'v>(list: &'v [Value], town: &str, source: &str) -> Option<&'v Value> {
    list.iter().find(|one| one["town_code"] == town && one["source_code"] == source)
}

fn this_month() -> String {
    YearMonth::of(jst_date(Utc::now())).to_string()
}

#[actix_web::test]
async fn what_was_loaded_has_arrived_and_the_rest_is_awaited() {
    let platform = TestApp::open(&[KAISEI, OI]).await;
    platform.load_fictional(&[KAISEI], 500, jst_date(Utc::now())).await;
    let http = Http::open(&platform).await;
    let operator = platform.operator_token().await;
    let month = list(&http, &operator, &this_month()).await;
    let came = find(&month, KAISEI, "attendance").unwrap();
    assert_eq!(
        (&came["state"], &came["arrived"], &came["refused"]),
        (&json!("arrived"), &json!(1), &json!(0))
    );
    assert_eq!(came["last_arrived_on"], jst_date(Utc::now()).to_string());
    assert!(came["size_class"].as_u64().unwrap() >= 2, "{came}");
    let waits = find(&month, OI, "attendance").unwrap();
    assert_eq!((&waits["state"], &waits["arrived"]), (&json!("awaited"), &json!(0)));
    // A town sees its own and nothing of the others.
    let oi = platform.desk(OI, Grant::Auditor).token.clone();
    let own = list(&http, &oi, &this_month()).await;
    assert!(!own.is_empty() && own.iter().all(|one| one["town_code"] == OI));
    let before = list(&http, &operator, "2026-01").await;
    assert!(before.is_empty(), "nothing is expected of before a town joined: {before:?}");
}

#[actix_web::test]
async fn a_refused_file_is_told_and_a_later_one_takes_its_place() {
    let platform = TestApp::open(&[KAISEI]).await;
    let http = Http::open(&platform).await;
    let (operator, today) = (platform.operator_token().await, jst_date(Utc::now()));
    let refused = platform.load(KAISEI, "attendance", today, b"not,this,file\n1,2,3\n").await;
    assert!(refused.is_err());
    let month = list(&http, &operator, &this_month()).await;
    let told = find(&month, KAISEI, "attendance").unwrap();
    assert_eq!((&told["state"], &told["refused"]), (&json!("refused"), &json!(1)));
    platform.load_fictional(&[KAISEI], 500, today).await;
    let month = list(&http, &operator, &this_month()).await;
    let told = find(&month, KAISEI, "attendance").unwrap();
    assert_eq!((&told["state"], &told["refused"]), (&json!("arrived"), &json!(1)));
}

#[actix_web::test]
async fn what_has_not_come_by_its_day_is_late() {
    let platform = TestApp::open(&[KAISEI]).await;
    let mut coop = platform.coop();
    coop.now += TimeDelta::days(45);
    let month = YearMonth::of(jst_date(coop.now));
    let late = platform.app.arrivals(&coop, month.prev()).await.unwrap();
    let attendance = late.iter().find(|one| one.source == "attendance").unwrap();
    assert_eq!(attendance.state.unwrap().as_str(), "late");
    assert!(platform.app.arrivals_measure(coop.now).await.unwrap() > 10);
    let joined = jst_date(Utc::now());
    assert!(attendance.due_on.unwrap() >= joined, "never by a day before the town joined");
    assert_eq!(
        platform.app.arrivals_measure(Utc::now()).await.unwrap(),
        0,
        "nothing is late on the first day"
    );
}

#[actix_web::test]
async fn a_month_that_is_none_is_refused() {
    let platform = TestApp::open(&[KAISEI]).await;
    let http = Http::open(&platform).await;
    let operator = platform.operator_token().await;
    for month in ["2026-13", "2026-1", "11", "", "2026-11-01"] {
        let path = format!("/api/v1/arrivals?month={month}");
        let answer = http.send(Ask::get(&path).by(&operator)).await;
        assert_eq!((answer.status, answer.code().as_str()), (422, "invalid_value"), "{month}");
    }
}

/// The hub's functions themselves: a town can neither read nor write another's line, nor read them all, and
/// the operator's role reads no town's table.
#[tokio::test]
async fn the_hub_asks_who_calls() {
    let platform = TestApp::open(&[KAISEI, OI]).await;
    let town = platform.db.login(OI).await;
    for statement in [
        "SELECT hub.record_arrival('143669', gen_random_uuid(), 'x', now()::date, now()::date, 'arrived', 1::smallint)".to_owned(),
        "SELECT * FROM hub.arrivals_of('143669', '2026-01-01', '2026-12-31')".to_owned(),
        "SELECT * FROM hub.arrivals('2026-01-01', '2026-12-31')".to_owned(),
        "SELECT * FROM hub.arrival".to_owned(),
    ] {
        assert_eq!(town.refusal(&statement).await, "42501", "{statement}");
    }
    let coop = platform.db.login("coop").await;
    for statement in [
        "SELECT * FROM town.load",
        "SELECT * FROM hub.arrival",
        "SELECT hub.record_arrival('143669', gen_random_uuid(), 'x', now()::date, now()::date, 'arrived', 1::smallint)",
        "SELECT * FROM hub.arrivals_of('143669', '2026-01-01', '2026-12-31')",
    ] {
        assert_eq!(coop.refusal(statement).await, "42501", "{statement}");
    }
}
