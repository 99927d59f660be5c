//! 遅刻・欠席 by month: which months count, and what a month's count is. August has no lessons, and a
//! month with three of them says nothing about habits, so the two last months *with enough 授業日数* are
//! compared.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use kernel::date::YearMonth;
use kernel::{Absence, Datum, ItemCode, Known, Value, ValueKind, When};

use crate::coverage::{Reference, speaking};
use crate::facts::{Fact, PersonFacts};
use crate::inputs::{Answer, Ask, record};
use crate::relatives::weakest;
use crate::rulebook::Of;

/// How many months are looked through at most: a school year.
const LOOK_BACK: usize = 12;

/// What is asked about attendance.
pub(crate) struct Attendance<'a> {
    pub(crate) item: &'a ItemCode,
    pub(crate) class_days_item: &'a ItemCode,
    pub(crate) calendar: &'a BTreeMap<YearMonth, i64>,
    pub(crate) min_class_days: i64,
    pub(crate) lag_months: i64,
    pub(crate) max: u8,
}

/// The count of the last month with enough 授業日数 (`back` 0) or of the one before it (1). A month of
/// which it is not known whether it counts makes this and every earlier one unknown; only at the very
/// end are months that nobody has reported yet passed over, up to `lag_months`.
pub(crate) fn month_count(
    ask: &Ask<'_>,
    person: &PersonFacts,
    of: Of,
    asked: &Attendance<'_>,
    back: u8,
) -> Answer {
    let mut month = last_ended(ask.as_of);
    let (mut seen, mut lag) = (0, asked.lag_months);
    for _ in 0..LOOK_BACK {
        match lessons(ask, person, of, asked, month) {
            Known::Present(true) if seen == back => return count(ask, person, of, asked, month),
            Known::Present(true) => seen += 1,
            Known::Present(false) => {}
            Known::Absent(_) if seen == 0 && lag > 0 && unreported(ask, person, asked, month) => lag -= 1,
            Known::Absent(reason) => return (Known::Absent(reason), Vec::new()),
        }
        month = month.prev();
    }
    (Known::NOT_COLLECTED, Vec::new())
}

fn last_ended(as_of: NaiveDate) -> YearMonth {
    let month = YearMonth::of(as_of);
    if month.last_day() == as_of { month } else { month.prev() }
}

/// Whether the month has enough 授業日数: by the child's own row, else by its school's, else because a
/// complete load covers the child in that month.
fn lessons(
    ask: &Ask<'_>,
    person: &PersonFacts,
    of: Of,
    asked: &Attendance<'_>,
    month: YearMonth,
) -> Known<bool> {
    let rows = rows(person, asked.class_days_item, month);
    let own = rows.iter().find_map(|fact| int(&fact.datum));
    if let Some(days) = own.or_else(|| asked.calendar.get(&month).copied()) {
        return Known::Present(days >= asked.min_class_days);
    }
    if let Some(reason) = weakest(rows.iter().filter_map(|fact| fact.datum.absence())) {
        return Known::Absent(reason);
    }
    match count(ask, person, of, asked, month).0 {
        Known::Present(_) => Known::Present(true),
        Known::Absent(reason) => Known::Absent(reason),
    }
}

fn count(ask: &Ask<'_>, person: &PersonFacts, of: Of, asked: &Attendance<'_>, month: YearMonth) -> Answer {
    let rows = rows(person, asked.item, month);
    let evidence = || rows.iter().map(|fact| record(of, &fact.origin, Some(fact.when.clone()))).collect();
    if let Some(reason) = weakest(rows.iter().filter_map(|fact| fact.datum.absence())) {
        return (Known::Absent(reason), evidence());
    }
    if rows.is_empty() {
        return ask.without_row(person, asked.item, of, ValueKind::Int, Reference::Month(month));
    }
    // A child who changed school within the month has a row of each.
    let sum = rows.iter().filter_map(|fact| int(&fact.datum)).fold(0, i64::saturating_add);
    let capped = sum.clamp(0, i64::from(asked.max));
    match u8::try_from(capped) {
        Ok(count) => (Known::Present(count), evidence()),
        Err(_) => (Known::Absent(Absence::Unreadable), evidence()),
    }
}

fn unreported(ask: &Ask<'_>, person: &PersonFacts, asked: &Attendance<'_>, month: YearMonth) -> bool {
    let reference = Reference::Month(month);
    rows(person, asked.item, month).is_empty()
        && speaking(ask.claims, asked.item, reference, ask.stale_after_days()).next().is_none()
}

fn rows<'p>(person: &'p PersonFacts, item: &ItemCode, month: YearMonth) -> Vec<&'p Fact> {
    person.facts.iter().filter(|fact| fact.item == *item && fact.when == When::Month(month)).collect()
}

const fn int(datum: &Datum) -> Option<i64> {
    match datum {
        Known::Present(Value::Int(number)) => Some(*number),
        _ => None,
    }
}
