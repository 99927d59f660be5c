//! How the bytes of a file are cut into records and cells.

use serde::Serialize;

/// What the first line of a file with separated cells is.
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
    /// One JSON object a line.
    Json(TableForm),
    /// A sheet of a workbook.
    Sheet(SheetForm),
}

/// The columns of a table and how they are named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TableForm {
    pub(crate) header: Header,
    /// Cells in a row of a file without header.
    pub(crate) columns: usize,
    /// Columns known and not taken.
    pub(crate) ignored: Vec<String>,
}

/// Separated cells (RFC 4180, with any line end).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CsvForm {
    #[serde(flatten)]
    pub(crate) table: TableForm,
    pub(crate) delimiter: u8,
    /// Whether one empty cell more at the end of a row is no fault.
    pub(crate) trailing_comma: bool,
    /// Whether lines end with CR alone.
    pub(crate) carriage_return: bool,
    /// Rows that a header takes. One leaves no mark, so that layouts from before there were two keep their digest.
    #[serde(skip_serializing_if = "is_one")]
    pub(crate) header_rows: usize,
    /// Rows among which titles may stand over the header; none leaves no mark either.
    #[serde(skip_serializing_if = "is_none")]
    pub(crate) titles: usize,
    /// Lines that begin with one of these are the total, no row.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) footer: Vec<String>,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
const fn is_one(rows: &usize) -> bool {
    *rows == 1
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
const fn is_none(rows: &usize) -> bool {
    *rows == 0
}

/// A sheet of a workbook.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SheetForm {
    #[serde(flatten)]
    pub(crate) table: TableForm,
    /// Whether it is `.xls`, the format before 2007.
    pub(crate) is_old: bool,
    /// The sheet's name; without one, the first sheet that is not hidden.
    pub(crate) sheet: Option<String>,
    /// Rows that a header takes: in two, a name of the upper one stands over several of the lower.
    pub(crate) header_rows: usize,
    /// Rows that begin with one of these are the total, no row.
    pub(crate) footer: Vec<String>,
}

/// Records of one length in bytes, with or without line ends.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FixedForm {
    pub(crate) record_length: usize,
    pub(crate) kinds: Option<RecordKinds>,
    /// Whether lines end with CR alone.
    pub(crate) carriage_return: bool,
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

impl Form {
    /// The table, where the columns are those of one.
    pub(crate) const fn table(&self) -> Option<&TableForm> {
        match self {
            Self::Csv(form) => Some(&form.table),
            Self::Json(table) => Some(table),
            Self::Sheet(form) => Some(&form.table),
            Self::Fixed(_) => None,
        }
    }

    /// Whether its columns are known by names that stand in the file.
    pub(crate) fn has_header(&self) -> bool {
        self.table().is_some_and(|table| table.header != Header::None)
    }
}
