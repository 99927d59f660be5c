//! 判定基準 as a town's staff see it.

use kernel::Grant;
use testkit::TestApp;
use testkit::towns::{KAISEI, OI};

use crate::http::{Ask, Http};

#[actix_web::test]
async fn two_towns_share_a_release_and_choose_for_themselves() {
    let platform = TestApp::open(&[KAISEI, OI]).await;
    let http = Http::open(&platform).await;
    let mut read = Vec::new();
    for town in [KAISEI, OI] {
        let token = &platform.desk(town, Grant::CaseWorker).token;
        let list = http.send(Ask::get("/api/v1/rulebooks").by(token)).await.json();
        let one = http.send(Ask::get("/api/v1/rulebooks/young_carer").by(token)).await.json();
        assert_eq!(list["items"][0], one);
        read.push(one);
    }
    assert_eq!(read[0]["release"], read[1]["release"]);
    assert_ne!(read[0]["overlay"], read[1]["overlay"]);
    for rulebook in &read {
        let value = rulebook["threshold"]["value"].as_i64().unwrap();
        let [low, high] = ["low", "high"].map(|bound| rulebook["threshold"][bound].as_i64().unwrap());
        assert!((low..=high).contains(&value));
        assert_ne!(rulebook["variant"]["decision"]["reason"], "");
        for param in rulebook["params"].as_array().unwrap() {
            let [low, value, high] = ["low", "value", "high"].map(|name| param[name].as_i64().unwrap());
            assert!(low <= value && value <= high, "{param}");
            let chosen = param["decision"].is_object();
            assert!(
                chosen || param["value"] == param["default"],
                "{param}: another number and nobody answers for it"
            );
        }
        let indicators = rulebook["indicators"].as_array().unwrap();
        assert!(!indicators.is_empty());
        assert!(
            indicators.iter().all(|i| i["say"]["ja"] != "" && i["say"]["en"] != "" && i["points"].is_i64())
        );
    }
}

#[actix_web::test]
async fn a_rulebook_that_is_not_in_force_is_not_there() {
    let platform = TestApp::open(&[KAISEI]).await;
    let http = Http::open(&platform).await;
    let token = &platform.desk(KAISEI, Grant::CaseWorker).token;
    for code in ["nothing", "No-Such", "1"] {
        let answer = http.send(Ask::get(&format!("/api/v1/rulebooks/{code}")).by(token)).await;
        assert_eq!((answer.status, answer.code().as_str()), (404, "rulebook_not_found"), "{code}");
    }
}
