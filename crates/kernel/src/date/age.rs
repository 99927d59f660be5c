//! Age as the law counts it: one is a year older the day *before* the birthday.
//!
//! 年齢計算ニ関スル法律 counts from the day of birth itself and applies 民法143条. By its paragraph 2 a
//! period of years ends on the day before the day that answers to its first; and where the last month
//! has no such day, on the last day of that month. So:
//!
//! * born 2019-04-01 → the sixth year of life ends with 2025-03-31, and six is reached on that day;
//! * born 2008-02-29 → in 2012 the answering day is 29 February, the day before it the 28th; in 2009
//!   there is none, and the period ends on the last day of February, again the 28th. One born on 29
//!   February reaches every age on a 28 February, and never on 1 March.
//!
//! The age is complete at the end of that day; laws that speak of the day on which an age is reached
//! (「達する日」, 学校教育法17条, 児童手当法 etc.) mean that calendar day, and so do these functions.

use chrono::{Datelike, NaiveDate};

/// The last day of a period of `years` years whose first day counts (民法143条2項): five years from
/// 2024-06-01 end on 2029-05-31. Zero years end the day before they begin. A period that reaches past
/// chrono's calendar ends with it.
#[must_use]
pub fn period_end(first: NaiveDate, years: u32) -> NaiveDate {
    let Some(year) = first.year().checked_add_unsigned(years) else { return NaiveDate::MAX };
    match NaiveDate::from_ymd_opt(year, first.month(), first.day()) {
        Some(answering) => answering.pred_opt().unwrap_or(answering),
        // 29 February of a common year: the last day of that month.
        None => NaiveDate::from_ymd_opt(year, 2, 28).unwrap_or(NaiveDate::MAX),
    }
}

/// The day on which one born on `birth` reaches `age` years: the day before the birthday.
#[must_use]
pub fn reaches(birth: NaiveDate, age: u32) -> NaiveDate {
    period_end(birth, age)
}

/// The age in completed years on the day `on`; `None` before birth.
#[must_use]
pub fn age_on(birth: NaiveDate, on: NaiveDate) -> Option<u32> {
    if on < birth {
        return None;
    }
    let years = u32::try_from(on.year().saturating_sub(birth.year())).ok()?;
    // One born on 1 January is a year older on 31 December already; anyone else at most `years` old.
    [years.saturating_add(1), years]
        .into_iter()
        .find(|age| reaches(birth, *age) <= on)
        .or(years.checked_sub(1))
}
