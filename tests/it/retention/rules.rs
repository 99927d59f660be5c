//! The rules in force, as any member of staff reads them: sources and decisions, no resident.

use kernel::Grant;
use serde_json::Value;
use testkit::TestApp;
use testkit::towns::{HAKONE, KAISEI, OI};

use crate::http::{Ask, Http};
use crate::persons::text;

#[actix_web::test]
async fn a_town_sees_the_shared_rules_with_its_own_decisions_over_them() {
    let platform = TestApp::open(&[KAISEI, OI, HAKONE]).await;
    let http = Http::open(&platform).await;
    let rules = async |town: &str| {
        let token = &platform.desk(town, Grant::Auditor).token;
        let shown = http.send(Ask::get("/api/v1/retention/rules").by(token)).await;
        assert_eq!(shown.status, 200, "{}", shown.text);
        shown.json()["items"].as_array().unwrap().clone()
    };
    let of = |rules: &[Value], code: &str| rules.iter().find(|rule| rule["rule"] == code).unwrap().clone();
    let (kaisei, oi, hakone) = (rules(KAISEI).await, rules(OI).await, rules(HAKONE).await);
    for rule in kaisei.iter().chain(&oi).chain(&hakone) {
        assert!(!text(rule, "/source/article").is_empty() && !text(rule, "/source/checked/ja").is_empty());
        assert!(!text(rule, "/term/period/ja").is_empty() && !text(rule, "/term/period/en").is_empty());
        assert!(rule["own"].is_null() || !text(rule, "/own/decision/by").is_empty(), "{rule}");
    }
    let allowance = of(&oi, "child_rearing_allowance");
    assert_eq!(
        (allowance["term"]["years"].as_u64(), allowance["own"]["term"]["years"].as_u64()),
        (Some(5), Some(7))
    );
    assert_eq!(of(&kaisei, "child_rearing_allowance")["own"], Value::Null, "another town's decision");
    assert_eq!(text(&of(&kaisei, "single_parent_medical_aid"), "/decision/on/date"), "2026-03-18");
    assert!(hakone.iter().all(|rule| rule["own"].is_null() && rule["decision"].is_null()));
    assert_eq!(kaisei.len(), hakone.len() + 1, "開成町 has one rule of its own");
}
