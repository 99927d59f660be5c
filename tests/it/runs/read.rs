//! Beginning a run, watching it, reading its lists and one child's trace.

use std::time::Duration;

use chrono::Utc;
use kernel::Grant;
use kernel::ctx::jst_date;
use serde_json::{Value, json};
use testkit::TestApp;
use testkit::towns::KAISEI;

use crate::http::{Answer, Ask, Http};
use crate::persons::text;

/// A town that has been scored.
pub struct Scored {
    /// The platform.
    pub platform: TestApp,
    /// Its API.
    pub http: Http,
    /// The run.
    pub run: String,
}

/// Every list.
pub const LISTS: [&str; 6] =
    ["certain", "possible", "not_assessable", "out", "out_of_scope", "not_in_population"];

impl Scored {
    /// 開成町 with every file loaded and one run done.
    pub async fn new() -> Self {
        let platform = TestApp::open(&[KAISEI]).await;
        platform.load_fictional(&[KAISEI], 600, jst_date(Utc::now())).await;
        let http = Http::open(&platform).await;
        let mut this = Self { platform, http, run: String::new() };
        this.run = this.begin().await;
        this
    }

    /// Another run, to its end.
    pub async fn begin(&self) -> String {
        let (platform, http) = (&self.platform, &self.http);
        let token = platform.desk(KAISEI, Grant::OverallManager).token.clone();
        let begun = http.send(Ask::post("/api/v1/runs", json!({"rulebook": "young_carer"})).by(&token)).await;
        assert_eq!(begun.status, 202, "{}", begun.text);
        let operation = begun.location.clone().unwrap();
        assert!(operation.ends_with(text(&begun.json(), "/operation_id")));
        let run = text(&begun.json(), "/run/id").to_owned();
        for _ in 0..1_000 {
            let work = http.send(Ask::get(&operation).by(&token)).await.json();
            match text(&work, "/state") {
                "running" => tokio::time::sleep(Duration::from_millis(10)).await,
                "done" => {
                    assert_eq!(work["target_id"], run);
                    return run;
                }
                other => panic!("the run {other}: {work}"),
            }
        }
        panic!("the run does not end")
    }

    /// A read by a case worker.
    pub async fn get(&self, path: &str) -> Answer {
        let token = &self.platform.desk(KAISEI, Grant::CaseWorker).token;
        self.http.send(Ask::get(path).by(token).to("assessment")).await
    }

    /// Everybody of the run, each with the list.
    pub async fn children(&self) -> Vec<(&'static str, String)> {
        let mut all = Vec::new();
        for list in LISTS {
            let children = self.list(list).await;
            all.extend(children.iter().map(|child| (list, text(child, "/person/id").to_owned())));
        }
        all
    }

    /// Everybody on a list of the run.
    pub async fn list(&self, list: &str) -> Vec<Value> {
        let (mut all, mut cursor) = (Vec::new(), String::new());
        loop {
            let path = format!("/api/v1/runs/{}/candidates?list={list}&limit=5{cursor}", self.run);
            let page = self.get(&path).await.json();
            all.extend(page["items"].as_array().unwrap().iter().cloned());
            let Some(next) = page["next_cursor"].as_str() else { return all };
            cursor = format!("&cursor={next}");
        }
    }
}

#[actix_web::test]
async fn every_child_is_on_the_list_that_the_run_counted() {
    let scored = Scored::new().await;
    let run = scored.get(&format!("/api/v1/runs/{}", scored.run)).await.json();
    assert_eq!((text(&run, "/state"), text(&run, "/rulebook")), ("done", "young_carer"));
    assert!(text(&run, "/as_of/wareki").starts_with("令和"));
    let mut all = 0;
    for (list, count) in LISTS.iter().zip(run["counts"].as_array().unwrap()) {
        let children = scored.list(list).await;
        assert_eq!((&count["list"], &count["children"]), (&json!(list), &json!(children.len())));
        assert!(children.iter().all(|child| child["list"] == *list));
        let readings: Vec<_> =
            children.iter().map(|child| child["person"]["kana"]["value"].as_str()).collect();
        assert!(readings.is_sorted(), "{list}: not in 五十音順");
        all += children.len();
    }
    assert!(all > 10, "{all}");
    let default = scored.get(&format!("/api/v1/runs/{}/candidates?limit=200", scored.run)).await.json();
    assert_eq!(json!(scored.list("certain").await), default["items"]);
    let runs = scored.get("/api/v1/runs").await.json();
    assert_eq!(runs["items"][0], run);
}

#[actix_web::test]
async fn a_trace_adds_up_and_says_what_it_rests_on() {
    let scored = Scored::new().await;
    let mut traced = 0;
    for list in LISTS {
        for child in scored.list(list).await.iter().take(8) {
            let path = format!("/api/v1/runs/{}/candidates/{}", scored.run, text(child, "/person/id"));
            let answer = scored.get(&path).await;
            assert_eq!(answer.status, 200, "{}", answer.text);
            let detail = answer.json();
            assert_eq!(detail["candidate"], *child);
            let score = &detail["trace"]["score"];
            assert_eq!(score.is_null(), list == "not_in_population");
            if score.is_null() {
                assert_eq!((&child["interval"], &child["contact"]), (&Value::Null, &Value::Null));
                continue;
            }
            assert_eq!(score["interval"], child["interval"]);
            for (bound, counted) in [("low", "in_low"), ("high", "in_high")] {
                let of = |indicator: &Value| indicator["counted"][counted].as_u64().unwrap();
                let sum: u64 = score["indicators"].as_array().unwrap().iter().map(of).sum();
                assert_eq!(json!(sum), score["interval"][bound], "{path}");
            }
            for indicator in score["indicators"].as_array().unwrap() {
                let grounded = !indicator["evidence"].as_array().unwrap().is_empty()
                    || !indicator["missing"].as_array().unwrap().is_empty();
                assert!(grounded, "{path}: {indicator}");
                for missing in indicator["missing"].as_array().unwrap() {
                    assert!(
                        !text(missing, "/reason_ja").is_empty() && !text(missing, "/label/ja").is_empty()
                    );
                }
            }
            assert!(!answer.text.contains('%'));
            traced += 1;
        }
    }
    assert!(traced > 5, "{traced}");
}

#[actix_web::test]
async fn what_cannot_be_run_is_refused() {
    let platform = TestApp::open(&[KAISEI]).await;
    let http = Http::open(&platform).await;
    let token = |grant| &*platform.desk(KAISEI, grant).token;
    let begin = async |grant, body: Value| http.send(Ask::post("/api/v1/runs", body).by(token(grant))).await;
    for (grant, body, status, code) in [
        (Grant::CaseWorker, json!({"rulebook": "young_carer"}), 403, "grant_missing"),
        (Grant::OverallManager, json!({"rulebook": "nothing"}), 404, "rulebook_not_found"),
        (
            Grant::OverallManager,
            json!({"rulebook": "young_carer", "as_of": "2999-01-01"}),
            422,
            "invalid_value",
        ),
        (
            Grant::OverallManager,
            json!({"rulebook": "young_carer", "as_of": "-4800-01-01"}),
            422,
            "invalid_value",
        ),
        (Grant::OverallManager, json!({"rulebook": "young_carer", "as_of": "昨日"}), 422, "invalid_value"),
        (
            Grant::OverallManager,
            json!({"rulebook": "young_carer", "asof": "2026-01-01"}),
            422,
            "invalid_value",
        ),
        (Grant::OverallManager, json!({}), 422, "invalid_value"),
    ] {
        let answer = begin(grant, body.clone()).await;
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{body}");
    }
    let runs = http.send(Ask::get("/api/v1/runs").by(token(Grant::OverallManager))).await.json();
    assert_eq!(runs["items"], json!([]), "a refused run leaves nothing");
    // Nothing was ever loaded: the run is begun and fails, and says why.
    let begun = begin(Grant::OverallManager, json!({"rulebook": "young_carer"})).await;
    let operation = begun.location.clone().unwrap();
    let mut work = Value::Null;
    for _ in 0..1_000 {
        work = http.send(Ask::get(&operation).by(token(Grant::OverallManager))).await.json();
        if work["state"] != "running" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
    assert_eq!((text(&work, "/state"), text(&work, "/fault_code")), ("failed", "run_unassessable"));
    let path = format!("/api/v1/runs/{}", text(&begun.json(), "/run/id"));
    let run = http.send(Ask::get(&path).by(token(Grant::OverallManager))).await.json();
    assert_eq!((&run["state"], &run["counts"]), (&json!("failed"), &json!([])));
}

#[actix_web::test]
async fn a_child_who_is_none_of_the_run_is_not_there() {
    let scored = Scored::new().await;
    let unknown = "019a9f3c5b7a7c3e8a1f2b3c4d5e6f70";
    let candidate = scored.get(&format!("/api/v1/runs/{}/candidates/per_{unknown}", scored.run)).await;
    assert_eq!((candidate.status, candidate.code().as_str()), (404, "candidate_not_found"));
    let malformed = scored.get(&format!("/api/v1/runs/{}/candidates/%E8%8A%B1", scored.run)).await;
    assert_eq!((malformed.status, malformed.code().as_str()), (404, "candidate_not_found"));
    for path in [format!("run_{unknown}"), format!("run_{unknown}/candidates"), "x".to_owned()] {
        let run = scored.get(&format!("/api/v1/runs/{path}")).await;
        assert_eq!((run.status, run.code().as_str()), (404, "run_not_found"), "{path}");
    }
    let list = scored.get(&format!("/api/v1/runs/{}/candidates?list=worst", scored.run)).await;
    assert_eq!((list.status, list.code().as_str()), (422, "invalid_value"));
}
