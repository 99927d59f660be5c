//! What decoding gives: rows, rejects with every reason, and the sum of both.

use std::collections::BTreeMap;

use kernel::date::{PartialDate, YearMonth};
use kernel::{Datum, Fault, Identity, Observation};
use smallvec::SmallVec;

use crate::layout::RoleId;

/// The persons of a row with their roles, `person` first. Nearly every row has one.
pub type Persons = SmallVec<[(RoleId, Identity); 1]>;

kernel::words! {
    /// What a row of a delta does.
    Operation {
        /// The record is as the row says, whether it was known or not.
        Upsert = "upsert";
        /// The record has ended; beside its key the row need not say anything.
        Close = "close";
    }
}

impl Default for Operation {
    /// What a row does in every other file.
    fn default() -> Self {
        Self::Upsert
    }
}

/// The times a record states of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct RecordTime {
    /// The day it happened.
    pub at: Option<PartialDate>,
    /// The month it is about.
    pub month: Option<YearMonth>,
    /// The first day of its period, if known.
    pub from: Option<PartialDate>,
    /// The last day of its period, if it has ended.
    pub until: Option<PartialDate>,
}

/// One row that fits its layout.
#[derive(Clone)]
pub struct Row<'r> {
    /// The first line of the row, from 1, as an editor counts.
    pub line: u32,
    /// The row's bytes as the file has them, without line end: what a row hash is taken of.
    pub raw: &'r [u8],
    /// The business key: the values of the layout's key fields in its order, joined by U+001F.
    pub key: String,
    /// Whom it is about. A role of which the row states nothing is not among them.
    pub persons: Persons,
    /// When.
    pub record: RecordTime,
    /// What it does, in a delta; [`Operation::Upsert`] in every other file.
    pub operation: Operation,
    /// In a delta, the line of the same key that comes after this one in the file, and last: the record is as that
    /// line says, and this row changes nothing.
    pub overtaken_by: Option<u32>,
    /// What it says of them, in the layout's order.
    pub observations: Vec<(RoleId, Observation)>,
    /// Values of local fields that serve the key alone, in the layout's order.
    pub locals: Vec<Datum>,
    /// What staff should hear about it (`era_overflow`).
    pub warnings: Vec<Fault>,
}

/// One row that does not fit, with every reason.
#[derive(Clone, PartialEq, Eq)]
pub struct Reject {
    /// The first line of the row, from 1.
    pub line: u32,
    /// Its business key as in [`Row::key`], where the key fields could be read: the record is in the file,
    /// whatever else is wrong with it.
    pub key: Option<String>,
    /// Everything wrong with it; never empty.
    pub reasons: Vec<Fault>,
    /// The row's bytes as the file has them. A resident's data: sealed wherever it rests.
    pub raw: Vec<u8>,
}

/// One row or one reject.
#[derive(Clone)]
#[expect(
    clippy::large_enum_variant,
    reason = "nearly every outcome is a row; boxing it would cost each row an allocation"
)]
pub enum Outcome<'r> {
    /// It fits.
    Row(Row<'r>),
    /// It does not.
    Reject(Reject),
}

/// The count of a whole file. `rows = accepted + rejected`, always.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Summary {
    /// Data rows read; blank lines, header and trailer do not count.
    pub rows: u64,
    /// Rows that fit.
    pub accepted: u64,
    /// Rows that do not.
    pub rejected: u64,
}

/// One row to be written.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct EncodeRow {
    /// Whom it is about; roles of the layout that are missing here are written as absent.
    pub persons: Persons,
    /// When.
    pub record: RecordTime,
    /// What it does, in a delta.
    pub operation: Operation,
    /// The values of local fields by name; one that is missing is written as `not_collected`.
    pub locals: BTreeMap<String, Datum>,
}
