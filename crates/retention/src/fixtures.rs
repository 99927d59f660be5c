//! The committed schedules and fictional facts, for this crate's tests.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use kernel::{Category, Fault, ItemCode, ItemDef, Lang, ValueKind};

use crate::{Facts, Happened, Hold, Outcome, Record, Schedule, Term};

pub(crate) const COOPERATIVE: &str = include_str!("../../../tenants/cooperative/retention.toml");
pub(crate) const TOWNS: [(&str, &str); 3] = [
    ("kaisei", include_str!("../../../tenants/kaisei/retention.toml")),
    ("oi", include_str!("../../../tenants/oi/retention.toml")),
    ("nakai", include_str!("../../../tenants/nakai/retention.toml")),
];

/// The day on which every fixture is asked.
pub(crate) const TODAY: &str = "2026-11-21";

pub(crate) fn day(text: &str) -> NaiveDate {
    text.parse().unwrap()
}

pub(crate) fn on(text: &str) -> Happened {
    Happened::On(text.parse().unwrap())
}

/// Every fact alike.
pub(crate) fn all_on(fact: Happened) -> Facts {
    Facts {
        recorded: fact,
        completed: fact,
        born: fact,
        graduated: fact,
        closed: fact,
        moved_out: fact,
        disposal_permitted: fact,
    }
}

pub(crate) fn years(clock: &str, years: u32) -> Term {
    Term::Years { clock: clock.parse().unwrap(), years }
}

pub(crate) fn item(text: &str) -> ItemCode {
    text.parse().unwrap()
}

pub(crate) fn dictionary() -> Vec<ItemDef> {
    [
        ("allowance.child_rearing", Category::Allowance),
        ("allowance.single_parent_medical", Category::Allowance),
        ("attendance.absent_days", Category::Attendance),
        ("attendance.class_days", Category::Attendance),
        ("attendance.late_days", Category::Attendance),
        ("attendance.school", Category::Attendance),
        ("childcare.enrolment", Category::Childcare),
        ("consultation.general", Category::Consultation),
        ("disability.certificate", Category::Disability),
        ("protection.council_case", Category::Protection),
        ("school_health.nurse_visit", Category::SchoolHealth),
        ("welfare.disability_service", Category::Welfare),
    ]
    .into_iter()
    .map(|(code, category)| ItemDef {
        code: item(code),
        category,
        kind: ValueKind::Bool,
        ja: code.into(),
        en: code.into(),
        unit: None,
        values: BTreeMap::new(),
    })
    .collect()
}

/// Faults as one reads them: the code, then the English sentence.
pub(crate) fn told(faults: &[Fault]) -> Vec<String> {
    faults.iter().map(|fault| format!("{} {}", fault.code(), fault.detail(Lang::En))).collect()
}

pub(crate) fn read(text: &str) -> Result<Schedule, Vec<String>> {
    Schedule::read("retention.toml", text, &dictionary()).map_err(|faults| told(&faults))
}

pub(crate) fn over(shared: &Schedule, text: &str) -> Result<Schedule, Vec<String>> {
    shared.with_town("town.toml", text, &dictionary()).map_err(|faults| told(&faults))
}

pub(crate) fn cooperative() -> Schedule {
    read(COOPERATIVE).unwrap()
}

pub(crate) fn town(slug: &str) -> Schedule {
    let (_, text) = TOWNS.iter().find(|(name, _)| *name == slug).unwrap();
    over(&cooperative(), text).unwrap()
}

/// A rule of a file, with the keys a test does not care about.
pub(crate) fn rule(code: &str, term: &str, bound: &str) -> String {
    format!(
        "[[rule]]\ncode = \"{code}\"\nja = \"記録\"\nen = \"record\"\ncategories = [\"support\"]\nitems = []\n{term}\n\
         bound = \"{bound}\"\neffective_from = 2020-04-01\n\
         source = {{ article = \"例\", row = \"例\", checked = \"unchecked\" }}\n"
    )
}

/// An override likewise.
pub(crate) fn own(code: &str, term: &str) -> String {
    format!(
        "format = 1\n[[override]]\nrule = \"{code}\"\n{term}\neffective_from = 2020-04-01\n\
         decided_by = \"課長（架空）\"\ndecided_on = 2020-03-01\n\
         source = {{ article = \"例\", row = \"例\", checked = \"unchecked\" }}\n"
    )
}

/// What the schedule says today about a category's record.
pub(crate) fn outcome<'s>(
    schedule: &'s Schedule,
    category: Category,
    facts: &Facts,
    holds: &[Hold],
) -> Outcome<'s> {
    schedule.outcome(&Record { category, item: None, facts, holds }, day(TODAY))
}
