//! A date as far as it is known. Registers hold people whose day or month of birth nobody knows; to
//! read "February 2008" as the first of February would invent a birthday.

use std::fmt;
use std::str::FromStr;

use chrono::{Datelike, NaiveDate};

use super::era::{wareki_year, wareki_years};
use super::fold::{four, two};
use super::month::{YEARS, YearMonth, last_of};
use super::outcome::DateError;
use super::text::serde_as_text;

/// How much of a date is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Precision {
    /// Year, month and day.
    Day,
    /// Year and month; the day is unknown (日不詳).
    Month,
    /// The year only (月日不詳).
    Year,
}

/// A full day, a month with its day unknown, or a year with month and day unknown.
///
/// Written in ISO 8601 as far as known: `2008-02-01`, `2008-02`, `2008`. It has no order: of 2008-02
/// and 2008-02-10 neither is known to come first. Compare [`earliest`](Self::earliest) and
/// [`latest`](Self::latest) and say which is meant.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct PartialDate {
    /// The first day it can be. Private, so that nobody takes it for the day.
    start: NaiveDate,
    precision: Precision,
}

impl PartialDate {
    /// A year (1–9999) of which month and day are unknown; `None` outside.
    #[must_use]
    pub fn from_year(year: i32) -> Option<Self> {
        let start = YearMonth::new(year, 1)?.first_day();
        Some(Self { start, precision: Precision::Year })
    }

    /// A full day of the years 1 to 9999; `None` when there is no such day.
    #[must_use]
    pub fn from_ymd(year: i32, month: u32, day: u32) -> Option<Self> {
        if !YEARS.contains(&year) {
            return None;
        }
        NaiveDate::from_ymd_opt(year, month, day).map(Self::from)
    }

    /// How much is known.
    #[must_use]
    pub fn precision(self) -> Precision {
        self.precision
    }

    /// The day, when it is known.
    #[must_use]
    pub fn day(self) -> Option<NaiveDate> {
        (self.precision == Precision::Day).then_some(self.start)
    }

    /// The month, when it is known, with or without the day.
    #[must_use]
    pub fn month(self) -> Option<YearMonth> {
        (self.precision != Precision::Year).then(|| YearMonth::of(self.start))
    }

    /// The western year, which is always known.
    #[must_use]
    pub fn year(self) -> i32 {
        self.start.year()
    }

    /// The first day it can be.
    #[must_use]
    pub fn earliest(self) -> NaiveDate {
        self.start
    }

    /// The last day it can be.
    #[must_use]
    pub fn latest(self) -> NaiveDate {
        match self.precision {
            Precision::Day => self.start,
            Precision::Month => last_of(self.start, 1),
            Precision::Year => last_of(self.start, 12),
        }
    }

    /// As staff write it: `平成20年2月1日`, `平成20年2月（日不詳）`, `平成20年（月日不詳）`. Where the era
    /// changes within what is unknown, both are named: `平成31年・令和元年（月日不詳）`.
    #[must_use]
    pub fn wareki(self) -> String {
        match self.precision {
            Precision::Day => {
                format!("{}{}月{}日", wareki_year(self.start), self.start.month(), self.start.day())
            }
            Precision::Month => format!("{}（日不詳）", YearMonth::of(self.start).wareki()),
            Precision::Year => format!("{}（月日不詳）", wareki_years(self.start, self.latest())),
        }
    }

    /// Month and day as files write them, 0 where unknown.
    pub(super) fn month_and_day(self) -> (u32, u32) {
        match self.precision {
            Precision::Day => (self.start.month(), self.start.day()),
            Precision::Month => (self.start.month(), 0),
            Precision::Year => (0, 0),
        }
    }
}

impl From<NaiveDate> for PartialDate {
    fn from(day: NaiveDate) -> Self {
        Self { start: day, precision: Precision::Day }
    }
}

impl From<YearMonth> for PartialDate {
    fn from(month: YearMonth) -> Self {
        Self { start: month.first_day(), precision: Precision::Month }
    }
}

impl fmt::Display for PartialDate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}", self.start.year())?;
        match self.month_and_day() {
            (0, _) => Ok(()),
            (month, 0) => write!(f, "-{month:02}"),
            (month, day) => write!(f, "-{month:02}-{day:02}"),
        }
    }
}

impl FromStr for PartialDate {
    type Err = DateError;

    /// Reads what `Display` writes and nothing else: an unknown day is left out, never `00`. Fails with
    /// [`DateError::Impossible`] for a day that does not exist and with [`DateError::NotADate`] for any
    /// other shape.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (year, month, day) = iso_parts(text.as_bytes()).ok_or(DateError::NotADate)?;
        match (month, day) {
            (None, _) => Self::from_year(year),
            (Some(month), None) => YearMonth::new(year, month).map(Self::from),
            (Some(month), Some(day)) => Self::from_ymd(year, month, day),
        }
        .ok_or(DateError::Impossible)
    }
}

/// Year, month and day of `2008-02-01`, `2008-02` or `2008`: digits only, not yet a date.
pub(super) fn iso_parts(bytes: &[u8]) -> Option<(i32, Option<u32>, Option<u32>)> {
    match *bytes {
        [a, b, c, d] => Some((four([a, b, c, d])?, None, None)),
        [a, b, c, d, b'-', e, f] => Some((four([a, b, c, d])?, Some(two([e, f])?), None)),
        [a, b, c, d, b'-', e, f, b'-', g, h] => {
            Some((four([a, b, c, d])?, Some(two([e, f])?), Some(two([g, h])?)))
        }
        _ => None,
    }
}

serde_as_text!(PartialDate);
