//! What a schedule says about one record: several rules at once, holds, and what is not determined.

use kernel::Category;

use super::*;
use crate::fixtures::{cooperative, day, item, on, outcome, over, own, read, rule, town};
use crate::{HoldGround, Milestone, Record, Schedule};

const EVENT_5: &str = "clock = \"event_date\"\nyears = 5";
const EVENT_8: &str = "clock = \"event_date\"\nyears = 8";
const CLOSED_3: &str = "clock = \"case_closed\"\nyears = 3";

fn facts() -> Facts {
    Facts { recorded: on("2024-06-01"), closed: on("2025-02-10"), born: on("2021-05-05"), ..Facts::default() }
}

/// Rules on the category `support`, in this order of name.
fn schedule(rules: &[(&str, &str)]) -> Schedule {
    let rules = rules.iter().zip('a'..).map(|((term, bound), code)| rule(&code.to_string(), term, bound));
    read(&format!("format = 1\n{}", rules.collect::<String>())).unwrap()
}

fn end(schedule: &Schedule) -> Option<String> {
    outcome(schedule, Category::Support, &facts(), &[]).by_rule.kept_to().map(|day| day.to_string())
}

fn hold(from: &str, until: Option<&str>) -> Hold {
    Hold { ground: HoldGround::Appeal, from: day(from), until: until.map(day) }
}

#[test]
fn several_rules_on_one_record() {
    for (rules, kept_to) in [
        (&[(EVENT_5, "floor")][..], Some("2029-05-31")),
        (&[(EVENT_5, "floor"), (EVENT_8, "floor")], Some("2032-05-31")),
        (&[(EVENT_5, "ceiling"), (EVENT_8, "ceiling")], Some("2029-05-31")),
        (&[(EVENT_8, "guide"), (EVENT_5, "ceiling")], Some("2029-05-31")),
        // Kept as long as both allow.
        (&[(EVENT_5, "floor"), (EVENT_8, "ceiling")], Some("2032-05-31")),
        // A floor outranks a ceiling.
        (&[(EVENT_8, "floor"), (CLOSED_3, "ceiling")], Some("2032-05-31")),
        (&[("period = \"permanent\"", "floor"), (CLOSED_3, "ceiling")], None),
        (&[(EVENT_5, "floor"), ("clock = \"graduation\"\nyears = 1", "floor")], None),
        // A ceiling that is not known yet can only make it earlier.
        (&[(EVENT_5, "ceiling"), ("clock = \"graduation\"\nyears = 1", "ceiling")], Some("2029-05-31")),
        (&[("period = \"undecided\"", "guide")], None),
        (&[], None),
    ] {
        assert_eq!(end(&schedule(rules)).as_deref(), kept_to, "{rules:?}");
    }
}

#[test]
fn what_is_not_determined_says_why() {
    let nobody = schedule(&[]);
    let nobody = outcome(&nobody, Category::Support, &facts(), &[]);
    assert_eq!(nobody.by_rule, Due::Undetermined(vec![Waiting::NoRule]));
    assert_eq!((nobody.due_on(), nobody.steps.len()), (None, 0));
    let waiting =
        schedule(&[("period = \"undecided\"", "floor"), ("clock = \"graduation\"\nyears = 1", "floor")]);
    let waiting = outcome(&waiting, Category::Support, &facts(), &[]);
    let graduated = Waiting::Unknown(Milestone::Graduated, kernel::Absence::NotCollected);
    assert_eq!(
        waiting.standing(day("2090-01-01")),
        Standing::Undetermined(vec![Waiting::Undecided, graduated])
    );
}

#[test]
fn a_contradiction_of_floor_and_ceiling_is_shown() {
    let clash = schedule(&[(EVENT_8, "floor"), (CLOSED_3, "ceiling"), (CLOSED_3, "guide")]);
    let clash = outcome(&clash, Category::Support, &facts(), &[]);
    let broken: Vec<_> = clash.broken_ceilings().map(|step| step.rule.code.as_str()).collect();
    assert_eq!(broken, ["b"]);
    let for_ever = schedule(&[("period = \"permanent\"", "floor"), (CLOSED_3, "ceiling")]);
    assert_eq!(outcome(&for_ever, Category::Support, &facts(), &[]).broken_ceilings().count(), 1);
    let peace = schedule(&[(EVENT_5, "floor"), (EVENT_8, "ceiling")]);
    assert_eq!(outcome(&peace, Category::Support, &facts(), &[]).broken_ceilings().count(), 0);
}

#[test]
fn an_override_with_another_clock_never_passes_the_bound() {
    // The case closed in 2025: three years end before the floor of five from 2024.
    let floor = schedule(&[(EVENT_5, "floor")]);
    assert_eq!(end(&over(&floor, &own("a", CLOSED_3)).unwrap()).as_deref(), Some("2029-05-31"));
    let ceiling = schedule(&[(CLOSED_3, "ceiling")]);
    assert_eq!(end(&over(&ceiling, &own("a", EVENT_8)).unwrap()).as_deref(), Some("2028-02-09"));
    let guide = schedule(&[(CLOSED_3, "guide")]);
    assert_eq!(end(&over(&guide, &own("a", EVENT_8)).unwrap()).as_deref(), Some("2032-05-31"));
    let undecided = schedule(&[("period = \"undecided\"", "floor")]);
    assert_eq!(end(&over(&undecided, &own("a", CLOSED_3)).unwrap()).as_deref(), Some("2028-02-09"));
}

#[test]
fn a_towns_longer_choice_is_no_floor() {
    let town = over(&schedule(&[(EVENT_5, "floor")]), &own("a", EVENT_8)).unwrap();
    let outcome = outcome(&town, Category::Support, &facts(), &[]);
    assert_eq!(outcome.by_rule.kept_to(), Some(day("2032-05-31")));
    assert_eq!(outcome.floor.as_ref().and_then(Due::kept_to), Some(day("2029-05-31")));
    assert_eq!(outcome.deciding().map(|step| step.own.is_some()).collect::<Vec<_>>(), [true]);
}

#[test]
fn the_allowance_of_2024_is_due_in_april_2030() {
    let schedule = cooperative();
    let code = item("allowance.child_rearing");
    let facts = Facts { completed: on("2024-06-15"), ..Facts::default() };
    let record = Record { category: Category::Allowance, item: Some(&code), facts: &facts, holds: &[] };
    let outcome = schedule.outcome(&record, day("2026-11-21"));
    assert_eq!(outcome.due_on(), Some(day("2030-04-01")));
    assert!(matches!(outcome.standing(day("2030-03-31")), Standing::Running(_)));
    assert_eq!(outcome.standing(day("2030-04-01")), Standing::Due { since: day("2030-04-01") });
    assert_eq!(
        outcome.steps[0].say(Lang::Ja),
        "児童扶養手当の書類：完結した年度の翌年度の4月1日から5年（組合の標準、下限、昭和47年児企第31号「児童扶養手当書類」・\
         二次資料で確認（原文は未確認））。完結の日 令和6年6月15日、令和12年3月31日まで保存"
    );
    assert_eq!(
        outcome.steps[0].say(Lang::En),
        "Child-rearing allowance papers (児童扶養手当, not the child allowance 児童手当): 5 years from 1 April after the \
         fiscal year of completion (the cooperative's default, floor, 昭和47年児企第31号 / 児童扶養手当書類, read about, \
         not in the original). day of completion 2024-06-15: kept to 2030-03-31"
    );
}

#[test]
fn an_appeal_holds_a_consultation_that_was_due_long_ago() {
    let schedule = cooperative();
    let facts = Facts { closed: on("2020-03-01"), ..Facts::default() };
    let with = |holds: &[Hold]| outcome(&schedule, Category::Consultation, &facts, holds);
    let today = day("2026-11-21");

    assert_eq!(with(&[]).standing(today), Standing::Due { since: day("2025-03-01") });
    let pending = hold("2025-01-20", None);
    assert_eq!(with(&[pending]).standing(today), Standing::Held(vec![pending]));
    assert_eq!(
        (with(&[pending]).by_rule.kept_to(), with(&[pending]).due_on()),
        (Some(day("2025-02-28")), None)
    );
    // The hold ends, and the record is due at once.
    let ended = hold("2025-01-20", Some("2026-11-20"));
    assert_eq!(with(&[ended]).standing(day("2026-11-20")), Standing::Held(vec![ended]));
    assert_eq!(with(&[ended]).standing(today), Standing::Due { since: today });
    assert_eq!(with(&[ended]).due_on(), Some(today));
}

#[test]
fn only_a_hold_that_is_on_when_the_period_ends_moves_the_date() {
    let schedule = cooperative();
    let facts = Facts { closed: on("2020-03-01"), ..Facts::default() };
    let due = |holds: &[Hold]| outcome(&schedule, Category::Consultation, &facts, holds).due_on();
    for (holds, expected) in [
        (vec![hold("2024-01-01", Some("2024-12-31"))], Some("2025-03-01")),
        (vec![hold("2025-01-01", Some("2025-03-01"))], Some("2025-03-02")),
        (vec![hold("2026-01-01", None)], Some("2025-03-01")),
        // One takes over from the other, in whatever order they were entered.
        (
            vec![hold("2025-06-01", Some("2026-01-31")), hold("2025-01-01", Some("2025-06-30"))],
            Some("2026-02-01"),
        ),
        (
            vec![hold("2025-01-01", Some("2026-12-31")), hold("2025-02-01", Some("2025-06-30"))],
            Some("2027-01-01"),
        ),
        (vec![hold("2025-01-01", Some("2025-06-30")), hold("2025-05-01", None)], None),
    ] {
        assert_eq!(due(&holds), expected.map(day), "{holds:?}");
    }
    // Before its first day a hold keeps nothing; on it, it does.
    let later = hold("2026-01-01", None);
    let outcome = outcome(&schedule, Category::Consultation, &facts, &[later]);
    assert_eq!(outcome.standing(day("2025-12-31")), Standing::Due { since: day("2025-03-01") });
    assert_eq!(outcome.standing(day("2026-01-01")), Standing::Held(vec![later]));
    assert!(matches!(outcome.standing(day("2025-02-28")), Standing::Running(_)));
}

#[test]
fn a_hold_that_has_not_begun_does_not_move_the_day_since_when_it_is_due() {
    let schedule = cooperative();
    let facts = Facts { closed: on("2020-03-01"), ..Facts::default() };
    let holds = [hold("2025-01-01", Some("2025-06-30")), hold("2027-01-01", Some("2027-12-31"))];
    let outcome = outcome(&schedule, Category::Consultation, &facts, &holds);
    assert_eq!(outcome.standing(day("2026-11-21")), Standing::Due { since: day("2025-07-01") });
    assert_eq!(outcome.standing(day("2028-06-01")), Standing::Due { since: day("2028-01-01") });
}

#[test]
fn a_towns_step_names_the_town_as_its_origin() {
    let schedule = town("kaisei");
    let outcome = outcome(&schedule, Category::MaternalChildHealth, &facts(), &[]);
    let [step] = outcome.steps.as_slice() else { panic!("{outcome:?}") };
    assert_eq!(step.source().article, "（例）開成町文書取扱規程 別表");
    assert_eq!(step.decision().map(|decision| decision.by.as_str()), Some("（例）開成町 子育て健康課長"));
    assert!(step.say(Lang::Ja).contains("町の定め") && step.say(Lang::En).contains("the town's own"));
    assert!(step.say(Lang::Ja).contains("生年月日 令和3年5月5日、令和22年3月31日まで保存"));
    assert_eq!(step.fact, Some(on("2021-05-05")));
}
