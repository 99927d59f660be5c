//! A birth date or year as staff type it.

use chrono::{Months, NaiveDate};
use kernel::date::{DateError, DateFormat, EraRule, PartialDate, YearMonth, parse};
use kernel::kana::compatible;
use kernel::{Code, Fault};

use crate::Result;

/// Spellings without separators, and those that name an era. Others are read part by part.
const SPELLINGS: &[DateFormat] =
    &[DateFormat::Ymd8, DateFormat::Wareki7, DateFormat::WarekiLetter, DateFormat::WarekiKanji];

/// A birth date as far as it was given: a day, a month or a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Born(PartialDate);

impl Born {
    /// Reads a date: `H27.4.1`, `平成27年4月1日`, `4270401`, `2015-04-01`, `20150401`, `2015/4/1`,
    /// `2015年4月1日`, full-width or not; `2015-04`, `H27.4`, `平成27年` and `H27` where no more is known. A date
    /// past the end of its era (`H31.5.1`) is the day it counts to.
    ///
    /// # Errors
    /// `birth_date_impossible`, `birth_date_unreadable`.
    pub fn date(text: &str) -> Result<Self> {
        let plain = compatible(text);
        let read = western(&plain).unwrap_or_else(|| of_era(&plain.to_ascii_uppercase()));
        read.map(Self).map_err(|error| fault(error).with("raw", text))
    }

    /// Reads a year: `2015`, `H27`, `平成27年`.
    ///
    /// # Errors
    /// As [`Self::date`].
    pub fn year(text: &str) -> Result<Self> {
        let plain = compatible(text);
        let plain = plain.trim_end_matches('年');
        let born = if plain.len() == 4 && plain.bytes().all(|digit| digit.is_ascii_digit()) {
            Self::date(plain)
        } else {
            Self::date(&format!("{plain}年"))
        };
        match born {
            Ok(Self(date)) if date.month().is_none() => Ok(Self(date)),
            Ok(_) => Err(fault(DateError::NotADate).with("raw", text)),
            Err(refused) => Err(Fault::new(refused.code()).with("raw", text)),
        }
    }

    /// Itself, unless nobody can be born then yet: an expected child is known for less than a year.
    ///
    /// # Errors
    /// `birth_date_impossible`, naming `text`.
    pub fn not_after(self, today: NaiveDate, text: &str) -> Result<Self> {
        let last = today.checked_add_months(Months::new(12)).unwrap_or(today);
        if self.0.earliest() > last { Err(fault(DateError::Impossible).with("raw", text)) } else { Ok(self) }
    }

    /// Whether one born on `birth`, as far as that is known, may be meant.
    #[must_use]
    pub fn may_be(self, birth: PartialDate) -> bool {
        let overlap =
            |first: NaiveDate, last: NaiveDate| first <= self.0.latest() && self.0.earliest() <= last;
        overlap(birth.earliest(), birth.latest())
    }
}

/// A date in one of the spellings; else a year alone or a year and a month, as people cut an era's date short.
fn of_era(text: &str) -> std::result::Result<PartialDate, DateError> {
    let read = |text: &str| parse(text, SPELLINGS, EraRule::Warn).map(|parsed| parsed.date);
    ["", "年", ".0", "/0", "-0"]
        .iter()
        .map(|end| read(&format!("{text}{end}")))
        .find(|read| *read != Err(DateError::NotADate))
        .unwrap_or(Err(DateError::NotADate))
}

/// A date that begins with a western year of four digits and has separators or nothing behind it; `None`
/// for other shapes.
fn western(text: &str) -> Option<std::result::Result<PartialDate, DateError>> {
    let text = text.strip_suffix(['日', '月', '年']).unwrap_or(text);
    let mut parts = text.split(['年', '月', '/', '-', '.', '‐', '−']);
    let year = parts.next().filter(|year| year.len() == 4)?;
    let year: i32 = number(year)?.try_into().ok()?;
    let rest: Vec<u32> = parts.map(number).collect::<Option<_>>()?;
    let date = match rest.as_slice() {
        [] => PartialDate::from_year(year),
        [month] => YearMonth::new(year, *month).map(PartialDate::from),
        [month, day] => PartialDate::from_ymd(year, *month, *day),
        _ => return None,
    };
    Some(date.ok_or(DateError::Impossible))
}

fn number(text: &str) -> Option<u32> {
    let digits = (1..=4).contains(&text.len()) && text.bytes().all(|digit| digit.is_ascii_digit());
    digits.then(|| text.parse().ok()).flatten()
}

fn fault(error: DateError) -> Fault {
    Fault::new(match error {
        DateError::NotADate => Code::BirthDateUnreadable,
        DateError::Impossible | DateError::EraBounds { .. } | DateError::EraOverflow { .. } => {
            Code::BirthDateImpossible
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> PartialDate {
        text.parse().unwrap()
    }

    #[test]
    fn a_birth_date_is_read_in_every_spelling() {
        for text in [
            "H27.4.1",
            "h27.4.1",
            "H27.04.01",
            "H270401",
            "H27/4/1",
            "Ｈ２７．４．１",
            "平成27年4月1日",
            "平成二十七年四月一日",
            "㍻27年4月1日",
            "平27年4月1日",
            "4270401",
            "2015-04-01",
            "2015-4-1",
            "20150401",
            "2015/4/1",
            "2015.4.1",
            "2015年4月1日",
            "２０１５年４月１日",
            " 2015-04-01 ",
            "2015 年 4 月 1 日",
        ] {
            assert_eq!(Born::date(text), Ok(Born(date("2015-04-01"))), "{text}");
        }
        assert_eq!(Born::date("2015-04"), Ok(Born(date("2015-04"))));
        assert_eq!(Born::date("2015年4月"), Ok(Born(date("2015-04"))));
        for text in ["平成27年", "H27", "h27", "平成27", "Ｈ２７"] {
            assert_eq!(Born::date(text), Ok(Born(date("2015"))), "{text}");
        }
        for text in ["H27.4", "H27/04", "平成27年4月"] {
            assert_eq!(Born::date(text), Ok(Born(date("2015-04"))), "{text}");
        }
        assert_eq!(Born::date("H31.5.1"), Ok(Born(date("2019-05-01"))));
    }

    #[test]
    fn what_is_no_day_is_told_from_what_is_no_date() {
        for text in [
            "2015-02-30",
            "20150230",
            "H27.2.30",
            "平成27年2月30日",
            "2015/13/1",
            "R1.4.1",
            "昭和元年1月1日",
            "2015-00-01",
        ] {
            assert_eq!(Born::date(text).unwrap_err().code(), Code::BirthDateImpossible, "{text}");
        }
        for text in [
            "",
            "x",
            "H",
            "H27.x",
            "27.4.1",
            "4月1日",
            "2015-04-01-01",
            "2015//1",
            "昨日",
            "00000000",
            "201504011",
        ] {
            assert_eq!(Born::date(text).unwrap_err().code(), Code::BirthDateUnreadable, "{text}");
        }
    }

    #[test]
    fn nobody_is_born_a_year_from_now() {
        let today = "2026-11-21".parse().unwrap();
        let asked = |text: &str| Born::date(text).and_then(|born| born.not_after(today, text));
        for text in ["2026-11-21", "2027-06-01", "2027", "R9"] {
            assert!(asked(text).is_ok(), "{text}");
        }
        for text in ["2027-11-22", "R99.1.1", "2115-04-01", "2028"] {
            assert_eq!(asked(text).unwrap_err().code(), Code::BirthDateImpossible, "{text}");
        }
    }

    #[test]
    fn a_year_is_western_or_of_an_era() {
        for text in ["2015", "2015年", "H27", "h27", "平成27", "平成27年", "２０１５"] {
            assert_eq!(Born::year(text), Ok(Born(date("2015"))), "{text}");
        }
        for text in ["", "15", "2015-04", "H27.4.1", "20150401", "二千"] {
            assert!(Born::year(text).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_not_known_of_a_birth_date_does_not_exclude() {
        let born = Born::date("2015-04-01").unwrap();
        for (birth, may) in
            [("2015-04-01", true), ("2015-04-02", false), ("2015-04", true), ("2015", true), ("2014", false)]
        {
            assert_eq!(born.may_be(date(birth)), may, "{birth}");
        }
        assert!(Born::year("2015").unwrap().may_be(date("2015-12-31")));
        assert!(!Born::year("2015").unwrap().may_be(date("2016-01-01")));
    }
}
