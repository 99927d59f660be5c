//! Records of one length in bytes: header, data and trailer records, slices that may cut a character.

use kernel::{Code, Fault};

use super::frame::Frame;
use super::header::Mismatch;
use super::reader::RowReader;
use crate::layout::{FixedForm, Form, Layout, RecordKinds, Slot};
use crate::refusal::Refusal;
use crate::row::Outcome;

/// The name staff know the record type by.
const KIND_LABEL: &str = "レコード区分";

/// Bytes needed to see whether records end with line ends.
pub(super) const fn probe(form: &FixedForm) -> usize {
    form.record_length + 2
}

/// Records end with line ends when the first one does; a record is never longer than its length.
pub(super) fn frame(form: &FixedForm, body: &[u8]) -> Frame {
    let first = body.get(..probe(form)).unwrap_or(body);
    let end = if form.carriage_return { b'\r' } else { b'\n' };
    match memchr::memchr(end, first) {
        Some(_) => Frame::Lines(end),
        None => Frame::Blocks(form.record_length),
    }
}

/// What the records of one file have shown so far.
#[derive(Default)]
pub(super) struct FixedCutter {
    begun: bool,
    data: u64,
    /// The trailer's text for the number of data records, once a trailer has come.
    trailer: Option<Option<String>>,
    /// For each byte of the record whether it continues a character.
    trails: Vec<bool>,
}

impl FixedCutter {
    /// Takes one record; header and trailer give no outcome.
    pub fn row<'r>(
        &mut self,
        rows: &mut RowReader<'_>,
        layout: &Layout,
        form: &FixedForm,
        line: u32,
        record: &'r [u8],
    ) -> Result<Option<Outcome<'r>>, Fault> {
        let first = !std::mem::replace(&mut self.begun, true);
        if let Some(kinds) = &form.kinds {
            let code = record.get(kinds.start..kinds.start + kinds.length).unwrap_or_default();
            let is = |kind: &Option<String>| kind.as_ref().is_some_and(|kind| kind.as_bytes() == code);
            if first && kinds.header.is_some() {
                return self.header(kinds, is(&kinds.header));
            }
            if is(&kinds.header) {
                return Ok(None);
            }
            if is(&kinds.trailer) {
                self.trailer = Some(count(kinds, record));
                return Ok(None);
            }
            self.data += 1;
            if code != kinds.data.as_bytes() && record.len() == form.record_length {
                let raw = layout.encoding.cut_as().decode_lossy(code);
                let fault = Fault::new(Code::PatternMismatch).with("line", line).with("column", KIND_LABEL);
                return Ok(Some(rows.refuse(line, record, fault.with("raw", raw))));
            }
        }
        Ok(Some(self.data_row(rows, layout, form, line, record)))
    }

    fn header<'r>(&self, kinds: &RecordKinds, found: bool) -> Result<Option<Outcome<'r>>, Fault> {
        if found {
            return Ok(None);
        }
        let missing = format!("{KIND_LABEL} {}", kinds.header.as_deref().unwrap_or_default());
        Err(Mismatch::absent(&missing).fault())
    }

    fn data_row<'r>(
        &mut self,
        rows: &mut RowReader<'_>,
        layout: &Layout,
        form: &FixedForm,
        line: u32,
        record: &'r [u8],
    ) -> Outcome<'r> {
        if record.len() != form.record_length {
            let fault = Fault::new(Code::RecordLength).with("line", line);
            return rows.refuse(
                line,
                record,
                fault.with("found", record.len()).with("expected", form.record_length),
            );
        }
        self.trails.clear();
        if !record.is_ascii() {
            layout.encoding.mark_trails(record, &mut self.trails);
        }
        let cut_at = |byte: usize| self.trails.get(byte).copied().unwrap_or(false);
        rows.read(line, record, &|n, nth| {
            let slot = layout.fields.get(n).and_then(|field| field.slots().nth(nth));
            let Some(Slot::Bytes { start, length }) = slot else {
                return Err(Refusal::Plain(Code::BlankUndeclared));
            };
            // A cut at the end shows when the slice is decoded: it breaks off in a character.
            if cut_at(*start) {
                return Err(Refusal::Plain(Code::FieldBoundary));
            }
            record.get(*start..start + length).ok_or(Refusal::Plain(Code::FieldBoundary))
        })
    }

    /// Checks the trailer against what came.
    pub fn finish(&self, layout: &Layout) -> Result<(), Fault> {
        let Form::Fixed(FixedForm { kinds: Some(kinds), .. }) = &layout.form else { return Ok(()) };
        if kinds.trailer.is_none() {
            return Ok(());
        }
        let Some(said) = &self.trailer else { return Err(Code::TrailerMissing.into()) };
        match said {
            Some(said) if said.parse() != Ok(self.data) => {
                Err(Fault::new(Code::TrailerCount).with("expected", said).with("found", self.data))
            }
            _ => Ok(()),
        }
    }
}

/// What the trailer says about the number of data records, if the layout reads it.
fn count(kinds: &RecordKinds, record: &[u8]) -> Option<String> {
    let (start, length) = kinds.count?;
    let digits = record.get(start..start + length).unwrap_or_default();
    Some(String::from_utf8_lossy(digits).trim().to_owned())
}
