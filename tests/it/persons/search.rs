//! Finding a child from a heard name: by every condition, over sealed names, to those shown and no further.

use kernel::Grant;
use serde_json::{Value, json};
use testkit::towns::{KAISEI, OI};

use super::{Scene, letter, text};
use crate::http::Ask;

const SOURCES: &[&str] = &["resident_register", "protection_list"];

/// A query's value as it stands in an address.
fn quoted(text: &str) -> String {
    text.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

impl Scene {
    /// Ids of those a case worker finds, at most 200.
    async fn found(&self, query: &[(&str, &str)]) -> Vec<String> {
        let answer = self.get(Grant::CaseWorker, &path(query)).await;
        assert_eq!(answer.status, 200, "{query:?}: {}", answer.text);
        ids(&answer.json())
    }
}

fn path(query: &[(&str, &str)]) -> String {
    let query: String = query.iter().map(|(name, value)| format!("&{name}={}", quoted(value))).collect();
    format!("/api/v1/persons?limit=200{query}")
}

fn ids(page: &Value) -> Vec<String> {
    page["items"].as_array().unwrap().iter().map(|person| text(person, "/id").to_owned()).collect()
}

/// Somebody with a reading of both parts and a whole birth date, and what the register says of them.
async fn somebody(scene: &Scene) -> (String, Value) {
    for brief in scene.everybody().await {
        let id = text(&brief, "/id").to_owned();
        let person = scene.get(Grant::CaseWorker, &format!("/api/v1/persons/{id}")).await.json();
        let stated =
            |part: &str| person.pointer(&format!("/identity/{part}/value")).is_some_and(|v| !v.is_null());
        let whole = person.pointer("/identity/birth_date/value/age").is_some_and(Value::is_number);
        if whole && stated("family_kana") && stated("given_kana") && person["whereabouts"]["state"] == "shown"
        {
            return (id, person);
        }
    }
    panic!("nobody to search for")
}

#[actix_web::test]
async fn a_child_is_found_by_a_heard_name_a_birth_date_and_a_place() {
    let scene = Scene::of(SOURCES, 0).await;
    let (id, person) = somebody(&scene).await;
    let said = |part: &str| text(&person, &format!("/identity/{part}/value")).to_owned();
    let (family, given) = (said("family_kana"), said("given_kana"));
    let hiragana = |kana: &str| -> String {
        let lower =
            |c: char| if ('ァ'..='ヶ').contains(&c) { char::from_u32(c as u32 - 0x60).unwrap() } else { c };
        kana.chars().map(lower).collect()
    };
    let date = text(&person, "/identity/birth_date/value/date").to_owned();
    let wareki = text(&person, "/identity/birth_date/value/wareki").to_owned();
    let address = text(&person, "/whereabouts/address/value").to_owned();
    let block: String = address.chars().take(4).collect();
    let both = format!("{} {}", hiragana(&family), hiragana(&given));
    let half: String = hiragana(&family).chars().take(2).collect();
    for query in [
        vec![("name", family.as_str())],
        vec![("name", &hiragana(&family))],
        vec![("name", &given)],
        vec![("name", &both)],
        vec![("name", &both.replace(' ', ""))],
        vec![("name", &said("family_name"))],
        vec![("birth_date", &date)],
        vec![("birth_date", &wareki)],
        vec![("birth_date", &date.replace('-', ""))],
        vec![("birth_date", &date.replace('-', "/"))],
        vec![("birth_date", &letter(&date))],
        vec![("name", &half)],
        vec![("birth_year", &date[..4])],
        vec![("town_block", &block)],
        vec![("number", &said("local_id"))],
        vec![
            ("name", &both),
            ("birth_date", &wareki),
            ("birth_year", &date[..4]),
            ("town_block", &address),
            ("number", &said("local_id")),
        ],
    ] {
        assert!(scene.found(&query).await.contains(&id), "{query:?}");
    }
    for query in [
        vec![("name", "ンンン")],
        vec![("name", &both), ("birth_date", "1901-01-01")],
        vec![("number", "0000000000"), ("name", &family)],
        vec![("town_block", "どこにもない町")],
    ] {
        assert_eq!(scene.found(&query).await, Vec::<String>::new(), "{query:?}");
    }
}

#[actix_web::test]
async fn a_child_is_found_by_a_parent_of_its_household() {
    let scene = Scene::of(SOURCES, 0).await;
    let mut proved = 0;
    for brief in scene.everybody().await.iter().take(40) {
        let child = text(brief, "/id");
        let relations =
            scene.get(Grant::CaseWorker, &format!("/api/v1/persons/{child}/relations")).await.json();
        let parents = relations["items"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|relation| relation["to_id"] == child && relation["kind"]["code"] == "parent");
        for parent in parents {
            let parent = format!("/api/v1/persons/{}", text(parent, "/from_id"));
            let parent = scene.get(Grant::CaseWorker, &parent).await.json();
            let Some(name) = parent.pointer("/identity/given_kana/value").and_then(Value::as_str) else {
                continue;
            };
            assert!(scene.found(&[("parent", name)]).await.contains(&child.to_owned()));
            proved += 1;
        }
    }
    assert!(proved > 0, "no parent is known: the test proves nothing");
}

#[actix_web::test]
async fn the_protected_are_found_by_name_and_by_no_place() {
    let scene = Scene::of(&["resident_register"], 0).await;
    let victim = text(&scene.everybody().await[0], "/id").to_owned();
    let refused = scene.get(Grant::CaseWorker, &path(&[("town_block", "想像")])).await;
    assert_eq!((refused.status, refused.code().as_str()), (409, "whereabouts_hidden"), "no list, no place");
    scene.protect(&victim).await;
    assert!(scene.found(&[]).await.contains(&victim), "staff see the name");
    // Every address that is shown: the victim's is among them where the household's others show theirs.
    let mut blocks = std::collections::BTreeSet::new();
    for id in scene.found(&[]).await {
        let person = scene.get(Grant::CaseWorker, &format!("/api/v1/persons/{id}")).await.json();
        let address =
            person.pointer("/whereabouts/address/value").and_then(Value::as_str).unwrap_or_default();
        blocks.extend((!address.is_empty()).then(|| address.to_owned()));
    }
    let mut found = 0;
    for block in &blocks {
        let there = scene.found(&[("town_block", block)]).await;
        assert!(!there.contains(&victim), "{block}");
        found += there.len();
    }
    assert!(found > 0, "nobody lives anywhere: the test proves nothing");
}

#[actix_web::test]
async fn a_list_records_the_rows_it_shows_and_no_other() {
    let scene = Scene::of(SOURCES, 0).await;
    let worker = scene.platform.desk(KAISEI, Grant::CaseWorker);
    let page =
        scene.http.send(Ask::get("/api/v1/persons?limit=3").by(&worker.token).to("support")).await.json();
    let shown = ids(&page);
    assert_eq!(shown.len(), 3);
    assert!(page["next_cursor"].is_string());
    let mut looked = Vec::new();
    for id in scene.found(&[]).await.iter().take(8) {
        let accesses = scene.get(Grant::Auditor, &format!("/api/v1/persons/{id}/accesses")).await.json();
        let looks = accesses["items"].as_array().unwrap();
        // The list of everybody above is the second look of each; it shows everybody.
        if looks.iter().filter(|look| look["operation"] == "person_list").count() == 2 {
            looked.push(id.clone());
        }
    }
    assert_eq!(looked, shown);
}

#[actix_web::test]
async fn a_cursor_serves_its_own_search_in_its_own_town() {
    let scene = Scene::of(SOURCES, 0).await;
    let first = scene.get(Grant::CaseWorker, "/api/v1/persons?limit=2").await.json();
    let cursor = text(&first, "/next_cursor");
    let next = scene.get(Grant::CaseWorker, &format!("/api/v1/persons?limit=3&cursor={cursor}")).await;
    assert_eq!(next.status, 200, "another size of page is the same list");
    let other =
        scene.get(Grant::CaseWorker, &format!("/api/v1/persons?birth_year=2015&cursor={cursor}")).await;
    assert_eq!((other.status, other.code().as_str()), (400, "invalid_cursor"));
    assert_eq!(other.json()["errors"][0]["parameter"], "cursor");
    let two = testkit::TestApp::open(&[KAISEI, OI]).await;
    let http = crate::http::Http::open(&two).await;
    let stranger = &two.desk(OI, Grant::CaseWorker).token;
    let path = format!("/api/v1/persons?limit=2&cursor={cursor}");
    let foreign = http.send(Ask::get(&path).by(stranger).to("support")).await;
    assert_eq!((foreign.status, foreign.code().as_str()), (400, "invalid_cursor"));
}

#[actix_web::test]
async fn what_cannot_be_searched_is_said_in_both_languages() {
    let scene = Scene::of(&["protection_list"], 0).await;
    for (query, code, parameter) in [
        (("name", "な"), "name_too_short", "name"),
        (("name", "★★"), "name_unreadable", "name"),
        (("parent", "k"), "name_too_short", "parent"),
        (("birth_date", "H27.2.30"), "birth_date_impossible", "birth_date"),
        (("birth_date", "きのう"), "birth_date_unreadable", "birth_date"),
        (("birth_year", "27"), "birth_date_unreadable", "birth_year"),
        (("grade", "小5"), "invalid_value", "grade"),
    ] {
        let answer = scene.get(Grant::CaseWorker, &path(&[query])).await;
        assert_eq!((answer.status, answer.code().as_str()), (422, code), "{query:?}");
        assert_eq!(answer.json()["errors"][0]["parameter"], json!(parameter));
        assert!(!text(&answer.json(), "/detail").contains('{'), "{}", answer.text);
    }
    let both = scene.get(Grant::CaseWorker, &path(&[("name", "★"), ("birth_date", "x")])).await.json();
    assert_eq!(both["errors"].as_array().unwrap().len(), 2, "all at once");
    let roman = scene.get(Grant::CaseWorker, &path(&[("name", "nakamura")])).await;
    assert_eq!(roman.status, 200);
}
