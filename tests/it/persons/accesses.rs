//! 閲覧記録: every look at a person is there for the auditor before its answer left.

use kernel::Grant;
use testkit::towns::KAISEI;

use super::{Scene, text};
use crate::http::Ask;

#[actix_web::test]
async fn every_look_is_recorded_with_who_and_why() {
    let scene = Scene::of(&["resident_register"], 0).await;
    let id = text(&scene.everybody().await[0], "/id").to_owned();
    let worker = scene.platform.desk(KAISEI, Grant::CaseWorker);
    for (path, purpose) in [("", "support"), ("/timeline", "assessment"), ("/relations", "handover")] {
        let path = format!("/api/v1/persons/{id}{path}");
        let answer = scene.http.send(Ask::get(&path).by(&worker.token).to(purpose)).await;
        assert_eq!(answer.status, 200);
    }
    let accesses = scene.get(Grant::Auditor, &format!("/api/v1/persons/{id}/accesses")).await.json();
    let looks: Vec<(&str, &str)> = accesses["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|look| text(look, "/staff_id") == worker.staff.to_string())
        .map(|look| (text(look, "/operation"), text(look, "/purpose_ja")))
        .collect();
    let expected = [
        ("relations_read", "引継ぎ"),
        ("timeline_read", "候補の確認（人による絞り込み）"),
        ("person_read", "支援の検討・実施"),
        ("person_list", "支援の検討・実施"),
    ];
    assert_eq!(looks, expected);
    let again = scene.get(Grant::TownAdmin, &format!("/api/v1/persons/{id}/accesses")).await.json();
    assert_eq!(text(&again, "/items/0/operation"), "accesses_read", "reading the record is a look too");
}

#[actix_web::test]
async fn only_auditor_and_administrator_see_who_looked() {
    let scene = Scene::of(&["resident_register"], 0).await;
    let id = text(&scene.everybody().await[0], "/id").to_owned();
    let path = format!("/api/v1/persons/{id}/accesses");
    for &grant in Grant::ALL {
        let expected = if matches!(grant, Grant::Auditor | Grant::TownAdmin) { 200 } else { 403 };
        assert_eq!(scene.get(grant, &path).await.status, expected, "{grant}");
    }
    let unknown =
        scene.get(Grant::Auditor, "/api/v1/persons/per_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70/accesses").await;
    assert_eq!((unknown.status, unknown.code().as_str()), (404, "person_not_found"));
}

#[actix_web::test]
async fn looks_come_in_pages_that_miss_none() {
    let scene = Scene::of(&["resident_register"], 0).await;
    let id = text(&scene.everybody().await[0], "/id").to_owned();
    for _ in 0..4 {
        scene.get(Grant::CaseWorker, &format!("/api/v1/persons/{id}")).await;
    }
    let path = format!("/api/v1/persons/{id}/accesses?limit=2");
    let (mut operations, mut address) = (Vec::new(), path.clone());
    loop {
        let page = scene.get(Grant::Auditor, &address).await.json();
        let items = page["items"].as_array().unwrap().clone();
        assert!(items.len() <= 2);
        operations.extend(items.iter().map(|look| text(look, "/operation").to_owned()));
        let Some(cursor) = page["next_cursor"].as_str() else { break };
        address = format!("{path}&cursor={cursor}");
    }
    let read = operations.iter().filter(|operation| *operation == "person_read").count();
    assert_eq!((read, operations.last().map(String::as_str)), (4, Some("person_list")));
    let strange = scene.get(Grant::Auditor, &format!("{path}&cursor=bm9uZQ")).await;
    assert_eq!((strange.status, strange.code().as_str()), (400, "invalid_cursor"));
}
