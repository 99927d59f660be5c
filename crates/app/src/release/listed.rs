//! A page of a longer list of people: cut where the caller may not see somebody, and going on behind them.

use kernel::id::PersonId;

use super::{Hidden, Resident};

/// A page of a longer list: exactly the rows that are answered, so that nobody else is recorded as looked
/// at.
#[derive(Debug)]
pub struct Listed<T> {
    /// The rows.
    pub rows: Vec<T>,
    /// Whether more follow.
    pub more: bool,
    /// Whom the last row is about, where it was left out.
    behind: Option<PersonId>,
}

impl<T> Listed<T> {
    /// The first `limit` of rows.
    pub fn first(rows: impl IntoIterator<Item = T>, limit: usize) -> Self {
        let mut rest = rows.into_iter();
        let rows = rest.by_ref().take(limit).collect();
        Self { rows, more: rest.next().is_some(), behind: None }
    }

    /// These rows, and whether more follow.
    #[must_use]
    pub const fn of(rows: Vec<T>, more: bool) -> Self {
        Self { rows, more, behind: None }
    }
}

impl<T: Resident> Listed<T> {
    /// Behind whom the list goes on, if it does: whoever stood last, shown or left out.
    #[must_use]
    pub fn behind(&self) -> Option<PersonId> {
        let shown = || self.rows.last().and_then(|row| row.persons().first().copied());
        self.behind.or_else(shown).filter(|_| self.more)
    }
}

impl<T: Resident> Resident for Listed<T> {
    fn persons(&self) -> Vec<PersonId> {
        self.rows.persons()
    }

    fn hide_whereabouts(&mut self, hidden: &dyn Fn(PersonId) -> Option<Hidden>) {
        self.rows.hide_whereabouts(hidden);
    }

    fn withhold(&mut self, denied: &dyn Fn(PersonId) -> bool) -> Option<usize> {
        self.behind = self.rows.last().and_then(|row| row.persons().first().copied());
        let before = self.rows.len();
        self.rows.retain(|row| !row.persons().into_iter().any(denied));
        Some(before - self.rows.len())
    }
}
