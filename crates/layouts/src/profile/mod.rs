//! A file nobody has described yet: what it is, and what its columns hold. From the bytes alone; nothing
//! is read by what is found here, it goes into a draft for people to correct ([`draft`]).
//!
//! A profile holds counts and shapes and, of columns with few different values, these values: they are a
//! resident's data where the column is one, and for the town's own staff only. [`Profile::blind`] leaves
//! them out.

mod column;
mod detect;
pub mod draft;
mod odd;
mod records;
mod ruler;
mod shape;

use chrono::NaiveDate;
use kernel::Fault;
use serde::Serialize;

pub use column::ColumnProfile;
pub use ruler::{Mark, Run};
pub use shape::Shape;

use crate::decode::Limits;
use crate::sheet::{OldBook, SheetRow};
use crate::text::Encoding;

/// Bytes looked at: the first ones of a file stand for the rest.
const SAMPLE: usize = 4 << 20;
/// Rows looked at.
const ROWS: usize = 20_000;

/// What kind of file it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FileShape {
    /// Cells separated by this byte.
    Separated(u8),
    /// Records of this many bytes.
    Fixed(usize),
    /// One JSON object a line.
    Jsonl,
    /// A workbook.
    Xlsx,
    /// A workbook of before 2007.
    Xls,
}

/// The encoding, and why it is taken for that.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EncodingEvidence {
    /// The likeliest.
    pub encoding: Encoding,
    /// How sure, in per cent.
    pub confidence: u32,
    /// What speaks for it, in Japanese.
    pub why: String,
}

/// What a sample shows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Profile {
    /// What kind of file it is.
    pub shape: FileShape,
    /// Its encoding; of a workbook UTF-8.
    pub encoding: EncodingEvidence,
    /// Whether lines end with CR alone.
    pub carriage_return: bool,
    /// The row of the header, from 1; of a header in two rows the first. `None` where there is none.
    pub header_row: Option<u32>,
    /// Rows that the header takes: in two, names of the upper one stand over several of the lower.
    pub header_rows: u32,
    /// Whether rows end with an empty cell that the header has not.
    pub trailing_comma: bool,
    /// Whether the file ends with the mark of old systems (0x1A).
    pub eof_mark: bool,
    /// The word that begins the total under a sheet's table.
    pub footer: Option<String>,
    /// The sheet looked at, where somebody named it.
    pub sheet: Option<String>,
    /// Of an `.xlsx` of which no sheet was named, those that are shown: the first was looked at.
    pub sheets: Vec<String>,
    /// Rows looked at, without the header.
    pub rows: u64,
    /// Its columns, in order; of records of one length none, where a column ends no sample can tell.
    pub columns: Vec<ColumnProfile>,
    /// What stands at which bytes of records of one length.
    pub ruler: Vec<Run>,
}

impl Profile {
    /// Without any value: what the cooperative's operator may see.
    #[must_use]
    pub fn blind(mut self) -> Self {
        for column in &mut self.columns {
            column.values.clear();
            column.odd.clear();
            column.days = None;
        }
        self
    }
}

/// Looks at a file's bytes, or the first of them. `as_of` is the day of the export.
///
/// # Errors
/// `empty_file`, `not_a_table`; of an archive or workbook as [`Decoder`](crate::Decoder).
pub fn profile(bytes: &[u8], as_of: NaiveDate) -> Result<Profile, Fault> {
    profile_sheet(bytes, None, as_of)
}

/// The same of one sheet of a workbook; without a name the first that is shown.
///
/// # Errors
/// As [`profile`], and `sheet_not_found`, which names the sheets there are.
pub fn profile_sheet(bytes: &[u8], sheet: Option<&str>, as_of: NaiveDate) -> Result<Profile, Fault> {
    let plain = detect::unpacked(bytes, &Limits::USUAL)?;
    let found = detect::Found { sheet: sheet.map(str::to_owned), ..detect::file(&plain)? };
    let table = records::table(&plain, &found)?;
    let sheets = match (found.shape, sheet) {
        (FileShape::Xlsx, None) => crate::sheet::shown(&plain, &Limits::USUAL)?,
        _ => Vec::new(),
    };
    Ok(Profile { sheets, ..looked_at(&plain, found, table, as_of) })
}

/// What is asked of a workbook from before 2007 to be looked at by a process of its own; `None` for other files.
#[must_use]
pub fn old_book(bytes: &[u8], sheet: Option<&str>) -> Option<OldBook> {
    let limits = Limits::USUAL;
    let sheet = sheet.map(str::to_owned);
    let ask = OldBook { sheet, bytes: limits.workbook_bytes, cells: limits.cells };
    detect::is_old_book(bytes).then_some(ask)
}

/// Looks at the rows of such a workbook.
#[must_use]
pub fn profile_old_book(rows: Vec<SheetRow>, sheet: Option<&str>, as_of: NaiveDate) -> Profile {
    let found = detect::Found { sheet: sheet.map(str::to_owned), ..detect::old_book() };
    looked_at(&[], found, records::sheet(rows), as_of)
}

fn looked_at(plain: &[u8], found: detect::Found, table: records::Table, as_of: NaiveDate) -> Profile {
    let ruler = match found.shape {
        FileShape::Fixed(length) => {
            ruler::over(length, found.encoding.encoding, records::lines(plain).take(ROWS))
        }
        _ => Vec::new(),
    };
    let records::Headed { row: header_row, takes: header_rows, names, mut rows } =
        records::header(table, &found);
    let footer = records::footer(&mut rows, &found);
    let trailing_comma = !names.is_empty() && rows.iter().any(|row| row.len() == names.len() + 1);
    let width = rows.iter().map(Vec::len).max().unwrap_or(0).max(names.len());
    let width = width - usize::from(trailing_comma && width == names.len() + 1);
    let columns = (0..if ruler.is_empty() { width } else { 0 })
        .map(|n| {
            let name = names.get(n).cloned().unwrap_or_default();
            column::profile(name, rows.iter().map(|row| row.get(n).map_or("", String::as_str)), as_of)
        })
        .collect();
    Profile {
        shape: found.shape,
        encoding: found.encoding,
        carriage_return: found.carriage_return,
        header_row,
        header_rows,
        trailing_comma,
        eof_mark: plain.last() == Some(&0x1A),
        footer,
        sheet: found.sheet,
        sheets: Vec::new(),
        rows: rows.len() as u64,
        columns,
        ruler,
    }
}

#[cfg(test)]
mod tests;
