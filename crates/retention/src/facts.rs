//! What the clocks read about a record: when it happened, or that it has not, or why nobody knows.

use kernel::date::PartialDate;
use kernel::{Absence, When};

kernel::words! {
    /// A fact that a clock reads.
    Milestone {
        /// What is recorded took place.
        Recorded = "recorded", "記録の日" / "day of what is recorded";
        /// The matter was completed (完結): a decision made, a benefit ended.
        Completed = "completed", "完結の日" / "day of completion";
        /// The person was born.
        Born = "born", "生年月日" / "birth date";
        /// The person left the school that keeps the record.
        Graduated = "graduated", "卒業の日" / "day of graduation";
        /// The case was closed.
        Closed = "closed", "終結の日" / "day the case was closed";
        /// The person ceased to be a resident.
        MovedOut = "moved_out", "住民でなくなった日" / "day the person ceased to be a resident";
        /// Disposal of this record was decided.
        DisposalPermitted = "disposal_permitted", "廃棄を決定した日" / "day disposal was decided";
    }
}

/// Whether and when something happened. That it has not yet is known; that nobody knows is another thing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Happened {
    /// On this day, as far as known.
    On(PartialDate),
    /// It has not: the case is open, the child is at school, the benefit runs.
    NotYet,
    /// Nobody knows, for this reason.
    Unknown(Absence),
}

impl Default for Happened {
    fn default() -> Self {
        Self::Unknown(Absence::NotCollected)
    }
}

impl From<&When> for Happened {
    /// The end of what was so: a month ends with its last day, a period when it does. What has no end, and
    /// what was so on the day of an export, goes on as far as known.
    fn from(when: &When) -> Self {
        match *when {
            When::At(date) => Self::On(date),
            When::Month(month) => Self::On(month.into()),
            When::Period { until: Some(until), .. } => Self::On(until),
            When::Period { until: None, .. } | When::AsOf(_) => Self::NotYet,
        }
    }
}

/// What is known about one record and its person. By default nothing is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Facts {
    /// [`Milestone::Recorded`].
    pub recorded: Happened,
    /// [`Milestone::Completed`].
    pub completed: Happened,
    /// [`Milestone::Born`].
    pub born: Happened,
    /// [`Milestone::Graduated`].
    pub graduated: Happened,
    /// [`Milestone::Closed`].
    pub closed: Happened,
    /// [`Milestone::MovedOut`].
    pub moved_out: Happened,
    /// [`Milestone::DisposalPermitted`].
    pub disposal_permitted: Happened,
}

impl Facts {
    /// What an observation's own time says: when it was recorded and completed. The rest is not known.
    #[must_use]
    pub fn of(when: &When) -> Self {
        let end = Happened::from(when);
        Self { recorded: end, completed: end, ..Self::default() }
    }

    /// One fact.
    #[must_use]
    pub const fn get(&self, milestone: Milestone) -> Happened {
        match milestone {
            Milestone::Recorded => self.recorded,
            Milestone::Completed => self.completed,
            Milestone::Born => self.born,
            Milestone::Graduated => self.graduated,
            Milestone::Closed => self.closed,
            Milestone::MovedOut => self.moved_out,
            Milestone::DisposalPermitted => self.disposal_permitted,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixtures::{day, on};

    #[test]
    fn what_goes_on_has_not_ended_and_what_ended_did_so_on_its_last_day() {
        let period = |until: Option<&str>| When::Period {
            from: Some("2024-04-01".parse().unwrap()),
            until: until.map(|date| date.parse().unwrap()),
        };
        for (when, end) in [
            (When::At("2024-06-01".parse().unwrap()), on("2024-06-01")),
            (When::Month("2026-09".parse().unwrap()), on("2026-09")),
            (period(Some("2025-03")), on("2025-03")),
            (period(None), Happened::NotYet),
            (When::AsOf(day("2026-10-01")), Happened::NotYet),
        ] {
            let facts = Facts::of(&when);
            assert_eq!((facts.recorded, facts.completed), (end, end), "{when:?}");
            assert_eq!(facts.born, Happened::Unknown(Absence::NotCollected));
        }
    }
}
