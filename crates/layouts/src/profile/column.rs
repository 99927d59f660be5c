//! What one column holds.

use std::collections::{BTreeMap, HashSet};

use chrono::NaiveDate;
use serde::Serialize;

use super::shape::{self, Shape};
use crate::text::trim;

/// Different values counted; beyond, a column has many.
const DISTINCT: usize = 100_000;
/// Different values a code has at most.
const CODES: u64 = 24;

/// What one column holds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ColumnProfile {
    /// Its name in the header; empty where there is none.
    pub name: String,
    /// Rows in which it says something.
    pub filled: u64,
    /// Rows in which it is blank.
    pub blank: u64,
    /// Different values, up to 100,000.
    pub distinct: u64,
    /// What its values look like, the commonest first, with how many of each.
    pub shapes: Vec<(Shape, u64)>,
    /// Characters of its shortest and longest value.
    pub length: (u64, u64),
    /// Whether numbers begin with zeros, which a number would lose.
    pub leading_zeros: bool,
    /// Whether any value is a lone 0.
    pub zero: bool,
    /// Dates after the day of the export: perhaps no dates, or planned ones.
    pub future: u64,
    /// Its values with how many of each, where there are few.
    pub values: Vec<(String, u64)>,
}

impl ColumnProfile {
    /// Rows in which it says something, in per cent.
    #[must_use]
    pub fn fill_rate(&self) -> u64 {
        (100 * self.filled).checked_div(self.filled + self.blank).unwrap_or(0)
    }

    /// What nine of ten values look like, if they look alike.
    #[must_use]
    pub fn shape(&self) -> Option<Shape> {
        let (shape, count) = self.shapes.first()?;
        (count * 10 >= self.filled * 9).then_some(*shape)
    }

    /// Whether each row has another value: the column may be a key.
    #[must_use]
    pub const fn is_unique(&self) -> bool {
        self.blank == 0 && self.filled > 0 && self.distinct == self.filled
    }

    /// Whether its values are few enough to be codes.
    #[must_use]
    pub fn is_code(&self) -> bool {
        let few = self.distinct <= CODES && self.distinct * 4 <= self.filled.max(8);
        few && matches!(self.shape(), Some(Shape::Digits | Shape::Short | Shape::Text) | None)
    }
}

/// Looks at the values of one column.
pub(super) fn profile<'v>(
    name: String,
    values: impl Iterator<Item = &'v str>,
    as_of: NaiveDate,
) -> ColumnProfile {
    let mut column = ColumnProfile {
        name,
        filled: 0,
        blank: 0,
        distinct: 0,
        shapes: Vec::new(),
        length: (u64::MAX, 0),
        leading_zeros: false,
        zero: false,
        future: 0,
        values: Vec::new(),
    };
    let (mut seen, mut shapes) = (HashSet::new(), BTreeMap::<Shape, u64>::new());
    let mut counts = BTreeMap::<&str, u64>::new();
    for value in values {
        let text = trim(value);
        if text.is_empty() {
            column.blank += 1;
            continue;
        }
        column.filled += 1;
        let length = text.chars().count() as u64;
        column.length = (column.length.0.min(length), column.length.1.max(length));
        let shape = shape::of(text);
        *shapes.entry(shape).or_default() += 1;
        column.leading_zeros |= shape == Shape::Digits && text.len() > 1 && text.starts_with('0');
        column.zero |= text == "0";
        column.future += u64::from(is_future(text, shape, as_of));
        if seen.len() < DISTINCT {
            seen.insert(text);
        }
        if counts.len() as u64 <= CODES {
            *counts.entry(text).or_default() += 1;
        }
    }
    if column.filled == 0 {
        column.length.0 = 0;
    }
    column.distinct = seen.len() as u64;
    column.shapes = shapes.into_iter().collect();
    column.shapes.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    if column.is_code() {
        column.values = counts.into_iter().map(|(text, count)| (text.to_owned(), count)).collect();
    }
    column
}

fn is_future(text: &str, shape: Shape, as_of: NaiveDate) -> bool {
    let Shape::Date(format) = shape else { return false };
    let Ok(format) = format.parse() else { return false };
    kernel::date::parse(text, &[format], kernel::date::EraRule::Warn)
        .is_ok_and(|parsed| parsed.date.earliest() > as_of)
}
