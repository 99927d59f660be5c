//! The preview of a handover: each item with both towns' rules and what the receiver would go by.

use kernel::{Category, Grant, Value, When};
use serde_json::{Value as Json, json};
use testkit::towns::{KAISEI, OI};

use crate::handovers::family::{Family, observation};
use crate::http::{Answer, Ask, Http};
use crate::persons::text;

async fn preview(family: &Family, receiver: &str) -> Answer {
    let http = Http::open(&family.world).await;
    let body = json!({
        "receiver": receiver,
        "subjects": [{"person_id": family.child.to_string(), "role": "child", "categories": []}]
    });
    let token = &family.world.desk(KAISEI, Grant::CaseWorker).token;
    http.send(Ask::post("/api/v1/handover-previews", body).by(token).to("handover")).await
}

fn only<'v>(shown: &'v Json, category: &str) -> &'v Json {
    let items = shown["items"].as_array().unwrap();
    let item = items.iter().find(|item| item["category"] == category).unwrap();
    assert_eq!(item["retention"].as_array().unwrap().len(), 1, "{item}");
    &item["retention"][0]
}

#[actix_web::test]
async fn each_item_shows_both_towns_rules_and_the_stricter() {
    let family = Family::new().await;
    let ended = When::Period { from: None, until: Some("2026-03-31".parse().unwrap()) };
    let allowance = observation("allowance.child_rearing", Value::Bool(true), ended);
    family.write(KAISEI, family.child, Category::Allowance, "child_rearing_allowance", allowance).await;
    let shown = preview(&family, OI).await.json();

    let allowance = only(&shown, "allowance");
    assert_eq!(text(allowance, "/sender/kept_to/date"), "2031-03-31");
    assert_eq!(text(allowance, "/receiver/kept_to/date"), "2033-03-31", "大井町 keeps it seven years");
    assert_eq!(text(allowance, "/effective/kept_to/date"), "2031-03-31");
    assert_eq!(text(allowance, "/decided_by/code"), "sender");
    let rules = allowance["receiver_rules"].as_array().unwrap();
    let own = rules.iter().find(|rule| rule["overrides"] == true).unwrap();
    assert_eq!(text(own, "/source/article"), "（例）大井町文書管理規程 別表第2");
    assert_eq!(text(own, "/decision/by"), "（例）大井町 子育て支援課長");
    assert!(allowance["sender_rules"].as_array().unwrap().iter().all(|rule| rule["overrides"] == false));

    let attendance = only(&shown, "attendance");
    assert_eq!(text(attendance, "/effective/kept_to/date"), "2032-03-31");
    assert_eq!(text(attendance, "/decided_by/code"), "same");

    // 開成町 counts a consultation from a closing that nobody recorded: no date is made of that.
    let consultation = only(&shown, "consultation");
    assert_eq!(consultation["sender"]["kept_to"], Json::Null);
    assert_eq!(text(consultation, "/sender/waiting/0/fact/code"), "closed");
    assert_eq!(text(consultation, "/receiver/kept_to/date"), "2038-03-31");
    assert_eq!(text(consultation, "/decided_by/code"), "receiver");
}

#[actix_web::test]
async fn of_the_receiver_only_rules_are_seen() {
    let family = Family::new().await;
    let answer = preview(&family, OI).await;
    for person in [family.child_there, family.mother_there] {
        assert!(!answer.text.contains(&person.to_string()));
    }
    assert!(!answer.text.contains("吉田島"), "no address of either town");
    for stranger in ["149993", "143620"] {
        let refused = preview(&family, stranger).await;
        assert!(refused.status == 422, "{stranger}: {}", refused.text);
    }
}
