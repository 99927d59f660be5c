//! What starts a period. Each clock reads one fact and gives the first day that counts.

use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;
use kernel::Lang;
use kernel::date::{FiscalYear, first_march_31_after, reaches};

use crate::facts::Milestone;

/// The greatest age a clock may name, years: past it a number is a slip of the pen.
const MAX_AGE: u32 = 120;

/// 起算: what a period is counted from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Clock {
    /// The day of what is recorded; that day counts.
    EventDate,
    /// 4月1日 after the fiscal year in which the matter was completed.
    FiscalYearAfterCompletion,
    /// N歳到達後最初の3月31日; what follows is counted from the day after.
    FiscalYearEndAfterBirthday(u32),
    /// 卒業; counted from the day after, so that no years at all means "until graduation".
    Graduation,
    /// The day on which an age is reached, which is the day before the birthday; counted from the day
    /// after, so that no years at all means "until that age".
    Birthday(u32),
    /// 終結: the day the case was closed; that day counts.
    CaseClosed,
    /// The day the person ceased to be a resident (転出, 死亡, 職権消除); that day counts.
    MovedOut,
    /// The day on which disposal was decided for the record itself; that day counts.
    DisposalPermitted,
}

impl Clock {
    /// What configuration may write; N is an age.
    pub const KNOWN: &'static str = "event_date, fiscal_year_after_completion, \
        fiscal_year_end_after_birthday:N, graduation, birthday:N, case_closed, moved_out, disposal_permitted";

    /// The fact it reads.
    #[must_use]
    pub const fn reads(self) -> Milestone {
        match self {
            Self::EventDate => Milestone::Recorded,
            Self::FiscalYearAfterCompletion => Milestone::Completed,
            Self::FiscalYearEndAfterBirthday(_) | Self::Birthday(_) => Milestone::Born,
            Self::Graduation => Milestone::Graduated,
            Self::CaseClosed => Milestone::Closed,
            Self::MovedOut => Milestone::MovedOut,
            Self::DisposalPermitted => Milestone::DisposalPermitted,
        }
    }

    /// The first day that counts when the fact was so on `day`. A later day never gives an earlier start.
    #[must_use]
    pub fn start(self, day: NaiveDate) -> NaiveDate {
        match self {
            Self::EventDate | Self::CaseClosed | Self::MovedOut | Self::DisposalPermitted => day,
            Self::FiscalYearAfterCompletion => FiscalYear::of(day).next().start(),
            Self::FiscalYearEndAfterBirthday(age) => day_after(first_march_31_after(day, age)),
            Self::Birthday(age) => day_after(reaches(day, age)),
            Self::Graduation => day_after(day),
        }
    }

    /// Whether the clock names a last day, after which years are counted, rather than a first one.
    pub(crate) const fn ends(self) -> bool {
        matches!(self, Self::FiscalYearEndAfterBirthday(_) | Self::Birthday(_) | Self::Graduation)
    }

    /// Years that are in the clock itself: the age it waits for.
    pub(crate) const fn age(self) -> u32 {
        match self {
            Self::FiscalYearEndAfterBirthday(age) | Self::Birthday(age) => age,
            _ => 0,
        }
    }

    /// The day the clock names, as staff say it.
    #[must_use]
    pub fn say(self, lang: Lang) -> String {
        let (ja, en) = match self {
            Self::FiscalYearEndAfterBirthday(age) => {
                return match lang {
                    Lang::Ja => format!("{age}歳到達後最初の3月31日"),
                    Lang::En => format!("the first 31 March on or after the day of reaching age {age}"),
                };
            }
            Self::Birthday(age) => {
                return match lang {
                    Lang::Ja => format!("{age}歳に達する日（誕生日の前日）"),
                    Lang::En => format!("the day of reaching age {age} (the day before the birthday)"),
                };
            }
            Self::EventDate => ("記録の日", "the day of what is recorded"),
            Self::FiscalYearAfterCompletion => {
                ("完結した年度の翌年度の4月1日", "1 April after the fiscal year of completion")
            }
            Self::Graduation => ("卒業の日", "the day of graduation"),
            Self::CaseClosed => ("終結の日", "the day the case was closed"),
            Self::MovedOut => ("転出などで住民でなくなった日", "the day the person ceased to be a resident"),
            Self::DisposalPermitted => ("廃棄を決定した日", "the day disposal was decided"),
        };
        if lang == Lang::Ja { ja } else { en }.to_owned()
    }
}

/// The next day; the calendar's last day is its own.
pub(crate) fn day_after(day: NaiveDate) -> NaiveDate {
    day.succ_opt().unwrap_or(day)
}

/// A text that names no clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct UnknownClock;

impl FromStr for Clock {
    type Err = UnknownClock;

    /// Reads what `Display` writes; ages from 0 to 120.
    fn from_str(text: &str) -> Result<Self, UnknownClock> {
        let (name, age) = text.split_once(':').map_or((text, None), |(name, age)| (name, Some(age)));
        let age = match age {
            None => None,
            // `parse` alone would let "+18" pass.
            Some(digits) if digits.bytes().all(|b| b.is_ascii_digit()) => {
                Some(digits.parse::<u32>().ok().filter(|age| *age <= MAX_AGE).ok_or(UnknownClock)?)
            }
            Some(_) => return Err(UnknownClock),
        };
        match (name, age) {
            ("event_date", None) => Ok(Self::EventDate),
            ("fiscal_year_after_completion", None) => Ok(Self::FiscalYearAfterCompletion),
            ("fiscal_year_end_after_birthday", Some(age)) => Ok(Self::FiscalYearEndAfterBirthday(age)),
            ("graduation", None) => Ok(Self::Graduation),
            ("birthday", Some(age)) => Ok(Self::Birthday(age)),
            ("case_closed", None) => Ok(Self::CaseClosed),
            ("moved_out", None) => Ok(Self::MovedOut),
            ("disposal_permitted", None) => Ok(Self::DisposalPermitted),
            _ => Err(UnknownClock),
        }
    }
}

impl fmt::Display for Clock {
    /// The name in configuration: `event_date`, `birthday:25`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EventDate => f.write_str("event_date"),
            Self::FiscalYearAfterCompletion => f.write_str("fiscal_year_after_completion"),
            Self::FiscalYearEndAfterBirthday(age) => write!(f, "fiscal_year_end_after_birthday:{age}"),
            Self::Graduation => f.write_str("graduation"),
            Self::Birthday(age) => write!(f, "birthday:{age}"),
            Self::CaseClosed => f.write_str("case_closed"),
            Self::MovedOut => f.write_str("moved_out"),
            Self::DisposalPermitted => f.write_str("disposal_permitted"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: [Clock; 8] = [
        Clock::EventDate,
        Clock::FiscalYearAfterCompletion,
        Clock::FiscalYearEndAfterBirthday(18),
        Clock::Graduation,
        Clock::Birthday(25),
        Clock::CaseClosed,
        Clock::MovedOut,
        Clock::DisposalPermitted,
    ];

    #[test]
    fn every_clock_has_one_spelling_and_both_languages() {
        for clock in ALL {
            assert_eq!(clock.to_string().parse(), Ok(clock));
            let name = clock.to_string();
            assert!(Clock::KNOWN.contains(name.split(':').next().unwrap()), "{clock}");
            assert!(!clock.say(Lang::Ja).is_ascii() && clock.say(Lang::En).is_ascii(), "{clock}");
        }
        let bad =
            ["", "birthday", "birthday:", "birthday:-1", "birthday:+18", "birthday:121", "birthday:１８"];
        for bad in bad.into_iter().chain(["event_date:1", "graduation:6", "closed", "Birthday:18"]) {
            assert_eq!(bad.parse::<Clock>(), Err(UnknownClock), "{bad}");
        }
    }

    #[test]
    fn the_first_day_that_counts() {
        for (clock, day, start) in [
            ("event_date", "2024-06-01", "2024-06-01"),
            ("case_closed", "2020-03-01", "2020-03-01"),
            ("moved_out", "2026-02-28", "2026-02-28"),
            ("disposal_permitted", "2026-02-28", "2026-02-28"),
            ("fiscal_year_after_completion", "2024-06-15", "2025-04-01"),
            ("fiscal_year_after_completion", "2025-03-31", "2025-04-01"),
            ("fiscal_year_after_completion", "2025-04-01", "2026-04-01"),
            // 4月1日 is 早生まれ: 18 is reached on that very 31 March.
            ("fiscal_year_end_after_birthday:18", "2008-04-01", "2026-04-01"),
            ("fiscal_year_end_after_birthday:18", "2008-04-02", "2027-04-01"),
            ("fiscal_year_end_after_birthday:18", "2021-05-05", "2040-04-01"),
            ("birthday:25", "2000-05-05", "2025-05-05"),
            ("birthday:6", "2019-04-01", "2025-04-01"),
            // Born on 29 February, every age is reached on a 28th.
            ("birthday:4", "2008-02-29", "2012-02-29"),
            ("birthday:5", "2008-02-29", "2013-03-01"),
            ("graduation", "2026-03-31", "2026-04-01"),
        ] {
            let clock: Clock = clock.parse().unwrap();
            assert_eq!(clock.start(day.parse().unwrap()).to_string(), start, "{clock} {day}");
        }
    }
}
