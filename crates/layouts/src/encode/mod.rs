//! Rows back to the bytes of a file with the same layout, for fictional towns and for tests.
//!
//! Every cell is read back before it is kept: what is written is what will be read, or it is an error.

mod source;

use chrono::NaiveDate;

use crate::cell::Cell;
use crate::convert::Converter;
use crate::layout::{CsvForm, Field, FixedForm, Form, Header, Layout, RecordKinds, Slot};
use crate::row::EncodeRow;
use crate::text::Encoding;

/// Why a row cannot be written. Says which field of which row (from 0), never the value.
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
}

type Refuse = fn(u64, String) -> EncodeError;
const NO_SPELLING: Refuse = |row, to| EncodeError::NoSpelling { row, to };
const NOT_IN_ENCODING: Refuse = |row, to| EncodeError::NotInEncoding { row, to };
const TOO_LONG: Refuse = |row, to| EncodeError::TooLong { row, to };
const READS_OTHERWISE: Refuse = |row, to| EncodeError::ReadsOtherwise { row, to };

/// Writes one file.
pub struct Encoder<'l> {
    layout: &'l Layout,
    converter: Converter<'l>,
    columns: Vec<String>,
    out: Vec<u8>,
    rows: u64,
}

impl<'l> Encoder<'l> {
    /// An encoder with code lists as valid on `as_of`; header and byte order mark are written at once.
    #[must_use]
    pub fn new(layout: &'l Layout, as_of: NaiveDate) -> Self {
        let converter = Converter::new(layout, as_of);
        let mut encoder = Self { layout, converter, columns: columns(layout), out: Vec::new(), rows: 0 };
        encoder.begin();
        encoder
    }

    /// Writes one row.
    ///
    /// # Errors
    /// [`EncodeError`]; nothing of the row is written then.
    pub fn push(&mut self, row: &EncodeRow) -> Result<(), EncodeError> {
        let layout = self.layout;
        if let Some(field) = source::lost_step(layout, row) {
            return Err(self.refuse(NO_SPELLING, field));
        }
        if let Some(field) = source::undivided(layout, row) {
            return Err(self.refuse(READS_OTHERWISE, field));
        }
        match &layout.form {
            Form::Csv(form) => self.csv_row(form, row)?,
            Form::Fixed(form) => self.fixed_row(form, row)?,
        }
        self.rows += 1;
        Ok(())
    }

    /// The bytes so far, for writing a large file in pieces.
    #[must_use]
    pub fn drain(&mut self) -> Vec<u8> {
        std::mem::take(&mut self.out)
    }

    /// Writes the trailer, if the layout has one, and gives the bytes not yet drained.
    ///
    /// # Errors
    /// [`EncodeError::Trailer`] when its count does not fit.
    pub fn finish(mut self) -> Result<Vec<u8>, EncodeError> {
        if let Form::Fixed(FixedForm { record_length, kinds: Some(kinds) }) = &self.layout.form
            && let Some(trailer) = &kinds.trailer
        {
            let mut record = mark(*record_length, kinds, trailer);
            if let Some((start, length)) = kinds.count {
                let digits = format!("{:0>length$}", self.rows);
                let room = record.get_mut(start..start + length).filter(|room| room.len() == digits.len());
                room.ok_or(EncodeError::Trailer { rows: self.rows })?.copy_from_slice(digits.as_bytes());
            }
            self.end_record(&record);
        }
        Ok(self.out)
    }

    fn begin(&mut self) {
        if self.layout.encoding == Encoding::Utf8Bom {
            self.out.extend_from_slice("\u{feff}".as_bytes());
        }
        match &self.layout.form {
            Form::Csv(form) if form.header != Header::None => {
                // Names of columns come from the same configuration as the encoding; one that it lacks
                // would make the file unreadable, and the first look at it would tell.
                let encoding = self.layout.encoding;
                let names =
                    self.columns.iter().map(|name| encoding.encode(name).unwrap_or_default().into_owned());
                let record = joined(&names.collect::<Vec<_>>(), form.delimiter);
                self.end_record(&record);
            }
            Form::Fixed(FixedForm { record_length, kinds: Some(kinds) }) => {
                if let Some(header) = &kinds.header {
                    self.end_record(&mark(*record_length, kinds, header));
                }
            }
            _ => {}
        }
    }

    fn csv_row(&mut self, form: &CsvForm, row: &EncodeRow) -> Result<(), EncodeError> {
        let mut cells: Vec<Option<Vec<u8>>> = vec![None; self.columns.len().max(form.columns)];
        for (n, field) in self.layout.fields.iter().enumerate() {
            let column = match &field.slot {
                Slot::Column(name) => self.columns.iter().position(|column| column == name),
                Slot::Position(position) => Some(*position),
                _ => None,
            };
            let Some(place) = column.and_then(|column| cells.get_mut(column)) else { continue };
            let cell = source::cell(row, field);
            if place.is_none() {
                *place = Some(self.spell(n, field, cell.as_ref())?);
            }
            self.check(n, field, cell.as_ref(), place.as_deref().unwrap_or_default())?;
        }
        let cells: Vec<_> = cells.into_iter().map(Option::unwrap_or_default).collect();
        let record = joined(&cells, form.delimiter);
        self.end_record(&record);
        Ok(())
    }

    fn fixed_row(&mut self, form: &FixedForm, row: &EncodeRow) -> Result<(), EncodeError> {
        let mut record = match &form.kinds {
            Some(kinds) => mark(form.record_length, kinds, &kinds.data),
            None => vec![b' '; form.record_length],
        };
        for (n, field) in self.layout.fields.iter().enumerate() {
            let Slot::Bytes { start, length } = field.slot else { continue };
            let cell = source::cell(row, field);
            let bytes = self.spell(n, field, cell.as_ref())?;
            let Some(place) = record.get_mut(start..start + length) else { continue };
            let Some(room) = place.get_mut(..bytes.len()) else { return Err(self.refuse(TOO_LONG, field)) };
            room.copy_from_slice(&bytes);
            self.check(n, field, cell.as_ref(), place)?;
        }
        self.end_record(&record);
        Ok(())
    }

    /// The bytes of a value; without one, of the field's first sentinel.
    fn spell(&self, n: usize, field: &Field, cell: Option<&Cell>) -> Result<Vec<u8>, EncodeError> {
        let text = match cell {
            Some(cell) => self.converter.write(n, field, cell),
            None => field.missing.first().map(|sentinel| sentinel.text.clone()),
        };
        let text = text.ok_or_else(|| self.refuse(NO_SPELLING, field))?;
        let bytes = self.layout.encoding.encode(&text).map(std::borrow::Cow::into_owned);
        bytes.ok_or_else(|| self.refuse(NOT_IN_ENCODING, field))
    }

    fn check(&self, n: usize, field: &Field, cell: Option<&Cell>, bytes: &[u8]) -> Result<(), EncodeError> {
        let same = match (self.converter.read(n, field, bytes), cell) {
            (Ok(read), Some(cell)) => source::same(&read.cell, cell, field),
            (Ok(read), None) => !read.cell.is_present(),
            (Err(_), _) => false,
        };
        if same { Ok(()) } else { Err(self.refuse(READS_OTHERWISE, field)) }
    }

    fn refuse(&self, why: Refuse, field: &Field) -> EncodeError {
        why(self.rows, field.to.to_string())
    }

    fn end_record(&mut self, record: &[u8]) {
        self.out.extend_from_slice(record);
        self.out.extend_from_slice(b"\r\n");
    }
}

/// Writes a whole file.
///
/// # Errors
/// The first [`EncodeError`].
pub fn encode<'r>(
    layout: &Layout,
    as_of: NaiveDate,
    rows: impl IntoIterator<Item = &'r EncodeRow>,
) -> Result<Vec<u8>, EncodeError> {
    let mut encoder = Encoder::new(layout, as_of);
    for row in rows {
        encoder.push(row)?;
    }
    encoder.finish()
}

/// The columns of a file with a header: in the order of the fields, then those nobody takes.
fn columns(layout: &Layout) -> Vec<String> {
    let Form::Csv(form) = &layout.form else { return Vec::new() };
    let mut columns: Vec<String> = Vec::new();
    for field in &layout.fields {
        if let Slot::Column(name) = &field.slot
            && !columns.contains(name)
        {
            columns.push(name.clone());
        }
    }
    columns.extend(form.ignored.iter().cloned());
    columns
}

fn joined(cells: &[Vec<u8>], delimiter: u8) -> Vec<u8> {
    let mut record = Vec::new();
    for (n, cell) in cells.iter().enumerate() {
        if n > 0 {
            record.push(delimiter);
        }
        let plain = !cell.iter().any(|byte| matches!(byte, b'"' | b'\r' | b'\n') || *byte == delimiter);
        // A record of one empty cell would be a blank line.
        if plain && (!cell.is_empty() || cells.len() > 1) {
            record.extend_from_slice(cell);
            continue;
        }
        record.push(b'"');
        for byte in cell {
            if *byte == b'"' {
                record.push(b'"');
            }
            record.push(*byte);
        }
        record.push(b'"');
    }
    record
}

/// A record of blanks with its type.
fn mark(record_length: usize, kinds: &RecordKinds, code: &str) -> Vec<u8> {
    let mut record = vec![b' '; record_length];
    for (place, byte) in record.iter_mut().skip(kinds.start).zip(code.bytes()) {
        *place = byte;
    }
    record
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
