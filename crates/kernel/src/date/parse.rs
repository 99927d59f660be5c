//! Reads a date in the spellings a layout declares, and in no other: nothing is guessed.
//!
//! Called once or more for every row of every file, so it allocates nothing.

use std::cmp::Ordering;

use chrono::Days;

use super::era::Era;
use super::fold::{BUN, CAPACITY, FUSHO, GAN, GETSU, NEN, NICHI, fold, four, number, two};
use super::format::{DateFormat, EXCEL_EPOCH, EXCEL_FALSE_LEAP_DAY};
use super::month::YearMonth;
use super::outcome::{DateError, DateWarning, EraRule, Parsed};
use super::partial::{PartialDate, iso_parts};

/// Reads `text` in the first of `formats` whose shape it has. That format decides: a text it refuses is
/// not tried on as something else. Surrounding blanks, full-width ones too, do not count.
///
/// # Errors
/// [`DateError`], by its `code()`. Sentinels for "no date" (`00000000`, `H00.00.00`, `9999999`) are
/// [`DateError::NotADate`]: what they mean is the field's to declare, before this is called.
pub fn parse(text: &str, formats: &[DateFormat], rule: EraRule) -> Result<Parsed, DateError> {
    let mut buffer = [0; CAPACITY];
    let bytes = fold(text, &mut buffer).ok_or(DateError::NotADate)?;
    formats
        .iter()
        .filter_map(|format| read(bytes, *format))
        .map(|written| written.resolve(rule))
        .find(|result| *result != Err(DateError::NotADate))
        .unwrap_or(Err(DateError::NotADate))
}

/// A text that has a format's shape, its numbers not yet checked against the calendar. A month or day
/// of 0 is unknown.
enum Written {
    Era { era: Era, year: i32, month: u32, day: u32 },
    Western { year: i32, month: u32, day: u32 },
    Serial(u32),
}

fn read(bytes: &[u8], format: DateFormat) -> Option<Written> {
    match format {
        DateFormat::Wareki7 => wareki7(bytes),
        DateFormat::WarekiLetter => wareki_letter(bytes),
        DateFormat::WarekiKanji => wareki_kanji(bytes),
        DateFormat::Iso => {
            let (year, month, day) = iso_parts(bytes)?;
            Some(western(year, month.unwrap_or(0), day.unwrap_or(0)))
        }
        DateFormat::Slash => slash(bytes),
        DateFormat::YmdKanji => {
            let &[y1, y2, y3, y4, NEN, ref rest @ ..] = bytes else { return None };
            let (month, day) = after_year(rest)?;
            Some(western(four([y1, y2, y3, y4])?, month, day))
        }
        DateFormat::Ymd8 => {
            let &[y1, y2, y3, y4, m1, m2, d1, d2] = bytes else { return None };
            Some(western(four([y1, y2, y3, y4])?, two([m1, m2])?, two([d1, d2])?))
        }
        DateFormat::ExcelSerial => serial(bytes).map(Written::Serial),
        DateFormat::WarekiYm => wareki_ym(bytes),
        DateFormat::Yyyymm => {
            let &[y1, y2, y3, y4, m1, m2] = bytes else { return None };
            Some(western(four([y1, y2, y3, y4])?, two([m1, m2])?, 0))
        }
        DateFormat::YmDash => {
            let &[y1, y2, y3, y4, b'-', m1, m2] = bytes else { return None };
            Some(western(four([y1, y2, y3, y4])?, two([m1, m2])?, 0))
        }
        DateFormat::YmSlash => {
            let &[y1, y2, y3, y4, b'/', ref rest @ ..] = bytes else { return None };
            let (month, []) = part(rest)? else { return None };
            Some(western(four([y1, y2, y3, y4])?, month, 0))
        }
    }
}

/// `5050401`
fn wareki7(bytes: &[u8]) -> Option<Written> {
    let &[era, y1, y2, m1, m2, d1, d2] = bytes else { return None };
    let era = Era::from_digit(era.checked_sub(b'0')?)?;
    in_era(era, two([y1, y2])?, two([m1, m2])?, two([d1, d2])?)
}

/// `R5.4.1`, `R050401`
fn wareki_letter(bytes: &[u8]) -> Option<Written> {
    let (&letter, rest) = bytes.split_first()?;
    let era = Era::from_letter(letter)?;
    if let &[y1, y2, m1, m2, d1, d2] = rest
        && let (Some(year), Some(month), Some(day)) = (two([y1, y2]), two([m1, m2]), two([d1, d2]))
    {
        return in_era(era, year, month, day);
    }
    let (year, rest) = era_year(rest)?;
    let (&separator, rest) = rest.split_first()?;
    if !matches!(separator, b'.' | b'/' | b'-') {
        return None;
    }
    let (month, day) = month_and_day(rest, separator)?;
    in_era(era, year, month, day)
}

/// `R8.10`, `R0810`, `50810`: a month.
fn wareki_ym(bytes: &[u8]) -> Option<Written> {
    let (&first, rest) = bytes.split_first()?;
    let era = Era::from_letter(first).or_else(|| Era::from_digit(first.checked_sub(b'0')?))?;
    if let &[y1, y2, m1, m2] = rest
        && let (Some(year), Some(month)) = (two([y1, y2]), two([m1, m2]))
    {
        return in_era(era, year, month, 0);
    }
    if first.is_ascii_digit() {
        return None;
    }
    let (year, rest) = era_year(rest)?;
    let [b'.' | b'/' | b'-', rest @ ..] = rest else { return None };
    let (month, []) = part(rest)? else { return None };
    in_era(era, year, month, 0)
}

/// `令和5年4月1日`; from the year on the rest may be unknown, in any of the ways people write that.
fn wareki_kanji(bytes: &[u8]) -> Option<Written> {
    let (&letter, rest) = bytes.split_first()?;
    let era = Era::from_letter(letter)?;
    let (year, rest) = era_year(rest)?;
    let (month, day) = after_year(rest.strip_prefix(&[NEN])?)?;
    in_era(era, year, month, day)
}

/// Month and day behind 年, unknown ones as 0: `4月1日`, `10月分`, `月日不詳`.
fn after_year(rest: &[u8]) -> Option<(u32, u32)> {
    if matches!(rest, [] | [FUSHO] | [GETSU, NICHI, FUSHO] | [b'(', GETSU, NICHI, FUSHO, b')']) {
        return Some((0, 0));
    }
    let (month, rest) = part(rest)?;
    let rest = rest.strip_prefix(&[GETSU])?;
    if matches!(rest, [] | [BUN] | [FUSHO] | [NICHI, FUSHO] | [b'(', NICHI, FUSHO, b')']) {
        return Some((month, 0));
    }
    match part(rest)? {
        (day, [NICHI]) => Some((month, day)),
        _ => None,
    }
}

/// `2023/4/1`
fn slash(bytes: &[u8]) -> Option<Written> {
    let &[y1, y2, y3, y4, separator @ (b'/' | b'.' | b'-'), ref rest @ ..] = bytes else { return None };
    let (month, day) = month_and_day(rest, separator)?;
    Some(western(four([y1, y2, y3, y4])?, month, day))
}

/// A serial of at most seven digits without leading zero, up to 9999-12-31.
fn serial(bytes: &[u8]) -> Option<u32> {
    const LAST: u32 = 2_958_465;
    if bytes.len() > 7 || bytes.first() == Some(&b'0') || !bytes.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let serial = bytes.iter().fold(0, |sum, digit| sum * 10 + u32::from(digit - b'0'));
    (1..=LAST).contains(&serial).then_some(serial)
}

/// The year of an era: 元 or a number. Blanks before it are padding (`R 5. 4. 1`).
fn era_year(bytes: &[u8]) -> Option<(u32, &[u8])> {
    match bytes.trim_ascii_start() {
        [GAN, rest @ ..] => Some((1, rest)),
        rest => number(rest),
    }
}

/// `4.1`, to the end of the text.
fn month_and_day(bytes: &[u8], separator: u8) -> Option<(u32, u32)> {
    let (month, rest) = part(bytes)?;
    match part(rest.strip_prefix(&[separator])?)? {
        (day, []) => Some((month, day)),
        _ => None,
    }
}

/// A month or a day: a number or 不詳, padded likewise.
fn part(bytes: &[u8]) -> Option<(u32, &[u8])> {
    match bytes.trim_ascii_start() {
        [FUSHO, rest @ ..] => Some((0, rest)),
        rest => number(rest),
    }
}

fn in_era(era: Era, year: u32, month: u32, day: u32) -> Option<Written> {
    let year = i32::try_from(year).ok()?;
    Some(Written::Era { era, year, month: unknown_99(month), day: unknown_99(day) })
}

fn western(year: i32, month: u32, day: u32) -> Written {
    Written::Western { year, month: unknown_99(month), day: unknown_99(day) }
}

/// 99 says unknown as 00 does.
fn unknown_99(part: u32) -> u32 {
    if part == 99 { 0 } else { part }
}

impl Written {
    fn resolve(self, rule: EraRule) -> Result<Parsed, DateError> {
        let (date, warning) = match self {
            Self::Era { era, year, month, day } => {
                if says_nothing(year, 99, month, day) {
                    return Err(DateError::NotADate);
                }
                if year == 0 {
                    return Err(DateError::Impossible);
                }
                let date = on_calendar(era.year_zero() + year, month, day)?;
                (date, check_era(era, date, rule)?)
            }
            Self::Western { year, month, day } => {
                if says_nothing(year, 9999, month, day) {
                    return Err(DateError::NotADate);
                }
                (on_calendar(year, month, day)?, None)
            }
            Self::Serial(serial) => (from_serial(serial)?, None),
        };
        Ok(Parsed { date, warning })
    }
}

/// Whether all is zero, or the year is the nines of a sentinel with nothing known beside it.
fn says_nothing(year: i32, nines: i32, month: u32, day: u32) -> bool {
    month == 0 && day == 0 && (year == 0 || year == nines)
}

fn on_calendar(year: i32, month: u32, day: u32) -> Result<PartialDate, DateError> {
    match (month, day) {
        (0, 0) => PartialDate::from_year(year),
        // A known day of an unknown month cannot be kept, and dropping it would hide what was written.
        (0, _) => None,
        (month, 0) => YearMonth::new(year, month).map(PartialDate::from),
        (month, day) => PartialDate::from_ymd(year, month, day),
    }
    .ok_or(DateError::Impossible)
}

/// Holds a date against the era it names. A partly unknown one passes if any day it can be does.
fn check_era(era: Era, date: PartialDate, rule: EraRule) -> Result<Option<DateWarning>, DateError> {
    if date.latest() < era.first_day() {
        return Err(DateError::EraBounds { era });
    }
    if date.earliest() <= era.last_day() {
        return Ok(None);
    }
    match rule {
        EraRule::Warn => Ok(Some(DateWarning::EraOverflow { era })),
        EraRule::Strict => Err(DateError::EraOverflow { era }),
    }
}

fn from_serial(serial: u32) -> Result<PartialDate, DateError> {
    // Up to the day that never was, the count is one behind the epoch that serves all later days.
    let days = match serial.cmp(&EXCEL_FALSE_LEAP_DAY) {
        Ordering::Less => serial + 1,
        Ordering::Equal => return Err(DateError::Impossible),
        Ordering::Greater => serial,
    };
    EXCEL_EPOCH
        .checked_add_days(Days::new(u64::from(days)))
        .map(PartialDate::from)
        .ok_or(DateError::Impossible)
}
