//! Reads one value as its field says, and writes it back. What is written must read back as the same
//! value; the encoder holds it to that.

mod gather;
mod number;
mod write;

use std::borrow::Cow;
use std::collections::HashMap;

use chrono::{Days, NaiveDate};
use kernel::date::{self, DateError, DateFormat, EraRule, PartialDate};
use kernel::{Absence, Code};

use crate::cell::Cell;
use crate::gaiji::{self, Gaiji};
use crate::kana;
use crate::layout::{Field, Form, Kind, Layout, Slot, Typing, Unknown};
use crate::refusal::Refusal;
use crate::text::{BadText, Encoding, is_blank, join_marks, trim};

/// Days between the first days of a workbook's two calendars, 1900 and 1904.
const LATE_EPOCH: u64 = 1_462;

/// The fields of a layout with their code lists as valid on one day.
pub(crate) struct Converter<'l> {
    encoding: Encoding,
    gaiji: &'l Gaiji,
    /// In fixed-width records blanks fill a field up; they are no part of its value.
    filled: bool,
    /// Whether staff may open the file in a spreadsheet: a text must not be taken for a formula there.
    neutral: bool,
    /// Whether cells of a workbook hold dates of their own.
    dated: bool,
    /// Whether the workbook counts days from 1904.
    late_epoch: bool,
    /// What the file's name tells.
    captures: Vec<String>,
    tables: Vec<Option<CodeTable<'l>>>,
}

/// A code list both ways.
struct CodeTable<'l> {
    name: &'l str,
    meaning: HashMap<&'l str, Cell>,
    /// In the list's order; the first spelling of a meaning is the one that is written.
    spelling: Vec<(Cell, &'l str)>,
}

/// A cell that was read.
pub(crate) struct Read {
    pub cell: Cell,
    /// Whether its date lies past the era it names.
    pub overflow: bool,
    /// Whether its list does not know its code.
    pub unknown: bool,
}

impl From<Cell> for Read {
    fn from(cell: Cell) -> Self {
        Self { cell, overflow: false, unknown: false }
    }
}

/// What one raw cell says.
enum Said<'r> {
    Absent(Absence),
    Text(Cow<'r, str>),
}

impl<'l> Converter<'l> {
    pub fn new(layout: &'l Layout, as_of: NaiveDate) -> Self {
        let table = |field: &Field| {
            let (list, typing) = match field.kind {
                Kind::Code { list, typing, .. } => (list, typing),
                Kind::Bool { list, .. } => (list?, Typing::Bool),
                _ => return None,
            };
            let codes = layout.codes.get(list).filter(|_| !matches!(field.slot, Slot::Constant(_)))?;
            let entries = codes.list.entries.iter().filter(|entry| entry.is_valid_on(as_of));
            let spelling: Vec<_> = entries
                .filter_map(|entry| Some((typing.read(&entry.target).ok()?, entry.source.as_str())))
                .collect();
            let meaning = spelling.iter().map(|(cell, source)| (*source, cell.clone())).collect();
            Some(CodeTable { name: &codes.name, meaning, spelling })
        };
        Self {
            encoding: layout.encoding.cut_as(),
            gaiji: &layout.gaiji,
            filled: matches!(layout.form, Form::Fixed(_)),
            neutral: matches!(layout.form, Form::Csv(_)),
            dated: matches!(layout.form, Form::Sheet(_)),
            late_epoch: false,
            captures: Vec::new(),
            tables: layout.fields.iter().map(table).collect(),
        }
    }

    /// Takes what the file's name tells.
    pub fn name_tells(&mut self, captures: Vec<String>) {
        self.captures = captures;
    }

    /// Counts the serials of a workbook from 1904.
    pub const fn count_from_1904(&mut self) {
        self.late_epoch = true;
    }

    /// Reads field `n`; `cell` gives the raw bytes of its columns, the first as 0.
    pub fn read<'r>(
        &self,
        n: usize,
        field: &Field,
        cell: &dyn Fn(usize) -> Result<&'r [u8], Refusal>,
    ) -> Result<Read, Refusal> {
        let said = if field.is_plain() && !matches!(field.slot, Slot::FileName(_)) {
            self.said(field, cell(0)?)?
        } else {
            match self.gather(field, cell)? {
                gather::Gathered::Said(said) => said,
                gather::Gathered::Value(value) => return Ok(value.into()),
            }
        };
        match said {
            Said::Absent(_) if field.required => Err(Refusal::Plain(Code::RequiredMissing)),
            Said::Absent(reason) => Ok(Cell::Absent(reason).into()),
            Said::Text(text) => self.value(n, field, text),
        }
    }

    /// What a raw cell says, without blanks at its ends.
    fn said<'r>(&self, field: &Field, raw: &'r [u8]) -> Result<Said<'r>, Refusal> {
        if let Some(reason) = self.sentinel(field, raw) {
            return Ok(Said::Absent(reason));
        }
        let text = self.text(raw)?;
        let trimmed = trim(&text);
        if trimmed.is_empty() {
            return Err(Refusal::Plain(Code::BlankUndeclared));
        }
        Ok(Said::Text(if trimmed.len() == text.len() { text } else { Cow::Owned(trimmed.to_owned()) }))
    }

    /// The text of a raw cell, external characters replaced by what the town's table says they are.
    fn text<'r>(&self, raw: &'r [u8]) -> Result<Cow<'r, str>, Refusal> {
        match self.encoding.decode_cell(raw) {
            Ok(text) => Ok(text),
            Err(BadText::Cut) if self.filled => Err(Refusal::Plain(Code::FieldBoundary)),
            Err(BadText::Cut | BadText::Undecodable) => Err(Refusal::Plain(Code::BadEncoding)),
            Err(BadText::Gaiji(_)) => {
                let text = self.encoding.decode(raw).unwrap_or_default();
                self.gaiji
                    .replace(&text)
                    .map(Cow::Owned)
                    .map_err(|odd| Refusal::Gaiji(gaiji::name(self.encoding, odd)))
            }
        }
    }

    fn sentinel(&self, field: &Field, raw: &[u8]) -> Option<Absence> {
        let find = |raw: &[u8]| {
            field.missing.iter().find(|sentinel| sentinel.bytes == raw).map(|found| found.reason)
        };
        if field.missing.is_empty() {
            return None;
        }
        find(raw).or_else(|| {
            let filled = self.filled && raw.last() == Some(&b' ');
            let end = raw.iter().rposition(|byte| *byte != b' ').map_or(0, |last| last + 1);
            find(raw.get(..end).filter(|_| filled)?)
        })
    }

    fn value(&self, n: usize, field: &Field, text: Cow<'_, str>) -> Result<Read, Refusal> {
        if let Kind::Text { digits, pad } = &field.kind {
            let text = padded(self.plain(text), *pad);
            check_digits(&text, *digits)?;
            return Ok(Cell::Text(text).into());
        }
        let text = &*text;
        Ok(match &field.kind {
            // Read above, where the text can be kept.
            Kind::Text { .. } => Cell::Text(text.to_owned()).into(),
            Kind::Kana { .. } => {
                Cell::Text(kana::full_width(text).ok_or(Refusal::Plain(Code::PatternMismatch))?).into()
            }
            Kind::Int { range, digits, pad, reckon } => {
                number::read(text, *range, *digits, *pad, reckon)?.into()
            }
            Kind::Date { formats, era } => {
                let (date, overflow) = self.date(text, formats, *era)?;
                Read { cell: Cell::Date(date), overflow, unknown: false }
            }
            Kind::Month { formats, era } => {
                let (date, overflow) = self.date(text, formats, *era)?;
                // A month in a spreadsheet, and in what is exported from one, is a date that shows no day: its first.
                let is_first = |day: NaiveDate| chrono::Datelike::day(&day) == 1;
                let month = date.month().filter(|_| date.day().is_none_or(is_first));
                Read {
                    cell: Cell::Month(month.ok_or(Refusal::Plain(Code::NotADate))?),
                    overflow,
                    unknown: false,
                }
            }
            Kind::Code { on_unknown, pad, .. } => self.code(n, text, *on_unknown, *pad)?,
            Kind::Bool { list: Some(_), on_unknown, pad } => self.code(n, text, *on_unknown, *pad)?,
            Kind::Bool { list: None, .. } => match text {
                "1" => Cell::Bool(true).into(),
                "0" => Cell::Bool(false).into(),
                _ => return Err(Refusal::Plain(Code::PatternMismatch)),
            },
        })
    }

    /// The text as a record keeps it.
    fn plain(&self, text: Cow<'_, str>) -> String {
        let bare = self.unguarded(&text);
        match join_marks(bare) {
            Cow::Borrowed(same) if same.len() == text.len() => text.into_owned(),
            other => other.into_owned(),
        }
    }

    /// The text without the apostrophe that keeps a spreadsheet from taking it for a formula.
    fn unguarded<'t>(&self, text: &'t str) -> &'t str {
        text.strip_prefix('\'').filter(|rest| self.neutral && write::is_formula(rest)).unwrap_or(text)
    }

    fn code(&self, n: usize, text: &str, on_unknown: Unknown, pad: usize) -> Result<Read, Refusal> {
        let unknown = |cell| Read { cell, overflow: false, unknown: true };
        let table = self.tables.get(n).and_then(Option::as_ref);
        let found = table.and_then(|table| match table.meaning.get(text) {
            None if pad > text.len() => table.meaning.get(padded(text.to_owned(), pad).as_str()),
            found => found,
        });
        match (found, on_unknown) {
            (Some(cell), _) => Ok(cell.clone().into()),
            (None, Unknown::Absent) => Ok(unknown(Cell::Absent(Absence::UnknownCode))),
            (None, Unknown::KeepRaw) => Ok(unknown(Cell::Code(text.to_owned()))),
            (None, Unknown::Reject) => {
                Err(Refusal::Unmapped(table.map_or("", |table| table.name).to_owned()))
            }
        }
    }

    fn date(&self, text: &str, formats: &[DateFormat], era: EraRule) -> Result<(PartialDate, bool), Refusal> {
        match date::parse(text, formats, era) {
            Ok(parsed) if self.late_epoch && date::parse(text, SERIAL, era) == Ok(parsed) => {
                let day = parsed.date.day().and_then(|day| day.checked_add_days(Days::new(LATE_EPOCH)));
                day.map(|day| (day.into(), false)).ok_or(Refusal::Plain(Code::ImpossibleDate))
            }
            Ok(parsed) => Ok((parsed.date, parsed.warning.is_some())),
            // A cell that a workbook knows to be a date was brought to this form.
            Err(DateError::NotADate) if self.dated && !formats.contains(&DateFormat::Iso) => {
                self.date(text, &[DateFormat::Iso], era)
            }
            Err(DateError::EraBounds { era }) => Err(Refusal::EraBounds(era)),
            Err(DateError::EraOverflow { .. }) => Err(Refusal::Plain(Code::EraOverflow)),
            Err(DateError::Impossible) => Err(Refusal::Plain(Code::ImpossibleDate)),
            Err(DateError::NotADate) => Err(Refusal::Plain(Code::NotADate)),
        }
    }
}

const SERIAL: &[DateFormat] = &[DateFormat::ExcelSerial];

fn padded(text: String, pad: usize) -> String {
    if text.len() < pad && text.bytes().all(|byte| byte.is_ascii_digit()) {
        format!("{text:0>pad$}")
    } else {
        text
    }
}

fn check_digits(text: &str, digits: Option<(usize, usize)>) -> Result<(), Refusal> {
    match digits {
        Some((least, most))
            if !(least..=most).contains(&text.len()) || !text.bytes().all(|byte| byte.is_ascii_digit()) =>
        {
            Err(Refusal::Plain(Code::PatternMismatch))
        }
        _ => Ok(()),
    }
}

/// Splits a name or a reading at the first blank; `None` where no second part is told apart.
pub(crate) fn split_name(whole: &str) -> (&str, Option<&str>) {
    match whole.split_once(is_blank) {
        Some((family, given)) => (family, Some(trim(given))),
        None => (whole, None),
    }
}
