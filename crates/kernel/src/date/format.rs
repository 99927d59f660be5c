//! The closed list of spellings a layout may declare for a date, and how each is written back.

use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;

use super::era::Era;
use super::month::YEARS;
use super::partial::{PartialDate, Precision};
use super::text::serde_as_text;

/// One spelling of a date in a file. Configuration names it by the string beside it.
///
/// In every spelling but `excel_serial` the day may be unknown, written 00, 99 or 不詳, and then the
/// month too. Digits and letters may be full-width; an era may stand as letter, name (令和, 令) or single
/// character (㋿).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum DateFormat {
    /// `wareki7`: the era's digit and `yymmdd`: `5050401`.
    Wareki7,
    /// `wareki_letter`: `R5.4.1`, `R05.04.01`, `R050401`, `R5/4/1`, `R5-4-1`, `R 5. 4. 1`. Written
    /// `R05.04.01`.
    WarekiLetter,
    /// `wareki_kanji`: `令和5年4月1日`, `令和元年5月1日`, `令和五年四月一日`, `平成20年2月不詳日`. Without a day, a
    /// month: `令和8年10月`, `令和8年10月分`.
    WarekiKanji,
    /// `iso`: `2023-04-01`; unknown parts left out (`2008-02`) or 00.
    Iso,
    /// `slash`: `2023/4/1`, `2023/04/01`, `2023.4.1`, `2023-4-1`. Written `2023/4/1`.
    Slash,
    /// `ymd_kanji`: `2023年4月1日`. Without a day, a month: `2026年10月`, `2026年10月分`.
    YmdKanji,
    /// `ymd8`: `20230401`.
    Ymd8,
    /// `excel_serial`: whole days of the 1900 date system, 1 = 1900-01-01. 60 is 1900-02-29, a day that
    /// spreadsheets count and that never was.
    ExcelSerial,
    /// `wareki_ym`: a month, `R8.10`, `R08/10`, `R0810`, `50810`. Written `R08.10`.
    WarekiYm,
    /// `yyyymm`: a month, `202609`.
    Yyyymm,
    /// `ym_dash`: a month, `2026-09`.
    YmDash,
    /// `ym_slash`: a month, `2026/9`, `2026/09`. Written `2026/9`.
    YmSlash,
}

impl DateFormat {
    /// Every format.
    pub const ALL: [Self; 12] = [
        Self::Wareki7,
        Self::WarekiLetter,
        Self::WarekiKanji,
        Self::Iso,
        Self::Slash,
        Self::YmdKanji,
        Self::Ymd8,
        Self::ExcelSerial,
        Self::WarekiYm,
        Self::Yyyymm,
        Self::YmDash,
        Self::YmSlash,
    ];

    /// The name in configuration.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Wareki7 => "wareki7",
            Self::WarekiLetter => "wareki_letter",
            Self::WarekiKanji => "wareki_kanji",
            Self::Iso => "iso",
            Self::Slash => "slash",
            Self::YmdKanji => "ymd_kanji",
            Self::Ymd8 => "ymd8",
            Self::ExcelSerial => "excel_serial",
            Self::WarekiYm => "wareki_ym",
            Self::Yyyymm => "yyyymm",
            Self::YmDash => "ym_dash",
            Self::YmSlash => "ym_slash",
        }
    }
}

impl fmt::Display for DateFormat {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A configured name that is no [`DateFormat`]; its message lists those that are.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("unknown date format {given:?}: write one of {}", DateFormat::ALL.map(DateFormat::as_str).join(", "))]
pub struct UnknownDateFormat {
    /// The name as configured.
    pub given: String,
}

impl FromStr for DateFormat {
    type Err = UnknownDateFormat;

    fn from_str(name: &str) -> Result<Self, Self::Err> {
        Self::ALL
            .into_iter()
            .find(|format| format.as_str() == name)
            .ok_or_else(|| UnknownDateFormat { given: name.to_owned() })
    }
}

serde_as_text!(DateFormat);

/// Day 0 of the 1900 date system from 1900-03-01 on, where its count includes 1900-02-29.
pub(super) const EXCEL_EPOCH: NaiveDate = match NaiveDate::from_ymd_opt(1899, 12, 30) {
    Some(date) => date,
    None => unreachable!(),
};

/// The serial of 1900-02-29.
pub(super) const EXCEL_FALSE_LEAP_DAY: u32 = 60;

/// Writes `date` in the spelling `format`, so that [`parse`](super::parse()) reads the same date back.
///
/// `None` when the spelling cannot hold exactly this date: before Meiji or past the 99th year of an
/// era in wareki, before 1900 or partly unknown as a serial, with a known day as a month, a western
/// year of other than four digits. A month or year in which the era changes is written in the later
/// era; it reads back as the same month or year.
#[must_use]
pub fn format(date: &PartialDate, format: DateFormat) -> Option<String> {
    let (month, day) = date.month_and_day();
    let year = date.year();
    if !YEARS.contains(&year) {
        return None;
    }
    match format {
        DateFormat::Wareki7 => {
            let (era, year) = era_year(*date)?;
            Some(format!("{}{year:02}{month:02}{day:02}", era.digit()))
        }
        DateFormat::WarekiLetter => {
            let (era, year) = era_year(*date)?;
            Some(format!("{}{year:02}.{month:02}.{day:02}", era.letter()))
        }
        DateFormat::WarekiKanji => {
            let (era, year) = era_year(*date)?;
            let year = if year == 1 { "元".to_owned() } else { year.to_string() };
            Some(format!("{}{year}年{}月{}日", era.kanji(), known(month), known(day)))
        }
        DateFormat::Iso => Some(date.to_string()),
        DateFormat::Slash => Some(format!("{year:04}/{month}/{day}")),
        DateFormat::YmdKanji => Some(format!("{year:04}年{}月{}日", known(month), known(day))),
        DateFormat::Ymd8 => Some(format!("{year:04}{month:02}{day:02}")),
        DateFormat::ExcelSerial => excel_serial(date.day()?).map(|serial| serial.to_string()),
        DateFormat::WarekiYm if date.precision() != Precision::Day => {
            let (era, year) = era_year(*date)?;
            Some(format!("{}{year:02}.{month:02}", era.letter()))
        }
        DateFormat::Yyyymm if date.precision() != Precision::Day => Some(format!("{year:04}{month:02}")),
        DateFormat::YmDash if date.precision() != Precision::Day => Some(format!("{year:04}-{month:02}")),
        DateFormat::YmSlash if date.precision() != Precision::Day => Some(format!("{year:04}/{month}")),
        DateFormat::WarekiYm | DateFormat::Yyyymm | DateFormat::YmDash | DateFormat::YmSlash => None,
    }
}

/// The era and the year in it, as two digits can hold it.
fn era_year(date: PartialDate) -> Option<(Era, i32)> {
    let era = Era::of(date.latest())?;
    let year = date.year() - era.year_zero();
    (year <= 99).then_some((era, year))
}

fn known(part: u32) -> String {
    if part == 0 { "不詳".to_owned() } else { part.to_string() }
}

fn excel_serial(day: NaiveDate) -> Option<u32> {
    let days = u32::try_from(day.signed_duration_since(EXCEL_EPOCH).num_days()).ok()?;
    if days > EXCEL_FALSE_LEAP_DAY { Some(days) } else { days.checked_sub(1).filter(|serial| *serial >= 1) }
}
