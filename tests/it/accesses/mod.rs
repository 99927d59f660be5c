//! What the town's auditor asks: who looked, and who may.

use chrono::TimeDelta;
use kernel::{Grant, Purpose};
use serde_json::{Value, json};
use testkit::towns::KAISEI;

use crate::persons::Scene;

fn items(page: &Value) -> &Vec<Value> {
    page["items"].as_array().unwrap()
}

#[actix_web::test]
async fn looks_are_found_by_who_looked_and_when() {
    let scene = Scene::of(&["resident_register", "attendance"], 0).await;
    let all = scene.everybody().await;
    let id = all[0]["id"].as_str().unwrap();
    let worker = scene.platform.desk(KAISEI, Grant::CaseWorker).staff;
    for path in [format!("/api/v1/persons/{id}"), format!("/api/v1/persons/{id}/timeline")] {
        assert_eq!(scene.get(Grant::CaseWorker, &path).await.status, 200);
        assert_eq!(scene.get(Grant::Holder, &path).await.status, 200);
    }
    let ask = async |query: &str| scene.get(Grant::Auditor, &format!("/api/v1/accesses?{query}")).await;
    let today = scene.platform.desk(KAISEI, Grant::Auditor).ctx(Purpose::Audit).today();
    let of_worker =
        ask(&format!("staff_id={worker}&operation=timeline_read&from={today}&until={today}")).await;
    let found = of_worker.json();
    assert_eq!(items(&found).len(), 1, "{found}");
    assert_eq!(
        (&items(&found)[0]["person_id"], &items(&found)[0]["staff_id"]),
        (&json!(id), &json!(worker.to_string()))
    );
    assert_eq!(items(&found)[0]["operation_ja"], "記録の時系列");
    for (query, none) in [
        (format!("staff_id={worker}&until={}", today - TimeDelta::days(1)), true),
        (format!("staff_id={worker}&from={}", today + TimeDelta::days(1)), true),
        (format!("staff_id={worker}&from={today}"), false),
    ] {
        assert_eq!(items(&ask(&query).await.json()).is_empty(), none, "{query}");
    }
    // 連携元: looks at those of whom it has records.
    let of_source = ask("source=attendance&operation=person_list&limit=200").await.json();
    let (pupils, everybody) = (items(&of_source).len(), all.len());
    assert!(pupils > 0 && pupils < everybody, "{pupils} of {everybody}");
    assert_eq!(ask("source=nothing").await.code(), "source_not_found");
    assert_eq!(ask("staff_id=stf_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70").await.code(), "staff_not_found");
}

#[actix_web::test]
async fn looks_come_in_pages_and_only_for_auditor_and_administrator() {
    let scene = Scene::of(&["resident_register"], 0).await;
    scene.everybody().await;
    let worker = scene.platform.desk(KAISEI, Grant::CaseWorker).staff;
    let start = format!("/api/v1/accesses?staff_id={worker}&limit=100");
    let (mut path, mut found) = (start.clone(), 0);
    loop {
        let page = scene.get(Grant::Auditor, &path).await.json();
        found += items(&page).len();
        let Some(next) = page["next_cursor"].as_str() else { break };
        path = format!("{start}&cursor={next}");
    }
    let looked = format!("SELECT count(*) FROM town.access WHERE staff_id = '{}'", worker.uuid());
    assert_eq!(i64::try_from(found).unwrap(), crate::resting::number(&scene.platform, &looked).await);
    for &grant in Grant::ALL {
        let allowed = matches!(grant, Grant::Auditor | Grant::TownAdmin);
        for path in ["/api/v1/accesses", "/api/v1/entitlements"] {
            let expected = if allowed { 200 } else { 403 };
            assert_eq!(scene.get(grant, path).await.status, expected, "{grant} {path}");
        }
    }
}

#[actix_web::test]
async fn who_may_see_what_is_told_for_a_day() {
    let scene = Scene::of(&["resident_register"], 0).await;
    let today = scene.platform.desk(KAISEI, Grant::Auditor).ctx(Purpose::Audit).today();
    let ask = async |query: &str| {
        scene.get(Grant::Auditor, &format!("/api/v1/entitlements?limit=200&{query}")).await
    };
    let now = ask("").await.json();
    assert_eq!(items(&now).len(), Grant::ALL.len());
    let reads = |page: &Value| items(page).iter().filter(|one| one["reads_residents"] == true).count();
    assert_eq!(reads(&now), 4, "活用, 総括管理, 保有・管理, 決裁");
    let section = items(&now)[0]["section"].as_str().unwrap().to_owned();
    assert!(items(&now).iter().all(|one| !one["holds"].as_array().unwrap().is_empty()), "{now}");
    let readers = ask("source=resident_register").await.json();
    assert_eq!((items(&readers).len(), reads(&readers)), (4, 4));
    assert_eq!(items(&ask(&format!("section={section}")).await.json()).len(), Grant::ALL.len());
    assert!(items(&ask("section=board/gakko").await.json()).is_empty());
    assert!(items(&ask(&format!("on={}", today - TimeDelta::days(400))).await.json()).is_empty());
    assert_eq!(ask("source=nothing").await.code(), "source_not_found");
}
