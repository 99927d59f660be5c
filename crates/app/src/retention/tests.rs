//! Due dates of records as the facts of a person and their packs give them.

use kernel::Absence;
use retention::{Deadline, Due, Happened, Milestone, Standing, Waiting};

use super::fixtures::{KAISEI, OI, day, month, pack, register, schedule, until};
use super::*;

const TODAY: &str = "2026-11-21";

/// What the records of one pack say: items, last day kept, deciding rules.
fn said(town: &str, pack: &PackRow, person: PersonFacts) -> Vec<(String, Due, Vec<String>)> {
    let schedule = schedule(town);
    let records = records::kept(&schedule, pack, "保有課", person, day(TODAY));
    let shown = records.iter().map(|record| {
        let items: Vec<&str> = record.items.iter().map(kernel::ItemCode::as_str).collect();
        let deciding = record.steps.iter().filter(|step| step.decides).map(|step| step.rule.to_string());
        (items.join(" "), record.due.clone(), deciding.collect())
    });
    shown.collect()
}

fn kept_to(due: &Due) -> String {
    due.kept_to().map(|day| day.to_string()).unwrap_or_default()
}

fn born(date: &str) -> PersonFacts {
    PersonFacts::of(&fixtures::child(date), true)
}

#[test]
fn items_of_one_line_are_together_unless_their_rules_differ() {
    let subject = Uuid::now_v7();
    let september = || month("2026-09");
    let facts = [
        ("attendance.class_days", september()),
        ("attendance.late_days", september()),
        ("attendance.school", september()),
        ("attendance.late_days", september()),
    ];
    let shown = said(KAISEI, &pack(subject, Category::Attendance, &facts, None), born("2014-06-15"));
    let short: Vec<_> =
        shown.iter().map(|(items, due, rules)| (items.as_str(), kept_to(due), rules.join(" "))).collect();
    assert_eq!(
        short,
        [
            (
                "attendance.class_days attendance.late_days",
                "2032-03-31".to_owned(),
                "attendance_book".to_owned()
            ),
            ("attendance.school", "2047-03-31".to_owned(), "school_register".to_owned()),
        ]
    );
}

#[test]
fn a_record_that_no_file_names_any_more_is_counted_from_its_end() {
    let subject = Uuid::now_v7();
    let open = [("protection.council_case", until(None))];
    let waits = Due::Undetermined(vec![Waiting::NotYet(Milestone::Closed)]);
    let going = said(KAISEI, &pack(subject, Category::Protection, &open, None), born("2014-06-15"));
    assert_eq!(going[0].1, waits);
    // 2026-11-20 16:00 in universal time is the 21st in Japan.
    let gone = pack(subject, Category::Protection, &open, Some("2026-11-20T16:00:00Z"));
    let ended = said(KAISEI, &gone, born("2014-06-15"));
    assert_eq!(
        ended[0].1,
        Due::After(Deadline { start: day("2026-11-21"), kept_to: day("2031-11-20"), latest_of: None })
    );
    let records = records::kept(&schedule(KAISEI), &gone, "", born("2014-06-15"), day(TODAY));
    assert_eq!(records[0].ended_on, Some(day("2026-11-21")));
    assert_eq!(records[0].due_on, Some(day("2031-11-21")));
    assert!(matches!(records[0].standing, Standing::Running(_)));
}

#[test]
fn what_is_not_known_gives_no_date_and_says_what_is_missing() {
    let subject = Uuid::now_v7();
    let consultation =
        pack(subject, Category::Consultation, &[("consultation.general", month("2026-09"))], None);
    for (town, person, missing) in [
        (KAISEI, born("2014-06-15"), Waiting::Unknown(Milestone::Closed, Absence::NotCollected)),
        (OI, PersonFacts::default(), Waiting::Unknown(Milestone::Born, Absence::NotCollected)),
    ] {
        assert_eq!(said(town, &consultation, person)[0].1, Due::Undetermined(vec![missing]));
    }
    assert_eq!(kept_to(&said(OI, &consultation, born("2014-06-15"))[0].1), "2038-03-31");
    let watch = pack(subject, Category::Disability, &[("disability.certificate", until(None))], None);
    let shown = said(KAISEI, &watch, born("2014-06-15"));
    assert_eq!((&shown[0].1, shown[0].2.len()), (&Due::Undetermined(vec![Waiting::NoRule]), 0));
}

#[test]
fn a_step_shows_rule_fact_source_and_who_decided() {
    let childcare = [("childcare.enrolment", until(Some("2026-03-31")))];
    let pack = pack(Uuid::now_v7(), Category::Childcare, &childcare, None);
    let records = records::kept(&schedule(KAISEI), &pack, "こども課", born("2021-05-05"), day(TODAY));
    let [step] = records[0].steps.as_slice() else { panic!("{:?}", records[0].steps) };
    assert!(step.overrides && step.decides && !step.broken);
    assert_eq!(step.fact, Some((Milestone::Completed, Happened::On("2026-03-31".parse().unwrap()))));
    assert_eq!(kept_to(&step.due), "2031-03-31");
    assert_eq!(step.source.article, "（例）開成町文書取扱規程 別表");
    assert_eq!(step.decision.as_ref().unwrap().by, "（例）開成町 子育て健康課長");
    assert!(
        step.trace.ja.starts_with("保育の児童票：") && step.trace.ja.contains("町の定め"),
        "{}",
        step.trace.ja
    );
    assert!(
        step.trace.en.starts_with("Childcare child record: ") && step.trace.en.contains("the town's own")
    );
}

#[test]
fn the_registers_row_in_force_outranks_one_that_ended() {
    let subject = Uuid::now_v7();
    let gone = register(subject, "2014-06-15", Some("2026-05-01T00:00:00Z"));
    let current = register(subject, "2014-06-16", None);
    for rows in [[gone.clone(), current.clone()], [current, gone.clone()]] {
        assert_eq!(person_facts(&rows)[&subject], born("2014-06-16"));
    }
    let last = person_facts(&[gone])[&subject].with(None, None);
    assert_eq!(last.born, Happened::On("2014-06-15".parse().unwrap()), "a birth date does not change");
    assert_eq!(last.moved_out, Happened::default(), "no day is made of a row that is gone");
    assert!(person_facts(&[]).is_empty());
}

#[test]
fn every_record_is_counted_once() {
    let subject = Uuid::now_v7();
    let schedule = schedule(KAISEI);
    let facts = |item, when| [(item, when)];
    let attendance =
        |of| pack(subject, Category::Attendance, &facts("attendance.late_days", month(of)), None);
    let mut report = DueReport::new("2030-04".parse().unwrap(), "2032-04".parse().unwrap());
    let packs = [
        attendance("2023-09"),
        attendance("2024-09"),
        attendance("2026-09"),
        attendance("2026-03"),
        attendance("2027-04"),
        attendance("2026-10"),
        pack(subject, Category::Consultation, &facts("consultation.general", month("2026-09")), None),
        pack(subject, Category::Protection, &facts("protection.council_case", until(None)), None),
        register(subject, "2014-06-15", None),
    ];
    for pack in &packs {
        for (_, outcome) in outcomes(&schedule, pack, born("2014-06-15"), day(TODAY)) {
            report.count(pack.category, &outcome);
        }
    }
    let months: Vec<_> =
        report.months.iter().map(|((month, of), records)| (month.to_string(), *of, *records)).collect();
    let attendance = Category::Attendance;
    assert_eq!(
        months,
        [
            ("2030-04".to_owned(), attendance, 1),
            ("2031-04".to_owned(), attendance, 1),
            ("2032-04".to_owned(), attendance, 2),
        ]
    );
    assert_eq!((report.earlier, report.later, report.permanent, report.undetermined), (1, 1, 0, 3));
    assert_eq!(report.records, 9);
    assert_eq!(
        report.waiting,
        [
            (Category::Consultation, Waiting::Unknown(Milestone::Closed, Absence::NotCollected), 1),
            (Category::Protection, Waiting::NotYet(Milestone::Closed), 1),
            (Category::Register, Waiting::NotYet(Milestone::MovedOut), 1),
        ]
    );
}
