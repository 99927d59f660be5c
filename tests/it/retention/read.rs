//! One person's records: a date with its rule, fact and source, or the reason why there is none; to readers with
//! a purpose, recorded, without whereabouts.

use std::collections::BTreeSet;

use chrono::Utc;
use kernel::ctx::jst_date;
use kernel::{Category, Grant, Value, When};
use serde_json::{Value as Json, json};
use testkit::towns::{KAISEI, OI};

use crate::handovers::family::{Family, observation};
use crate::http::{Ask, Http};
use crate::persons::{Scene, text};

const SOURCES: &[&str] = &["resident_register", "school_register", "attendance", "protection_list"];

async fn retention(scene: &Scene, id: &str) -> Json {
    let answer = scene.get(Grant::CaseWorker, &format!("/api/v1/persons/{id}/retention")).await;
    assert_eq!(answer.status, 200, "{}", answer.text);
    answer.json()
}

#[actix_web::test]
async fn a_date_has_a_rule_a_fact_and_a_source_and_an_absence_has_a_reason() {
    let scene = Scene::of(SOURCES, 0).await;
    let (mut dated, mut open) = (BTreeSet::new(), BTreeSet::new());
    for brief in scene.everybody().await {
        let shown = retention(&scene, text(&brief, "/id")).await;
        assert!(text(&shown, "/as_of_ja").ends_with("時点"));
        for record in shown["items"].as_array().unwrap() {
            let category = text(record, "/category").to_owned();
            let steps = record["steps"].as_array().unwrap();
            let waiting = record["due"]["waiting"].as_array().unwrap();
            if text(record, "/due/state/code") == "dated" {
                assert!(waiting.is_empty(), "{record}");
                let deciding = steps.iter().find(|step| step["decides"] == true).unwrap();
                assert_eq!(deciding["fact"]["state"], "on", "a date without a fact: {record}");
                assert!(!text(deciding, "/source/article").is_empty());
                assert!(
                    text(deciding, "/trace/ja").contains(text(deciding, "/source/article")),
                    "{deciding}"
                );
                assert!(text(record, "/due_on/date") > text(record, "/due/kept_to/date"));
                dated.insert(category);
            } else {
                assert_eq!((&record["due"]["kept_to"], &record["due_on"]), (&json!(null), &json!(null)));
                assert!(!waiting.is_empty(), "neither a date nor a reason: {record}");
                open.insert((category, text(&waiting[0], "/reason/code").to_owned()));
            }
        }
    }
    assert!(dated.contains("attendance"), "{dated:?}");
    assert!(open.contains(&("register".to_owned(), "not_yet".to_owned())), "{open:?}");
}

/// 開成町's 要対協 進行管理台帳 with these cases: a person as the API shows them, 状況 and 終結日.
fn council_register(cases: &[(&Json, &str, &str)]) -> Vec<u8> {
    let mut rows = "\u{feff}管理番号,宛名番号,児童氏名,フリガナ,生年月日,状況,登録日,終結日\r\n".to_owned();
    for (number, (person, status, closed)) in cases.iter().enumerate() {
        let of = |part: &str| text(person, &format!("/identity/{part}"));
        let (family, given) = (of("family_name/value"), of("given_name/value"));
        let kana = format!("{}　{}", of("family_kana/value"), of("given_kana/value"));
        let (id, born) = (of("local_id/value"), of("birth_date/value/wareki"));
        rows +=
            &format!("架{number},{id},{family}　{given},{kana},{born},{status},令和7年4月1日,{closed}\r\n");
    }
    rows.into_bytes()
}

/// When the council's record of a person ended, is kept to and is due.
async fn council_case(scene: &Scene, id: &str) -> [Json; 3] {
    let shown = retention(scene, id).await;
    let items = shown["items"].as_array().unwrap();
    let cases: Vec<&Json> = items.iter().filter(|record| record["source"] == "council_register").collect();
    let [case] = cases.as_slice() else { panic!("{} records of one case", cases.len()) };
    if case["due_on"].is_null() {
        assert_eq!(text(case, "/due/waiting/0/reason/code"), "not_yet", "{case}");
    }
    assert_eq!(text(case, "/steps/0/fact/fact/code"), "closed");
    let register = items.iter().find(|record| record["category"] == "register").unwrap();
    assert_eq!((&register["ended_on"], &register["due_on"]), (&Json::Null, &Json::Null), "still a resident");
    [&case["ended_on"]["date"], &case["due"]["kept_to"]["date"], &case["due_on"]["date"]].map(Clone::clone)
}

#[actix_web::test]
async fn a_record_that_is_gone_from_a_snapshot_ends_and_one_with_an_end_of_its_own_keeps_it() {
    let scene = Scene::of(&["resident_register"], 1).await;
    let everybody = scene.everybody().await;
    let (open, closed) = (text(&everybody[0], "/id"), text(&everybody[1], "/id"));
    let known = async |id: &str| scene.get(Grant::CaseWorker, &format!("/api/v1/persons/{id}")).await.json();
    let cases = [(&known(open).await, "1", ""), (&known(closed).await, "2", "令和8年3月31日")];
    let today = jst_date(Utc::now());
    let load = async |cases: &[(&Json, &str, &str)], days| {
        let as_of = today - chrono::Days::new(days);
        let file = council_register(cases);
        scene.platform.load(KAISEI, "council_register", as_of, &file).await.unwrap().counts
    };
    assert_eq!(load(&cases, 2).await.loaded, 2);
    let day = |date: &str| Json::from(date);
    let own = [day("2031-03-30"), day("2031-03-31")];
    assert_eq!(council_case(&scene, open).await, [Json::Null, Json::Null, Json::Null]);
    assert_eq!(council_case(&scene, closed).await, [Json::Null, own[0].clone(), own[1].clone()]);

    // A correction is a new version of the same record: it has not ended.
    let corrected = [(cases[0].0, "1", ""), (cases[1].0, "2", "令和8年3月30日")];
    assert_eq!(load(&corrected, 1).await.loaded, 1);
    let earlier = [Json::Null, day("2031-03-29"), day("2031-03-30")];
    assert_eq!(council_case(&scene, closed).await, earlier);

    // The next export names nobody any more. What has ended is still kept, and counted.
    let report = async || {
        let shown = scene.get(Grant::CaseWorker, "/api/v1/retention/report?from=2031-01&until=2099-12").await;
        let shown = shown.json();
        let due = shown["months"].as_array().unwrap().iter();
        let due = due.filter(|month| month["category"] == "protection").map(|month| &month["records"]);
        (shown["records"].clone(), due.map(|records| records.as_u64().unwrap()).sum::<u64>())
    };
    let before = report().await;
    assert_eq!(before.1, 1, "the closed case alone has a date");
    assert_eq!(load(&[], 0).await.closed, 2);
    assert_eq!(report().await, (before.0, 2));
    let [ended_on, _, due_on] = council_case(&scene, open).await;
    let five = kernel::date::period_end(today, 5).succ_opt().unwrap();
    assert_eq!((ended_on, due_on), (day(&today.to_string()), day(&five.to_string())));
    let [ended_on, kept_to, _] = council_case(&scene, closed).await;
    assert_eq!((ended_on, kept_to), (day(&today.to_string()), day("2031-03-29")), "its own 終結日 stands");
}

#[actix_web::test]
async fn a_record_that_goes_on_elsewhere_has_not_ended() {
    let family = Family::without_keys().await;
    let http = Http::open(&family.world).await;
    let worker = family.world.desk(KAISEI, Grant::CaseWorker);
    let path = format!("/api/v1/persons/{}/retention", family.child);
    // Of the attendance: how often it is shown, and how often as ended.
    let attendance = async || {
        let shown = http.send(Ask::get(&path).by(&worker.token).to("support")).await.json();
        let items = shown["items"].as_array().unwrap();
        assert!(items.iter().any(|record| record["category"] == "register"));
        let own: Vec<_> = items.iter().filter(|record| record["source"] == "attendance").collect();
        (own.len(), own.iter().filter(|record| !record["ended_on"].is_null()).count())
    };
    assert_eq!(attendance().await, (1, 0));
    let sql = family.world.db.superuser().await;
    let of_child = format!("subject_id = '{}' AND source = 'attendance'", family.child.uuid());
    sql.run(&format!("UPDATE town.pack SET recorded_to = now() WHERE {of_child}")).await;
    assert_eq!(attendance().await, (1, 1), "nothing else is made of the record");

    // The link was undone: the record waits for a human, and it is not known to be this child's.
    sql.run("SET session_replication_role = replica").await;
    sql.run(&format!(
        "INSERT INTO town.link_task (town_id, link_task_id, load_id, upload_id, source, line, part, record_key, row_hash, state, body, created_at)
         SELECT town_id, pack_id, load_id, load_id, source, line, record_key, record_key, row_hash, 'open', body, now()
         FROM town.pack WHERE {of_child}"
    ))
    .await;
    assert_eq!(attendance().await, (0, 0), "it waits in the link queue");
    sql.run("UPDATE town.link_task SET state = 'closed'").await;
    assert_eq!(attendance().await, (1, 1));

    // It was the mother's all along, and ended later, or has not ended.
    let fact = observation("attendance.late_days", Value::Int(6), When::Month("2026-09".parse().unwrap()));
    family.write(KAISEI, family.mother, Category::Attendance, "attendance", fact).await;
    let of_mother = format!("subject_id = '{}' AND source = 'attendance'", family.mother.uuid());
    sql.run(&format!(
        "UPDATE town.pack SET record_key = (SELECT record_key FROM town.pack WHERE {of_child}) WHERE {of_mother}"
    ))
    .await;
    assert_eq!(attendance().await, (0, 0), "it is in force for another");
    sql.run(&format!("UPDATE town.pack SET recorded_to = now() WHERE {of_mother}")).await;
    assert_eq!(attendance().await, (0, 0), "it ended as another's");
}

#[actix_web::test]
async fn it_is_for_readers_with_a_purpose_and_every_look_is_recorded() {
    let scene = Scene::of(&["resident_register"], 0).await;
    let id = text(&scene.everybody().await[0], "/id").to_owned();
    let path = format!("/api/v1/persons/{id}/retention");
    let worker = scene.platform.desk(KAISEI, Grant::CaseWorker);
    let answer = scene.http.send(Ask::get(&path).by(&worker.token)).await;
    assert_eq!((answer.status, answer.code().as_str()), (400, "purpose_required"));
    for &grant in Grant::ALL {
        let reads =
            matches!(grant, Grant::CaseWorker | Grant::OverallManager | Grant::Holder | Grant::Approver);
        assert_eq!(scene.get(grant, &path).await.status, if reads { 200 } else { 403 }, "{grant}");
    }
    let accesses = scene.get(Grant::Auditor, &format!("/api/v1/persons/{id}/accesses")).await.json();
    let looks = accesses["items"].as_array().unwrap().iter();
    let looks: Vec<_> = looks.filter(|look| look["operation"] == "retention_read").collect();
    assert_eq!(looks.len(), 4, "one for each that was answered");
}

#[actix_web::test]
async fn a_protected_persons_whereabouts_are_not_in_it() {
    let scene = Scene::of(SOURCES, 0).await;
    let everybody = scene.everybody().await;
    let mut shown = 0;
    for brief in everybody.iter().take(40) {
        let id = text(brief, "/id");
        let person = scene.get(Grant::CaseWorker, &format!("/api/v1/persons/{id}")).await.json();
        let whereabouts = person["whereabouts"].clone();
        let Some(parts) = whereabouts.as_object() else { continue };
        let values: Vec<&str> = parts
            .values()
            .filter_map(|part| part["value"].as_str())
            .filter(|value| !value.is_empty())
            .collect();
        if values.is_empty() {
            continue;
        }
        if shown == 0 {
            scene.protect(id).await;
        }
        let answer = scene.get(Grant::CaseWorker, &format!("/api/v1/persons/{id}/retention")).await;
        for value in values {
            assert!(!answer.text.contains(value), "{value} in {}", answer.text);
            shown += 1;
        }
        assert!(!answer.text.contains("address") && !answer.text.contains("phone"));
    }
    assert!(shown > 0, "nobody has an address: the test proves nothing");
}

#[actix_web::test]
async fn another_towns_person_answers_as_nobody_and_the_receiver_has_rules_of_its_own() {
    let family = Family::new().await;
    let there = |fact: &str| When::Period { from: None, until: Some(fact.parse().unwrap()) };
    let allowance = || observation("allowance.child_rearing", Value::Bool(true), there("2026-03-31"));
    family.write(KAISEI, family.child, Category::Allowance, "child_rearing_allowance", allowance()).await;
    family.write(OI, family.child_there, Category::Allowance, "child_rearing_allowance", allowance()).await;
    let http = Http::open(&family.world).await;
    let ask = async |town: &str, person: &str| {
        let token = family.world.desk(town, Grant::CaseWorker).token.clone();
        let path = format!("/api/v1/persons/{person}/retention");
        http.send(Ask::get(&path).by(&token).to("support")).await
    };
    for (town, person, kept_to, article) in [
        (KAISEI, family.child, "2031-03-31", "昭和47年児企第31号"),
        (OI, family.child_there, "2033-03-31", "（例）大井町文書管理規程 別表第2"),
    ] {
        let shown = ask(town, &person.to_string()).await.json();
        let records = shown["items"].as_array().unwrap();
        let record = records.iter().find(|record| record["category"] == "allowance").unwrap();
        assert_eq!(text(record, "/due/kept_to/date"), kept_to, "{town}");
        let deciding: Vec<_> =
            record["steps"].as_array().unwrap().iter().filter(|step| step["decides"] == true).collect();
        assert_eq!(deciding.iter().map(|step| text(step, "/source/article")).collect::<Vec<_>>(), [article]);
        assert_eq!(deciding[0]["decision"].is_null(), town == KAISEI, "大井町 decided for itself");
    }
    let theirs = ask(OI, &family.child.to_string()).await;
    assert_eq!((theirs.status, theirs.code().as_str()), (404, "person_not_found"));
}
