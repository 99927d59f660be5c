//! 取込品質: what a file was like, column by column, counted while it is decoded. Memory is bounded whatever the
//! file: counters, the first few lines of each finding, a sample of the numbers.
//!
//! [`Quality`] holds lines and values out of the file and is sealed wherever it rests; [`Counts`] is what is left
//! without them: names of columns, which are configuration, and numbers of cells.

mod collect;
mod counts;
mod spread;

use std::collections::BTreeMap;

use kernel::{Absence, Code, ItemCode};
use serde::{Deserialize, Serialize};

pub(crate) use collect::Collector;
pub use counts::{ColumnCounts, Counts};

/// Lines and values that are kept of one finding; all are counted.
pub const SHOWN: usize = 20;

/// Different unknown codes that are kept of a column. Codes beyond them are counted together: a column of free
/// text read by a code list has as many as it has rows.
pub const UNKNOWN_KEPT: usize = 50;

/// Characters that are kept of a value: enough to recognise it in the file.
pub const VALUE_KEPT: usize = 40;

/// Numbers below which no column is searched for outliers.
pub const SPREAD_LEAST: u64 = 30;

/// How far beyond the quartiles a number lies that is told as an outlier, in distances between the quartiles:
/// Tukey's outer fence ("far out", Exploratory Data Analysis, 1977, §2D).
pub const FENCE: i64 = 3;

/// What one file was like.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Quality {
    /// Data rows.
    pub rows: u64,
    /// How its bytes were read.
    pub reading: Reading,
    /// Rows that could not be cut into cells, by reason.
    pub uncut: BTreeMap<Code, Lines>,
    /// Rows whose key an earlier row has.
    pub duplicates: Lines,
    /// Each column that is read, in the layout's order.
    pub columns: Vec<Column>,
}

/// How a file's bytes were read, and by which evidence.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Reading {
    /// The layout's encoding, by its name in configuration; what does not fit it is refused.
    pub encoding: String,
    /// Whether the file began with a byte order mark.
    pub byte_order_mark: bool,
    /// The first line with anything but ASCII, which was held against the encoding; `None` when every line is
    /// ASCII, which reads the same in most encodings.
    pub decided_on_line: Option<u32>,
}

/// A count, and the lines on which it began.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Lines {
    /// How many.
    pub count: u64,
    /// The first of them, [`SHOWN`] at most.
    pub first: Vec<u32>,
}

/// One column, as a field of the layout reads it. In every row that was cut, it was filled, absent for a reason,
/// or refused for one.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Column {
    /// Its name in the file.
    pub name: String,
    /// What it is read as (`person.birth_date`).
    pub to: String,
    /// Items (データ項目) that observations take from it.
    pub items: Vec<ItemCode>,
    /// Rows with a value.
    pub filled: u64,
    /// Rows without one, by the reason the layout gives.
    pub absent: BTreeMap<Absence, u64>,
    /// Rows refused for this column, by code.
    pub refused: BTreeMap<Code, Lines>,
    /// Codes that its list does not know.
    pub unknown: Unknown,
    /// External characters nobody said the meaning of.
    pub gaiji: Vec<Gaiji>,
    /// Dates past the end of their era, which were read all the same.
    pub era_overflow: Lines,
    /// Birth dates after the day of the export.
    pub after_export: Lines,
    /// Numbers and dates far from all others.
    pub outliers: Option<Outliers>,
}

/// Codes that a list does not know.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Unknown {
    /// Cells.
    pub count: u64,
    /// The codes by how often they occur, [`UNKNOWN_KEPT`] at most.
    pub codes: Vec<UnknownCode>,
    /// Cells with further codes.
    pub beyond: u64,
}

/// One code that a list does not know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnknownCode {
    /// The code, cut after [`VALUE_KEPT`] characters.
    pub value: String,
    /// Cells with it.
    pub count: u64,
    /// The line of the first.
    pub line: u32,
}

/// One external character (外字) in a cell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Gaiji {
    /// Its code, as 外字 tables name it.
    pub code: String,
    /// Where.
    pub line: u32,
}

/// Values beyond [`FENCE`] times the distance of the quartiles. The quartiles are those of a sample: every n-th
/// value, so that the same file gives the same.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outliers {
    /// The lowest value that is not told.
    pub low: String,
    /// The highest.
    pub high: String,
    /// The values, the farthest first, [`SHOWN`] at most on each side.
    pub values: Vec<Outlier>,
    /// Whether there may be more than are told.
    pub is_capped: bool,
}

/// One value far from all others.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outlier {
    /// Where.
    pub line: u32,
    /// A whole number in the item's unit, or a day.
    pub value: String,
}

impl Lines {
    pub(crate) fn take(&mut self, line: u32) {
        self.count += 1;
        if self.first.len() < SHOWN {
            self.first.push(line);
        }
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
