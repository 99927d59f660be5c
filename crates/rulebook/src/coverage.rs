//! 収録範囲: what it means that a source has no row for somebody. Inside what a load claims to be
//! complete for, an absent row is a collected zero; outside it is an absence with its reason.

use chrono::{Days, NaiveDate};
use kernel::date::{Grade, PartialDate, YearMonth, school_entry};
use kernel::{Absence, Datum, ItemCode, Known, SourceCode, Value, ValueKind, When};
use serde::{Deserialize, Serialize};

/// Days from one to another, both included, or still running.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Span {
    /// The first day; of a partly known date, the latest it can be.
    pub from: NaiveDate,
    /// The last day, if it has ended; of a partly known date, the earliest it can be.
    pub until: Option<NaiveDate>,
}

impl Span {
    fn contains(self, day: NaiveDate) -> bool {
        self.from <= day && self.until.is_none_or(|until| day <= until)
    }
}

/// 在籍校の設置者.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Founder {
    /// 町立.
    TownPublic,
    /// 他市町村立.
    OtherMunicipal,
    /// 県立.
    Prefectural,
    /// 国立.
    National,
    /// 私立.
    Private,
}

/// 在籍: who runs the school a child is at, and when it is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Enrolment {
    /// The school's founder.
    pub founder: Founder,
    /// When.
    pub span: Span,
}

/// Where a person belongs, as far as known: what claims are held against.
#[derive(Clone, Default)]
pub struct Standing {
    /// 生年月日.
    pub birth: Option<PartialDate>,
    /// Registered in this town.
    pub registered: Vec<Span>,
    /// At school.
    pub schools: Vec<Enrolment>,
    /// A handover from the previous town is under way.
    pub in_transit: bool,
}

impl Standing {
    /// Whether the person was registered on every one of these days.
    fn registered_over(&self, first: NaiveDate, last: NaiveDate) -> bool {
        let mut day = first;
        // Each round either reaches the end or moves on past the span that holds the day.
        while let Some(span) = self.registered.iter().find(|span| span.contains(day)) {
            match span.until {
                Some(until) if until < last => day = until.succ_opt().unwrap_or(last),
                _ => return true,
            }
        }
        false
    }

    fn founder_on(&self, day: NaiveDate) -> Option<Founder> {
        self.schools.iter().find(|school| school.span.contains(day)).map(|school| school.founder)
    }

    /// Whether something holds of the birth date, whatever its unknown part is.
    fn born(&self, holds: impl Fn(NaiveDate) -> bool) -> bool {
        self.birth.is_some_and(|birth| holds(birth.earliest()) && holds(birth.latest()))
    }
}

/// Whom a load claims to be complete for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cohort {
    /// Everyone registered in the town.
    Residents,
    /// Those of them up to 18歳到達後最初の3月31日.
    Children,
    /// 町立小中学校の在籍者.
    TownSchoolPupils,
    /// Only those listed: no claim.
    Listed,
}

/// What one load claims to be complete for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoverageClaim {
    /// 連携元.
    pub source: SourceCode,
    /// The section that holds it, as staff call it.
    pub holder: String,
    /// The items it gives.
    pub items: Vec<ItemCode>,
    /// Whom it is complete for.
    pub cohort: Cohort,
    /// The month, the period, or the day of the export.
    pub when: When,
}

/// The time a question is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Reference {
    /// As things stand on a day.
    Day(NaiveDate),
    /// A calendar month.
    Month(YearMonth),
    /// Any time between two days, both included.
    Window(NaiveDate, NaiveDate),
}

impl Reference {
    fn first_and_last(self) -> (NaiveDate, NaiveDate) {
        match self {
            Self::Day(day) => (day, day),
            Self::Month(month) => (month.first_day(), month.last_day()),
            Self::Window(first, last) => (first, last),
        }
    }
}

/// What it means that no row gives `item` for a person over the time asked about: zero in the item's
/// kind where a claim covers the person (with that claim), an absence otherwise. A claim older than
/// `stale_after_days` on the last day asked about says nothing.
#[must_use]
pub fn absent_row<'c>(
    claims: &'c [CoverageClaim],
    item: &ItemCode,
    kind: ValueKind,
    person: &Standing,
    reference: Reference,
    stale_after_days: u64,
) -> (Datum, Option<&'c CoverageClaim>) {
    let mut reason = Absence::NotCollected;
    for claim in speaking(claims, item, reference, stale_after_days) {
        match within(claim.cohort, person, reference) {
            Ok(()) => return (Known::Present(zero(kind)), Some(claim)),
            Err(other) if reason == Absence::NotCollected => reason = other,
            Err(_) => {}
        }
    }
    let (first, last) = reference.first_and_last();
    if reason == Absence::NotCollected && person.in_transit && !person.registered_over(first, last) {
        reason = Absence::InTransit;
    }
    (Known::Absent(reason), None)
}

/// The claims that speak about an item at a time.
pub(crate) fn speaking<'c>(
    claims: &'c [CoverageClaim],
    item: &ItemCode,
    reference: Reference,
    stale_after_days: u64,
) -> impl Iterator<Item = &'c CoverageClaim> {
    claims
        .iter()
        .filter(move |claim| claim.items.contains(item) && speaks(&claim.when, reference, stale_after_days))
}

fn speaks(when: &When, reference: Reference, stale_after_days: u64) -> bool {
    let (first, last) = reference.first_and_last();
    let fresh = last.checked_sub_days(Days::new(stale_after_days)).unwrap_or(NaiveDate::MIN);
    match (when, reference) {
        (When::Month(claimed), Reference::Month(asked)) => *claimed == asked,
        (When::AsOf(day), Reference::Day(asked)) => fresh <= *day && *day <= asked,
        // An export made after the window still lists what happened in it.
        (When::AsOf(day), Reference::Window(..)) => fresh <= *day,
        (When::AsOf(day), Reference::Month(_)) => last <= *day,
        (When::Period { from, until }, _) => {
            let needed = if matches!(reference, Reference::Month(_)) { last } else { fresh };
            from.as_ref().is_none_or(|from| from.latest() <= first)
                && until.as_ref().is_none_or(|until| needed <= until.earliest())
        }
        (When::At(_) | When::Month(_), _) => false,
    }
}

/// Whether a claim covers the person, or why it does not.
fn within(cohort: Cohort, person: &Standing, reference: Reference) -> Result<(), Absence> {
    let (first, last) = reference.first_and_last();
    let registered = || {
        // Nobody is registered before birth; a newborn is covered from its first day.
        let first = person.birth.map_or(first, |birth| first.max(birth.latest().min(last)));
        if person.registered_over(first, last) { Ok(()) } else { Err(Absence::NotCollected) }
    };
    match cohort {
        Cohort::Residents => registered(),
        Cohort::Children if person.born(|birth| Grade::of(birth, last) == Grade::Adult) => {
            Err(Absence::NotCollected)
        }
        Cohort::Children => registered(),
        Cohort::TownSchoolPupils => at_school(person, reference),
        Cohort::Listed => Err(Absence::NotCollected),
    }
}

/// A month asks about its first day only: 9月1日に在籍 is what a school's monthly report is made for.
fn at_school(person: &Standing, reference: Reference) -> Result<(), Absence> {
    let (first, last) = reference.first_and_last();
    let of_age = |birth| matches!(Grade::of(birth, last), Grade::Elementary(_) | Grade::JuniorHigh(_));
    if person.born(|birth| !of_age(birth)) {
        return Err(Absence::NotApplicable);
    }
    let days = match reference {
        Reference::Day(day) => [day, day],
        Reference::Month(_) => [first; 2],
        // A pupil of the first year was at no school before it.
        Reference::Window(..) => {
            let entry = person.birth.map_or(first, |birth| school_entry(birth.latest()));
            [first.max(entry.min(last)), last]
        }
    };
    days.into_iter().try_for_each(|day| match person.founder_on(day) {
        Some(Founder::TownPublic) => Ok(()),
        Some(_) => Err(Absence::HeldElsewhere),
        None => Err(Absence::NotCollected),
    })
}

const fn zero(kind: ValueKind) -> Value {
    match kind {
        ValueKind::Int => Value::Int(0),
        _ => Value::Bool(false),
    }
}

#[cfg(test)]
#[path = "coverage_tests.rs"]
mod tests;
