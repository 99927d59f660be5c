//! What one column holds.

use std::collections::{BTreeMap, HashSet};

use chrono::NaiveDate;
use serde::Serialize;

use super::odd;
use super::shape::{self, Shape};
use crate::text::trim;

/// Different values counted; beyond, a column has many.
const DISTINCT: usize = 100_000;
/// Different values a code has at most.
const CODES: u64 = 24;
/// Rows below which a sample is short.
const SHORT: u64 = 40;

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
    /// Its first and last day, where it has days.
    pub days: Option<(NaiveDate, NaiveDate)>,
    /// Dates after the day of the export: perhaps no dates, or planned ones.
    pub future: u64,
    /// Texts that look like no value (`-`, `9999999`, a full-width blank), with how many of each. They count
    /// neither as filled nor as blank.
    pub odd: Vec<(String, u64)>,
    /// Its values with how many of each, where there are few.
    pub values: Vec<(String, u64)>,
}

impl ColumnProfile {
    /// Rows in which it says something, in per cent.
    #[must_use]
    pub fn fill_rate(&self) -> u64 {
        (100 * self.filled).checked_div(self.rows()).unwrap_or(0)
    }

    /// Rows looked at.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.filled + self.blank + self.odd.iter().map(|(_, count)| count).sum::<u64>()
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
        self.blank == 0 && self.odd.is_empty() && self.filled > 1 && self.distinct == self.filled
    }

    /// Whether its values are few enough to be codes.
    #[must_use]
    pub fn is_code(&self) -> bool {
        // In a short sample codes hardly come twice; what is as short as a code may be one.
        let short = self.filled < SHORT && self.length.1 <= 3;
        let few = self.filled > 0 && self.distinct <= CODES;
        few && (short || self.distinct * 4 <= self.filled.max(8))
            && matches!(self.shape(), Some(Shape::Digits | Shape::Short | Shape::Text) | None)
    }
}

/// What is counted while a column is looked at.
#[derive(Default)]
struct Tally<'v> {
    seen: HashSet<&'v str>,
    shapes: BTreeMap<Shape, u64>,
    counts: BTreeMap<&'v str, u64>,
    odd: BTreeMap<&'v str, u64>,
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
        days: None,
        future: 0,
        odd: Vec::new(),
        values: Vec::new(),
    };
    let mut tally = Tally::default();
    for value in values {
        match trim(value) {
            "" if value.contains('\u{3000}') => *tally.odd.entry(value).or_default() += 1,
            "" => column.blank += 1,
            text if odd::is_odd(text) => *tally.odd.entry(text).or_default() += 1,
            text => column.take(text, &mut tally, as_of),
        }
    }
    column.count(tally)
}

impl ColumnProfile {
    fn take<'v>(&mut self, text: &'v str, tally: &mut Tally<'v>, as_of: NaiveDate) {
        self.filled += 1;
        let length = text.chars().count() as u64;
        self.length = (self.length.0.min(length), self.length.1.max(length));
        let shape = shape::of(text);
        *tally.shapes.entry(shape).or_default() += 1;
        self.leading_zeros |= shape == Shape::Digits && text.len() > 1 && text.starts_with('0');
        self.zero |= text == "0";
        if let Some(day) = day(text, shape) {
            self.future += u64::from(day > as_of);
            let (first, last) = self.days.unwrap_or((day, day));
            self.days = Some((first.min(day), last.max(day)));
        }
        if tally.seen.len() < DISTINCT {
            tally.seen.insert(text);
        }
        if tally.counts.len() as u64 <= CODES {
            *tally.counts.entry(text).or_default() += 1;
        }
    }

    fn count(mut self, tally: Tally<'_>) -> Self {
        let owned = |counts: BTreeMap<&str, u64>| -> Vec<(String, u64)> {
            counts.into_iter().map(|(text, count)| (text.to_owned(), count)).collect()
        };
        if self.filled == 0 {
            self.length.0 = 0;
        }
        self.distinct = tally.seen.len() as u64;
        self.shapes = tally.shapes.into_iter().collect();
        self.shapes.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        self.odd = owned(tally.odd);
        if self.is_code() {
            self.values = owned(tally.counts);
        }
        self
    }
}

fn day(text: &str, shape: Shape) -> Option<NaiveDate> {
    let Shape::Date(format) = shape else { return None };
    let format = format.parse().ok()?;
    let parsed = kernel::date::parse(text, &[format], kernel::date::EraRule::Warn).ok()?;
    Some(parsed.date.earliest())
}
