//! Who is listed, in which order, and found by which number.

use std::collections::BTreeSet;

use kernel::Grant;

use super::{Scene, text};
use crate::http::Ask;

const REGISTER: &[&str] = &["resident_register", "protection_list"];

#[actix_web::test]
async fn everybody_is_listed_once_in_the_order_of_their_readings() {
    let scene = Scene::of(REGISTER, 0).await;
    let all = scene.everybody().await;
    let ids: Vec<&str> = all.iter().map(|person| text(person, "/id")).collect();
    assert!(ids.len() > 10, "{}", ids.len());
    let keys: Vec<(bool, Vec<u8>)> = all.iter().map(|person| reading(&person["kana"]["value"])).collect();
    assert!(keys.is_sorted());
    assert!(keys.first() != keys.last(), "one reading proves no order");
    let page = scene.get(Grant::CaseWorker, "/api/v1/persons?limit=3").await.json();
    assert!(text(&page, "/as_of_ja").ends_with("日時点"));
    let mut walked = Vec::new();
    let mut path = "/api/v1/persons?limit=7".to_owned();
    loop {
        let page = scene.get(Grant::CaseWorker, &path).await.json();
        walked.extend(page["items"].as_array().unwrap().iter().map(|person| text(person, "/id").to_owned()));
        let Some(next) = page["next_cursor"].as_str() else { break };
        path = format!("/api/v1/persons?limit=7&cursor={next}");
    }
    assert_eq!(walked, ids);
    assert_eq!(walked.iter().collect::<BTreeSet<_>>().len(), walked.len());
}

/// Whether there is no reading, and the key of the one there is.
fn reading(kana: &serde_json::Value) -> (bool, Vec<u8>) {
    let mut key = Vec::new();
    kernel::kana::order(kana.as_str().unwrap_or_default().split('\u{3000}'), &mut key);
    (kana.is_null(), key)
}

#[actix_web::test]
async fn a_number_finds_its_person_or_nobody() {
    let scene = Scene::of(REGISTER, 0).await;
    let first = scene.everybody().await.swap_remove(0);
    let person =
        scene.get(Grant::CaseWorker, &format!("/api/v1/persons/{}", text(&first, "/id"))).await.json();
    let number = text(&person, "/identity/local_id/value");
    let found = scene.get(Grant::CaseWorker, &format!("/api/v1/persons?number={number}")).await.json();
    assert_eq!(found["items"].as_array().unwrap().len(), 1);
    assert_eq!(found["items"][0], first);
    for nobody in ["0000000000", "x", "%E8%8A%B1"] {
        let none = scene.get(Grant::CaseWorker, &format!("/api/v1/persons?number={nobody}")).await;
        assert_eq!((none.status, &none.json()["items"]), (200, &serde_json::json!([])), "{nobody}");
    }
}

#[actix_web::test]
async fn reading_residents_needs_a_purpose_and_a_grant() {
    let scene = Scene::of(REGISTER, 0).await;
    let id = text(&scene.everybody().await[0], "/id").to_owned();
    let person = format!("/api/v1/persons/{id}");
    let reads = ["/api/v1/persons", &person, &format!("{person}/timeline"), &format!("{person}/relations")];
    for path in reads {
        let reader = &scene.platform.desk(testkit::towns::KAISEI, Grant::CaseWorker).token;
        let silent = scene.http.send(Ask::get(path).by(reader)).await;
        assert_eq!((silent.status, silent.code().as_str()), (400, "purpose_required"), "{path}");
        for grant in [Grant::Analyst, Grant::TownAdmin, Grant::Auditor] {
            let stranger = scene.get(grant, path).await;
            assert_eq!((stranger.status, stranger.code().as_str()), (403, "grant_missing"), "{path} {grant}");
        }
        for grant in [Grant::CaseWorker, Grant::OverallManager, Grant::Holder, Grant::Approver] {
            assert_eq!(scene.get(grant, path).await.status, 200, "{path} {grant}");
        }
    }
}
