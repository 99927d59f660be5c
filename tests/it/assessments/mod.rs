//! 候補の確認: recorded by a case worker, changed by new versions, untouched by every later run.

use evidence::Act;
use kernel::Grant;
use serde_json::{Value, json};
use testkit::towns::KAISEI;

use crate::http::{Answer, Ask};
use crate::persons::text;
use crate::resting::{acts, number};
use crate::runs::read::Scored;

impl Scored {
    async fn post(&self, path: &str, body: Value) -> Answer {
        let token = &self.platform.desk(KAISEI, Grant::CaseWorker).token;
        self.http.send(Ask::post(path, body).by(token).to("assessment")).await
    }

    fn of(&self, person: &str) -> String {
        format!("/api/v1/runs/{}/candidates/{person}", self.run)
    }
}

fn verdict(verdict: &str) -> Value {
    json!({"verdict": verdict, "note": "架空の所見"})
}

#[actix_web::test]
async fn an_assessment_stands_on_its_list_and_on_the_next_runs() {
    let mut scored = Scored::new().await;
    let children = scored.children().await;
    let [(list, known), .., (_, low)] = &children[..] else { panic!("too few children") };
    let (known, low) = (known.clone(), low.clone());
    for (person, word) in [(&known, "already_known"), (&low, "too_low")] {
        let written = scored.post(&format!("{}/assessment", scored.of(person)), verdict(word)).await;
        assert_eq!(written.status, 201, "{}", written.text);
        assert_eq!(text(&written.json(), "/verdict/code"), word);
    }
    let detail = scored.get(&scored.of(&known)).await.json();
    assert_eq!(text(&detail, "/candidate/assessment/verdict/ja"), "既把握");
    assert_eq!(text(&detail, "/candidate/assessment/list"), *list);
    let only = format!("/api/v1/runs/{}/candidates?list={list}&limit=200&assessed=", scored.run);
    for (sought, found) in [("already_known", 1), ("too_high", 0)] {
        let page = scored.get(&format!("{only}{sought}")).await.json();
        assert_eq!(page["items"].as_array().unwrap().len(), found, "{sought}");
    }
    let unassessed = scored.get(&format!("{only}none")).await.json();
    assert!(unassessed["items"].as_array().unwrap().iter().all(|child| child["assessment"].is_null()));
    let counts = scored.get(&format!("/api/v1/runs/{}/assessment-counts", scored.run)).await.json();
    let mut counted: Vec<_> = counts["items"]
        .as_array()
        .unwrap()
        .iter()
        .map(|count| (text(count, "/verdict/code"), count["children"].as_i64(), text(count, "/list")))
        .collect();
    counted.sort();
    let last = children.last().unwrap().0;
    assert_eq!(counted, [("already_known", Some(1), *list), ("too_low", Some(1), last)], "for the back-test");

    // The next run overwrites nothing and shows it with its date.
    let before = scored.run.clone();
    scored.run = scored.begin().await;
    let later = scored.get(&scored.of(&known)).await.json();
    assert_eq!(later["candidate"]["assessment"], Value::Null);
    assert_eq!(text(&later, "/candidate/earlier_assessment/verdict/ja"), "既把握");
    assert_eq!(text(&later, "/candidate/earlier_assessment/run_id"), before);
    assert!(text(&later, "/candidate/earlier_assessment/written_on_ja").starts_with("令和"));
    let listed = scored.list(list).await;
    let child = listed.iter().find(|child| child["person"]["id"] == known).unwrap();
    assert_eq!(text(child, "/earlier_assessment/verdict/code"), "already_known");
    let all = scored.get(&format!("/api/v1/persons/{known}/assessments")).await.json();
    assert_eq!(all["items"].as_array().unwrap().len(), 1);
    assert!(text(&all, "/as_of_ja").ends_with("時点"));
}

#[actix_web::test]
async fn a_change_is_a_new_version_and_of_two_at_once_one_is_told() {
    let scored = Scored::new().await;
    let child = scored.children().await[0].1.clone();
    let path = format!("{}/assessment", scored.of(&child));
    let (a, b) =
        tokio::join!(scored.post(&path, verdict("appropriate")), scored.post(&path, verdict("too_high")));
    let mut answers = [(a.status, a.code()), (b.status, b.code())];
    answers.sort();
    assert_eq!(answers, [(201, String::new()), (409, "version_superseded".to_owned())]);
    let correct = |version: u32, word: &str| json!({"version": version, "reason": "面談の結果", "verdict": word, "note": "架空の所見 二"});
    let changed = scored.post(&format!("{path}/corrections"), correct(1, "too_low")).await;
    assert_eq!((changed.status, text(&changed.json(), "/verdict/code")), (200, "too_low"));
    let changed = changed.json();
    assert_eq!((&changed["version"], text(&changed, "/reason")), (&json!(2), "面談の結果"));
    assert_eq!(changed["earlier_versions"].as_array().unwrap().len(), 1);
    let lost = scored.post(&format!("{path}/corrections"), correct(1, "appropriate")).await;
    assert_eq!((lost.status, lost.code().as_str()), (409, "version_superseded"));
    let leaves = acts(&scored.platform, KAISEI).await;
    assert_eq!(leaves.iter().filter(|act| **act == Act::CandidateAssessed).count(), 2);
    let clear = "SELECT count(*) FROM town.entry WHERE position(convert_to('too_low', 'UTF8') IN body) > 0";
    assert_eq!(number(&scored.platform, clear).await, 0, "the verdict is sealed");
}

#[actix_web::test]
async fn what_cannot_be_assessed_is_not() {
    let scored = Scored::new().await;
    let children = scored.children().await;
    let (child, unknown) = (children[0].1.clone(), "019a9f3c5b7a7c3e8a1f2b3c4d5e6f70");
    let everybody = scored.get("/api/v1/persons?limit=200").await.json();
    let everybody =
        everybody["items"].as_array().unwrap().iter().map(|person| text(person, "/id").to_owned());
    let mut others = everybody.filter(|id| children.iter().all(|(_, child)| child != id));
    let adult = others.next().unwrap();
    for (path, body, status, code) in [
        (scored.of(&format!("per_{unknown}")), verdict("too_low"), 404, "candidate_not_found"),
        (format!("/api/v1/runs/run_{unknown}/candidates/{child}"), verdict("too_low"), 404, "run_not_found"),
        (scored.of(&adult), verdict("appropriate"), 422, "invalid_value"),
        (scored.of(&child), verdict("wrong"), 422, "invalid_value"),
        (scored.of(&child), json!({"verdict": "too_low"}), 422, "invalid_value"),
        (scored.of(&child), json!({"verdict": "too_low", "note": " "}), 422, "invalid_value"),
    ] {
        let answer = scored.post(&format!("{path}/assessment"), body).await;
        assert_eq!((answer.status, answer.code().as_str()), (status, code), "{path}: {}", answer.text);
    }
    let none = json!({"version": 1, "reason": "無い", "verdict": "too_low", "note": "架空"});
    let none = scored.post(&format!("{}/assessment/corrections", scored.of(&child)), none).await;
    assert_eq!((none.status, none.code().as_str()), (404, "assessment_not_found"));
    let manager = &scored.platform.desk(KAISEI, Grant::OverallManager).token;
    let path = format!("{}/assessment", scored.of(&child));
    let denied = Ask::post(&path, verdict("too_high")).by(manager).to("assessment");
    assert_eq!(scored.http.send(denied).await.code(), "grant_missing");
    let sought = format!("/api/v1/runs/{}/candidates?assessed=maybe", scored.run);
    assert_eq!(scored.get(&sought).await.code(), "invalid_value");
    assert_eq!(number(&scored.platform, "SELECT count(*) FROM town.entry").await, 0);
    // A child whom the run did not score should have been on a list: that can be said.
    let missed = scored.post(&format!("{}/assessment", scored.of(&adult)), verdict("too_low")).await;
    assert_eq!((missed.status, &missed.json()["list"]), (201, &Value::Null), "{}", missed.text);
}
