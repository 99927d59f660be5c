//! The file itself, out of its archive: finds its records, has each cut and read.

use kernel::{Code, Fault};

use super::cells::Cells;
use super::evidence::Evidence;
use super::fixed::{self, FixedCutter};
use super::footer::{Footer, Line};
use super::frame::{Frame, Quotes};
use super::header::{self, Columns, Mismatch};
use super::json::JsonCutter;
use super::keys::LastLines;
use super::reader::RowReader;
use super::table::TableCutter;
use super::transcode::Transcoder;
use super::{DecodeOptions, EOF_MARK};
use crate::layout::{CsvForm, Form, Layout};
use crate::quality::Quality;
use crate::refusal::Refusal;
use crate::row::{Outcome, Summary};
use crate::sheet;

pub(super) type Out<'o, 'f> = &'o mut (dyn FnMut(Outcome<'_>) + 'f);

/// One file, out of its archive.
pub(super) struct Core<'l> {
    pub(super) options: &'l DecodeOptions,
    /// The versions of the layout that the file may be in, the likeliest first.
    pub(super) versions: Vec<&'l Layout>,
    pub(super) rows: RowReader<'l>,
    pub(super) transcoder: Option<Transcoder>,
    pub(super) evidence: Evidence,
    pub(super) cut: Cut,
    /// `None` until enough of the file is there to tell how its records end.
    frame: Option<Frame>,
    /// The beginning of a record whose end has not come yet.
    held: Vec<u8>,
    pub(super) line: u32,
    pub(super) records: u64,
}

/// How a record is cut into cells.
pub(super) enum Cut {
    Csv {
        cells: Cells,
        columns: Option<Columns>,
        /// The upper row of a header in two, until the lower one has come.
        upper: Option<Vec<String>>,
        /// The title that was least unlike a header, for the message.
        nearest: Option<Mismatch>,
        footer: Footer,
    },
    Fixed(FixedCutter),
    Json(JsonCutter),
    Sheet(TableCutter),
}

impl<'l> Core<'l> {
    pub fn new(layout: &'l Layout, options: &'l DecodeOptions) -> Self {
        let versions = layout.versions_on(options.as_of);
        let layout = versions.first().copied().unwrap_or(layout);
        let columns = (!header::is_named(layout)).then(|| Columns::by_position(layout));
        let cut = match &layout.form {
            Form::Csv(_) => Cut::Csv {
                cells: Cells::default(),
                columns,
                upper: None,
                nearest: None,
                footer: Footer::default(),
            },
            Form::Fixed(_) => Cut::Fixed(FixedCutter::default()),
            Form::Json(_) => Cut::Json(JsonCutter::new(layout)),
            Form::Sheet(_) => Cut::Sheet(TableCutter::new(columns)),
        };
        Self {
            options,
            rows: RowReader::new(layout, options),
            transcoder: Transcoder::new(layout.encoding),
            evidence: Evidence::new(layout.encoding, !matches!(cut, Cut::Fixed(_))),
            versions,
            cut,
            frame: None,
            held: Vec::new(),
            line: 1,
            records: 0,
        }
    }

    /// Takes the next bytes.
    pub fn feed(&mut self, chunk: &[u8], out: Out<'_, '_>) -> Result<(), Fault> {
        match &mut self.transcoder {
            None => self.take(chunk, out),
            Some(transcoder) => {
                let text = transcoder.take(chunk, false);
                self.take(&text, out)
            }
        }
    }

    fn take(&mut self, chunk: &[u8], out: Out<'_, '_>) -> Result<(), Fault> {
        if self.frame.is_some() {
            return self.split(chunk, out);
        }
        self.held.extend_from_slice(chunk);
        let enough = match &self.rows.layout().form {
            // A byte order mark has three bytes.
            Form::Csv(_) | Form::Json(_) => 3,
            Form::Fixed(form) => fixed::probe(form) + 3,
            Form::Sheet(_) => return self.bounded_sheet(),
        };
        if self.held.len() < enough { Ok(()) } else { self.begin(out) }
    }

    /// Ends the file.
    pub fn finish(mut self, out: Out<'_, '_>) -> Result<(Summary, Quality), Fault> {
        self.end(out)?;
        let (layout, summary) = (self.rows.layout(), self.rows.summary);
        Ok((summary, self.rows.quality.finish(layout, summary.rows, self.evidence.reading())))
    }

    /// Ends the file, and gives what was noted of its keys.
    pub fn finish_noting(mut self, out: Out<'_, '_>) -> Result<LastLines, Fault> {
        self.end(out)?;
        Ok(self.rows.noted.unwrap_or_default())
    }

    fn end(&mut self, out: Out<'_, '_>) -> Result<(), Fault> {
        if let Some(transcoder) = &mut self.transcoder {
            let text = transcoder.take(&[], true);
            self.take(&text, out)?;
        }
        if let Form::Sheet(form) = &self.rows.layout().form {
            if !self.held.is_empty() {
                let workbook = std::mem::take(&mut self.held);
                sheet::read(form, workbook, &self.options.limits, &mut |row| self.sheet_row(&row, out))?;
            }
        } else {
            self.last(out)?;
        }
        if self.records == 0 {
            return Err(Fault::new(Code::EmptyFile));
        }
        match &self.cut {
            Cut::Fixed(cutter) => cutter.finish(self.rows.layout())?,
            // A file in UTF-16 has lines; bytes of another encoding have none that would be one.
            Cut::Csv { columns: None, .. } if self.transcoder.is_some() && self.records == 1 => {
                return Err(self.placed(self.evidence.wrong(1)));
            }
            Cut::Csv { columns: None, nearest, .. } => {
                let fault = nearest.as_ref().filter(|nearest| nearest.found > 0).map(Mismatch::fault);
                return Err(self.placed(fault.unwrap_or_else(|| header::nowhere(&self.versions))));
            }
            Cut::Sheet(cutter) => cutter.finish(&self.versions).map_err(|fault| self.placed(fault))?,
            _ => {}
        }
        Ok(())
    }

    /// The last record, which may have no line end.
    fn last(&mut self, out: Out<'_, '_>) -> Result<(), Fault> {
        if self.frame.is_none() {
            self.begin(out)?;
        }
        let mut last = std::mem::take(&mut self.held);
        if self.frame.as_ref().is_some_and(Frame::is_open) {
            return Err(self.placed(Fault::new(Code::UnterminatedQuote).with("line", self.line)));
        }
        // Old systems fill the last block up with marks.
        while last.last() == Some(&EOF_MARK) {
            last.pop();
        }
        self.record(&last, out)
    }

    /// Takes off a byte order mark, tells how records end, and splits what was held.
    fn begin(&mut self, out: Out<'_, '_>) -> Result<(), Fault> {
        self.name_tells()?;
        let head = std::mem::take(&mut self.held);
        let mark = self.evidence.mark(&head).map_err(|fault| self.placed(fault))?;
        let body = head.get(mark..).unwrap_or_default();
        self.frame = Some(match &self.rows.layout().form {
            Form::Csv(form) => Frame::Csv(Quotes::new(form.delimiter, line_end(form.carriage_return))),
            Form::Fixed(form) => fixed::frame(form, body),
            Form::Json(_) | Form::Sheet(_) => Frame::Lines(b'\n'),
        });
        self.split(body, out)
    }

    fn split(&mut self, mut data: &[u8], out: Out<'_, '_>) -> Result<(), Fault> {
        while let Some(frame) = &mut self.frame {
            let Some(end) = frame.scan(data, self.held.len()) else { break };
            let lines = frame.take_lines();
            let (record, rest) = data.split_at_checked(end).unwrap_or((data, &[]));
            data = rest;
            if self.held.is_empty() {
                self.bounded(record.len())?;
                self.record(record, out)?;
            } else {
                // Before it grows: the end of a line may lie far behind its limit.
                self.bounded(self.held.len().saturating_add(record.len()))?;
                self.held.extend_from_slice(record);
                let mut whole = std::mem::take(&mut self.held);
                self.record(&whole, out)?;
                whole.clear();
                self.held = whole;
            }
            self.line = self.line.saturating_add(lines);
        }
        self.bounded(self.held.len().saturating_add(data.len()))?;
        self.held.extend_from_slice(data);
        Ok(())
    }

    /// Refuses a row that is too long. Two bytes more are its line end, which may not have come yet.
    fn bounded(&self, bytes: usize) -> Result<(), Fault> {
        let limit = self.options.limits.line_bytes;
        if bytes <= limit.saturating_add(2) {
            return Ok(());
        }
        Err(self.placed(Fault::new(Code::LineTooLong).with("line", self.line).with("limit", limit)))
    }

    fn bounded_sheet(&self) -> Result<(), Fault> {
        let limit = self.options.limits.workbook_bytes;
        if self.held.len() <= limit {
            return Ok(());
        }
        Err(Fault::new(Code::SheetTooLarge).with("limit", format!("{limit} bytes")))
    }

    fn record(&mut self, record: &[u8], out: Out<'_, '_>) -> Result<(), Fault> {
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
        let layout = self.rows.layout();
        match (&mut self.cut, &layout.form) {
            (Cut::Csv { cells, columns: Some(columns), footer, .. }, Form::Csv(form)) => {
                self.evidence.line(line, record).map_err(placed)?;
                if self.evidence.is_other(record) {
                    let fault = Fault::new(Code::BadEncoding).with("line", line);
                    out(self.rows.refuse(
                        line,
                        record,
                        fault.with_words("column", "行全体", "the whole line"),
                    ));
                    return Ok(());
                }
                cells.split(record, form.delimiter);
                let texts = cells.iter(record).map(|cell| layout.encoding.decode_lossy(cell));
                match footer.tells(&form.footer, texts) {
                    Line::Row => out(csv_row(&mut self.rows, line, record, cells, columns, form)),
                    Line::Footer => {}
                    Line::Below => {
                        let fault = Fault::new(Code::RowBelowTotal).with("line", line);
                        out(self.rows.refuse(line, record, fault));
                    }
                }
            }
            (Cut::Csv { .. }, Form::Csv(form)) => self.csv_header(form, record)?,
            (Cut::Fixed(cutter), Form::Fixed(form)) => {
                self.evidence.line(line, record).map_err(placed)?;
                if let Some(outcome) =
                    cutter.row(&mut self.rows, layout, form, line, record).map_err(placed)?
                {
                    out(outcome);
                }
            }
            (Cut::Json(cutter), Form::Json(form)) => {
                self.evidence.line(line, record).map_err(placed)?;
                out(cutter.row(&mut self.rows, form, line, record));
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

const fn line_end(carriage_return: bool) -> u8 {
    if carriage_return { b'\r' } else { b'\n' }
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
    rows.read(line, record, &|n, nth| {
        let cell = columns.cell(n, nth).and_then(|cell| cells.get(record, cell));
        cell.ok_or(Refusal::Plain(Code::BlankUndeclared))
    })
}
