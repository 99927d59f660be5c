//! Why a child has its points: each indicator told with what was seen, what was absent and why.

use super::*;
use crate::coverage::{CoverageClaim, Founder};
use crate::facts::ChildFacts;
use crate::fixtures::{
    absent, ask, at_school, child, child_with_aid, claims, day, monthly, since, town, traced, yes,
};

/// The four registers' items, in the rulebook's order.
const REGISTERS: [&str; 4] = [
    "consultation.single_parent",
    "consultation.general",
    "school_health.nurse_visit",
    "consultation.sc_ssw",
];

fn without(items: &[&str]) -> Vec<CoverageClaim> {
    let gone = |claim: &CoverageClaim| items.contains(&claim.items[0].as_str());
    claims().into_iter().filter(|claim| !gone(claim)).collect()
}

fn outcome(trace: &Trace) -> (u8, u8, List) {
    let score = trace.score.as_ref().unwrap();
    (score.interval.low, score.interval.high, trace.list)
}

fn settles(trace: &Trace) -> Vec<&str> {
    trace.score.as_ref().unwrap().settles.iter().map(|missing| missing.input.as_str()).collect()
}

#[test]
fn aid_and_no_record_anywhere() {
    let trace = traced(&child_with_aid(), &claims());
    assert_eq!(outcome(&trace), (11, 11, List::Certain));
    let score = trace.score.unwrap();
    assert_eq!((score.concern, score.contact), (Interval { low: 1, high: 1 }, Contact::None));
    assert_eq!(score.contact.ja(), "無");
}

#[test]
fn aid_and_two_registers_not_collected() {
    let trace = traced(&child_with_aid(), &without(&REGISTERS[2..]));
    assert_eq!(outcome(&trace), (1, 11, List::Possible));
    assert_eq!(settles(&trace), ["nurse_visit", "consult_sc_ssw"]);
    assert_eq!(trace.score.unwrap().contact.ja(), "不明");
}

#[test]
fn aid_and_one_consultation_with_the_others_not_collected() {
    let mut child = child_with_aid();
    child.own.facts.push(yes(REGISTERS[0]));
    let trace = traced(&child, &without(&REGISTERS[1..]));
    assert_eq!(outcome(&trace), (1, 1, List::Out));
    assert_eq!(trace.score.unwrap().contact.ja(), "有");
}

#[test]
fn nothing_to_worry_about_and_no_consultation() {
    assert_eq!(outcome(&traced(&child(), &claims())), (0, 0, List::OutOfScope));
}

/// Just moved in: no source covers the child, and who its family is has to be asked.
fn mover() -> ChildFacts {
    let mut child = ChildFacts::default();
    child.own.standing.birth = Some(day("2016-05-10").into());
    child.own.standing.registered = vec![since("2026-09-29")];
    child.own.standing.in_transit = true;
    child
}

#[test]
fn just_moved_in() {
    let trace = traced(&mover(), &[]);
    assert_eq!(outcome(&trace), (0, 17, List::NotAssessable));
    assert!(settles(&trace).is_empty());
    // The registers of the new town know that there is no sibling; that is not enough to judge by.
    let mut alone = mover();
    alone.siblings.complete = true;
    let trace = traced(&alone, &claims());
    assert_eq!(trace.list, List::NotAssessable);
}

#[test]
fn aid_three_empty_registers_and_the_fourth_declined() {
    let mut child = child_with_aid();
    child.own.facts.push(absent(REGISTERS[3], kernel::Absence::Declined));
    let trace = traced(&child, &claims());
    assert_eq!(outcome(&trace), (1, 11, List::Out));
    let score = trace.score.unwrap();
    assert_eq!(score.member_high, 1);
    let missing = &score.indicators.last().unwrap().missing[0];
    assert_eq!((missing.input.as_str(), missing.reason_ja), ("consult_sc_ssw", "本人・保護者が提供を辞退"));
}

#[test]
fn aged_two() {
    let mut child = child_with_aid();
    child.own.standing.birth = Some(day("2024-05-10").into());
    let trace = traced(&child, &claims());
    assert_eq!((trace.list, trace.list.ja()), (List::NotInPopulation, "対象外（年齢）"));
    assert!(trace.score.is_none());
}

#[test]
fn first_year_of_a_prefectural_junior_high_school() {
    let mut child = child_with_aid();
    child.own.standing.birth = Some(day("2013-05-10").into());
    child.own.standing.schools = at_school(Founder::Prefectural, "2026-04-01");
    child.class_days.clear();
    child.own.facts.extend([
        monthly("attendance.late_days", "2026-07", 0),
        monthly("attendance.class_days", "2026-07", 19),
    ]);
    child.own.facts.extend([
        monthly("attendance.late_days", "2026-09", 0),
        monthly("attendance.class_days", "2026-09", 20),
    ]);
    let trace = traced(&child, &claims());
    assert_eq!(trace.grade, Some(Grade::JuniorHigh(1)));
    assert_eq!(outcome(&trace), (1, 11, List::Possible));
    for missing in &trace.score.as_ref().unwrap().indicators.last().unwrap().missing {
        assert_eq!(missing.reason, Absence::HeldElsewhere, "{}", missing.input);
    }
    // Without its attendance it is [1, 13], and still never 11 by default.
    child.own.facts.truncate(1);
    assert_eq!(outcome(&traced(&child, &claims())), (1, 13, List::Possible));
}

#[test]
fn the_head_of_the_household_is_the_grandfather() {
    let mut child = child_with_aid();
    child.parents.clear();
    child.parents_complete = false;
    child.siblings.complete = false;
    child.single_parent.state = Known::NOT_COLLECTED;
    let trace = traced(&child, &claims());
    // The receipt counts; the parents' certificate and the siblings are open: a 1..2, b 0..3, d 10.
    assert_eq!(outcome(&trace), (11, 15, List::Certain));
    let score = trace.score.unwrap();
    let state = |id: &str| score.indicators.iter().find(|i| i.id == id).map(|i| i.state);
    assert_eq!(
        (state("a1_1"), state("a1_3"), state("a2")),
        (Some(Holds::True), Some(Holds::Unknown), Some(Holds::Unknown))
    );
}

#[test]
fn late_in_july_and_more_in_september() {
    let mut child = child();
    child.own.facts =
        vec![monthly("attendance.late_days", "2026-07", 4), monthly("attendance.late_days", "2026-09", 6)];
    let score = traced(&child, &claims()).score.unwrap();
    let counted: Vec<_> =
        score.indicators.iter().filter(|i| i.state == Holds::True).map(|i| i.id.as_str()).collect();
    assert_eq!(counted, ["c1", "c2", "d"]);
}

#[test]
fn what_counts_adds_up_to_the_interval() {
    let mut aided = child_with_aid();
    aided.own.facts.push(absent("allowance.child_rearing", Absence::NotShared));
    for (child, claims) in
        [(child_with_aid(), claims()), (mover(), Vec::new()), (aided, claims()), (child(), claims())]
    {
        let score = traced(&child, &claims).score.unwrap();
        let sum = |of: fn(&Counted) -> u8| score.indicators.iter().map(|i| of(&i.counted)).sum::<u8>();
        assert_eq!((sum(|c| c.in_low), sum(|c| c.in_high)), (score.interval.low, score.interval.high));
    }
}

#[test]
fn of_three_signs_of_one_thing_one_counts() {
    let mut child = child_with_aid();
    child.own.facts.push(yes("allowance.child_rearing"));
    let score = traced(&child, &claims()).score.unwrap();
    let counted: Vec<_> = score.indicators.iter().take(3).map(|i| (i.points.low, i.counted.in_low)).collect();
    assert_eq!(counted, [(1, 1), (1, 0), (1, 0)]);
}

#[test]
fn what_counts_for_certain_is_named_before_what_may_count() {
    let mut child = child();
    child.own.facts.push(absent("allowance.single_parent_medical", Absence::NotShared));
    child.own.facts.push(yes("allowance.child_rearing"));
    let score = traced(&child, &claims()).score.unwrap();
    let counted: Vec<_> = score.indicators.iter().take(2).map(|i| i.counted).collect();
    assert_eq!(counted, [Counted { in_low: 0, in_high: 0 }, Counted { in_low: 1, in_high: 1 }]);
}

#[test]
fn unknown_registers_do_not_make_a_child_unassessable() {
    let mut child = child_with_aid();
    child.parents_complete = false;
    child.class_days.clear();
    // Half of what the gate asks is unknown (the parents' certificate, two months), and all of (d).
    let unknown = [&REGISTERS[..], &["attendance.late_days"]].concat();
    assert_eq!(outcome(&traced(&child, &without(&unknown))), (1, 14, List::Possible));
}

#[test]
fn a_trace_is_readable_and_names_release_and_overlay() {
    let rules = town("kaisei");
    let shown = serde_json::to_value(trace(&rules, &ask(&child_with_aid(), &claims()))).unwrap();
    assert_eq!(shown["release"], rules.release.to_string());
    assert_eq!(shown["overlay"], rules.overlay.to_string());
    assert_eq!(shown["list"], "certain");
    assert_eq!(shown["score"]["interval"], serde_json::json!({"low": 11, "high": 11}));
    assert_eq!(shown["score"]["indicators"][0]["evidence"][0]["of"], "self");
    assert_eq!(shown["score"]["indicators"][0]["state"], "true");
    // It can be hashed: no float, no number too large.
    assert!(kernel::Digest::of_canonical(&shown).is_ok());
}
