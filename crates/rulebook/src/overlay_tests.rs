//! A town's choices over the shared rules: within their bounds, decided by somebody, and nothing else.

use crate::fixtures::{TOWNS, town, under};

fn kaisei(from: &str, to: &str) -> Result<super::Effective, Vec<String>> {
    let text = TOWNS[0].1;
    assert!(text.contains(from), "{from}");
    under(&text.replace(from, to))
}

fn only_fault(result: Result<super::Effective, Vec<String>>) -> String {
    let faults = result.map(|_| ()).unwrap_err();
    assert_eq!(faults.len(), 1, "{faults:#?}");
    faults[0].clone()
}

#[test]
fn every_town_may_choose_what_it_chose() {
    for (slug, _) in TOWNS {
        let rules = town(slug);
        for decision in rules.choices.params.values() {
            assert!(!decision.reason.is_empty() && !decision.decided_by.is_empty(), "{slug}");
        }
    }
    let [kaisei, oi] = ["kaisei", "oi"].map(town);
    assert_ne!(kaisei.threshold(), oi.threshold());
    assert_ne!(kaisei.choices.params["late_count"].value, oi.choices.params["late_count"].value);
    assert_eq!(kaisei.release, oi.release);
    assert_ne!(kaisei.overlay, oi.overlay);
}

#[test]
fn a_value_out_of_bounds_is_refused_with_its_line() {
    let fault = only_fault(kaisei("value = 3", "value = 9"));
    assert_eq!(
        fault,
        "overlay_out_of_bounds overlay.toml, line 20: params.late_count = 9 is outside the bounds 2 to 8 of the \
         shared rulebook. Choose a value within them."
    );
    assert!(only_fault(kaisei("value = 11", "value = 18")).starts_with("overlay_out_of_bounds"));
    assert!(only_fault(kaisei("value = 11", "value = 1")).starts_with("overlay_out_of_bounds"));
}

#[test]
fn what_is_locked_stays_locked() {
    let fault = only_fault(kaisei("[params.late_count]", "[params.no_contact_points]"));
    assert!(fault.starts_with("overlay_locked overlay.toml, line 20: params.no_contact_points"), "{fault}");
    let fault = only_fault(kaisei("value = \"unreached\"", "value = \"as_printed\""));
    assert!(fault.starts_with("overlay_locked overlay.toml, line 14: params.threshold"), "{fault}");
}

#[test]
fn an_overlay_must_fit_its_rulebook() {
    for (from, to, code) in [
        ("rulebook = \"young_carer\"", "rulebook = \"poverty\"", "config_reference"),
        ("version = \"1.0.0\"", "version = \"2.0.0\"", "config_reference"),
        ("value = \"unreached\"", "value = \"other\"", "config_reference"),
        ("[params.late_count]", "[params.early_count]", "config_reference"),
        ("effective_from = 2026-04-01", "effective_from = 2030-04-01", "config_invalid_value"),
        ("format = 1", "format = 2", "config_invalid_value"),
        ("[params.threshold]", "[params.late_rise]", "config_missing_key"),
    ] {
        let faults = kaisei(from, to).map(|_| ()).unwrap_err();
        assert!(faults.iter().any(|fault| fault.starts_with(code)), "{to}: {faults:#?}");
    }
}

#[test]
fn a_choice_nobody_answers_for_is_refused() {
    let start = TOWNS[0].1.find("[params.late_count]").unwrap();
    let text = format!("{}[params.late_count]\nvalue = 3\nnote = \"x\"\n", &TOWNS[0].1[..start]);
    let faults = under(&text).map(|_| ()).unwrap_err();
    let codes: Vec<_> = faults.iter().map(|fault| fault.split(' ').next().unwrap()).collect();
    let missing = "config_missing_key";
    assert_eq!(codes, [missing, missing, missing, "config_unknown_key"], "{faults:#?}");
}

#[test]
fn the_same_choices_have_the_same_digest_however_they_are_written() {
    let commented = format!("# 同じ内容\n{}\n", TOWNS[0].1);
    assert_eq!(under(&commented).map(|rules| rules.overlay), Ok(town("kaisei").overlay));
    let changed = kaisei("value = 3", "value = 4").map(|rules| (rules.overlay, rules.release)).unwrap();
    assert_ne!(changed.0, town("kaisei").overlay);
    assert_eq!(changed.1, town("kaisei").release);
}
