//! What falls due when, over a whole town: counts, and nobody named.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use kernel::Category;
use kernel::date::YearMonth;
use kernel::id::PersonId;
use retention::{Due, Outcome, Waiting};

use crate::release::{Hidden, Resident};

/// Records that fall due, by month and category. Every record is counted once: in a month, before or after
/// them, as permanent or as undetermined.
#[derive(Debug)]
pub struct DueReport {
    /// The first month shown.
    pub from: YearMonth,
    /// The last month shown.
    pub until: YearMonth,
    /// All records that were looked at.
    pub records: u64,
    /// Due within the months.
    pub months: BTreeMap<(YearMonth, Category), u64>,
    /// Due before the first month.
    pub earlier: u64,
    /// Due after the last month.
    pub later: u64,
    /// Kept for ever.
    pub permanent: u64,
    /// Without a date as long as something is not known.
    pub undetermined: u64,
    /// What those wait for. A record that waits for two things is counted at both.
    pub waiting: Vec<(Category, Waiting, u64)>,
}

impl DueReport {
    pub(super) const fn new(from: YearMonth, until: YearMonth) -> Self {
        Self {
            from,
            until,
            records: 0,
            months: BTreeMap::new(),
            earlier: 0,
            later: 0,
            permanent: 0,
            undetermined: 0,
            waiting: Vec::new(),
        }
    }

    /// Counts one record.
    pub(super) fn count(&mut self, category: Category, outcome: &Outcome<'_>) {
        self.records += 1;
        match (&outcome.by_rule, outcome.due_on()) {
            (_, Some(day)) => self.count_day(category, day),
            (Due::Never, None) => self.permanent += 1,
            (Due::Undetermined(reasons), None) => {
                self.undetermined += 1;
                reasons.iter().for_each(|reason| self.count_reason(category, *reason));
            }
            // A hold without an end: it waits, for nothing that a rule reads.
            (Due::After(_), None) => self.undetermined += 1,
        }
    }

    fn count_day(&mut self, category: Category, day: NaiveDate) {
        let month = YearMonth::of(day);
        if month < self.from {
            self.earlier += 1;
        } else if month > self.until {
            self.later += 1;
        } else {
            *self.months.entry((month, category)).or_default() += 1;
        }
    }

    fn count_reason(&mut self, category: Category, reason: Waiting) {
        let known = self.waiting.iter_mut().find(|(of, why, _)| *of == category && *why == reason);
        match known {
            Some((_, _, records)) => *records += 1,
            None => self.waiting.push((category, reason, 1)),
        }
    }
}

impl Resident for DueReport {
    fn persons(&self) -> Vec<PersonId> {
        // Counts of a town; nobody is looked at by name.
        Vec::new()
    }

    fn hide_whereabouts(&mut self, _: &dyn Fn(PersonId) -> Option<Hidden>) {
        // Counts tell no whereabouts.
    }
}
