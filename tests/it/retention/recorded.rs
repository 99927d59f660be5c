//! What no file brought has a period like everything else: relations, assessments, cases and the results of runs in the
//! due dates of a person, in the town's report and on the page of a child.

use chrono::Utc;
use kernel::Grant;
use kernel::ctx::jst_date;
use kernel::date::period_end;
use serde_json::{Value as Json, json};
use testkit::towns::KAISEI;

use crate::http::Ask;
use crate::persons::text;
use crate::runs::read::Scored;

async fn post(scored: &Scored, path: &str, body: Json) -> Json {
    let token = &scored.platform.desk(KAISEI, Grant::CaseWorker).token;
    let answer = scored.http.send(Ask::post(path, body).by(token).to("support")).await;
    assert!(matches!(answer.status, 200 | 201), "{path}: {}", answer.text);
    answer.json()
}

/// The records of one source.
fn of<'v>(shown: &'v Json, source: &str) -> Vec<&'v Json> {
    shown["items"].as_array().unwrap().iter().filter(|record| record["source"] == source).collect()
}

fn standing(page: &Json) -> u64 {
    ["running", "due", "held", "permanent", "undetermined"]
        .iter()
        .map(|how| page["retention"][how].as_u64().unwrap())
        .sum()
}

#[actix_web::test]
async fn a_note_is_read_among_the_notes_and_is_of_a_day_that_there_is() {
    let scored = Scored::new().await;
    let child = scored.children().await[0].1.clone();
    let person = format!("/api/v1/persons/{child}");
    let note = |day: &str| json!({"seen_on": day, "section": "mayor/kosodate", "text": "架空の記録"});
    let path = format!("{person}/watch-notes");
    let token = &scored.platform.desk(KAISEI, Grant::CaseWorker).token;
    for day in ["0000-01-01", "-2026-04-01", "+002026-04-01", "1800-01-01", "2026-4-1", "2026-02-29"] {
        let answer = scored.http.send(Ask::post(&path, note(day)).by(token).to("support")).await;
        assert_eq!((answer.status, answer.code().as_str()), (422, "invalid_value"), "{day}: {}", answer.text);
        assert_eq!(answer.json()["errors"][0]["pointer"], "/seen_on");
    }
    let written = post(&scored, &path, note("2026-04-01")).await;
    for read in ["page", "timeline", "watch-notes"] {
        assert_eq!(scored.get(&format!("{person}/{read}")).await.status, 200, "{read}");
    }
    let shown = scored.get(&format!("{person}/retention")).await.json();
    let notes = of(&shown, "watch_note");
    assert_eq!(notes.len(), 1);
    assert_eq!((&notes[0]["load_id"], notes[0]["line"].as_i64()), (&Json::Null, Some(0)));
    assert_eq!(notes[0]["link"], format!("{path}/{}", text(&written, "/id")));
}

#[actix_web::test]
async fn relations_assessments_and_cases_fall_due_too() {
    let scored = Scored::new().await;
    let children = scored.children().await;
    let (child, other) = (children[0].1.clone(), children.last().unwrap().1.clone());
    let person = format!("/api/v1/persons/{child}");
    let retention = async || scored.get(&format!("{person}/retention")).await.json();
    let report = "/api/v1/retention/report?from=2026-04&until=2060-03";
    let counted = async || scored.get(report).await.json()["records"].as_u64().unwrap();
    let page = async || standing(&scored.get(&format!("{person}/page")).await.json());
    let (before, on_page) = (counted().await, page().await);
    let today = jst_date(Utc::now());

    let assessment = json!({"verdict": "already_known", "note": "架空の所見"});
    let path = format!("/api/v1/runs/{}/candidates/{child}/assessment", scored.run);
    post(&scored, &path, assessment).await;
    let staff = scored.platform.desk(KAISEI, Grant::CaseWorker).staff.to_string();
    let case = json!({"opened_on": "2026-04-01", "why": "架空の理由", "staff_id": staff, "section": "mayor/kosodate"});
    let case = post(&scored, &format!("{person}/cases"), case).await;
    let relation = json!({"other_id": other, "kind": "sibling", "certainty": "ambiguous", "evidence": "told",
        "on": "2026-04-01", "what": "架空の聞き取り"});
    let relation = post(&scored, &format!("{person}/recorded-relations"), relation).await;

    let shown = retention().await;
    let five = |day| period_end(day, 5).to_string();
    let (assessed, cases, relations) =
        (of(&shown, "assessment"), of(&shown, "case"), of(&shown, "recorded_relation"));
    assert_eq!((assessed.len(), cases.len(), relations.len()), (1, 1, 1), "{shown}");
    assert_eq!(text(assessed[0], "/due/kept_to/date"), period_end(today, 3).to_string());
    assert_eq!(text(assessed[0], "/link"), format!("{person}/assessments"));
    for (record, category, link) in [
        (cases[0], "support", format!("{person}/cases/{}", text(&case, "/id"))),
        (relations[0], "kinship", format!("{person}/recorded-relations/{}", text(&relation, "/id"))),
    ] {
        assert_eq!((text(record, "/category"), text(record, "/link")), (category, link.as_str()));
        assert_eq!((&record["load_id"], &record["line"]), (&Json::Null, &json!(0)));
        assert_eq!(text(record, "/due/waiting/0/reason/code"), "not_yet", "it is open: {record}");
        assert_eq!(text(record, "/due/waiting/0/fact/code"), "closed");
    }
    assert_eq!(text(cases[0], "/holder"), "子育て健康課");
    assert_eq!((counted().await, page().await), (before + 3, on_page + 3));

    // Closed, the period runs from there; a change makes no second record of it.
    let closing = json!({"version": 1, "reason": "支援を終えた", "on": today.to_string()});
    post(&scored, &format!("{person}/cases/{}/closing", text(&case, "/id")), closing.clone()).await;
    post(&scored, &format!("{person}/recorded-relations/{}/ending", text(&relation, "/id")), closing).await;
    let shown = retention().await;
    for source in ["case", "recorded_relation"] {
        let records = of(&shown, source);
        assert_eq!(records.len(), 1);
        assert_eq!(text(records[0], "/due/kept_to/date"), five(today), "{source}");
    }
    assert_eq!((counted().await, page().await), (before + 3, on_page + 3));
    let month = kernel::date::YearMonth::of(period_end(today, 5).succ_opt().unwrap());
    let due = scored.get(&format!("/api/v1/retention/report?from={month}&until={month}")).await.json();
    let due = due["months"].as_array().unwrap().iter().filter(|one| one["category"] == "support");
    assert_eq!(due.map(|one| one["records"].as_u64().unwrap()).sum::<u64>(), 1);
}

#[actix_web::test]
async fn what_each_run_found_falls_due_on_its_own() {
    let mut scored = Scored::new().await;
    let child =
        scored.list("certain").await.first().map(|child| text(child, "/person/id").to_owned()).unwrap();
    let (person, first) = (format!("/api/v1/persons/{child}"), scored.run.clone());
    let report = "/api/v1/retention/report?from=2026-04&until=2060-03";
    let counted = async |scored: &Scored| scored.get(report).await.json()["records"].as_u64().unwrap();
    let before = counted(&scored).await;

    scored.run = scored.begin().await;
    let everybody = u64::try_from(scored.children().await.len()).unwrap();
    assert_eq!(counted(&scored).await, before + everybody);
    let shown = scored.get(&format!("{person}/retention")).await.json();
    let results = of(&shown, "run_result");
    let links: Vec<&str> = results.iter().map(|result| text(result, "/link")).collect();
    assert_eq!(links, [&first, &scored.run].map(|run| format!("/api/v1/runs/{run}/candidates/{child}")));
    for result in results {
        assert_eq!((text(result, "/category"), text(result, "/holder")), ("assessment", "判定"));
        assert_eq!(text(result, "/due/kept_to/date"), period_end(jst_date(Utc::now()), 3).to_string());
        assert!(text(result, "/steps/0/source/row").contains("スコア"), "{result}");
    }
}
