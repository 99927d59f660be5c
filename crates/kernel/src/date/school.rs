//! School years and grades (学年), with 早生まれ: a child born on 4月1日 belongs with those born in the
//! months before, because six is reached on 3月31日.

use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;

use super::age::reaches;
use super::fiscal::FiscalYear;
use super::text::serde_as_text;

/// A school year: 4月1日 to 3月31日 (学校教育法施行規則59条), the same days as a fiscal year.
pub type SchoolYear = FiscalYear;

/// The day on which one born on `birth` must begin elementary school: the start of the first school
/// year from the day after six is reached (学校教育法17条1項). Born 2019-04-01: 2025-04-01; born
/// 2019-04-02: 2026-04-01.
#[must_use]
pub fn school_entry(birth: NaiveDate) -> NaiveDate {
    // The first 4月1日 later than the day itself: always the start of the next school year.
    SchoolYear::of(reaches(birth, 6)).next().start()
}

/// N歳到達後最初の3月31日: the first 31 March on or after the day on which `age` is reached. Born
/// 2008-04-01 and 18: 2026-03-31, the very day; born 2008-04-02: 2027-03-31.
#[must_use]
pub fn first_march_31_after(birth: NaiveDate, age: u32) -> NaiveDate {
    FiscalYear::of(reaches(birth, age)).end()
}

/// Where a child stands by age: the grade compulsory schooling puts it in, whatever school it attends.
/// Ordered from the youngest. A deferral (就学猶予) or a repeated year is known to the school only.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Grade {
    /// 未就学: before the start of elementary school, unborn included.
    Preschool,
    /// 小学校, years 1 to 6.
    Elementary(u8),
    /// 中学校, years 1 to 3.
    JuniorHigh(u8),
    /// 高校生年代, years 1 to 3, at school or not: up to 18歳到達後最初の3月31日.
    HighSchoolAge(u8),
    /// Past these years.
    Adult,
}

impl Grade {
    /// Every grade, the youngest first.
    pub const ALL: [Self; 14] = [
        Self::Preschool,
        Self::Elementary(1),
        Self::Elementary(2),
        Self::Elementary(3),
        Self::Elementary(4),
        Self::Elementary(5),
        Self::Elementary(6),
        Self::JuniorHigh(1),
        Self::JuniorHigh(2),
        Self::JuniorHigh(3),
        Self::HighSchoolAge(1),
        Self::HighSchoolAge(2),
        Self::HighSchoolAge(3),
        Self::Adult,
    ];

    /// The grade on the day `on` of one born on `birth`.
    #[must_use]
    pub fn of(birth: NaiveDate, on: NaiveDate) -> Self {
        let entry = SchoolYear::of(school_entry(birth));
        let nth = SchoolYear::of(on).year().saturating_sub(entry.year()).saturating_add(1);
        match u8::try_from(nth.max(0)) {
            Ok(0) => Self::Preschool,
            Ok(year @ 1..=6) => Self::Elementary(year),
            Ok(year @ 7..=9) => Self::JuniorHigh(year - 6),
            Ok(year @ 10..=12) => Self::HighSchoolAge(year - 9),
            _ => Self::Adult,
        }
    }

    /// As staff say it: `小4`, `中1`, `未就学`, `高校生年代1年`, `成人年代`.
    #[must_use]
    pub fn ja(self) -> String {
        match self {
            Self::Preschool => "未就学".to_owned(),
            Self::Elementary(year) => format!("小{year}"),
            Self::JuniorHigh(year) => format!("中{year}"),
            Self::HighSchoolAge(year) => format!("高校生年代{year}年"),
            Self::Adult => "成人年代".to_owned(),
        }
    }

    /// The grade of a 学年 code as public tools on the 基本データリスト use it: `P1`…`P6`, `J1`…`J3`, and
    /// `E1`…`E3` for the years before school. `None` for any other text.
    #[must_use]
    pub fn from_register_code(code: &str) -> Option<Self> {
        match *code.as_bytes() {
            [b'E', b'1'..=b'3'] => Some(Self::Preschool),
            [b'P', year @ b'1'..=b'6'] => Some(Self::Elementary(year - b'0')),
            [b'J', year @ b'1'..=b'3'] => Some(Self::JuniorHigh(year - b'0')),
            _ => None,
        }
    }

    /// The 学年 code of a year of compulsory schooling, `P1`…`P6` or `J1`…`J3`. `None` for the rest:
    /// which year of kindergarten (`E1`…`E3`) a child is in does not follow from this grade.
    #[must_use]
    pub fn register_code(self) -> Option<String> {
        match self {
            Self::Elementary(year) => Some(format!("P{year}")),
            Self::JuniorHigh(year) => Some(format!("J{year}")),
            Self::Preschool | Self::HighSchoolAge(_) | Self::Adult => None,
        }
    }
}

impl fmt::Display for Grade {
    /// The stable code: `preschool`, `elementary_4`, `junior_high_1`, `high_school_age_1`, `adult`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Preschool => f.write_str("preschool"),
            Self::Elementary(year) => write!(f, "elementary_{year}"),
            Self::JuniorHigh(year) => write!(f, "junior_high_{year}"),
            Self::HighSchoolAge(year) => write!(f, "high_school_age_{year}"),
            Self::Adult => f.write_str("adult"),
        }
    }
}

/// A text that names no grade.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "not a grade: write preschool, elementary_1 to elementary_6, junior_high_1 to junior_high_3, \
     high_school_age_1 to high_school_age_3 or adult"
)]
pub struct UnknownGrade;

impl FromStr for Grade {
    type Err = UnknownGrade;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let year = |prefix: &str, last: u8| {
            let &[digit] = text.strip_prefix(prefix)?.as_bytes() else { return None };
            (b'1'..=b'0' + last).contains(&digit).then(|| digit - b'0')
        };
        match text {
            "preschool" => Ok(Self::Preschool),
            "adult" => Ok(Self::Adult),
            _ => year("elementary_", 6)
                .map(Self::Elementary)
                .or_else(|| year("junior_high_", 3).map(Self::JuniorHigh))
                .or_else(|| year("high_school_age_", 3).map(Self::HighSchoolAge))
                .ok_or(UnknownGrade),
        }
    }
}

serde_as_text!(Grade);
