//! Filters: what no filter knows is refused and never passed over, and each filter keeps what it names.

use kernel::Grant;
use serde_json::Value;
use testkit::TestApp;
use testkit::towns::{KAISEI, OI};

use crate::handovers::family::Family;
use crate::http::{Ask, Http};
use crate::persons::text;

/// Filters that take any text as it was heard: what fits nobody finds nobody.
const FREE: &[&str] = &["name", "parent", "town_block", "number", "operation"];

#[actix_web::test]
async fn a_value_that_a_filter_does_not_know_is_refused() {
    let world = TestApp::open(&[KAISEI]).await;
    let http = Http::open(&world).await;
    let document: Value = serde_json::from_str(api::document_json()).unwrap();
    let mut asked = 0;
    for (path, item) in document["paths"].as_object().unwrap() {
        for parameter in item["get"]["parameters"].as_array().unwrap_or(&Vec::new()) {
            let name = parameter["name"].as_str().unwrap_or_default();
            if parameter["in"] != "query" || path.contains('{') || FREE.contains(&name) {
                continue;
            }
            let address = format!("{path}?{name}=%40%40");
            let grant = if path.contains("evidence") { Grant::Auditor } else { Grant::OverallManager };
            for grant in [grant, Grant::CaseWorker, Grant::TownAdmin] {
                let token = &world.desk(KAISEI, grant).token;
                let answer = http.send(Ask::get(&address).by(token).to("support")).await;
                let known = [400, 403, 404, 422].contains(&answer.status);
                assert!(known, "{address} as {grant}: {} {}", answer.status, answer.text);
            }
            asked += 1;
        }
    }
    assert!(asked > 20, "{asked}");
}

#[actix_web::test]
async fn a_filter_keeps_what_it_names() {
    let family = Family::new().await;
    let http = Http::open(&family.world).await;
    let id = family.offered().await.to_string();
    let ids = async |town: &str, path: &str| -> Vec<String> {
        let token = &family.world.desk(town, Grant::CaseWorker).token;
        let answer = http.send(Ask::get(path).by(token).to("handover")).await;
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        let items = answer.json()["items"].as_array().unwrap().clone();
        items
            .iter()
            .map(|item| text(item, if item["id"].is_null() { "/category" } else { "/id" }).to_owned())
            .collect()
    };
    for (town, direction, found) in [(KAISEI, "out", 1), (KAISEI, "in", 0), (OI, "in", 1), (OI, "out", 0)] {
        let listed = ids(town, &format!("/api/v1/handovers?direction={direction}")).await;
        assert_eq!(listed, vec![id.clone(); found], "{town} {direction}");
    }
    let consents = |person| format!("/api/v1/consents?person_id={person}");
    assert_eq!(ids(KAISEI, &consents(family.child)).await.len(), 1);
    assert_eq!(ids(KAISEI, &consents(family.mother)).await.len(), 0);
    let timeline = |category| format!("/api/v1/persons/{}/timeline?category={category}", family.child);
    let attendance = ids(KAISEI, &timeline("attendance")).await;
    assert!(!attendance.is_empty() && attendance.iter().all(|category| category == "attendance"));
    assert_eq!(ids(KAISEI, &timeline("immunisation")).await.len(), 0);
}
