//! Counts while rows are read. It runs once a cell: two additions and a comparison are what it may cost.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use kernel::{Absence, Code, Fault};

use super::spread::Spread;
use super::{
    Column, Gaiji, Lines, Outliers, Quality, Reading, SHOWN, UNKNOWN_KEPT, Unknown, UnknownCode, VALUE_KEPT,
};
use crate::cell::Cell;
use crate::layout::{Field, Kind, Layout, Part, Seen, Slot, Target};

const REASONS: usize = Absence::ALL.len();

/// What a file was like, as far as read.
pub(crate) struct Collector {
    /// One a field; `None` for what the layout says by itself.
    columns: Vec<Option<Tally>>,
    uncut: BTreeMap<Code, Lines>,
    duplicates: Lines,
    /// The day of the export.
    as_of: NaiveDate,
}

/// One column as far as read.
#[derive(Default)]
struct Tally {
    filled: u64,
    absent: [u64; REASONS],
    refused: BTreeMap<Code, Lines>,
    unknown: Codes,
    gaiji: Vec<Gaiji>,
    era_overflow: Lines,
    after_export: Lines,
    spread: Measured,
    is_birth: bool,
}

/// The values of a column of numbers or days.
#[derive(Default)]
enum Measured {
    #[default]
    Not,
    Numbers(Spread<i64>),
    Days(Spread<NaiveDate>),
}

impl Measured {
    const fn of(kind: &Kind) -> Self {
        match kind {
            Kind::Int { .. } => Self::Numbers(Spread::new()),
            Kind::Date { .. } => Self::Days(Spread::new()),
            _ => Self::Not,
        }
    }

    fn finish(self) -> Option<Outliers> {
        match self {
            Self::Not => None,
            Self::Numbers(spread) => spread.finish(),
            Self::Days(spread) => spread.finish(),
        }
    }
}

#[derive(Default)]
struct Codes {
    count: u64,
    /// How often each, and the line of the first.
    codes: BTreeMap<String, (u64, u32)>,
    beyond: u64,
}

impl Collector {
    pub fn new(layout: &Layout, as_of: NaiveDate) -> Self {
        let tally = |field: &Field| {
            let is_birth = matches!(field.to, Target::Person(_, Part::BirthDate));
            let spread = Measured::of(&field.kind);
            (!is_constant(field)).then(|| Tally { spread, is_birth, ..Tally::default() })
        };
        Self {
            columns: layout.fields.iter().map(tally).collect(),
            uncut: BTreeMap::new(),
            duplicates: Lines::default(),
            as_of,
        }
    }

    /// A cell of field `n` that could be read.
    #[inline]
    pub fn read(&mut self, n: usize, line: u32, cell: &Cell) {
        let Some(Some(tally)) = self.columns.get_mut(n) else { return };
        if let Cell::Absent(reason) = cell {
            if let Some(count) = tally.absent.get_mut(*reason as usize) {
                *count += 1;
            }
            return;
        }
        tally.filled += 1;
        match (cell, &mut tally.spread) {
            (Cell::Int(number), Measured::Numbers(spread)) => spread.take(line, *number),
            (Cell::Date(date), Measured::Days(spread)) => {
                let Some(day) = date.day() else { return };
                spread.take(line, day);
                if tally.is_birth && day > self.as_of {
                    tally.after_export.take(line);
                }
            }
            _ => {}
        }
    }

    /// A date of field `n` past the end of its era, read all the same.
    pub fn overflowed(&mut self, n: usize, line: u32) {
        if let Some(Some(tally)) = self.columns.get_mut(n) {
            tally.era_overflow.take(line);
        }
    }

    /// A code of field `n` that its list does not know, read all the same.
    pub fn unknown(&mut self, n: usize, line: u32, code: &str) {
        if let Some(Some(tally)) = self.columns.get_mut(n) {
            tally.unknown.take(line, code);
        }
    }

    /// A cell of field `n` that is refused.
    pub fn refused(&mut self, n: usize, line: u32, fault: &Fault) {
        let Some(Some(tally)) = self.columns.get_mut(n) else { return };
        tally.refused.entry(fault.code()).or_default().take(line);
        let raw = fault.argument("raw").unwrap_or_default();
        match fault.code() {
            Code::CodeUnmapped => tally.unknown.take(line, raw),
            Code::Gaiji if tally.gaiji.len() < SHOWN => {
                tally.gaiji.push(Gaiji { code: raw.to_owned(), line });
            }
            _ => {}
        }
    }

    /// A cell of field `n` that a row without a use for it has: a record that ends says no more than its key.
    pub fn passed_over(&mut self, n: usize, line: u32) {
        self.read(n, line, &Cell::Absent(Absence::NotApplicable));
    }

    /// A row that could not be cut.
    pub fn uncut(&mut self, line: u32, code: Code) {
        self.uncut.entry(code).or_default().take(line);
    }

    /// A row whose key an earlier row has.
    pub fn duplicate(&mut self, line: u32) {
        self.duplicates.take(line);
    }

    pub fn finish(self, layout: &Layout, rows: u64, reading: Reading) -> Quality {
        let columns = layout.fields.iter().zip(self.columns).filter_map(|(field, tally)| {
            Some(Column {
                name: field.label.clone(),
                to: field.to.to_string(),
                items: items(layout, field),
                ..tally?.finish()
            })
        });
        let columns = columns.collect();
        Quality { rows, reading, uncut: self.uncut, duplicates: self.duplicates, columns }
    }
}

impl Tally {
    fn finish(self) -> Column {
        let absent = Absence::ALL.iter().copied().zip(self.absent).filter(|(_, count)| *count > 0);
        Column {
            filled: self.filled,
            absent: absent.collect(),
            refused: self.refused,
            unknown: self.unknown.finish(),
            gaiji: self.gaiji,
            era_overflow: self.era_overflow,
            after_export: self.after_export,
            outliers: self.spread.finish(),
            ..Column::default()
        }
    }
}

impl Codes {
    fn take(&mut self, line: u32, code: &str) {
        self.count += 1;
        let code: String = code.chars().take(VALUE_KEPT).collect();
        if let Some((count, _)) = self.codes.get_mut(&code) {
            *count += 1;
        } else if self.codes.len() < UNKNOWN_KEPT {
            self.codes.insert(code, (1, line));
        } else {
            self.beyond += 1;
        }
    }

    fn finish(self) -> Unknown {
        let codes = self.codes.into_iter();
        let mut codes: Vec<_> =
            codes.map(|(value, (count, line))| UnknownCode { value, count, line }).collect();
        codes.sort_by_key(|code| std::cmp::Reverse(code.count));
        Unknown { count: self.count, codes, beyond: self.beyond }
    }
}

const fn is_constant(field: &Field) -> bool {
    matches!(field.slot, Slot::Constant(_))
}

/// What observations take from a field.
fn items(layout: &Layout, field: &Field) -> Vec<kernel::ItemCode> {
    let Target::Local(name) = &field.to else { return Vec::new() };
    let local = layout.locals.iter().position(|known| known == name);
    let plans = layout.observations.iter();
    let mut items: Vec<_> = plans
        .filter(|plan| local.is_some_and(|local| plan.seen == Seen::Local(local)))
        .map(|plan| plan.item.clone())
        .collect();
    items.dedup();
    items
}
