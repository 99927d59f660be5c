//! 一人の画面: one answer with everything, as one look; what is absent with its reason, the protected hidden.

use kernel::Grant;
use serde_json::{Value, json};
use testkit::towns::KAISEI;

use super::{Scene, text};
use crate::http::{Answer, Ask};
use crate::runs::read::Scored;

const SOURCES: &[&str] = &["resident_register", "school_register", "attendance", "protection_list"];

async fn page(scene: &Scene, person: &str) -> Value {
    let answer = scene.get(Grant::CaseWorker, &format!("/api/v1/persons/{person}/page")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

/// A pupil of the town, of whom attendance is recorded.
async fn child(scene: &Scene) -> String {
    for grade in 1..=6 {
        let pupils = format!("/api/v1/persons?grade=elementary_{grade}&limit=50");
        let pupils = scene.get(Grant::CaseWorker, &pupils).await.json();
        for pupil in pupils["items"].as_array().unwrap() {
            let id = text(pupil, "/id");
            let path = format!("/api/v1/persons/{id}/timeline?category=attendance");
            if scene.get(Grant::CaseWorker, &path).await.text.contains("attendance.late_days") {
                return id.to_owned();
            }
        }
    }
    panic!("no pupil has a record of attendance")
}

#[actix_web::test]
async fn a_page_says_what_its_parts_say_alone() {
    let scene = Scene::of(SOURCES, 0).await;
    let id = child(&scene).await;
    let page = page(&scene, &id).await;
    let alone = async |path: &str| scene.get(Grant::CaseWorker, path).await.json();
    let person = alone(&format!("/api/v1/persons/{id}")).await;
    for part in ["id", "identity", "whereabouts", "household_id", "known_since", "recorded_at", "banner"] {
        assert_eq!(page[part], person[part], "{part}");
    }
    let household = alone(&format!("/api/v1/households/{}", text(&person, "/household_id"))).await;
    let ids = |members: &Value| {
        let members = members.as_array().unwrap().iter();
        let mut ids: Vec<_> = members.map(|member| text(member, "/person/id").to_owned()).collect();
        ids.sort();
        ids
    };
    assert_eq!(ids(&page["household"]["members"]), ids(&household["members"]));
    let relations = alone(&format!("/api/v1/persons/{id}/relations")).await;
    for part in ["items", "single_parent", "contradictions"] {
        assert_eq!(page["relations"][part], relations[part], "{part}");
    }
    let timeline = alone(&format!("/api/v1/persons/{id}/timeline")).await;
    let records: Vec<Value> = page["records"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|category| {
            let items = category["items"].as_array().unwrap().clone();
            assert!(items.iter().all(|item| item["category"] == category["category"]));
            items
        })
        .collect();
    assert_eq!(json!(records), timeline["items"]);
    assert!(records.len() > 3);
    assert_eq!(text(&page, "/school/item"), "attendance.school");
    let retention = alone(&format!("/api/v1/persons/{id}/retention")).await;
    let in_force =
        retention["items"].as_array().unwrap().iter().filter(|record| record["ended_on"].is_null()).count();
    let counted = ["running", "due", "held", "permanent", "undetermined"]
        .map(|standing| page["retention"][standing].as_u64().unwrap());
    assert_eq!(counted.iter().sum::<u64>(), in_force as u64);
    assert!(text(&page, "/as_of_ja").ends_with("時点"));
}

#[actix_web::test]
async fn what_is_absent_has_its_reason_and_what_is_complete_is_none() {
    let scene = Scene::of(SOURCES, 0).await;
    let page = page(&scene, &child(&scene).await).await;
    let absent: Vec<(String, String)> = page["absent"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|category| category["items"].as_array().unwrap().iter())
        .map(|item| {
            assert!(!text(item, "/absent_ja").is_empty() && !text(item, "/item_ja").is_empty());
            (text(item, "/item").to_owned(), text(item, "/absent").to_owned())
        })
        .collect();
    // No consultation was ever loaded; attendance was, and the protection list claims everybody.
    assert!(absent.iter().any(|(item, why)| item.starts_with("consultation.") && why == "not_collected"));
    assert!(!absent.iter().any(|(item, _)| item == "attendance.late_days"), "{absent:?}");
    assert!(
        !absent.iter().any(|(item, _)| item.starts_with("watch_note.")),
        "notes are written, not collected"
    );
}

#[actix_web::test]
async fn a_page_is_one_look_at_everybody_named_on_it() {
    let scene = Scene::of(SOURCES, 0).await;
    let id = child(&scene).await;
    let first = page(&scene, &id).await;
    for member in first["household"]["members"].as_array().unwrap() {
        let member = text(member, "/person/id");
        let looks = scene.get(Grant::Auditor, &format!("/api/v1/persons/{member}/accesses")).await.json();
        let of_page = looks["items"].as_array().unwrap().iter();
        assert_eq!(of_page.filter(|look| look["operation"] == "person_page").count(), 1, "{member}");
    }
    let second = page(&scene, &id).await;
    let looks: Vec<_> =
        second["accesses"].as_array().unwrap().iter().map(|look| text(look, "/operation")).collect();
    assert!(looks.contains(&"person_page") && looks.contains(&"accesses_read"), "{looks:?}");
}

#[actix_web::test]
async fn the_protected_are_marked_and_hidden_on_it() {
    let scene = Scene::of(SOURCES, 0).await;
    let id = child(&scene).await;
    assert_eq!(page(&scene, &id).await["protection"], Value::Null);
    scene.protect(&id).await;
    let answer = scene.get(Grant::CaseWorker, &format!("/api/v1/persons/{id}/page")).await;
    let page = answer.json();
    assert_eq!(text(&page, "/protection/part"), "victim");
    assert_eq!(text(&page, "/whereabouts/reason"), "protected");
    assert!(!answer.text.contains("\"address\""), "no whereabouts anywhere on the page");
}

#[actix_web::test]
async fn only_readers_see_it_and_another_towns_is_nobodys() {
    let scene = Scene::of(&["resident_register"], 0).await;
    let id = text(&scene.everybody().await[0], "/id").to_owned();
    for (grant, path, status, code) in [
        (Grant::Auditor, format!("{id}/page"), 403, "grant_missing"),
        (Grant::Analyst, format!("{id}/page"), 403, "grant_missing"),
        (Grant::CaseWorker, "per_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70/page".to_owned(), 404, "person_not_found"),
        (Grant::CaseWorker, "per_x/page".to_owned(), 404, "person_not_found"),
    ] {
        let answer = scene.get(grant, &format!("/api/v1/persons/{path}")).await;
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{path}");
    }
}

#[actix_web::test]
async fn results_assessments_cases_and_notes_stand_on_it() {
    let scored = Scored::new().await;
    let child = scored.children().await[0].1.clone();
    let worker = scored.platform.desk(KAISEI, Grant::CaseWorker);
    let post = async |path: String, body: Value| -> Answer {
        let answer = scored.http.send(Ask::post(&path, body).by(&worker.token).to("support")).await;
        assert_eq!(answer.status, 201, "{}", answer.text);
        answer
    };
    let verdict = json!({"verdict": "already_known", "note": "架空の所見"});
    post(format!("/api/v1/runs/{}/candidates/{child}/assessment", scored.run), verdict).await;
    let note = json!({"seen_on": "2026-04-01", "text": "架空の見守り情報", "section": "mayor/kosodate"});
    post(format!("/api/v1/persons/{child}/watch-notes"), note).await;
    let case = json!({
        "opened_on": "2026-04-01", "why": "架空の理由", "staff_id": worker.staff, "section": "mayor/kosodate"
    });
    post(format!("/api/v1/persons/{child}/cases"), case).await;
    let page = scored.get(&format!("/api/v1/persons/{child}/page")).await;
    assert_eq!(page.status, 200, "{}", page.text);
    let page = page.json();
    assert_eq!(text(&page, "/scores/0/run_id"), scored.run);
    assert_eq!(text(&page, "/scores/0/trace/rulebook"), "young_carer");
    assert_eq!(text(&page, "/assessments/0/verdict/ja"), "既把握");
    assert_eq!(text(&page, "/cases/0/members/0/staff_id"), worker.staff.to_string());
    let named: Vec<_> = page["staff"].as_array().unwrap().iter().map(|one| text(one, "/id")).collect();
    assert_eq!(named, [worker.staff.to_string()], "whoever wrote or is on the case, and nobody else");
    assert_eq!(text(&page, "/staff/0/name"), Grant::CaseWorker.ja());
    assert_eq!(text(&page, "/watch_notes/0/versions/0/text"), "架空の見守り情報");
    let records = page["records"].as_array().unwrap();
    assert!(records.iter().all(|category| category["category"] != "watch_note"), "a note stands once");
    // A newer run's result takes the older one's place.
    let second = scored.begin().await;
    let page = scored.get(&format!("/api/v1/persons/{child}/page")).await.json();
    let runs: Vec<_> =
        page["scores"].as_array().unwrap().iter().map(|score| text(score, "/run_id")).collect();
    assert_eq!(runs, [second.as_str()]);
}
