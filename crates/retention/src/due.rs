//! When a period ends, or why that cannot be told; and how several ends become one.

use chrono::NaiveDate;
use kernel::date::{PartialDate, Precision, period_end};
use kernel::{Absence, Lang};

use crate::clock::day_after;
use crate::facts::{Facts, Happened, Milestone};
use crate::rule::Rule;
use crate::term::Term;

/// The end of a period that has begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Deadline {
    /// The first day that counts.
    pub start: NaiveDate,
    /// The last day on which the record is kept.
    pub kept_to: NaiveDate,
    /// How far the fact's date is known when its day is not: then the latest day it can be was taken, so
    /// that nothing is disposed of too early.
    pub latest_of: Option<Precision>,
}

impl Deadline {
    /// The day from which disposal is due: the day after the last one kept.
    #[must_use]
    pub fn due_on(&self) -> NaiveDate {
        day_after(self.kept_to)
    }

    /// Why the end may lie later than it truly is; `None` when the day is exact.
    #[must_use]
    pub const fn caution(&self, lang: Lang) -> Option<&'static str> {
        let Some(precision) = self.latest_of else { return None };
        Some(match (precision, lang) {
            (Precision::Year, Lang::Ja) => "月日が分からないため、あり得る最後の日で数えた",
            (Precision::Year, Lang::En) => "month and day are unknown: counted from the latest day it can be",
            (_, Lang::Ja) => "日が分からないため、あり得る最後の日で数えた",
            (_, Lang::En) => "the day is unknown: counted from the latest day it can be",
        })
    }
}

/// What a date waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Waiting {
    /// No rule in force covers the record.
    NoRule,
    /// The rule leaves the period to the town, which has not decided.
    Undecided,
    /// The fact has not come about.
    NotYet(Milestone),
    /// Nobody knows the fact.
    Unknown(Milestone, Absence),
}

impl Waiting {
    /// What staff read.
    #[must_use]
    pub fn say(self, lang: Lang) -> String {
        let (ja, en) = match self {
            Self::NoRule => ("この記録の保存期間の定めがない", "no rule covers this record"),
            Self::Undecided => ("町がまだ保存期間を決めていない", "the town has not decided the period"),
            Self::NotYet(milestone) => not_yet(milestone),
            Self::Unknown(milestone, why) => {
                return match lang {
                    Lang::Ja => format!("{}が分からない（{}）", milestone.say(lang), why.ja()),
                    Lang::En => format!("{} is not known ({})", milestone.say(lang), why.as_str()),
                };
            }
        };
        if lang == Lang::Ja { ja } else { en }.to_owned()
    }
}

const fn not_yet(milestone: Milestone) -> (&'static str, &'static str) {
    match milestone {
        Milestone::Recorded => ("記録された状態がまだ続いている", "what is recorded still goes on"),
        Milestone::Completed => ("まだ完結していない", "the matter is not completed"),
        Milestone::Born => ("まだ生まれていない", "the child is not born"),
        Milestone::Graduated => ("まだ卒業していない", "the person has not graduated"),
        Milestone::Closed => ("まだ終結していない", "the case is still open"),
        Milestone::MovedOut => ("まだ住民である", "the person is still a resident"),
        Milestone::DisposalPermitted => ("廃棄の決定がまだない", "disposal has not been decided"),
    }
}

/// 廃棄期限: when a record is due under rules alone, whatever holds it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Due {
    /// After this deadline.
    After(Deadline),
    /// Never.
    Never,
    /// It cannot be told yet, for these reasons: at least one, each once.
    Undetermined(Vec<Waiting>),
}

impl Due {
    /// The last day kept, when it is known.
    #[must_use]
    pub const fn kept_to(&self) -> Option<NaiveDate> {
        match self {
            Self::After(deadline) => Some(deadline.kept_to),
            Self::Never | Self::Undetermined(_) => None,
        }
    }

    /// What staff read: the last day kept, or why there is none. Japanese dates are wareki.
    #[must_use]
    pub fn say(&self, lang: Lang) -> String {
        match (self, lang) {
            (Self::After(deadline), _) => {
                let day = deadline.kept_to;
                let kept = match lang {
                    Lang::Ja => format!("{}まで保存", PartialDate::from(day).wareki()),
                    Lang::En => format!("kept to {day}"),
                };
                match (deadline.caution(lang), lang) {
                    (None, _) => kept,
                    (Some(why), Lang::Ja) => format!("{kept}（{why}）"),
                    (Some(why), Lang::En) => format!("{kept} ({why})"),
                }
            }
            (Self::Never, Lang::Ja) => "永年保存".to_owned(),
            (Self::Never, Lang::En) => "kept permanently".to_owned(),
            (Self::Undetermined(waiting), _) => {
                let why: Vec<_> = waiting.iter().map(|waiting| waiting.say(lang)).collect();
                match lang {
                    Lang::Ja => format!("期限はまだ決まらない：{}", why.join("、")),
                    Lang::En => format!("not yet determined: {}", why.join("; ")),
                }
            }
        }
    }
}

/// When a record is due under one rule, a town's override and other rules aside.
#[must_use]
pub fn due(rule: &Rule, facts: &Facts) -> Due {
    end_of(&rule.term, facts)
}

/// When a term ends. A partly known date counts as the latest day it can be.
pub(crate) fn end_of(term: &Term, facts: &Facts) -> Due {
    let (clock, years) = match *term {
        Term::Years { clock, years } => (clock, years),
        Term::Permanent => return Due::Never,
        Term::Undecided => return Due::Undetermined(vec![Waiting::Undecided]),
    };
    match facts.get(clock.reads()) {
        Happened::On(date) => {
            let start = clock.start(date.latest());
            let latest_of = Some(date.precision()).filter(|precision| *precision != Precision::Day);
            Due::After(Deadline { start, kept_to: period_end(start, years), latest_of })
        }
        Happened::NotYet => Due::Undetermined(vec![Waiting::NotYet(clock.reads())]),
        Happened::Unknown(why) => Due::Undetermined(vec![Waiting::Unknown(clock.reads(), why)]),
    }
}

/// The longest: never before any of them, so unknown as long as one is, unless one lasts for ever. `None`
/// of nothing.
pub(crate) fn longest(dues: &[&Due]) -> Option<Due> {
    if dues.contains(&&Due::Never) {
        return Some(Due::Never);
    }
    waiting(dues).or_else(|| dues.iter().copied().max_by_key(|due| due.kept_to()).cloned())
}

/// The shortest: after none of those that are known. One that is not known yet cannot make it later. `None`
/// of nothing.
pub(crate) fn shortest(dues: &[&Due]) -> Option<Due> {
    let known = dues.iter().copied().filter(|due| due.kept_to().is_some());
    let first = known.min_by_key(|due| due.kept_to()).cloned();
    // What is left lasts for ever.
    first.or_else(|| waiting(dues)).or_else(|| dues.first().copied().cloned())
}

/// Everything any of them waits for, each once.
fn waiting(dues: &[&Due]) -> Option<Due> {
    let mut all: Vec<Waiting> = Vec::new();
    for due in dues {
        let Due::Undetermined(reasons) = due else { continue };
        for reason in reasons {
            if !all.contains(reason) {
                all.push(*reason);
            }
        }
    }
    (!all.is_empty()).then_some(Due::Undetermined(all))
}

#[cfg(test)]
#[path = "due_tests.rs"]
mod tests;
