//! Rows back to the bytes of a file with the same layout, for fictional towns and for tests.
//!
//! Every field is read back before its row is kept: what is written is what will be read, or it is an
//! error.

mod book;
mod error;
mod record;
mod source;
mod spread;

use chrono::NaiveDate;

pub use error::EncodeError;

use self::book::Book;
use self::error::{NO_SPELLING, NOT_IN_ENCODING, READS_OTHERWISE, Refuse, TOO_LONG, refuse};
use self::record::{columns, joined, mark};
use crate::convert::Converter;
use crate::decode::encode_utf16;
use crate::layout::{Field, FixedForm, Form, Layout, RecordKinds, Slot};
use crate::refusal::Refusal;
use crate::row::EncodeRow;
use crate::text::Encoding;

/// Writes one file.
pub struct Encoder<'l> {
    layout: &'l Layout,
    converter: Converter<'l>,
    columns: Vec<String>,
    out: Vec<u8>,
    book: Book,
    rows: u64,
}

impl<'l> Encoder<'l> {
    /// An encoder with the version and code lists as valid on `as_of`; header and byte order mark are
    /// written at once.
    #[must_use]
    pub fn new(layout: &'l Layout, as_of: NaiveDate) -> Self {
        let layout = layout.on(as_of);
        let converter = Converter::new(layout, as_of);
        let columns = columns(layout);
        let mut encoder =
            Self { layout, converter, columns, out: Vec::new(), book: Book::default(), rows: 0 };
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
            Form::Fixed(form) => self.fixed_row(form, row)?,
            Form::Csv(form) => {
                let cells = self.cells(row)?;
                let record = joined(&cells, form.delimiter);
                self.end_record(&record);
            }
            Form::Json(_) => {
                let cells = self.cells(row)?;
                let record = spread::json(&self.columns, &cells);
                self.end_record(&record);
            }
            Form::Sheet(_) => {
                let cells = self.cells(row)?;
                self.book.row(layout, &self.columns, &cells);
            }
        }
        self.rows += 1;
        Ok(())
    }

    /// The bytes so far, for writing a large file in pieces. A workbook has none before its end.
    #[must_use]
    pub fn drain(&mut self) -> Vec<u8> {
        let out = std::mem::take(&mut self.out);
        match self.layout.encoding {
            encoding @ (Encoding::Utf16Le | Encoding::Utf16Be) => {
                encode_utf16(encoding, &String::from_utf8_lossy(&out))
            }
            _ => out,
        }
    }

    /// Writes the trailer, if the layout has one, and gives the bytes not yet drained.
    ///
    /// # Errors
    /// [`EncodeError::Trailer`] when its count does not fit; [`EncodeError::Kind`] for a file that cannot
    /// be written.
    pub fn finish(mut self) -> Result<Vec<u8>, EncodeError> {
        match &self.layout.form {
            Form::Sheet(form) => return self.book.finish(form, &self.columns),
            Form::Fixed(FixedForm { record_length, kinds: Some(kinds), .. }) => {
                if let Some(trailer) = &kinds.trailer {
                    let record = self.trailer(*record_length, kinds, trailer)?;
                    self.end_record(&record);
                }
            }
            _ => {}
        }
        Ok(self.drain())
    }

    fn trailer(&self, length: usize, kinds: &RecordKinds, code: &str) -> Result<Vec<u8>, EncodeError> {
        let mut record = mark(length, kinds, code);
        if let Some((start, length)) = kinds.count {
            let digits = format!("{:0>length$}", self.rows);
            let room = record.get_mut(start..start + length).filter(|room| room.len() == digits.len());
            room.ok_or(EncodeError::Trailer { rows: self.rows })?.copy_from_slice(digits.as_bytes());
        }
        Ok(record)
    }

    fn begin(&mut self) {
        if matches!(self.layout.encoding, Encoding::Utf8Bom | Encoding::Utf16Le | Encoding::Utf16Be) {
            self.out.extend_from_slice("\u{feff}".as_bytes());
        }
        match &self.layout.form {
            Form::Csv(form) if self.layout.form.has_header() => {
                // Names of columns come from the same configuration as the encoding; one that it lacks
                // would make the file unreadable, and the first look at it would tell.
                let encoding = self.layout.encoding.cut_as();
                let record = |row: Vec<&str>| {
                    let names = row.iter().map(|name| encoding.encode(name).unwrap_or_default().into_owned());
                    joined(&names.collect::<Vec<_>>(), form.delimiter)
                };
                let rows = spread::header(&self.columns, form.header_rows);
                for record in rows.into_iter().map(record).collect::<Vec<_>>() {
                    self.end_record(&record);
                }
            }
            Form::Fixed(FixedForm { record_length, kinds: Some(kinds), .. }) => {
                if let Some(header) = &kinds.header {
                    self.end_record(&mark(*record_length, kinds, header));
                }
            }
            _ => {}
        }
    }

    /// The cells of a row in the order of the columns, each field read back from them.
    fn cells(&self, row: &EncodeRow) -> Result<Vec<Vec<u8>>, EncodeError> {
        let count = self.layout.form.table().map_or(0, |table| table.columns).max(self.columns.len());
        let mut texts: Vec<Option<String>> = vec![None; count];
        let place = |slot: &Slot| self.column(slot);
        for (n, field) in self.fields() {
            if spread::is_said(&texts, field, &place) {
                continue;
            }
            let cell = source::cell(row, field);
            let spelt = spread::texts(&self.converter, n, field, cell.as_ref());
            let spelt = spelt.ok_or_else(|| self.refuse(NO_SPELLING, field))?;
            spread::put(&mut texts, field, spelt, &place);
        }
        for (_, field) in self.fields() {
            spread::condition(&mut texts, field, source::cell(row, field).as_ref(), &place);
        }
        let mut cells = vec![Vec::new(); count];
        for (_, field) in self.fields() {
            for at in field.slots().filter_map(place) {
                let text = texts.get(at).and_then(Option::as_deref).unwrap_or_default();
                let bytes = self.bytes(field, text)?;
                if let Some(cell) = cells.get_mut(at) {
                    *cell = bytes;
                }
            }
        }
        for (n, field) in self.fields() {
            self.check(n, field, row, &|nth| {
                let at = field.slots().nth(nth).and_then(place);
                at.and_then(|at| cells.get(at)).map(Vec::as_slice).ok_or(LOST)
            })?;
        }
        Ok(cells)
    }

    fn fixed_row(&mut self, form: &FixedForm, row: &EncodeRow) -> Result<(), EncodeError> {
        let mut record = match &form.kinds {
            Some(kinds) => mark(form.record_length, kinds, &kinds.data),
            None => vec![b' '; form.record_length],
        };
        for (n, field) in self.fields() {
            let cell = source::cell(row, field);
            let spelt = spread::texts(&self.converter, n, field, cell.as_ref());
            for (nth, text) in spelt.ok_or_else(|| self.refuse(NO_SPELLING, field))? {
                let Some(Slot::Bytes { start, length }) = field.slots().nth(nth) else { continue };
                let mut bytes = self.bytes(field, &text)?;
                if bytes.len() > *length && source::is_whole_name(field) {
                    // As narrow as it was read.
                    bytes = self.bytes(field, &text.replacen('\u{3000}', " ", 1))?;
                }
                let room =
                    record.get_mut(*start..start + length).and_then(|room| room.get_mut(..bytes.len()));
                room.ok_or_else(|| self.refuse(TOO_LONG, field))?.copy_from_slice(&bytes);
            }
        }
        for (n, field) in self.fields() {
            self.check(n, field, row, &|nth| match field.slots().nth(nth) {
                Some(Slot::Bytes { start, length }) => record.get(*start..start + length).ok_or(LOST),
                _ => Err(LOST),
            })?;
        }
        self.end_record(&record);
        Ok(())
    }

    /// The fields that stand in the file.
    fn fields(&self) -> impl Iterator<Item = (usize, &'l Field)> + use<'l> {
        let in_file =
            |(_, field): &(usize, &'l Field)| !matches!(field.slot, Slot::Constant(_) | Slot::FileName(_));
        self.layout.fields.iter().enumerate().filter(in_file)
    }

    fn column(&self, slot: &Slot) -> Option<usize> {
        match slot {
            Slot::Column(name) => self.columns.iter().position(|column| column == name),
            Slot::Position(position) => Some(*position),
            _ => None,
        }
    }

    fn bytes(&self, field: &Field, text: &str) -> Result<Vec<u8>, EncodeError> {
        let bytes = self.layout.gaiji.encode(self.layout.encoding.cut_as(), text);
        bytes.map(std::borrow::Cow::into_owned).ok_or_else(|| self.refuse(NOT_IN_ENCODING, field))
    }

    fn check<'b>(
        &self,
        n: usize,
        field: &Field,
        row: &EncodeRow,
        bytes: &dyn Fn(usize) -> Result<&'b [u8], Refusal>,
    ) -> Result<(), EncodeError> {
        let cell = source::cell(row, field);
        let same = match (self.converter.read(n, field, bytes), &cell) {
            (Ok(read), Some(cell)) => source::same(&read.cell, cell, field),
            (Ok(read), None) => !read.cell.is_present(),
            (Err(_), _) => false,
        };
        if same { Ok(()) } else { Err(self.refuse(READS_OTHERWISE, field)) }
    }

    fn refuse(&self, why: Refuse, field: &Field) -> EncodeError {
        refuse(why, self.rows, field)
    }

    fn end_record(&mut self, record: &[u8]) {
        self.out.extend_from_slice(record);
        let carriage_return = match &self.layout.form {
            Form::Csv(form) => form.carriage_return,
            Form::Fixed(form) => form.carriage_return,
            _ => false,
        };
        self.out.extend_from_slice(if carriage_return { b"\r" } else { b"\r\n" });
    }
}

/// A column that the record has no place for; the read-back fails on it.
const LOST: Refusal = Refusal::Plain(kernel::Code::ColumnCount);

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

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
