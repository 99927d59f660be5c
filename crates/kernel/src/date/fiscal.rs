//! The fiscal year: 4月1日 to 3月31日 (地方自治法208条1項). Budgets, retention clocks and, by another
//! law, schools count in it.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};

use super::fold::four;
use super::outcome::DateError;
use super::text::serde_as_text;

/// A fiscal year (会計年度), named by the western year in which it begins: `2024` runs from 2024-04-01
/// to 2025-03-31. Ordered by time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FiscalYear(i32);

impl FiscalYear {
    /// The fiscal year that begins on 4月1日 of the western year `year`.
    #[must_use]
    pub const fn new(year: i32) -> Self {
        Self(year)
    }

    /// The fiscal year `date` lies in.
    #[must_use]
    pub fn of(date: NaiveDate) -> Self {
        if date.month() >= 4 { Self(date.year()) } else { Self(date.year().saturating_sub(1)) }
    }

    /// The western year in which it begins.
    #[must_use]
    pub const fn year(self) -> i32 {
        self.0
    }

    /// Its first day, 4月1日. Years past the calendar begin with its nearest end.
    #[must_use]
    pub fn start(self) -> NaiveDate {
        day(self.0, 4, 1)
    }

    /// Its last day, 3月31日 of the following year. Years past the calendar end with its nearest end.
    #[must_use]
    pub fn end(self) -> NaiveDate {
        day(self.0.saturating_add(1), 3, 31)
    }

    /// The fiscal year `years` later; negative for earlier.
    #[must_use]
    pub const fn plus(self, years: i32) -> Self {
        Self(self.0.saturating_add(years))
    }

    /// The fiscal year after.
    #[must_use]
    pub const fn next(self) -> Self {
        self.plus(1)
    }

    /// The fiscal year before.
    #[must_use]
    pub const fn prev(self) -> Self {
        self.plus(-1)
    }
}

/// A day that every year has, or the end of chrono's calendar (262,142 years either way) beyond it.
fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    let edge = if year < 0 { NaiveDate::MIN } else { NaiveDate::MAX };
    NaiveDate::from_ymd_opt(year, month, day).unwrap_or(edge)
}

impl fmt::Display for FiscalYear {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.0)
    }
}

impl FromStr for FiscalYear {
    type Err = DateError;

    /// Reads four digits, `2024`. Fails with [`DateError::NotADate`] otherwise.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let [y1, y2, y3, y4] = *text.as_bytes() else { return Err(DateError::NotADate) };
        four([y1, y2, y3, y4]).map(Self).ok_or(DateError::NotADate)
    }
}

serde_as_text!(FiscalYear);
