//! How long: a clock and years, for ever, or not decided yet.

use std::cmp::Ordering;

use kernel::Lang;

use crate::clock::Clock;

/// The most years a rule may name. The longest known is 150 (除票); past this a number is a slip of the pen.
pub(crate) const MAX_YEARS: u32 = 200;

/// 保存期間 of one rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Term {
    /// So many years from the clock.
    Years {
        /// What starts it.
        clock: Clock,
        /// Whole years.
        years: u32,
    },
    /// 永年.
    Permanent,
    /// No law says and the cooperative leaves it to the town: until the town decides, nothing is due.
    Undecided,
}

impl Term {
    /// Whether this term ends later than, with or before another whatever the facts are; `None` where that
    /// depends on the facts, or where one is not decided.
    #[must_use]
    pub fn compare(&self, other: &Self) -> Option<Ordering> {
        match (self, other) {
            (Self::Undecided, _) | (_, Self::Undecided) => None,
            (Self::Permanent, Self::Permanent) => Some(Ordering::Equal),
            (Self::Permanent, Self::Years { .. }) => Some(Ordering::Greater),
            (Self::Years { .. }, Self::Permanent) => Some(Ordering::Less),
            (Self::Years { clock, years }, Self::Years { clock: than, years: than_years }) => {
                let same_kind = std::mem::discriminant(clock) == std::mem::discriminant(than);
                let (all, than) =
                    (clock.age().saturating_add(*years), than.age().saturating_add(*than_years));
                same_kind.then(|| all.cmp(&than))
            }
        }
    }

    /// The period as staff say it.
    #[must_use]
    pub fn say(&self, lang: Lang) -> String {
        let (clock, years) = match (self, lang) {
            (Self::Years { clock, years }, _) => (clock, *years),
            (Self::Permanent, Lang::Ja) => return "永年".to_owned(),
            (Self::Permanent, Lang::En) => return "permanently".to_owned(),
            (Self::Undecided, Lang::Ja) => return "未定（町が決める）".to_owned(),
            (Self::Undecided, Lang::En) => return "not decided (the town decides)".to_owned(),
        };
        let (day, unit) = (clock.say(lang), if years == 1 { "year" } else { "years" });
        match (lang, years, clock.ends()) {
            (Lang::Ja, 0, true) => format!("{day}まで"),
            (Lang::Ja, 0, false) => format!("{day}の前日まで"),
            (Lang::Ja, _, true) => format!("{day}の翌日から{years}年"),
            (Lang::Ja, _, false) => format!("{day}から{years}年"),
            (Lang::En, 0, true) => format!("until {day}"),
            (Lang::En, 0, false) => format!("until the day before {day}"),
            (Lang::En, _, true) => format!("{years} {unit} from the day after {day}"),
            (Lang::En, _, false) => format!("{years} {unit} from {day}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::years;

    #[test]
    fn terms_of_one_clock_compare_and_others_do_not() {
        use Ordering::{Equal, Greater, Less};
        for (one, other, order) in [
            (years("event_date", 5), years("event_date", 5), Some(Equal)),
            (years("event_date", 3), years("event_date", 5), Some(Less)),
            (years("birthday:18", 5), years("birthday:20", 2), Some(Greater)),
            (years("birthday:18", 2), years("birthday:20", 0), Some(Equal)),
            (years("birthday:18", 0), years("fiscal_year_end_after_birthday:18", 0), None),
            (years("event_date", 3), years("case_closed", 5), None),
            (years("event_date", 3), Term::Permanent, Some(Less)),
            (Term::Permanent, years("event_date", 3), Some(Greater)),
            (Term::Permanent, Term::Permanent, Some(Equal)),
            (Term::Undecided, years("event_date", 3), None),
            (Term::Permanent, Term::Undecided, None),
        ] {
            assert_eq!(one.compare(&other), order, "{one:?} {other:?}");
        }
    }

    #[test]
    fn periods_read_as_staff_say_them() {
        for (term, ja, en) in [
            (
                years("fiscal_year_after_completion", 5),
                "完結した年度の翌年度の4月1日から5年",
                "5 years from 1 April after the fiscal year of completion",
            ),
            (
                years("fiscal_year_end_after_birthday:18", 0),
                "18歳到達後最初の3月31日まで",
                "until the first 31 March on or after the day of reaching age 18",
            ),
            (
                years("graduation", 5),
                "卒業の日の翌日から5年",
                "5 years from the day after the day of graduation",
            ),
            (years("event_date", 1), "記録の日から1年", "1 year from the day of what is recorded"),
            (
                years("disposal_permitted", 0),
                "廃棄を決定した日の前日まで",
                "until the day before the day disposal was decided",
            ),
            (Term::Permanent, "永年", "permanently"),
            (Term::Undecided, "未定（町が決める）", "not decided (the town decides)"),
        ] {
            assert_eq!((term.say(Lang::Ja).as_str(), term.say(Lang::En).as_str()), (ja, en));
        }
    }
}
