//! `[arrival]` of a source: how often a file is expected and by when. A file counts for the period on whose
//! days it came; one that comes after its day but in its period came late.

use chrono::{Datelike, Days, NaiveDate, Weekday};
use kernel::date::{FiscalYear, YearMonth};
use layouts::config::reader::{At, TableReader};

/// How far back the last day by which a file should have come is looked for.
const MONTHS: usize = 13;

/// When a source's files are expected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arrival {
    /// Each day from Monday to Friday, on that day. Holidays are not known here.
    Day,
    /// Each week from Monday to Sunday, by this day of it: 1 is Monday (ISO 8601).
    Week(u32),
    /// Each month, by this day; the last where the month has none.
    Month(u32),
    /// Each fiscal year, by this month and day.
    Year(u32, u32),
}

/// One file that is expected: it counts when it comes in the period, and is in time until `by`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expected {
    /// The period's first day.
    pub first: NaiveDate,
    /// The day by which the file should have come.
    pub by: NaiveDate,
    /// The period's last day.
    pub last: NaiveDate,
}

/// A file that came or was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Came {
    /// On which day.
    pub on: NaiveDate,
    /// Whether it was refused as a whole.
    pub refused: bool,
}

kernel::words! {
    /// How an expected file stands; the worst last.
    ArrivalState {
        /// It came in time.
        Arrived = "arrived", "到着";
        /// It came after its day.
        ArrivedLate = "arrived_late", "遅れて到着";
        /// Its day has not passed.
        Awaited = "awaited", "待ち";
        /// Its day has passed and nothing came.
        Late = "late", "遅れ";
        /// What came was refused, and nothing has come since.
        Refused = "refused", "拒否";
    }
}

impl Expected {
    /// The same of a town that joined on `day`: what was over by then is not expected of it, and nothing by an
    /// earlier day.
    #[must_use]
    pub fn since(self, day: NaiveDate) -> Option<Self> {
        (day <= self.last).then(|| Self { by: self.by.max(day), ..self })
    }

    /// How this file stands.
    #[must_use]
    pub fn state(&self, came: &[Came], today: NaiveDate) -> ArrivalState {
        let within = || came.iter().filter(|came| (self.first..=self.last).contains(&came.on));
        match within().filter(|came| !came.refused).map(|came| came.on).min() {
            Some(on) if on <= self.by => ArrivalState::Arrived,
            Some(_) => ArrivalState::ArrivedLate,
            None if within().next().is_some() => ArrivalState::Refused,
            None if self.by < today => ArrivalState::Late,
            None => ArrivalState::Awaited,
        }
    }
}

const EVERY: [(&str, &str); 4] = [("day", "day"), ("week", "week"), ("month", "month"), ("year", "year")];

impl Arrival {
    /// How often, as configuration says it.
    #[must_use]
    pub const fn every(&self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Week(_) => "week",
            Self::Month(_) => "month",
            Self::Year(..) => "year",
        }
    }

    /// The files whose day lies in a month, in order.
    #[must_use]
    pub fn expected(&self, month: YearMonth) -> Vec<Expected> {
        let (first, last) = (month.first_day(), month.last_day());
        let days = || first.iter_days().take_while(|day| *day <= last);
        match *self {
            Self::Day => days()
                .filter(|day| !matches!(day.weekday(), Weekday::Sat | Weekday::Sun))
                .map(|by| Expected { first: by, by, last: by })
                .collect(),
            Self::Week(weekday) => {
                let due = days().filter(|day| day.weekday().number_from_monday() == weekday);
                due.map(|by| week(by, weekday)).collect()
            }
            Self::Month(day) => vec![Expected { first, by: day_of(month, day), last }],
            Self::Year(of, day) if month.month() == of => {
                let by = day_of(month, day);
                let year = FiscalYear::of(by);
                vec![Expected { first: year.start(), by, last: year.end() }]
            }
            Self::Year(..) => Vec::new(),
        }
    }

    /// The newest file whose day has passed.
    #[must_use]
    pub fn last_due(&self, today: NaiveDate) -> Option<Expected> {
        let months = std::iter::successors(Some(YearMonth::of(today)), |month| Some(month.prev()));
        months.take(MONTHS).find_map(|month| self.expected(month).into_iter().rfind(|due| due.by < today))
    }

    /// The member `[arrival]` says, in words: `month, by 10`.
    #[must_use]
    pub fn say(&self) -> String {
        match self {
            Self::Day => "day".to_owned(),
            Self::Week(day) | Self::Month(day) => format!("{}, by {day}", self.every()),
            Self::Year(month, day) => format!("year, by {month}-{day}"),
        }
    }

    /// Reads `[arrival]`, where it stands.
    pub(crate) fn read(root: &mut TableReader<'_>) -> Option<Self> {
        let mut table = root.table("arrival")?;
        let every = table.need_choice("every", &EVERY);
        let (month, day) = (table.get::<u32>("by_month"), table.get::<u32>("by_day"));
        let every = every?.value;
        let day = number(&mut table, "by_day", day, most_days(every));
        let month = number(&mut table, "by_month", month, if every == "year" { 12 } else { 0 });
        match every {
            "day" => Some(Self::Day),
            "week" => day.map(Self::Week),
            "month" => day.map(Self::Month),
            _ => Some(Self::Year(month?, day?)),
        }
    }
}

/// The greatest `by_day`; 0 where none is to be given.
fn most_days(every: &str) -> u32 {
    match every {
        "day" => 0,
        "week" => 7,
        _ => 31,
    }
}

/// A number from 1 to `most`, which has to be there; where `most` is 0 it must not be.
fn number(table: &mut TableReader<'_>, key: &'static str, given: Option<At<u32>>, most: u32) -> Option<u32> {
    match given {
        None if most == 0 => None,
        None => {
            let spot = table.spot();
            table.report(spot.missing(&format!("arrival.{key}")));
            None
        }
        Some(given) if (1..=most).contains(&given.value) => Some(given.value),
        Some(given) if most == 0 => {
            table.report(given.spot.invalid("この every では書けません", "it does not go with this every"));
            None
        }
        Some(given) => {
            let (ja, en) = (format!("1 から {most} までです"), format!("from 1 to {most}"));
            table.report(given.spot.invalid(&ja, &en));
            None
        }
    }
}

fn day_of(month: YearMonth, day: u32) -> NaiveDate {
    month.first_day().with_day(day).unwrap_or_else(|| month.last_day())
}

fn week(by: NaiveDate, weekday: u32) -> Expected {
    let first = by.checked_sub_days(Days::new(u64::from(weekday.saturating_sub(1)))).unwrap_or(by);
    Expected { first, by, last: first.checked_add_days(Days::new(6)).unwrap_or(by) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn month(text: &str) -> YearMonth {
        text.parse().unwrap()
    }

    #[test]
    fn every_period_has_its_day() {
        let by = |arrival: Arrival, of: &str| -> Vec<String> {
            arrival.expected(month(of)).iter().map(|due| due.by.to_string()).collect()
        };
        assert_eq!(by(Arrival::Day, "2026-11").len(), 21);
        assert_eq!(by(Arrival::Week(5), "2026-11"), ["2026-11-06", "2026-11-13", "2026-11-20", "2026-11-27"]);
        assert_eq!(by(Arrival::Month(10), "2026-11"), ["2026-11-10"]);
        assert_eq!(by(Arrival::Month(31), "2027-02"), ["2027-02-28"]);
        assert_eq!(by(Arrival::Year(4, 30), "2026-04"), ["2026-04-30"]);
        assert!(by(Arrival::Year(4, 30), "2026-05").is_empty());
        let year = Arrival::Year(2, 1).expected(month("2027-02"))[0];
        assert_eq!((year.first, year.last), (day("2026-04-01"), day("2027-03-31")));
        let week = Arrival::Week(1).expected(month("2026-11"))[0];
        assert_eq!(
            (week.first, week.by, week.last),
            (day("2026-11-02"), day("2026-11-02"), day("2026-11-08"))
        );
    }

    #[test]
    fn a_file_stands_by_its_day_and_by_what_came() {
        let due = Arrival::Month(10).expected(month("2026-11"))[0];
        let came = |on: &str| Came { on: day(on), refused: false };
        let refused = |on: &str| Came { on: day(on), refused: true };
        let today = day("2026-11-15");
        for (files, state) in [
            (vec![], ArrivalState::Late),
            (vec![came("2026-10-31")], ArrivalState::Late),
            (vec![came("2026-11-10")], ArrivalState::Arrived),
            (vec![came("2026-11-11")], ArrivalState::ArrivedLate),
            (vec![refused("2026-11-03")], ArrivalState::Refused),
            (vec![refused("2026-11-03"), came("2026-11-04")], ArrivalState::Arrived),
        ] {
            assert_eq!(due.state(&files, today), state, "{files:?}");
        }
        assert_eq!(due.state(&[], day("2026-11-10")), ArrivalState::Awaited, "on its day it is not late");
        assert_eq!(due.state(&[], day("2026-11-11")), ArrivalState::Late);
    }

    #[test]
    fn nothing_is_expected_of_before_a_town_joined() {
        let due = Arrival::Month(10).expected(month("2026-11"))[0];
        assert_eq!(due.since(day("2026-12-01")), None);
        assert_eq!(due.since(day("2026-11-29")).map(|due| due.by), Some(day("2026-11-29")));
        assert_eq!(due.since(day("2026-04-01")), Some(due));
    }

    #[test]
    fn the_last_day_that_passed_may_lie_in_an_earlier_month() {
        let by = |arrival: Arrival, today: &str| arrival.last_due(day(today)).map(|due| due.by.to_string());
        assert_eq!(by(Arrival::Month(10), "2026-11-05").as_deref(), Some("2026-10-10"));
        assert_eq!(by(Arrival::Month(10), "2026-11-11").as_deref(), Some("2026-11-10"));
        assert_eq!(by(Arrival::Year(4, 30), "2027-03-01").as_deref(), Some("2026-04-30"));
        assert_eq!(by(Arrival::Day, "2026-11-02").as_deref(), Some("2026-10-30"), "a weekend is between");
    }
}
