//! Bytes that arrive in pieces to rows and rejects. However the bytes are cut, the rows are the same.

mod assemble;
mod cells;
mod evidence;
mod fixed;
mod frame;
mod header;
mod keys;
mod reader;

use chrono::NaiveDate;
use kernel::{Code, Fault, SourceCode};

pub(crate) use cells::Cells;

use crate::layout::{CsvForm, Form, Header, Layout};
use crate::refusal::Refusal;
use crate::row::{Outcome, Summary};
use evidence::Evidence;
use fixed::FixedCutter;
use frame::{Frame, Quotes};
use header::Columns;
use reader::RowReader;

/// The end-of-file mark of CP/M and MS-DOS, which old systems still write.
const EOF_MARK: u8 = 0x1A;

/// What decoding needs besides layout and bytes.
#[derive(Debug, Clone)]
pub struct DecodeOptions {
    /// The source, under whose name faults report their line.
    pub source: SourceCode,
    /// The day of the export: the valid time of observations without another, and the day on which code
    /// lists are read.
    pub as_of: NaiveDate,
    /// Bytes a row may have; a longer one ends the decode.
    pub max_line_bytes: usize,
}

impl DecodeOptions {
    /// Rows up to 1 MiB.
    #[must_use]
    pub const fn new(source: SourceCode, as_of: NaiveDate) -> Self {
        Self { source, as_of, max_line_bytes: 1 << 20 }
    }
}

/// Decodes one file.
pub struct Decoder<'l> {
    layout: &'l Layout,
    options: &'l DecodeOptions,
    rows: RowReader<'l>,
    evidence: Evidence,
    cut: Cut,
    /// `None` until enough of the file is there to tell how its records end.
    frame: Option<Frame>,
    /// The beginning of a record whose end has not come yet.
    held: Vec<u8>,
    line: u32,
    records: u64,
    failed: Option<Fault>,
}

/// How a record is cut into cells.
enum Cut {
    Csv { cells: Cells, columns: Option<Columns> },
    Fixed(FixedCutter),
}

impl<'l> Decoder<'l> {
    /// A decoder for one file.
    #[must_use]
    pub fn new(layout: &'l Layout, options: &'l DecodeOptions) -> Self {
        let cut = match &layout.form {
            Form::Csv(form) => {
                let columns =
                    (form.header == Header::None).then(|| Columns::by_position(&layout.fields, form));
                Cut::Csv { cells: Cells::default(), columns }
            }
            Form::Fixed(_) => Cut::Fixed(FixedCutter::default()),
        };
        Self {
            layout,
            options,
            rows: RowReader::new(layout, options),
            evidence: Evidence::new(layout.encoding, matches!(cut, Cut::Csv { .. })),
            cut,
            frame: None,
            held: Vec::new(),
            line: 1,
            records: 0,
            failed: None,
        }
    }

    /// Takes the next bytes and hands every row that ends in them to `out`.
    ///
    /// # Errors
    /// A fault of the whole file (`wrong_encoding`, `header_mismatch`, `line_too_long`): nothing of the
    /// file may be kept, and every further call gives the same fault.
    pub fn push(&mut self, chunk: &[u8], out: &mut dyn FnMut(Outcome<'_>)) -> Result<(), Fault> {
        if let Some(fault) = &self.failed {
            return Err(fault.clone());
        }
        let done = self.feed(chunk, out);
        self.remember(done)
    }

    /// Ends the file: hands out its last row and checks what only the end can tell.
    ///
    /// # Errors
    /// As [`push`](Self::push), and `empty_file`, `unterminated_quote`, `trailer_missing`,
    /// `trailer_count`: nothing of the file may be kept.
    pub fn finish(mut self, out: &mut dyn FnMut(Outcome<'_>)) -> Result<Summary, Fault> {
        if let Some(fault) = self.failed {
            return Err(fault);
        }
        if self.frame.is_none() {
            self.begin(out)?;
        }
        let mut last = std::mem::take(&mut self.held);
        if self.frame.as_ref().is_some_and(Frame::is_open) {
            return Err(self.placed(Fault::new(Code::UnterminatedQuote).with("line", self.line)));
        }
        if last.last() == Some(&EOF_MARK) {
            last.pop();
        }
        self.record(&last, out)?;
        if self.records == 0 {
            return Err(Fault::new(Code::EmptyFile));
        }
        if let Cut::Fixed(cutter) = &self.cut {
            cutter.finish(self.layout)?;
        }
        Ok(self.rows.summary)
    }

    fn remember(&mut self, done: Result<(), Fault>) -> Result<(), Fault> {
        self.failed = done.as_ref().err().cloned();
        done
    }

    fn feed(&mut self, chunk: &[u8], out: &mut dyn FnMut(Outcome<'_>)) -> Result<(), Fault> {
        if self.frame.is_some() {
            return self.split(chunk, out);
        }
        self.held.extend_from_slice(chunk);
        let enough = match &self.layout.form {
            // A byte order mark has three bytes.
            Form::Csv(_) => 3,
            Form::Fixed(form) => fixed::probe(form) + 3,
        };
        if self.held.len() < enough { Ok(()) } else { self.begin(out) }
    }

    /// Takes off a byte order mark, tells how records end, and splits what was held.
    fn begin(&mut self, out: &mut dyn FnMut(Outcome<'_>)) -> Result<(), Fault> {
        let head = std::mem::take(&mut self.held);
        let mark = self.evidence.mark(&head).map_err(|fault| self.placed(fault))?;
        let body = head.get(mark..).unwrap_or_default();
        self.frame = Some(match &self.layout.form {
            Form::Csv(form) => Frame::Csv(Quotes::new(form.delimiter)),
            Form::Fixed(form) => fixed::frame(form, body),
        });
        self.split(body, out)
    }

    fn split(&mut self, mut data: &[u8], out: &mut dyn FnMut(Outcome<'_>)) -> Result<(), Fault> {
        while let Some(frame) = &mut self.frame {
            let Some(end) = frame.scan(data, self.held.len()) else { break };
            let lines = frame.take_lines();
            let (record, rest) = data.split_at_checked(end).unwrap_or((data, &[]));
            data = rest;
            if self.held.is_empty() {
                self.bounded(record.len())?;
                self.record(record, out)?;
            } else {
                self.held.extend_from_slice(record);
                let mut whole = std::mem::take(&mut self.held);
                self.bounded(whole.len())?;
                self.record(&whole, out)?;
                whole.clear();
                self.held = whole;
            }
            self.line = self.line.saturating_add(lines);
        }
        self.held.extend_from_slice(data);
        self.bounded(self.held.len())
    }

    /// Refuses a row that is too long. Two bytes more are its line end, which may not have come yet.
    fn bounded(&self, bytes: usize) -> Result<(), Fault> {
        let limit = self.options.max_line_bytes;
        if bytes <= limit.saturating_add(2) {
            return Ok(());
        }
        Err(self.placed(Fault::new(Code::LineTooLong).with("line", self.line).with("limit", limit)))
    }

    fn record(&mut self, record: &[u8], out: &mut dyn FnMut(Outcome<'_>)) -> Result<(), Fault> {
        let record = match (&self.frame, record) {
            (Some(Frame::Blocks(_)), record) if record.iter().all(|byte| matches!(byte, b'\r' | b'\n')) => {
                &[]
            }
            (Some(Frame::Blocks(_)), record) => record,
            (_, [record @ .., b'\r', b'\n'] | [record @ .., b'\n'] | [record @ .., b'\r']) => record,
            (_, record) => record,
        };
        if record.is_empty() || record == [EOF_MARK] {
            return Ok(());
        }
        self.records += 1;
        let line = self.line;
        let source = self.options.source.as_str();
        let placed = |fault: Fault| fault.at_line(source, line, None);
        match (&mut self.cut, &self.layout.form) {
            (Cut::Csv { cells, columns: Some(columns) }, Form::Csv(form)) => {
                self.evidence.line(line, record).map_err(placed)?;
                cells.split(record, form.delimiter);
                out(csv_row(&mut self.rows, line, record, cells, columns, form));
            }
            (Cut::Csv { cells, columns }, Form::Csv(form)) => {
                cells.split(record, form.delimiter);
                let found =
                    Columns::by_header(&self.layout.fields, form, self.layout.encoding, record, cells);
                let evidence = self.evidence.line(line, record);
                let read = match found {
                    None => Err(self.evidence.wrong(line)),
                    // A header that fits is proof enough.
                    Some(Ok(read)) => Ok(read),
                    Some(Err(mismatch)) => evidence.and(Err(mismatch)),
                };
                *columns = Some(read.map_err(placed)?);
            }
            (Cut::Fixed(cutter), Form::Fixed(form)) => {
                self.evidence.line(line, record).map_err(placed)?;
                if let Some(outcome) =
                    cutter.row(&mut self.rows, self.layout, form, line, record).map_err(placed)?
                {
                    out(outcome);
                }
            }
            // The cut is made from the form.
            _ => {}
        }
        Ok(())
    }

    fn placed(&self, fault: Fault) -> Fault {
        fault.at_line(self.options.source.as_str(), self.line, None)
    }
}

fn csv_row<'r>(
    rows: &mut RowReader<'_>,
    line: u32,
    record: &'r [u8],
    cells: &'r Cells,
    columns: &Columns,
    form: &CsvForm,
) -> Outcome<'r> {
    let trailing = form.trailing_comma
        && cells.len() == columns.count + 1
        && cells.get(record, columns.count).is_some_and(<[u8]>::is_empty);
    if cells.len() != columns.count && !trailing {
        let fault = Fault::new(Code::ColumnCount).with("line", line);
        return rows.refuse(line, record, fault.with("found", cells.len()).with("expected", columns.count));
    }
    rows.read(line, record, |field| {
        let cell = columns.of.get(field).copied().flatten().and_then(|cell| cells.get(record, cell));
        cell.ok_or(Refusal::Plain(Code::BlankUndeclared))
    })
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod file_tests;
#[cfg(test)]
#[path = "property_tests.rs"]
mod property_tests;
#[cfg(test)]
#[path = "reject_tests.rs"]
mod reject_tests;
