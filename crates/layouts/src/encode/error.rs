//! Why a row cannot be written. Says which field of which row (from 0), never the value.

use crate::layout::Field;

/// Why a row cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum EncodeError {
    /// The field has no spelling for the value: no sentinel for the absence, no code in the list, no
    /// date format that holds it.
    #[error("row {row}: {to} has no spelling for its value")]
    NoSpelling {
        /// The row.
        row: u64,
        /// The field's target.
        to: String,
    },
    /// The file's encoding lacks a character of the value.
    #[error("row {row}: the file's encoding lacks a character of {to}")]
    NotInEncoding {
        /// The row.
        row: u64,
        /// The field's target.
        to: String,
    },
    /// The value has more bytes than the field.
    #[error("row {row}: {to} is longer than its field")]
    TooLong {
        /// The row.
        row: u64,
        /// The field's target.
        to: String,
    },
    /// What would be written reads back as something else: a text that is a sentinel, a number out of
    /// range, blanks at the ends, two fields that disagree on one column.
    #[error("row {row}: {to} would read back as something else")]
    ReadsOtherwise {
        /// The row.
        row: u64,
        /// The field's target.
        to: String,
    },
    /// The trailer has no room for the number of rows.
    #[error("the trailer has no room for {rows} rows")]
    Trailer {
        /// The number of rows.
        rows: u64,
    },
    /// Files of this kind are read and not written: `.xls`, or a sheet longer than a sheet can be.
    #[error("such a file cannot be written")]
    Kind,
}

impl EncodeError {
    /// The target of the field that cannot be written; `None` where it is the file.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::NoSpelling { to, .. }
            | Self::NotInEncoding { to, .. }
            | Self::TooLong { to, .. }
            | Self::ReadsOtherwise { to, .. } => Some(to),
            Self::Trailer { .. } | Self::Kind => None,
        }
    }
}

/// Why one field of the row being written cannot be.
pub(super) type Refuse = fn(u64, String) -> EncodeError;
pub(super) const NO_SPELLING: Refuse = |row, to| EncodeError::NoSpelling { row, to };
pub(super) const NOT_IN_ENCODING: Refuse = |row, to| EncodeError::NotInEncoding { row, to };
pub(super) const TOO_LONG: Refuse = |row, to| EncodeError::TooLong { row, to };
pub(super) const READS_OTHERWISE: Refuse = |row, to| EncodeError::ReadsOtherwise { row, to };

/// The refusal of `field` in row `row`.
pub(super) fn refuse(why: Refuse, row: u64, field: &Field) -> EncodeError {
    why(row, field.to.to_string())
}
