//! The five eras since Meiji: which one a day belongs to, and how staff write the day.
//!
//! Bounds: the first day of each era is the day its decree or law took effect (明治: 1868-01-25, to
//! which the decree reached back; 大正: 1912-07-30; 昭和: 1926-12-25; 平成: 昭和64年政令第1号,
//! 1989-01-08; 令和: 平成31年政令第143号, 2019-05-01). An era ends on the day before the next begins.
//! Months and days are Gregorian throughout, also before 1873, when the lunar calendar was in use.

use chrono::{Datelike, NaiveDate};
use serde::{Deserialize, Serialize};

use super::PartialDate;

/// An era (元号) of the Japanese calendar. Ordered by time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Era {
    /// 明治, from 1868-01-25.
    Meiji,
    /// 大正, from 1912-07-30.
    Taisho,
    /// 昭和, from 1926-12-25.
    Showa,
    /// 平成, from 1989-01-08.
    Heisei,
    /// 令和, from 2019-05-01.
    Reiwa,
}

/// What is written and known about one era.
struct Facts {
    name: &'static str,
    kanji: &'static str,
    letter: char,
    digit: u8,
    first: NaiveDate,
    last: NaiveDate,
}

/// A day of the tables below. Evaluated at compile time only, where a day that does not exist stops
/// the build.
const fn day(year: i32, month: u32, day: u32) -> NaiveDate {
    match NaiveDate::from_ymd_opt(year, month, day) {
        Some(date) => date,
        None => unreachable!(),
    }
}

const MEIJI: Facts = Facts {
    name: "Meiji",
    kanji: "明治",
    letter: 'M',
    digit: 1,
    first: day(1868, 1, 25),
    last: day(1912, 7, 29),
};
const TAISHO: Facts = Facts {
    name: "Taisho",
    kanji: "大正",
    letter: 'T',
    digit: 2,
    first: day(1912, 7, 30),
    last: day(1926, 12, 24),
};
const SHOWA: Facts = Facts {
    name: "Showa",
    kanji: "昭和",
    letter: 'S',
    digit: 3,
    first: day(1926, 12, 25),
    last: day(1989, 1, 7),
};
const HEISEI: Facts = Facts {
    name: "Heisei",
    kanji: "平成",
    letter: 'H',
    digit: 4,
    first: day(1989, 1, 8),
    last: day(2019, 4, 30),
};
const REIWA: Facts = Facts {
    name: "Reiwa",
    kanji: "令和",
    letter: 'R',
    digit: 5,
    first: day(2019, 5, 1),
    last: NaiveDate::MAX,
};

impl Era {
    /// All eras, the latest first: the order in which most dates find theirs.
    pub const ALL: [Self; 5] = [Self::Reiwa, Self::Heisei, Self::Showa, Self::Taisho, Self::Meiji];

    const fn facts(self) -> &'static Facts {
        match self {
            Self::Meiji => &MEIJI,
            Self::Taisho => &TAISHO,
            Self::Showa => &SHOWA,
            Self::Heisei => &HEISEI,
            Self::Reiwa => &REIWA,
        }
    }

    /// The era `date` belongs to; `None` before 1868-01-25.
    #[must_use]
    pub fn of(date: NaiveDate) -> Option<Self> {
        Self::ALL.into_iter().find(|era| date >= era.first_day())
    }

    /// The era of a letter `M`, `T`, `S`, `H` or `R`, in either case.
    #[must_use]
    pub const fn from_letter(letter: u8) -> Option<Self> {
        match letter {
            b'M' | b'm' => Some(Self::Meiji),
            b'T' | b't' => Some(Self::Taisho),
            b'S' | b's' => Some(Self::Showa),
            b'H' | b'h' => Some(Self::Heisei),
            b'R' | b'r' => Some(Self::Reiwa),
            _ => None,
        }
    }

    /// The era of the single digit that registers store before `yymmdd` (1 明治 … 5 令和).
    #[must_use]
    pub const fn from_digit(digit: u8) -> Option<Self> {
        match digit {
            1 => Some(Self::Meiji),
            2 => Some(Self::Taisho),
            3 => Some(Self::Showa),
            4 => Some(Self::Heisei),
            5 => Some(Self::Reiwa),
            _ => None,
        }
    }

    /// The first day of the era.
    #[must_use]
    pub const fn first_day(self) -> NaiveDate {
        self.facts().first
    }

    /// The last day of the era; for 令和, which has none yet, the calendar's last.
    #[must_use]
    pub const fn last_day(self) -> NaiveDate {
        self.facts().last
    }

    /// The name in Latin letters: `Reiwa`.
    #[must_use]
    pub const fn name(self) -> &'static str {
        self.facts().name
    }

    /// The name as staff write it: `令和`.
    #[must_use]
    pub const fn kanji(self) -> &'static str {
        self.facts().kanji
    }

    /// The letter: `R`.
    #[must_use]
    pub const fn letter(self) -> char {
        self.facts().letter
    }

    /// The digit that registers store: 5 for 令和.
    #[must_use]
    pub const fn digit(self) -> u8 {
        self.facts().digit
    }

    /// The western year in which the era's year 0 would fall: western = `year_zero` + year of the era.
    pub(super) fn year_zero(self) -> i32 {
        self.first_day().year() - 1
    }
}

/// The day as staff write it: `令和5年4月1日`, `令和元年5月1日`. Before 1868-01-25, where no era of ours
/// reaches, the western year stands: `1867年12月1日`.
#[must_use]
pub fn wareki(date: NaiveDate) -> String {
    PartialDate::from(date).wareki()
}

/// `令和5年`, `令和元年`, or the western year before Meiji.
pub(super) fn wareki_year(date: NaiveDate) -> String {
    match Era::of(date) {
        None => format!("{}年", date.year()),
        Some(era) => match date.year() - era.year_zero() {
            1 => format!("{}元年", era.kanji()),
            year => format!("{}{year}年", era.kanji()),
        },
    }
}

/// The year of a period as staff write it. A period in which the era changes is named by both
/// (`昭和64年・平成元年`): choosing one would say more than is known.
pub(super) fn wareki_years(earliest: NaiveDate, latest: NaiveDate) -> String {
    let (first, last) = (wareki_year(earliest), wareki_year(latest));
    if first == last { first } else { format!("{first}・{last}") }
}
