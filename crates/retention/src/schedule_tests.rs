//! Which rules a schedule can be read from, and that every row of the legal table is among them.

use std::collections::BTreeSet;

use super::*;
use crate::fixtures::{
    COOPERATIVE, TOWNS, cooperative, day, dictionary, item, on, over, own, read, rule, town, years,
};
use crate::{Bound, Term};

const EVENT_5: &str = "clock = \"event_date\"\nyears = 5";

fn one(term: &str, bound: &str) -> Schedule {
    read(&format!("format = 1\n{}", rule("a", term, bound))).unwrap()
}

fn only(faults: Vec<String>) -> String {
    assert_eq!(faults.len(), 1, "{faults:#?}");
    faults.into_iter().next().unwrap()
}

/// Line of the first place where the text stands, from 1.
fn line_of(text: &str, part: &str) -> usize {
    text.lines().position(|line| line.contains(part)).unwrap() + 1
}

#[test]
fn every_row_of_the_legal_table_is_a_rule() {
    let schedule = cooperative();
    let found: Vec<_> =
        schedule.rules().iter().map(|rule| (rule.code.as_str(), rule.term, rule.bound)).collect();
    let years_of = |clock, count, bound| (years(clock, count), bound);
    use Bound::{Ceiling, Floor, Guide};
    let rows = [
        ("resident_record", years_of("moved_out", 150, Floor)),
        ("resident_notification", years_of("event_date", 1, Floor)),
        ("pupil_record_register", years_of("graduation", 20, Floor)),
        ("pupil_record_guidance", years_of("graduation", 5, Floor)),
        ("attendance_book", years_of("fiscal_year_after_completion", 5, Floor)),
        ("health_chart", years_of("graduation", 5, Floor)),
        ("health_chart_received", years_of("graduation", 5, Floor)),
        ("immunisation", years_of("event_date", 5, Floor)),
        ("infant_check", years_of("event_date", 5, Guide)),
        ("child_rearing_allowance", years_of("fiscal_year_after_completion", 5, Floor)),
        ("public_assistance_permanent", (Term::Permanent, Floor)),
        ("public_assistance_10", years_of("fiscal_year_after_completion", 10, Floor)),
        ("public_assistance_5", years_of("fiscal_year_after_completion", 5, Floor)),
        ("public_assistance_3", years_of("fiscal_year_after_completion", 3, Floor)),
        ("public_assistance_1", years_of("fiscal_year_after_completion", 1, Floor)),
        ("public_assistance_case", (Term::Undecided, Guide)),
        ("child_guidance_record", years_of("birthday:25", 0, Guide)),
        ("child_guidance_record_adoption", (Term::Permanent, Floor)),
        ("town_child_record", years_of("case_closed", 5, Guide)),
        ("child_allowance", years_of("fiscal_year_after_completion", 5, Guide)),
        ("disability_benefit", years_of("fiscal_year_after_completion", 5, Guide)),
        ("childcare_child_record", (Term::Undecided, Guide)),
        ("childcare_summary", years_of("graduation", 0, Guide)),
        ("school_register", years_of("fiscal_year_after_completion", 20, Guide)),
        ("council_case", years_of("case_closed", 5, Guide)),
        ("assessment", years_of("event_date", 3, Ceiling)),
    ];
    let expected: BTreeSet<_> =
        rows.iter().map(|(code, (term, bound))| format!("{code} {term:?} {bound:?}")).collect();
    let found: BTreeSet<_> =
        found.iter().map(|(code, term, bound)| format!("{code} {term:?} {bound:?}")).collect();
    assert_eq!(found, expected);
    assert!(schedule.rules().iter().all(|rule| rule.decision.is_none()));
    // Nothing here was read in the original: nobody may be told that it was.
    assert!(schedule.rules().iter().all(|rule| rule.source.checked != crate::Checked::Original));
}

#[test]
fn the_example_towns_are_read() {
    for (slug, _) in TOWNS {
        let schedule = town(slug);
        assert!(!schedule.overrides().is_empty(), "{slug}");
        assert!(schedule.rules().len() >= cooperative().rules().len(), "{slug}");
    }
    let kaisei = town("kaisei");
    let aid = kaisei.rules().iter().find(|rule| rule.code.as_str() == "single_parent_medical_aid").unwrap();
    assert!(aid.decision.is_some());
}

#[test]
fn a_record_is_covered_by_its_category_or_its_item() {
    let schedule = cooperative();
    let facts = Facts { recorded: on("2024-06-01"), ..Facts::default() };
    let rules = |category, code: Option<&str>| {
        let code = code.map(item);
        let record = Record { category, item: code.as_ref(), facts: &facts, holds: &[] };
        let outcome = schedule.outcome(&record, day("2026-11-21"));
        outcome.steps.iter().map(|step| step.rule.code.to_string()).collect::<Vec<_>>()
    };
    assert_eq!(rules(Category::Consultation, Some("consultation.general")), ["town_child_record"]);
    assert_eq!(rules(Category::WatchNote, None), ["town_child_record"]);
    assert_eq!(rules(Category::Attendance, Some("attendance.late_days")), ["attendance_book"]);
    assert_eq!(rules(Category::Attendance, Some("attendance.school")), ["school_register"]);
    assert_eq!(rules(Category::Disability, Some("disability.certificate")), [""; 0]);
}

#[test]
fn the_version_in_force_is_the_last_that_has_begun() {
    let later = rule("a", "clock = \"event_date\"\nyears = 150", "floor").replace("2020-04-01", "2027-04-01");
    let other = rule("b", EVENT_5, "floor").replace("2020-04-01", "2028-04-01");
    let text = format!("format = 1\n{later}{other}{}", rule("a", EVENT_5, "floor"));
    let schedule = read(&text).unwrap();
    let in_force = |date: &str| {
        schedule.in_force(day(date)).map(|(rule, _)| (rule.code.to_string(), rule.term)).collect::<Vec<_>>()
    };
    let (five, many) = (years("event_date", 5), years("event_date", 150));
    assert_eq!(in_force("2020-03-31"), []);
    assert_eq!(in_force("2020-04-01"), [("a".to_owned(), five)]);
    assert_eq!(in_force("2027-03-31"), [("a".to_owned(), five)]);
    assert_eq!(in_force("2027-04-01"), [("a".to_owned(), many)]);
    assert_eq!(in_force("2028-04-01"), [("a".to_owned(), many), ("b".to_owned(), five)]);
}

#[test]
fn the_override_in_force_is_the_last_that_has_begun() {
    let first = own("a", "clock = \"event_date\"\nyears = 8");
    let second = own("a", "clock = \"event_date\"\nyears = 9").replace("from = 2020", "from = 2024");
    let schedule =
        over(&one(EVENT_5, "floor"), &format!("{second}{}", first.replace("format = 1\n", ""))).unwrap();
    let own = |date: &str| schedule.in_force(day(date)).next().unwrap().1.map(|own| own.term);
    assert_eq!(own("2024-03-31"), Some(years("event_date", 8)));
    assert_eq!(own("2024-04-01"), Some(years("event_date", 9)));
    let schedule = over(&one(EVENT_5, "floor"), &second).unwrap();
    assert_eq!(schedule.in_force(day("2024-03-31")).next().unwrap().1, None);
}

#[test]
fn a_town_moves_within_bounds_only() {
    for (bound, shared, own_term, allowed) in [
        ("floor", EVENT_5, "clock = \"event_date\"\nyears = 4", false),
        ("floor", EVENT_5, EVENT_5, true),
        ("floor", EVENT_5, "clock = \"event_date\"\nyears = 6", true),
        ("floor", EVENT_5, "period = \"permanent\"", true),
        ("floor", "period = \"permanent\"", "clock = \"event_date\"\nyears = 200", false),
        ("ceiling", EVENT_5, "clock = \"event_date\"\nyears = 4", true),
        ("ceiling", EVENT_5, "clock = \"event_date\"\nyears = 6", false),
        ("ceiling", EVENT_5, "period = \"permanent\"", false),
        ("floor", "clock = \"birthday:20\"\nyears = 0", "clock = \"birthday:18\"\nyears = 1", false),
        ("floor", "clock = \"birthday:20\"\nyears = 0", "clock = \"birthday:18\"\nyears = 2", true),
        ("guide", EVENT_5, "clock = \"event_date\"\nyears = 1", true),
        ("guide", EVENT_5, "period = \"permanent\"", true),
        ("ceiling", "period = \"undecided\"", "period = \"permanent\"", true),
        // Another clock: which ends first depends on the record, so the bound holds beside it.
        ("floor", EVENT_5, "clock = \"case_closed\"\nyears = 1", true),
    ] {
        let read = over(&one(shared, bound), &own("a", own_term));
        assert_eq!(read.is_ok(), allowed, "{bound} {shared} {own_term}: {read:?}");
    }
}

#[test]
fn below_a_floor_the_fault_says_which_and_where() {
    let file = own("a", "clock = \"event_date\"\nyears = 4");
    let fault = only(over(&one(EVENT_5, "floor"), &file).unwrap_err());
    assert_eq!(
        fault,
        format!(
            "config_invalid_value town.toml, line {}: the value of override[0].years is not valid (it may not be \
             shorter than the floor, 5 years from the day of what is recorded (例 / 例, not checked)). Correct it.",
            line_of(&file, "years")
        )
    );
    let fault = one("clock = \"event_date\"\nyears = 3", "ceiling");
    let fault = fault.with_town("town.toml", &own("a", EVENT_5), &dictionary()).unwrap_err();
    assert!(
        fault[0]
            .detail(kernel::Lang::Ja)
            .contains("上限「記録の日から3年」（例「例」・未確認）より長くできません")
    );
}

#[test]
fn an_override_answers_to_every_version_it_lives_with() {
    let later = rule("a", "clock = \"event_date\"\nyears = 9", "floor").replace("2020-04-01", "2027-04-01");
    let schedule = read(&format!("format = 1\n{}{later}", rule("a", EVENT_5, "floor"))).unwrap();
    let seven = own("a", "clock = \"event_date\"\nyears = 7");
    assert!(only(over(&schedule, &seven).unwrap_err()).contains("9 years"));
    let four = own("a", "clock = \"event_date\"\nyears = 4").replace("from = 2020", "from = 2027");
    assert!(only(over(&schedule, &four).unwrap_err()).contains("9 years"));
    assert!(over(&schedule, &seven.replace("years = 7", "years = 9")).is_ok());
}

/// The first place where `from` stands in the cooperative's file, changed.
fn changed(from: &str, to: &str) -> Vec<String> {
    assert!(COOPERATIVE.contains(from), "{from}");
    read(&COOPERATIVE.replacen(from, to, 1)).unwrap_err()
}

#[test]
fn each_fault_of_the_shared_file_has_its_code_and_line() {
    for (from, to, code, line) in [
        ("format = 1", "format = 2", "config_invalid_value", "format = 1"),
        ("format = 1", "format = 1\nrules = 1", "config_unknown_key", "format = 1\n"),
        ("bound = \"floor\"", "bound = \"flor\"", "config_invalid_value", "bound = \"floor\""),
        ("clock = \"moved_out\"", "clock = \"moved\"", "config_invalid_value", "clock = \"moved_out\""),
        ("clock = \"birthday:25\"", "clock = \"birthday:999\"", "config_invalid_value", "\"birthday:25\""),
        ("years = 150", "years = 201", "config_invalid_value", "years = 150"),
        ("years = 150", "years = -1", "config_invalid_value", "years = 150"),
        ("years = 150", "years = 1.5", "config_invalid_value", "years = 150"),
        ("years = 150", "years = \"150\"", "config_invalid_value", "years = 150"),
        ("years = 150", "period = \"permanent\"", "config_invalid_value", "years = 150"),
        ("period = \"permanent\"", "period = \"ever\"", "config_invalid_value", "period = \"permanent\""),
        ("\"attendance.class_days\"", "\"attendance.days\"", "config_reference", "attendance.class_days"),
        ("[\"immunisation\"]", "[\"vaccines\"]", "config_invalid_value", "[\"immunisation\"]"),
        ("[\"immunisation\"]", "\"immunisation\"", "config_invalid_value", "[\"immunisation\"]"),
        (
            "code = \"resident_notification\"",
            "code = \"Notice\"",
            "config_invalid_value",
            "\"resident_notification\"",
        ),
        (
            "code = \"resident_notification\"",
            "code = \"resident_record\"",
            "config_duplicate",
            "\"resident_notification\"",
        ),
        ("checked = \"secondary\"", "checked = \"yes\"", "config_invalid_value", "checked = \"secondary\""),
        (
            "effective_from = 2026-04-01",
            "effective_from = \"2026-04-01\"",
            "config_invalid_value",
            "effective_from",
        ),
        ("ja = \"出席簿\"", "ja = \" \"", "config_invalid_value", "ja = \"出席簿\""),
    ] {
        let fault = only(changed(from, to));
        let from_line = line_of(COOPERATIVE, line.trim_end()) + usize::from(line.ends_with('\n'));
        assert!(fault.starts_with(&format!("{code} retention.toml, line {from_line}:")), "{to}: {fault}");
    }
}

#[test]
fn what_is_missing_is_told_at_its_table() {
    let fields =
        ["ja = ", "en = ", "bound = ", "effective_from = ", "article = ", "row = ", "checked = ", "years = "];
    for key in fields.into_iter().chain(["clock = ", "code = ", "categories = ", "items = "]) {
        let line = COOPERATIVE.lines().find(|line| line.starts_with(key)).unwrap();
        let fault = only(changed(&format!("\n{line}\n"), "\n"));
        assert!(fault.starts_with("config_missing_key"), "{key}: {fault}");
    }
    let second = COOPERATIVE.find("code = \"resident_notification\"").unwrap();
    let (before, after) = COOPERATIVE.split_at(second);
    let fault = only(read(&format!("{before}{}", after.replacen("bound = \"floor\"\n", "", 1))).unwrap_err());
    let line = before.lines().count();
    assert_eq!(
        fault,
        format!("config_missing_key retention.toml, line {line}: the key rule[1].bound is needed. Add it.")
    );
    assert!(only(read("[[rule]\n").unwrap_err()).starts_with("config_syntax retention.toml, line 1:"));
    assert!(only(read("").unwrap_err()).starts_with("config_missing_key retention.toml, line 1:"));
    assert!(only(read("format = 1\nrule = 3").unwrap_err()).starts_with("config_invalid_value"));
    assert!(only(read("format = 1\nrule = [3]").unwrap_err()).starts_with("config_invalid_value"));
}

#[test]
fn all_faults_are_told_at_once() {
    let text = COOPERATIVE
        .replacen("years = 150", "years = 1500", 1)
        .replacen("checked = \"secondary\"", "chekced = \"secondary\"", 1)
        .replacen("clock = \"birthday:25\"", "clock = \"birthday\"", 1)
        .replacen("[\"assessment\"]", "[\"score\"]", 1);
    let codes: Vec<_> =
        read(&text).unwrap_err().iter().map(|fault| fault.split(' ').next().unwrap().to_owned()).collect();
    let (unknown, missing, invalid) = ("config_unknown_key", "config_missing_key", "config_invalid_value");
    assert_eq!(codes, [invalid, unknown, missing, invalid, invalid]);
}

#[test]
fn each_fault_of_a_towns_file_has_its_code_and_line() {
    let shared = cooperative();
    let (_, text) = TOWNS[0];
    for (from, to, code, line) in [
        ("rule = \"infant_check\"", "rule = \"infants\"", "config_reference", "rule = \"infant_check\""),
        (
            "rule = \"childcare_child_record\"",
            "rule = \"infant_check\"",
            "config_duplicate",
            "rule = \"childcare",
        ),
        ("code = \"single_parent_medical_aid\"", "code = \"infant_check\"", "config_duplicate", "code = "),
        ("decided_on = 2026-03-18", "decided_on = 2026-02-30", "config_syntax", "decided_on"),
        ("decided_by = ", "by = ", "config_unknown_key", "decided_by = "),
    ] {
        assert!(text.contains(from), "{from}");
        let faults = over(&shared, &text.replacen(from, to, 1)).unwrap_err();
        let at = format!("{code} town.toml, line {}:", line_of(text, line));
        assert!(faults.iter().any(|fault| fault.starts_with(&at)), "{to}: {faults:#?}");
    }
    let undecided = own("infant_check", "period = \"undecided\"");
    assert!(only(over(&shared, &undecided).unwrap_err()).contains("say the period that the town decided"));
    // The shared file has no overrides and needs no decision; a town's own rule does.
    assert!(read(&own("a", EVENT_5)).unwrap_err()[0].starts_with("config_unknown_key"));
    let bare = format!("format = 1\n{}", rule("own", EVENT_5, "guide"));
    let faults = over(&shared, &bare).unwrap_err();
    assert!(
        faults.len() == 2 && faults.iter().all(|fault| fault.starts_with("config_missing_key")),
        "{faults:#?}"
    );
}

#[test]
fn a_long_or_strange_file_is_refused_and_harms_nothing() {
    for text in ["\u{0}", "format = 99999999999999999999", "format = 1\n[rule]\ncode = 1", "a.b.c = [[[["] {
        assert!(read(text).is_err(), "{text:?}");
        assert!(cooperative().with_town("t", text, &dictionary()).is_err(), "{text:?}");
    }
}

#[test]
fn no_line_can_be_lost_without_a_fault() {
    let lines: Vec<_> = COOPERATIVE.lines().collect();
    for lost in 0..lines.len() {
        let text: Vec<_> =
            lines.iter().enumerate().filter(|(n, _)| *n != lost).map(|(_, line)| *line).collect();
        let silent = ["#", "note = "];
        if lines[lost].is_empty() || silent.iter().any(|start| lines[lost].starts_with(start)) {
            assert!(read(&text.join("\n")).is_ok(), "{}", lines[lost]);
        } else {
            assert!(read(&text.join("\n")).is_err(), "{}: {}", lost + 1, lines[lost]);
        }
    }
}
