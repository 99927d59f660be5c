//! A trace as it is told: every indicator, its points and what is missing.

use serde_json::json;

use super::*;

/// A trace as `rulebook::Trace` writes itself.
fn stored() -> Value {
    let missing = json!({
        "input": "sc_ssw", "label": {"ja": "SC・SSWへの相談", "en": "Talked to SC or SSW"},
        "reason": "not_collected", "reason_ja": "未収集", "holders": ["学校教育課"]
    });
    json!({
        "rulebook": "young_carer", "release": "00", "overlay": "11", "variant": "total", "as_of": "2026-09-30",
        "grade": "elementary_4", "list": "possible", "threshold": 11,
        "score": {
            "interval": {"low": 5, "high": 15}, "member_high": 15, "concern": {"low": 5, "high": 10},
            "contact": "unknown",
            "indicators": [{
                "id": "late", "group": "attendance", "say": {"ja": "遅刻が多い", "en": "Often late"},
                "state": "unknown", "points": {"low": 0, "high": 5}, "counted": {"in_low": 0, "in_high": 5},
                "evidence": [
                    {"of": "self", "kind": "record", "source": "attendance", "holder": "学校教育課",
                     "when": {"month": "2026-09"}, "recorded_at": "2026-10-05T01:00:00Z"},
                    {"of": "younger_sibling", "kind": "coverage", "source": "childcare_enrolment",
                     "holder": "子育て健康課", "when": {"as_of": "2026-09-30"}, "recorded_at": null}
                ],
                "missing": [missing]
            }],
            "settles": [missing]
        }
    })
}

#[test]
fn a_trace_is_shown_member_for_member_with_its_dates_readable() {
    let mut expected = stored();
    let evidence = expected.pointer_mut("/score/indicators/0/evidence").unwrap();
    evidence[0]["when"] = json!({"kind": "month", "month": "2026-09", "wareki": "令和8年9月"});
    evidence[1]["when"] = json!({"kind": "as_of", "date": "2026-09-30", "wareki": "令和8年9月30日"});
    assert_eq!(serde_json::to_value(whole(&stored()).unwrap()).unwrap(), expected);
}

#[test]
fn what_settles_a_child_is_read_without_the_rest() {
    let found = serde_json::to_value(settles(&stored()).unwrap()).unwrap();
    assert_eq!(found, stored()["score"]["settles"]);
    assert!(settles(&json!({"score": null})).unwrap().is_empty());
}

#[test]
fn a_child_outside_the_population_has_no_score() {
    let mut outside = stored();
    outside["score"] = Value::Null;
    outside["list"] = json!("not_in_population");
    assert_eq!(serde_json::to_value(whole(&outside).unwrap()).unwrap(), outside);
}

#[test]
fn a_trace_of_another_shape_is_refused_without_quoting_it() {
    let mut broken = stored();
    broken["score"]["contact"] = json!("架空 花子");
    let fault = whole(&broken).unwrap_err();
    assert_eq!(fault.code(), Code::Internal);
    assert!(!fault.detail(kernel::Lang::Ja).contains("架空"));
}
