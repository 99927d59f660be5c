//! Drift: how a file differs from the last ones of its source. It marks, and decides nothing: a town may well have
//! grown, and a section may well have begun to fill a column in.

use kernel::Absence;
use layouts::quality::{ColumnCounts, Counts};
use serde::Serialize;

/// Earlier loads that a file is held against.
pub const COMPARED: i64 = 3;

/// How far a share may lie outside of what the earlier files had, in thousandths of the rows: five in a hundred.
/// A mark for readers and no rule of anybody: large enough that the births and moves of a month do not reach it.
pub const SHARE_MARK: i64 = 50;

/// How far the number of rows may, in hundredths of what the earlier files had.
pub const ROWS_MARK: i64 = 10;

kernel::words! {
    /// What differs.
    Differs {
        /// The number of rows.
        Rows = "rows", "行数" / "rows";
        /// The share of rejected rows.
        Rejected = "rejected", "エラーの割合" / "share of rejected rows";
        /// The share of rows in which a column is filled.
        Filled = "filled", "記入の割合" / "share of filled cells";
        /// The share of rows in which a column is absent for a reason.
        Absent = "absent", "値なしの割合" / "share of absent cells";
    }
}

/// One thing that differs from the last files.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    /// What.
    pub what: Differs,
    /// Of which column.
    pub column: Option<String>,
    /// For which reason it is absent.
    pub reason: Option<Absence>,
    /// Now: rows, or thousandths of them.
    pub now: i64,
    /// The least the earlier files had.
    pub least: i64,
    /// The most.
    pub most: i64,
}

/// What differs between a file and the earlier ones.
pub(super) fn changes(now: &Counts, rejected: u64, before: &[(Counts, u64)]) -> Vec<Change> {
    let mut changes = Vec::new();
    let rows: Vec<i64> = before.iter().map(|(counts, _)| whole(counts.rows)).collect();
    if let Some((least, most)) = bounds(&rows) {
        let now = whole(now.rows);
        if now * 100 < least * (100 - ROWS_MARK) || now * 100 > most * (100 + ROWS_MARK) {
            changes.push(Change { what: Differs::Rows, column: None, reason: None, now, least, most });
        }
    }
    let shares: Vec<i64> = before.iter().map(|(counts, rejected)| share(*rejected, counts.rows)).collect();
    changes.extend(change(Differs::Rejected, None, None, share(rejected, now.rows), &shares));
    for column in &now.columns {
        let same: Vec<&ColumnCounts> = before.iter().filter_map(|(counts, _)| same(counts, column)).collect();
        let name = || Some(column.name.clone());
        let filled: Vec<i64> = same.iter().map(|one| share(one.filled, one.rows())).collect();
        changes.extend(change(Differs::Filled, name(), None, share(column.filled, column.rows()), &filled));
        for reason in Absence::ALL {
            let count = |one: &ColumnCounts| one.absent.get(reason).copied().unwrap_or_default();
            let shares: Vec<i64> = same.iter().map(|one| share(count(one), one.rows())).collect();
            let now = share(count(column), column.rows());
            changes.extend(change(Differs::Absent, name(), Some(*reason), now, &shares));
        }
    }
    changes
}

fn same<'c>(counts: &'c Counts, column: &ColumnCounts) -> Option<&'c ColumnCounts> {
    counts.columns.iter().find(|one| one.name == column.name && one.to == column.to)
}

fn change(
    what: Differs,
    column: Option<String>,
    reason: Option<Absence>,
    now: i64,
    before: &[i64],
) -> Option<Change> {
    let (least, most) = bounds(before)?;
    let outside = now < least - SHARE_MARK || now > most + SHARE_MARK;
    outside.then_some(Change { what, column, reason, now, least, most })
}

fn bounds(values: &[i64]) -> Option<(i64, i64)> {
    Some((values.iter().copied().min()?, values.iter().copied().max()?))
}

/// A share in thousandths; of nothing, none.
pub fn share(count: u64, of: u64) -> i64 {
    count.saturating_mul(1000).checked_div(of).map_or(0, whole)
}

fn whole(count: u64) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX / 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn file(rows: u64, filled: u64) -> Counts {
        let absent = [(Absence::NotCollected, rows - filled)].into();
        let column =
            ColumnCounts { name: "学校".into(), to: "school".into(), filled, absent, ..Default::default() };
        Counts { rows, columns: vec![column], ..Counts::default() }
    }

    fn told(now: &Counts, rejected: u64, before: &[(Counts, u64)]) -> Vec<(Differs, i64, i64, i64)> {
        changes(now, rejected, before).into_iter().map(|c| (c.what, c.now, c.least, c.most)).collect()
    }

    #[test]
    fn what_lies_within_the_last_files_or_near_them_is_not_told() {
        let before = [(file(1000, 900), 0), (file(1010, 880), 30), (file(990, 910), 10)];
        assert_eq!(told(&file(1000, 830), 79, &before), []);
        assert_eq!(told(&file(1000, 500), 0, &[]), [], "the first file differs from nothing");
    }

    #[test]
    fn what_lies_outside_is_told_with_what_was_usual() {
        let before = [(file(1000, 900), 0), (file(1010, 880), 30), (file(990, 910), 10)];
        let told = told(&file(800, 500), 200, &before);
        assert_eq!(told[0], (Differs::Rows, 800, 990, 1010));
        assert_eq!(told[1], (Differs::Rejected, 250, 0, 29));
        assert_eq!(told[2], (Differs::Filled, 625, 871, 919));
        assert_eq!(told[3], (Differs::Absent, 375, 80, 128));
        assert_eq!(told.len(), 4);
    }
}
