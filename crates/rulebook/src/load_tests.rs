//! Which rulebooks are read, which faults are told with their lines, and what makes another release.

use crate::fixtures::{RULEBOOK, parse, rulebook};

fn changed(from: &str, to: &str) -> Vec<String> {
    assert!(RULEBOOK.contains(from), "{from}");
    parse(&RULEBOOK.replacen(from, to, 1)).map(|_| ()).unwrap_err()
}

#[test]
fn the_shared_rulebook_is_read_and_its_tests_pass() {
    let rulebook = rulebook();
    assert_eq!((rulebook.inputs.len(), rulebook.indicators.len(), rulebook.tests.len()), (12, 9, 13));
    assert!(rulebook.digest().is_ok());
}

#[test]
fn words_and_layout_of_the_file_do_not_change_the_release_but_content_does() {
    let digest = |text: &str| parse(text).unwrap().digest().unwrap();
    assert_eq!(digest(&format!("# x\n\n{RULEBOOK}")), digest(RULEBOOK));
    assert_ne!(digest(&RULEBOOK.replacen("default = 45", "default = 46", 1)), digest(RULEBOOK));
}

#[test]
fn no_rule_reads_a_note() {
    let faults = changed("item = \"consultation.general\"", "item = \"consultation.note\"");
    assert_eq!(faults.len(), 1, "{faults:#?}");
    assert!(faults[0].starts_with("config_invalid_value"), "{faults:#?}");
    assert!(faults[0].contains("existence, date and holder only, never text"), "{faults:#?}");
}

#[test]
fn each_fault_is_refused_by_its_code() {
    for (from, to, code) in [
        ("format = 1", "format = 1\nfomat = 1", "config_unknown_key"),
        ("[total]", "[total", "config_syntax"),
        ("difficulty = \"ヤングケアラー\"", "", "config_missing_key"),
        ("item = \"consultation.general\"", "item = \"consultation.nowhere\"", "config_reference"),
        ("item = \"consultation.general\"", "item = \"consultation\"", "config_invalid_value"),
        ("item = \"attendance.late_days\"", "item = \"consultation.general\"", "config_invalid_value"),
        ("group = \"a1\"", "group = \"z\"", "config_reference"),
        ("id = \"a1_2\"", "id = \"a1_1\"", "config_duplicate"),
        (
            "when = { is = \"child_rearing_allowance\" }",
            "when = { is = \"late_now\" }",
            "config_invalid_value",
        ),
        (
            "when = { is = \"child_rearing_allowance\" }",
            "when = { like = \"late_now\" }",
            "config_unknown_key",
        ),
        ("when = { is = \"child_rearing_allowance\" }", "when = { any = [] }", "config_invalid_value"),
        ("points = \"$no_contact_points\"", "points = \"$contact_points\"", "config_reference"),
        ("points = \"$no_contact_points\"", "points = 1.5", "config_invalid_value"),
        ("points = \"$no_contact_points\"", "points = 250", "config_invalid_value"),
        ("points = \"$no_contact_points\"", "points = -1", "config_invalid_value"),
        ("bounds = [1, 5]", "bounds = [0, 5]", "config_invalid_value"),
        ("bounds = [1, 5]", "bounds = [3, 5]", "config_invalid_value"),
        ("bounds = [1, 5]", "bounds = [5, 1]", "config_invalid_value"),
        ("of = [\"a1\", \"a2\"]", "of = [\"a1\", \"a\"]", "config_reference"),
        ("to = \"junior_high_3\"", "to = \"preschool\"", "config_invalid_value"),
        ("until = 2028-03-31", "until = 2025-03-31", "config_invalid_value"),
        ("until = 2028-03-31", "until = \"2028-03-31\"", "config_invalid_value"),
        ("no_contact = \"d\"", "no_contact = \"e\"", "config_reference"),
        ("given = { single_parent_medical = true }", "given = { nobody = true }", "config_reference"),
        (
            "interval = [11, 11], list = \"certain\"",
            "interval = [10, 11], list = \"certain\"",
            "config_invalid_value",
        ),
        ("params = { threshold = 11 }", "params = { threshold = 18 }", "overlay_out_of_bounds"),
        (
            "params = { threshold = 11 }",
            "params = { no_contact_points = 3, threshold = 11 }",
            "overlay_locked",
        ),
    ] {
        let faults = changed(from, to);
        assert!(faults.iter().any(|fault| fault.starts_with(code)), "{to}: {faults:#?}");
        assert!(faults.iter().all(|fault| fault.contains("young_carer.toml, line ")), "{to}: {faults:#?}");
    }
}

#[test]
fn all_faults_come_at_once_with_their_lines() {
    let text = RULEBOOK
        .replacen("version = \"1.0.0\"", "version = 1", 1)
        .replacen("shape = \"in_force\"", "shape = \"sometimes\"", 1)
        .replacen("combine = \"max\"", "combine = \"min\"", 1);
    let faults = parse(&text).map(|_| ()).unwrap_err();
    assert_eq!(faults.len(), 3, "{faults:#?}");
    for needle in ["version = 1\n", "shape = \"sometimes\"", "combine = \"min\""] {
        let line = 1 + text[..text.find(needle).unwrap()].matches('\n').count();
        assert!(faults.iter().any(|fault| fault.contains(&format!("line {line}:"))), "{needle}: {faults:#?}");
    }
}

#[test]
fn an_input_used_both_ways_or_not_at_all_is_refused() {
    let both = changed(
        "when = { is = \"child_rearing_allowance\" }",
        "when = { all = [{ is = \"child_rearing_allowance\" }, { not = { is = \"single_parent_medical\" } }] }",
    );
    assert!(both.iter().any(|fault| fault.contains("would not be exact")), "{both:#?}");
    let unused = changed("when = { is = \"parent_disability\" }", "when = { is = \"sibling_nursery\" }");
    assert!(unused.iter().any(|fault| fault.contains("without need")), "{unused:#?}");
}

#[test]
fn a_total_must_fit_a_byte() {
    let faults = changed("points = \"$no_contact_points\"", "points = 244");
    assert!(faults.iter().any(|fault| fault.contains("the total exceeds 250")), "{faults:#?}");
    let faults = changed("points = \"$no_contact_points\"", "points = 243");
    assert!(faults.iter().all(|fault| !fault.contains("the total exceeds")), "{faults:#?}");
}

#[test]
fn a_test_that_fails_says_what_it_found() {
    let faults =
        changed("interval = [11, 11], list = \"certain\"", "interval = [10, 11], list = \"possible\"");
    assert!(
        faults.iter().any(|fault| fault.contains("interval: expected [10, 11], found [11, 11]")),
        "{faults:#?}"
    );
    assert!(
        faults.iter().any(|fault| fault.contains("list: expected possible, found certain")),
        "{faults:#?}"
    );
}

#[test]
fn no_prefix_of_the_file_stops_the_reader() {
    let ends = RULEBOOK.char_indices().map(|(at, _)| at).step_by(97);
    for end in ends {
        assert!(
            parse(&RULEBOOK[..end]).is_err() || RULEBOOK[end..].lines().all(|line| !line.contains("variant"))
        );
    }
}
