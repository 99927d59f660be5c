//! One person: every part a value or a reason, whereabouts only as the protection list allows, and every
//! record back to its line.

use futures_util::future::join_all;
use kernel::Grant;
use serde_json::{Value, json};

use super::{Scene, text};

const SOURCES: &[&str] = &["resident_register", "school_register", "attendance", "protection_list"];

#[actix_web::test]
async fn a_person_is_shown_with_dates_as_staff_write_them() {
    let scene = Scene::of(SOURCES, 0).await;
    let mut seen = 0;
    for brief in scene.everybody().await {
        let person =
            scene.get(Grant::CaseWorker, &format!("/api/v1/persons/{}", text(&brief, "/id"))).await.json();
        for (part, value) in person["identity"].as_object().unwrap() {
            let is_value = value.get("value").is_some();
            assert!(
                is_value != value.get("absent").is_some(),
                "{part} is neither a value nor a reason: {value}"
            );
        }
        assert_eq!(person["banner"], Value::Null);
        assert_eq!(person["household_id"], brief["household_id"]);
        if person["identity"]["birth_date"]["value"]["age"].is_number() {
            assert!(text(&person, "/identity/birth_date/value/wareki").contains('年'));
            assert!(!text(&person, "/identity/birth_date/value/grade/ja").is_empty());
            seen += 1;
        }
    }
    assert!(seen > 10);
}

#[actix_web::test]
async fn the_protected_are_hidden_and_the_others_are_not() {
    let scene = Scene::of(&["resident_register"], 0).await;
    let everybody = scene.everybody().await;
    let victim = text(&everybody[0], "/id");
    scene.protect(victim).await;
    let list = scene.get(Grant::CaseWorker, "/api/v1/protections").await.json();
    assert_eq!(list["is_current"], true);
    assert_eq!(text(&list, "/items/0/person_id"), victim);
    let mut shown = 0;
    for brief in &everybody {
        let id = text(brief, "/id");
        let answer = scene.get(Grant::CaseWorker, &format!("/api/v1/persons/{id}")).await;
        let whereabouts = answer.json()["whereabouts"].clone();
        if id == victim {
            assert_eq!(
                (&whereabouts["state"], &whereabouts["reason"]),
                (&json!("hidden"), &json!("protected"))
            );
            assert!(!answer.text.contains("address"), "{}", answer.text);
        } else {
            assert_ne!(whereabouts["state"], "hidden");
            shown += u32::from(whereabouts["state"] == "shown");
        }
    }
    assert!(shown > 0, "nobody has an address: the test proves nothing");
}

#[actix_web::test]
async fn without_a_current_list_everybody_is_hidden_under_a_banner() {
    for (sources, days_ago) in [(&["resident_register"][..], 0), (SOURCES, 200)] {
        let scene = Scene::of(sources, days_ago).await;
        let everybody = scene.everybody().await;
        assert!(!everybody.is_empty());
        for brief in everybody.iter().take(10) {
            let answer =
                scene.get(Grant::CaseWorker, &format!("/api/v1/persons/{}", text(brief, "/id"))).await;
            let person = answer.json();
            assert_eq!(person["whereabouts"]["state"], "hidden");
            assert_eq!(person["whereabouts"]["reason"], "list_stale");
            assert_eq!(text(&person, "/banner/code"), "list_stale");
            assert!(!answer.text.contains("address"));
        }
    }
}

#[actix_web::test]
async fn every_record_leads_back_to_its_line() {
    let scene = Scene::of(SOURCES, 0).await;
    let mut entries = 0;
    for brief in scene.everybody().await {
        let path = format!("/api/v1/persons/{}/timeline", text(&brief, "/id"));
        let timeline = scene.get(Grant::CaseWorker, &path).await.json();
        for entry in timeline["items"].as_array().unwrap() {
            assert!(text(entry, "/load_id").starts_with("lod_") && entry["line"].as_i64().unwrap() > 0);
            assert_ne!(entry["item"], entry["item_ja"], "{entry}: not named by the dictionary");
            assert!(SOURCES.contains(&text(entry, "/source")));
            assert!(entry["datum"].get("kind").is_some() != entry["datum"].get("absent").is_some());
            entries += 1;
        }
        let only = scene.get(Grant::CaseWorker, &format!("{path}?category=attendance")).await.json();
        let attendance =
            timeline["items"].as_array().unwrap().iter().filter(|entry| entry["category"] == "attendance");
        assert!(attendance.eq(only["items"].as_array().unwrap()));
    }
    assert!(entries > 0);
}

#[actix_web::test]
async fn relations_and_household_speak_of_the_same_people() {
    let scene = Scene::of(SOURCES, 0).await;
    let (mut parents, mut states) = (0, std::collections::BTreeSet::new());
    for brief in scene.everybody().await {
        let id = text(&brief, "/id");
        let relations = scene.get(Grant::CaseWorker, &format!("/api/v1/persons/{id}/relations")).await.json();
        let Some(household) = brief["household_id"].as_str() else {
            assert_eq!(relations["single_parent"], Value::Null);
            continue;
        };
        let household = scene.get(Grant::CaseWorker, &format!("/api/v1/households/{household}")).await.json();
        let members: Vec<&str> = household["members"]
            .as_array()
            .unwrap()
            .iter()
            .map(|member| text(member, "/person/id"))
            .collect();
        assert!(members.contains(&id));
        for relation in relations["items"].as_array().unwrap() {
            let (from, to) = (text(relation, "/from_id"), text(relation, "/to_id"));
            assert!(from == id || to == id);
            assert!(members.contains(&from) && members.contains(&to));
            assert!(!text(relation, "/evidence/ja").is_empty());
            parents += u32::from(relation["kind"]["code"] == "parent");
        }
        states.insert(text(&relations, "/single_parent/state/code").to_owned());
    }
    assert!(parents > 0);
    assert!(states.contains("no") && states.contains("unknown"), "{states:?}");
}

#[actix_web::test]
async fn what_is_not_there_and_what_is_malformed_answer_alike() {
    let scene = Scene::of(SOURCES, 0).await;
    let unknown = "per_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70";
    for suffix in ["", "/timeline", "/relations"] {
        for id in [unknown, "per_x", "hh_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "%E8%8A%B1%E5%AD%90"] {
            let answer = scene.get(Grant::CaseWorker, &format!("/api/v1/persons/{id}{suffix}")).await;
            assert_eq!((answer.status, answer.code().as_str()), (404, "person_not_found"), "{id}{suffix}");
        }
    }
    let household =
        scene.get(Grant::CaseWorker, "/api/v1/households/hh_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70").await;
    assert_eq!((household.status, household.code().as_str()), (404, "household_not_found"));
    let category =
        scene.get(Grant::CaseWorker, &format!("/api/v1/persons/{unknown}/timeline?category=gossip")).await;
    assert_eq!((category.status, category.code().as_str()), (422, "invalid_value"));
}

#[actix_web::test]
async fn people_asked_for_at_the_same_moment_are_each_answered_with_themselves() {
    let scene = Scene::of(&["resident_register"], 0).await;
    let everybody = scene.everybody().await;
    let ids: Vec<&str> = everybody.iter().take(20).map(|brief| text(brief, "/id")).collect();
    let broken = ids[7];
    let uuid = broken.strip_prefix("per_").unwrap();
    let tampered =
        format!("UPDATE town.pack SET body = body || '\\x00' WHERE subject_id = '{uuid}' AND category = 1");
    scene.platform.db.superuser().await.run(&tampered).await;
    let nobody = "/api/v1/persons/per_01890000000070008000000000000000".to_owned();
    let paths: Vec<String> = ids.iter().map(|id| format!("/api/v1/persons/{id}")).chain([nobody]).collect();
    let answers = join_all(paths.iter().map(|path| scene.get(Grant::CaseWorker, path))).await;
    for (id, answer) in ids.iter().zip(&answers) {
        if *id == broken {
            assert_eq!(answer.status, 500, "its box does not open");
        } else {
            assert_eq!((answer.status, text(&answer.json(), "/id")), (200, *id));
        }
    }
    assert_eq!(answers[20].status, 404);
}
