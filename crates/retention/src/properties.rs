//! What must hold for every date, every clock and every mixture of rules.

use chrono::{Datelike, NaiveDate};
use kernel::Category;
use kernel::date::{PartialDate, YearMonth};
use proptest::prelude::*;

use crate::due::end_of;
use crate::fixtures::{all_on, outcome, read, rule};
use crate::{Clock, Due, Exception, Facts, Happened, Schedule, Term, effective_expiry};

fn day() -> impl Strategy<Value = NaiveDate> {
    (1900..2200i32, 1..=366u32)
        .prop_filter_map("no such day", |(year, nth)| NaiveDate::from_yo_opt(year, nth))
}

fn clock() -> impl Strategy<Value = Clock> {
    prop_oneof![
        Just(Clock::EventDate),
        Just(Clock::FiscalYearAfterCompletion),
        (0..=30u32).prop_map(Clock::FiscalYearEndAfterBirthday),
        Just(Clock::Graduation),
        (0..=30u32).prop_map(Clock::Birthday),
        Just(Clock::CaseClosed),
        Just(Clock::MovedOut),
        Just(Clock::DisposalPermitted),
    ]
}

fn term_text() -> impl Strategy<Value = String> {
    prop_oneof![
        8 => (clock(), 0..=30u32).prop_map(|(clock, years)| format!("clock = \"{clock}\"\nyears = {years}")),
        1 => Just("period = \"permanent\"".to_owned()),
        1 => Just("period = \"undecided\"".to_owned()),
    ]
}

fn rules() -> impl Strategy<Value = Vec<(String, &'static str)>> {
    let bound = prop_oneof![Just("floor"), Just("ceiling"), Just("guide")];
    prop::collection::vec((term_text(), bound), 0..4)
}

fn happened() -> impl Strategy<Value = Happened> {
    prop_oneof![
        6 => day().prop_map(|day| Happened::On(day.into())),
        1 => Just(Happened::NotYet),
        1 => Just(Happened::default()),
    ]
}

fn facts() -> impl Strategy<Value = Facts> {
    prop::array::uniform7(happened()).prop_map(
        |[recorded, completed, born, graduated, closed, moved_out, disposal_permitted]| Facts {
            recorded,
            completed,
            born,
            graduated,
            closed,
            moved_out,
            disposal_permitted,
        },
    )
}

fn schedule(rules: &[(String, &str)]) -> Schedule {
    let rules = rules.iter().zip('a'..).map(|((term, bound), code)| rule(&code.to_string(), term, bound));
    read(&format!("format = 1\n{}", rules.collect::<String>())).unwrap()
}

fn kept(clock: Clock, years: u32, date: PartialDate) -> NaiveDate {
    end_of(&Term::Years { clock, years }, &all_on(Happened::On(date))).kept_to().unwrap()
}

/// Whether `late` does not end before `early`: what is never or not determined ends before nothing.
fn not_before(late: &Due, early: &Due) -> bool {
    match (late.kept_to(), early.kept_to()) {
        (Some(late), Some(early)) => early <= late,
        (Some(_), None) => false,
        (None, _) => true,
    }
}

/// An age is reached on the 28th; years counted from 1 March end on the 29th where there is one (民法143条2項).
#[test]
fn who_is_born_on_a_leap_day_may_gain_a_day_where_years_are_counted() {
    let born: PartialDate = "1988-02-29".parse().unwrap();
    let ends =
        [(27, 13), (40, 0), (26, 13), (39, 0)].map(|(age, years)| kept(Clock::Birthday(age), years, born));
    assert_eq!(ends.map(|end| end.to_string()), ["2028-02-29", "2028-02-28", "2027-02-28", "2027-02-28"]);
}

proptest! {
    #[test]
    fn whatever_a_file_says_it_is_read_or_refused(text in "(format = 1\n)?[^\u{0}]{0,80}", rest in "[\\[\\]{}\"=.#a-z0-9\n ]{0,120}") {
        if let Err(faults) = read(&format!("{text}{rest}")) {
            prop_assert!(!faults.is_empty());
        }
    }

    #[test]
    fn nothing_is_due_before_its_clock(clock in clock(), years in 0..200u32, day in day()) {
        let due = end_of(&Term::Years { clock, years }, &all_on(Happened::On(day.into())));
        let Due::After(deadline) = due else { panic!("{due:?}") };
        prop_assert!(day <= deadline.start);
        prop_assert!(deadline.start <= deadline.due_on());
    }

    #[test]
    fn a_later_fact_or_a_longer_period_never_ends_earlier(
        clock in clock(), years in 0..150u32, day in day(), later in 0..4000u64, more in 0..50u32,
    ) {
        let after = day + chrono::Days::new(later);
        prop_assert!(kept(clock, years, day.into()) <= kept(clock, years, after.into()));
        prop_assert!(kept(clock, years, day.into()) <= kept(clock, years + more, day.into()));
    }

    #[test]
    fn what_is_partly_known_ends_with_the_latest_it_can_be(clock in clock(), years in 0..150u32, day in day()) {
        let month: PartialDate = YearMonth::of(day).into();
        let year = PartialDate::from_year(month.year()).unwrap();
        let ends = [day.into(), month, year].map(|date| kept(clock, years, date));
        prop_assert!(ends.is_sorted());
        prop_assert_eq!(ends[1], kept(clock, years, month.latest().into()));
        prop_assert_eq!(ends[2], kept(clock, years, year.latest().into()));
    }

    #[test]
    fn an_age_and_years_after_it_are_the_greater_age(
        age in 0..40u32, years in 0..40u32, day in day(),
    ) {
        prop_assume!((day.month(), day.day()) != (2, 29));
        for clock in [Clock::Birthday, Clock::FiscalYearEndAfterBirthday] {
            prop_assert_eq!(kept(clock(age), years, day.into()), kept(clock(age + years), 0, day.into()));
        }
    }

    #[test]
    fn terms_that_compare_end_in_that_order(
        one in (clock(), 0..40u32), other in (clock(), 0..40u32), day in day(),
    ) {
        // Terms of one sum may then end a day apart: see `who_is_born_on_a_leap_day…`.
        prop_assume!((day.month(), day.day()) != (2, 29));
        let [one, other] = [one, other].map(|(clock, years)| Term::Years { clock, years });
        if let Some(order) = one.compare(&other) {
            let ends = [&one, &other].map(|term| end_of(term, &all_on(Happened::On(day.into()))).kept_to());
            prop_assert_eq!(ends[0].cmp(&ends[1]), order);
        }
    }

    #[test]
    fn no_rule_beside_others_ends_a_record_before_a_floor(
        rules in rules(), facts in facts(), extra in term_text(),
    ) {
        let before = schedule(&rules);
        let before = outcome(&before, Category::Support, &facts, &[]);
        if let Some(floor) = &before.floor {
            prop_assert!(not_before(&before.by_rule, floor));
        }
        let with_floor: Vec<_> = rules.iter().cloned().chain([(extra.clone(), "floor")]).collect();
        let with_floor = schedule(&with_floor);
        let with_floor = outcome(&with_floor, Category::Support, &facts, &[]);
        if !before.steps.is_empty() {
            prop_assert!(not_before(&with_floor.by_rule, &before.by_rule));
        }
    }

    #[test]
    fn another_ceiling_never_ends_later(rules in rules(), facts in facts(), extra in term_text()) {
        let limited: Vec<_> = rules.iter().cloned().chain([("clock = \"event_date\"\nyears = 3".into(), "ceiling")]).collect();
        let tighter: Vec<_> = limited.iter().cloned().chain([(extra, "ceiling")]).collect();
        let [limited, tighter] = [schedule(&limited), schedule(&tighter)];
        let [limited, tighter] =
            [&limited, &tighter].map(|schedule| outcome(schedule, Category::Support, &facts, &[]));
        prop_assert!(not_before(&limited.by_rule, &tighter.by_rule));
    }

    #[test]
    fn a_handover_keeps_to_the_stricter_town_and_the_receivers_floor(
        sender in rules(), receiver in rules(), facts in facts(), excepted in any::<bool>(),
    ) {
        let [sender, receiver] = [schedule(&sender), schedule(&receiver)];
        let [from, to] = [&sender, &receiver].map(|schedule| outcome(schedule, Category::Support, &facts, &[]));
        let exception = Exception {
            reason: "例".into(),
            decided_by: "例".into(),
            decided_on: "2026-11-01".parse().unwrap(),
        };
        let expiry = effective_expiry(&from, &to, excepted.then_some(&exception));
        if let Some(floor) = &to.floor {
            prop_assert!(not_before(&expiry.effective, floor));
        }
        // Never past the receiver's own rule.
        prop_assert!(not_before(&to.by_rule, &expiry.effective));
        if !excepted && to.floor.is_none() {
            prop_assert!(not_before(&from.by_rule, &expiry.effective));
        }
    }
}
