//! From facts to the inputs of rules: which month is compared, and which absence stands.

use super::*;
use crate::facts::{Order, Relative};
use crate::facts::{Siblings, SingleParent};
use crate::fixtures::{
    AS_OF, absent, adult, ask, child, claims, day, fact, month, monthly, origin, rulebook, since, state,
    town, yes,
};
use kernel::date::PartialDate;

const LATE: &str = "attendance.late_days";
const DAYS: &str = "attendance.class_days";

fn with(facts: Vec<Fact>) -> Inputs {
    let mut child = child();
    child.own.facts = facts;
    ask(&child, &claims())
}

const fn no(reason: Absence) -> Known<u8> {
    Known::Absent(reason)
}

#[test]
fn with_every_source_complete_nothing_is_absent_but_what_does_not_apply() {
    let inputs = with(Vec::new());
    for (input, state) in rulebook().inputs.iter().zip(&inputs.states) {
        let expected = match input.name.as_str() {
            "sibling_nursery" | "sibling_disability_service" => no(Absence::NotApplicable),
            _ => Known::Present(0),
        };
        assert_eq!(state.value, expected, "{}", input.name);
    }
    assert_eq!(inputs.grade, Some(Grade::Elementary(4)));
    assert!(inputs.in_population);
}

#[test]
fn july_and_september_are_compared_over_an_empty_august() {
    let mut facts = Vec::new();
    for (name, late, days) in [("2026-07", 4, 19), ("2026-08", 0, 0), ("2026-09", 6, 20)] {
        facts.push(monthly(LATE, name, late));
        facts.push(monthly(DAYS, name, days));
    }
    let mut child = child();
    child.class_days.clear();
    child.own.facts = facts;
    let inputs = ask(&child, &claims());
    assert_eq!(state(&inputs, "late_now"), Known::Present(6));
    assert_eq!(state(&inputs, "late_before"), Known::Present(4));
    let shown = &inputs.states[rulebook().input_index("late_before").unwrap()].evidence;
    assert!(shown.iter().all(|evidence| evidence.when == Some(When::Month(month("2026-07")))));
}

#[test]
fn a_month_not_reported_yet_is_passed_over_once() {
    let facts = || vec![monthly(LATE, "2026-07", 4), monthly(LATE, "2026-09", 6)];
    let mut child = child();
    child.own.facts = facts();
    let asked = |as_of| inputs(&town("kaisei"), &child, &claims(), day(as_of));
    assert_eq!(state(&asked("2026-10-15"), "late_now"), Known::Present(6));
    assert_eq!(state(&asked("2026-10-31"), "late_now"), Known::Present(6));
    assert_eq!(state(&asked("2026-11-30"), "late_now"), no(Absence::NotCollected));
    // 箱根 waits for two months.
    let hakone = inputs(&town("hakone"), &child, &claims(), day("2026-11-30"));
    assert_eq!(state(&hakone, "late_now"), Known::Present(6));
}

#[test]
fn a_reported_month_that_does_not_cover_the_child_is_not_passed_over() {
    let mut child = child();
    child.own.standing.registered = vec![since("2026-09-10")];
    child.own.standing.schools[0].span = since("2026-09-10");
    child.own.facts = vec![monthly(LATE, "2026-07", 4)];
    assert_eq!(state(&ask(&child, &claims()), "late_now"), no(Absence::NotCollected));
    // Even where nothing tells September's 授業日数, July is not taken for this month.
    child.class_days.remove(&month("2026-09"));
    assert_eq!(state(&ask(&child, &claims()), "late_now"), no(Absence::NotCollected));
    child.own.standing.in_transit = true;
    assert_eq!(state(&ask(&child, &claims()), "late_now"), no(Absence::InTransit));
}

#[test]
fn a_stated_absence_outranks_a_claim() {
    let inputs = with(vec![absent("consultation.sc_ssw", Absence::Declined)]);
    assert_eq!(state(&inputs, "consult_sc_ssw"), no(Absence::Declined));
    let inputs = with(vec![fact(LATE, Known::Absent(Absence::Unreadable), When::Month(month("2026-09")))]);
    assert_eq!(state(&inputs, "late_now"), no(Absence::Unreadable));
}

#[test]
fn the_latest_export_of_a_source_is_what_stands() {
    let code = "allowance.child_rearing";
    let at = |text, value| fact(code, Known::Present(Value::Bool(value)), When::AsOf(day(text)));
    let asked = |facts| state(&with(facts), "child_rearing_allowance");
    assert_eq!(asked(vec![at("2026-06-30", true), at(AS_OF, false)]), Known::Present(0));
    assert_eq!(asked(vec![at("2026-06-30", true), at("2026-10-01", false)]), Known::Present(1));
    let mut other = at(AS_OF, false);
    other.origin = origin("another", "別の課");
    assert_eq!(asked(vec![at("2026-06-30", true), other]), Known::Present(1));
}

#[test]
fn a_consultation_counts_within_the_fiscal_year() {
    let code = "consultation.general";
    let on = |text: &str| {
        let date: PartialDate = text.parse().unwrap();
        state(&with(vec![fact(code, Known::Present(Value::Bool(true)), When::At(date))]), "consult_general")
    };
    assert_eq!(on("2026-04-01"), Known::Present(1));
    assert_eq!(on("2026-09-30"), Known::Present(1));
    assert_eq!(on("2026-03-31"), Known::Present(0));
    assert_eq!(on("2026-10-01"), Known::Present(0));
    // Some day of 2026: perhaps in January.
    assert_eq!(on("2026"), no(Absence::NotCollected));
}

fn sibling(order: Order, certain: bool, facts: Vec<Fact>) -> (Order, Relative) {
    let mut person = child().own;
    person.facts = facts;
    (order, Relative { certain, person })
}

fn childcare(code: &str) -> Vec<Fact> {
    vec![fact("childcare.enrolment", Known::Present(Value::Code(code.into())), When::AsOf(day(AS_OF)))]
}

fn nursery() -> Vec<Fact> {
    childcare("type_2")
}

#[test]
fn a_younger_sibling_must_be_certain() {
    let asked = |members: Vec<(Order, Relative)>, complete| {
        let mut child = child();
        child.siblings = Siblings { members, complete };
        state(&ask(&child, &claims()), "sibling_nursery")
    };
    assert_eq!(asked(vec![sibling(Order::Younger, true, nursery())], false), Known::Present(1));
    assert_eq!(asked(vec![sibling(Order::Younger, false, nursery())], true), no(Absence::NotCollected));
    assert_eq!(asked(vec![sibling(Order::Unknown, true, nursery())], true), no(Absence::NotCollected));
    assert_eq!(asked(vec![sibling(Order::Older, true, nursery())], true), no(Absence::NotApplicable));
    assert_eq!(asked(vec![sibling(Order::Younger, true, Vec::new())], true), Known::Present(0));
    // 1号 is no nursery: a code the rule does not name is a no, not an unknown.
    assert_eq!(asked(vec![sibling(Order::Younger, true, childcare("type_1"))], true), Known::Present(0));
    assert_eq!(asked(vec![sibling(Order::Younger, true, Vec::new())], false), no(Absence::NotCollected));
}

#[test]
fn an_older_sibling_counts_where_any_sibling_does() {
    let code = "welfare.disability_service";
    let record = fact(code, Known::Present(Value::Code("day_service".into())), When::AsOf(day(AS_OF)));
    let mut child = child();
    child.siblings.members = vec![sibling(Order::Older, true, vec![record])];
    assert_eq!(state(&ask(&child, &claims()), "sibling_disability_service"), Known::Present(1));
}

#[test]
fn unknown_parents_are_unknown_unless_a_known_one_says_yes() {
    let certificate = fact(
        "disability.certificate",
        Known::Present(Value::Code("physical_2".into())),
        When::AsOf(day(AS_OF)),
    );
    let mut holder = adult();
    holder.facts.push(certificate);
    let asked = |people: Vec<PersonFacts>, complete| {
        let mut child = child();
        child.parents = people.into_iter().map(|person| Relative { certain: true, person }).collect();
        child.parents_complete = complete;
        let inputs = ask(&child, &claims());
        let place = rulebook().input_index("parent_disability").unwrap();
        (
            inputs.states[place].value.clone(),
            inputs.states[place].evidence.iter().map(|e| e.of).collect::<Vec<_>>(),
        )
    };
    assert_eq!(asked(vec![holder.clone()], false), (Known::Present(1), vec![Of::Parent]));
    assert_eq!(asked(vec![adult()], false).0, no(Absence::NotCollected));
    assert_eq!(asked(vec![adult()], true).0, Known::Present(0));
    assert_eq!(asked(Vec::new(), false).0, no(Absence::NotCollected));
    let mut declined = adult();
    declined.facts.push(absent("disability.certificate", Absence::Declined));
    assert_eq!(asked(vec![declined.clone(), adult()], true).0, no(Absence::Declined));
    // Somebody else may hold one for all we know: it is not only the family's word that is missing.
    assert_eq!(asked(vec![declined], false).0, no(Absence::NotCollected));
}

#[test]
fn a_child_of_unknown_age_is_not_left_out() {
    let grades = |birth: &str| {
        let mut child = child();
        child.own.standing.birth = birth.parse().ok();
        let inputs = ask(&child, &claims());
        (inputs.grade, inputs.in_population)
    };
    assert_eq!(grades("2016-05"), (Some(Grade::Elementary(4)), true));
    assert_eq!(grades("2024-05-10"), (Some(Grade::Preschool), false));
    // 2020年4月2日 or later: not at school yet; before: 小1.
    assert_eq!(grades("2020"), (None, true));
    assert_eq!(grades("unknown"), (None, true));
}

#[test]
fn a_single_parent_by_kinship_is_as_the_register_says() {
    let asked = |state_of| {
        let mut child = child();
        child.single_parent = SingleParent { state: state_of, origin: None };
        state(&ask(&child, &claims()), "single_parent_household")
    };
    assert_eq!(asked(Known::Present(true)), Known::Present(1));
    assert_eq!(asked(Known::Absent(Absence::NotCollected)), no(Absence::NotCollected));
}

#[test]
fn evidence_names_source_section_and_date() {
    let inputs = with(vec![yes("allowance.single_parent_medical")]);
    let proof = &inputs.states[0].evidence[0];
    assert_eq!(
        (proof.source.as_str(), proof.holder.as_str(), proof.kind),
        ("some_source", "ある課", EvidenceKind::Record)
    );
    assert_eq!(proof.when, Some(When::AsOf(day(AS_OF))));
    let zero = &with(Vec::new()).states[0];
    assert_eq!(
        (zero.evidence[0].kind, zero.evidence[0].holder.as_str()),
        (EvidenceKind::Coverage, "子育て健康課")
    );
    assert_eq!(zero.holders, ["子育て健康課"]);
}
