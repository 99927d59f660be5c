//! How towns are doing: counts for the operator, one's own for a town, nobody's data in either.

use chrono::Utc;
use kernel::Grant;
use kernel::ctx::jst_date;
use serde_json::{Value, json};
use testkit::TestApp;
use testkit::towns::{KAISEI, OI};

use crate::http::{Ask, Http};

async fn items(http: &Http, token: &str, path: &str) -> Vec<Value> {
    let answer = http.send(Ask::get(path).by(token)).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()["items"].as_array().unwrap().clone()
}

#[actix_web::test]
async fn the_operator_sees_every_town_and_a_town_itself() {
    let platform = TestApp::open(&[KAISEI, OI]).await;
    platform.load_fictional(&[KAISEI], 500, jst_date(Utc::now())).await;
    platform.app.evidence_sequence().await.unwrap();
    let http = Http::open(&platform).await;
    let operator = platform.operator_token().await;
    let towns = items(&http, &operator, "/api/v1/town-health").await;
    let told: Vec<_> = towns.iter().map(|town| town["town_code"].as_str().unwrap()).collect();
    assert_eq!(told, [OI, KAISEI], "by code");
    let (oi, kaisei) = (&towns[0], &towns[1]);
    assert_eq!(kaisei["last_loads"]["attendance"]["state"], "loaded");
    assert!(kaisei["link_tasks_waiting"].as_i64().unwrap() > 0);
    assert!(kaisei["rows_read"].as_i64().unwrap() > 100);
    assert_eq!(kaisei["protection_list_is_current"], true);
    assert!(kaisei["checkpoint_age_seconds"].as_i64().unwrap() < 60);
    assert_eq!((&oi["last_loads"], &oi["protection_list_is_current"]), (&json!({}), &json!(false)));
    assert!(oi["profile_id"].as_str().unwrap().starts_with("prf_"));
    let own = items(&http, &platform.desk(OI, Grant::Auditor).token, "/api/v1/town-health").await;
    assert_eq!((own.len(), &own[0]["town_code"]), (1, &json!(OI)));
}

#[actix_web::test]
async fn the_rules_in_force_are_told_by_town() {
    let platform = TestApp::open(&[KAISEI, OI]).await;
    let http = Http::open(&platform).await;
    let operator = platform.operator_token().await;
    let rules = items(&http, &operator, "/api/v1/rule-releases").await;
    assert_eq!(rules.len(), 2);
    assert_eq!(rules[0]["release"], rules[1]["release"], "the shared rules are the same");
    assert_ne!(rules[0]["overlay"], rules[1]["overlay"]);
    let own = items(&http, &platform.desk(KAISEI, Grant::CaseWorker).token, "/api/v1/rule-releases").await;
    assert_eq!((own.len(), &own[0]["threshold"]), (1, &json!(11)));
}
