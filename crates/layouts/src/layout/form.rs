//! How the bytes of a file are cut into records and cells.

use serde::Serialize;

/// What the first line of a CSV file is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Header {
    /// The names of the declared and ignored columns and no others, in any order.
    Exact,
    /// Names, among them those of the declared columns.
    Subset,
    /// A row: the file has no header.
    None,
}

impl Header {
    pub(crate) const NAMES: &[(&str, Self)] =
        &[("exact", Self::Exact), ("subset", Self::Subset), ("none", Self::None)];
}

/// The shape of the file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Form {
    /// Separated cells.
    Csv(CsvForm),
    /// Records of one length in bytes.
    Fixed(FixedForm),
}

/// Separated cells (RFC 4180, with either line end).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CsvForm {
    pub(crate) header: Header,
    pub(crate) delimiter: u8,
    /// Whether one empty cell more at the end of a row is no fault.
    pub(crate) trailing_comma: bool,
    /// Cells in a row of a file without header.
    pub(crate) columns: usize,
    /// Columns known and not taken.
    pub(crate) ignored: Vec<String>,
}

/// Records of one length in bytes, with or without line ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FixedForm {
    pub(crate) record_length: usize,
    pub(crate) kinds: Option<RecordKinds>,
}

/// How header, data and trailer records tell themselves apart. Offsets are from 0, in bytes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RecordKinds {
    pub(crate) start: usize,
    pub(crate) length: usize,
    pub(crate) header: Option<String>,
    pub(crate) data: String,
    pub(crate) trailer: Option<String>,
    /// Offset and length of the number of data records in the trailer.
    pub(crate) count: Option<(usize, usize)>,
}
