//! What falls due in a town: every record counted once, nobody named, and one town's alone.

use chrono::Utc;
use kernel::ctx::jst_date;
use kernel::date::YearMonth;
use kernel::{Category, Grant, Value, When};
use serde_json::{Value as Json, json};
use testkit::towns::{KAISEI, OI};

use crate::handovers::family::{Family, observation};
use crate::http::{Answer, Ask, Http};
use crate::persons::{Scene, text};

const PATH: &str = "/api/v1/retention/report";

fn number(value: &Json) -> u64 {
    value.as_u64().unwrap_or_else(|| panic!("{value} is no count"))
}

fn sum(list: &Json) -> u64 {
    list.as_array().unwrap().iter().map(|one| number(&one["records"])).sum()
}

#[actix_web::test]
async fn every_record_is_counted_once_and_nobody_is_named() {
    let scene = Scene::of(&["resident_register", "school_register", "attendance"], 0).await;
    let answer = scene.get(Grant::CaseWorker, &format!("{PATH}?from=2026-04&until=2060-03")).await;
    let shown = answer.json();
    assert!(text(&shown, "/as_of_ja").ends_with("時点"));
    let places = ["earlier", "later", "permanent", "undetermined"].map(|place| number(&shown[place]));
    assert_eq!(sum(&shown["months"]) + places.iter().sum::<u64>(), number(&shown["records"]));
    assert!(sum(&shown["months"]) > 0 && number(&shown["undetermined"]) > 0, "{shown}");

    let (mut records, mut attendance) = (0, 0);
    for brief in scene.everybody().await {
        let id = text(&brief, "/id");
        assert!(!answer.text.contains(id));
        let own = scene.get(Grant::CaseWorker, &format!("/api/v1/persons/{id}/retention")).await.json();
        let items = own["items"].as_array().unwrap();
        records += items.len();
        attendance += items.iter().filter(|record| text(record, "/source") == "attendance").count();
    }
    assert_eq!(u64::try_from(records).unwrap(), number(&shown["records"]));
    assert!(attendance > 0);
    for month in shown["months"].as_array().unwrap() {
        assert!(text(month, "/month/month").ends_with("-04"), "fiscal years end in March: {month}");
    }
    for reason in shown["waiting"].as_array().unwrap() {
        assert!(!text(reason, "/reason/ja").is_empty() && number(&reason["records"]) > 0);
    }
}

#[actix_web::test]
async fn a_town_counts_its_own_records_only() {
    let family = Family::without_keys().await;
    let http = Http::open(&family.world).await;
    let ask = async |town: &str, query: &str| -> Answer {
        let token = family.world.desk(town, Grant::CaseWorker).token.clone();
        http.send(Ask::get(&format!("{PATH}{query}")).by(&token).to("support")).await
    };
    let query = "?from=2032-04&until=2032-04";
    let before = ask(OI, query).await.json();
    assert_eq!(before["months"], json!([]), "the attendance is 開成町's");
    let here = ask(KAISEI, query).await.json();
    assert_eq!(sum(&here["months"]), 1);
    assert_eq!(text(&here, "/months/0/category"), "attendance");
    let later = observation("attendance.late_days", Value::Int(1), When::Month("2026-10".parse().unwrap()));
    family.write(KAISEI, family.child, Category::Attendance, "attendance", later).await;
    assert_eq!(sum(&ask(KAISEI, query).await.json()["months"]), 2);
    let bare = |mut shown: Json| {
        shown["as_of"] = Json::Null;
        shown
    };
    assert_eq!(bare(ask(OI, query).await.json()), bare(before), "another town's record moved a count");
}

#[actix_web::test]
async fn months_have_a_default_and_an_order_and_a_purpose_is_needed() {
    let scene = Scene::of(&["resident_register"], 0).await;
    let shown = scene.get(Grant::CaseWorker, PATH).await.json();
    let this = YearMonth::of(jst_date(Utc::now()));
    assert_eq!(text(&shown, "/from/month"), this.to_string());
    let last = YearMonth::new(this.year() + 1, this.month()).unwrap().prev();
    assert_eq!(text(&shown, "/until/month"), last.to_string());
    for query in [
        "from=2027-04&until=2027-03",
        "from=2027-13",
        "from=2027",
        "from=",
        "until=2027-04-01",
        "from=%E3%81%82",
    ] {
        let answer = scene.get(Grant::CaseWorker, &format!("{PATH}?{query}")).await;
        assert_eq!((answer.status, answer.code().as_str()), (422, "invalid_value"), "{query}");
    }
    let token = &scene.platform.desk(KAISEI, Grant::CaseWorker).token;
    let answer = scene.http.send(Ask::get(PATH).by(token)).await;
    assert_eq!((answer.status, answer.code().as_str()), (400, "purpose_required"));
    assert_eq!(scene.get(Grant::Auditor, PATH).await.status, 403);
}
