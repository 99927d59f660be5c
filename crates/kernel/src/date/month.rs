//! A calendar month: the unit in which schools report attendance.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use chrono::{Datelike, Months, NaiveDate};

use super::era::wareki_years;
use super::fold::{four, two};
use super::outcome::DateError;
use super::text::serde_as_text;

/// The western years a date in text can have: four digits, and there is no year 0.
pub(super) const YEARS: RangeInclusive<i32> = 1..=9999;

/// A month of one year, written `2026-09`. Ordered by time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct YearMonth {
    first: NaiveDate,
}

impl YearMonth {
    /// The month `month` (1–12) of the western year `year` (1–9999); `None` outside.
    #[must_use]
    pub fn new(year: i32, month: u32) -> Option<Self> {
        if !YEARS.contains(&year) {
            return None;
        }
        NaiveDate::from_ymd_opt(year, month, 1).map(|first| Self { first })
    }

    /// The month `date` lies in.
    #[must_use]
    pub fn of(date: NaiveDate) -> Self {
        // Every month has a first day, so the alternative is never taken.
        Self { first: date.with_day(1).unwrap_or(date) }
    }

    /// The western year.
    #[must_use]
    pub fn year(self) -> i32 {
        self.first.year()
    }

    /// The month, 1–12.
    #[must_use]
    pub fn month(self) -> u32 {
        self.first.month()
    }

    /// The month before. The calendar's first month is its own.
    #[must_use]
    pub fn prev(self) -> Self {
        Self { first: self.first.checked_sub_months(Months::new(1)).unwrap_or(self.first) }
    }

    /// The month after. The calendar's last month is its own.
    #[must_use]
    pub fn next(self) -> Self {
        Self { first: self.first.checked_add_months(Months::new(1)).unwrap_or(self.first) }
    }

    /// The first day of the month.
    #[must_use]
    pub fn first_day(self) -> NaiveDate {
        self.first
    }

    /// The last day of the month.
    #[must_use]
    pub fn last_day(self) -> NaiveDate {
        last_of(self.first, 1)
    }

    /// The month as staff write it: `令和8年9月`; `昭和64年・平成元年1月` where the era changes.
    #[must_use]
    pub fn wareki(self) -> String {
        format!("{}{}月", wareki_years(self.first_day(), self.last_day()), self.month())
    }
}

/// The last day of the `months` months that begin on `first`, a first of a month. A period that
/// reaches past the calendar ends with it.
pub(super) fn last_of(first: NaiveDate, months: u32) -> NaiveDate {
    first
        .checked_add_months(Months::new(months))
        .and_then(|following| following.pred_opt())
        .unwrap_or(NaiveDate::MAX)
}

impl fmt::Display for YearMonth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}", self.year(), self.month())
    }
}

impl FromStr for YearMonth {
    type Err = DateError;

    /// Reads `2026-09`, exactly so. Fails with [`DateError::Impossible`] for month 13 and with
    /// [`DateError::NotADate`] for any other shape.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let [y1, y2, y3, y4, b'-', m1, m2] = *text.as_bytes() else { return Err(DateError::NotADate) };
        let year = four([y1, y2, y3, y4]).ok_or(DateError::NotADate)?;
        let month = two([m1, m2]).ok_or(DateError::NotADate)?;
        Self::new(year, month).ok_or(DateError::Impossible)
    }
}

serde_as_text!(YearMonth);
