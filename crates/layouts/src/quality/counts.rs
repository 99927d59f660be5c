//! What is left of a file's quality without a line and without a value: what may rest in the clear.

use std::collections::BTreeMap;

use kernel::{Absence, Code, ItemCode};
use serde::{Deserialize, Serialize};

use super::{Column, Quality, Reading};

/// A file's quality in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Counts {
    /// Data rows.
    pub rows: u64,
    /// How its bytes were read.
    pub reading: Reading,
    /// Rows that could not be cut into cells, by reason.
    pub uncut: BTreeMap<Code, u64>,
    /// Rows whose key an earlier row has.
    pub duplicates: u64,
    /// Each column.
    pub columns: Vec<ColumnCounts>,
}

/// A column in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct ColumnCounts {
    /// Its name in the file.
    pub name: String,
    /// What it is read as.
    pub to: String,
    /// Items that observations take from it.
    pub items: Vec<ItemCode>,
    /// Rows with a value.
    pub filled: u64,
    /// Rows without one, by reason.
    pub absent: BTreeMap<Absence, u64>,
    /// Rows refused for it, by code.
    pub refused: BTreeMap<Code, u64>,
    /// Cells with a code that its list does not know.
    pub unknown: u64,
    /// Dates past the end of their era.
    pub era_overflow: u64,
    /// Birth dates after the day of the export.
    pub after_export: u64,
    /// Values far from all others, as many as are told.
    pub outliers: u64,
}

impl Quality {
    /// The same without lines and values.
    #[must_use]
    pub fn counts(&self) -> Counts {
        Counts {
            rows: self.rows,
            reading: self.reading.clone(),
            uncut: self.uncut.iter().map(|(code, lines)| (*code, lines.count)).collect(),
            duplicates: self.duplicates.count,
            columns: self.columns.iter().map(Column::counts).collect(),
        }
    }
}

impl Column {
    fn counts(&self) -> ColumnCounts {
        ColumnCounts {
            name: self.name.clone(),
            to: self.to.clone(),
            items: self.items.clone(),
            filled: self.filled,
            absent: self.absent.clone(),
            refused: self.refused.iter().map(|(code, lines)| (*code, lines.count)).collect(),
            unknown: self.unknown.count,
            era_overflow: self.era_overflow.count,
            after_export: self.after_export.count,
            outliers: self.outliers.as_ref().map_or(0, |outliers| outliers.values.len() as u64),
        }
    }
}

impl ColumnCounts {
    /// Rows in which it was read: with a value, without one, refused.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.filled + self.absent.values().sum::<u64>() + self.refused.values().sum::<u64>()
    }
}
