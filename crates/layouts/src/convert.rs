//! Reads one cell as its field says, and writes it back. Both sides stand on one page, because what is
//! written must read back as the same value.

use std::collections::HashMap;

use chrono::NaiveDate;
use kernel::date::{self, DateError, DateFormat, EraRule, PartialDate};
use kernel::{Absence, Code};

use crate::cell::Cell;
use crate::kana;
use crate::layout::{Field, Form, Kind, Layout, Slot, Typing, Unknown};
use crate::refusal::Refusal;
use crate::text::{BadText, Encoding, is_blank, join_marks, trim};

/// The fields of a layout with their code lists as valid on one day.
pub(crate) struct Converter<'l> {
    encoding: Encoding,
    /// In fixed-width records blanks fill a field up; they are no part of its value.
    filled: bool,
    tables: Vec<Option<CodeTable<'l>>>,
}

/// A code list both ways.
struct CodeTable<'l> {
    name: &'l str,
    meaning: HashMap<&'l str, Cell>,
    /// In the list's order; the first spelling of a meaning is the one that is written.
    spelling: Vec<(Cell, &'l str)>,
}

/// A cell that was read; `overflow` when its date lies past the era it names.
pub(crate) struct Read {
    pub cell: Cell,
    pub overflow: bool,
}

impl From<Cell> for Read {
    fn from(cell: Cell) -> Self {
        Self { cell, overflow: false }
    }
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
            encoding: layout.encoding,
            filled: matches!(layout.form, Form::Fixed(_)),
            tables: layout.fields.iter().map(table).collect(),
        }
    }

    /// Reads the cell of field `n`.
    pub fn read(&self, n: usize, field: &Field, raw: &[u8]) -> Result<Read, Refusal> {
        if let Some(reason) = self.sentinel(field, raw) {
            if field.required {
                return Err(Refusal::Plain(Code::RequiredMissing));
            }
            return Ok(Cell::Absent(reason).into());
        }
        let text = self.encoding.decode_cell(raw).map_err(|bad| match bad {
            BadText::Cut if self.filled => Refusal::Plain(Code::FieldBoundary),
            BadText::Cut | BadText::Undecodable => Refusal::Plain(Code::BadEncoding),
            BadText::Gaiji(odd) => Refusal::Gaiji(self.encoding.name_gaiji(odd)),
        })?;
        let text = trim(&text);
        if text.is_empty() {
            return Err(Refusal::Plain(Code::BlankUndeclared));
        }
        self.value(n, &field.kind, text)
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

    fn value(&self, n: usize, kind: &Kind, text: &str) -> Result<Read, Refusal> {
        Ok(match kind {
            Kind::Text { digits, pad } => {
                let text = padded(join_marks(text).into_owned(), *pad);
                check_digits(&text, *digits)?;
                Cell::Text(text).into()
            }
            Kind::Kana { .. } => {
                Cell::Text(kana::full_width(text).ok_or(Refusal::Plain(Code::PatternMismatch))?).into()
            }
            Kind::Int { range, digits, pad } => int(text, *range, *digits, *pad)?.into(),
            Kind::Date { formats, era } => {
                let (date, overflow) = read_date(text, formats, *era)?;
                Read { cell: Cell::Date(date), overflow }
            }
            Kind::Month { formats, era } => {
                let (date, overflow) = read_date(text, formats, *era)?;
                let month = date.month().filter(|_| date.day().is_none());
                Read { cell: Cell::Month(month.ok_or(Refusal::Plain(Code::NotADate))?), overflow }
            }
            Kind::Code { on_unknown, pad, .. } => self.code(n, text, *on_unknown, *pad)?.into(),
            Kind::Bool { list: Some(_), on_unknown, pad } => self.code(n, text, *on_unknown, *pad)?.into(),
            Kind::Bool { list: None, .. } => match text {
                "1" => Cell::Bool(true).into(),
                "0" => Cell::Bool(false).into(),
                _ => return Err(Refusal::Plain(Code::PatternMismatch)),
            },
        })
    }

    fn code(&self, n: usize, text: &str, on_unknown: Unknown, pad: usize) -> Result<Cell, Refusal> {
        let table = self.tables.get(n).and_then(Option::as_ref);
        let found = table.and_then(|table| match table.meaning.get(text) {
            None if pad > text.len() => table.meaning.get(padded(text.to_owned(), pad).as_str()),
            found => found,
        });
        match (found, on_unknown) {
            (Some(cell), _) => Ok(cell.clone()),
            (None, Unknown::Absent) => Ok(Cell::Absent(Absence::UnknownCode)),
            (None, Unknown::Reject) => {
                Err(Refusal::Unmapped(table.map_or("", |table| table.name).to_owned()))
            }
        }
    }

    /// The text of `cell` in field `n`; `None` when the field has no spelling for it.
    pub fn write(&self, n: usize, field: &Field, cell: &Cell) -> Option<String> {
        if let Cell::Absent(reason) = cell {
            return field
                .missing
                .iter()
                .find(|sentinel| sentinel.reason == *reason)
                .map(|found| found.text.clone());
        }
        match (&field.kind, cell) {
            (Kind::Text { .. }, Cell::Text(text)) => Some(text.clone()),
            (Kind::Kana { half_width: true }, Cell::Text(text)) => Some(kana::half_width(text)),
            (Kind::Kana { half_width: false }, Cell::Text(text)) => Some(text.clone()),
            (Kind::Int { pad, .. }, Cell::Int(number)) => Some(padded(number.to_string(), *pad)),
            (Kind::Date { formats, .. }, Cell::Date(date)) => date::format(date, *formats.first()?),
            (Kind::Month { formats, .. }, Cell::Month(month)) => {
                date::format(&PartialDate::from(*month), *formats.first()?)
            }
            (Kind::Bool { list: None, .. }, Cell::Bool(flag)) => Some(u8::from(*flag).to_string()),
            (Kind::Code { .. } | Kind::Bool { .. }, cell) => {
                let table = self.tables.get(n)?.as_ref()?;
                table
                    .spelling
                    .iter()
                    .find(|(meaning, _)| meaning == cell)
                    .map(|(_, source)| (*source).to_owned())
            }
            _ => None,
        }
    }
}

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

fn int(
    text: &str,
    range: Option<(i64, i64)>,
    digits: Option<(usize, usize)>,
    pad: usize,
) -> Result<Cell, Refusal> {
    let narrow: String = text
        .chars()
        .map(|c| match c {
            // Full-width digits stand in the order of ASCII.
            '０'..='９' => u32::from(c).checked_sub(0xFEE0).and_then(char::from_u32).unwrap_or(c),
            '－' | '−' => '-',
            c => c,
        })
        .collect();
    let narrow = padded(narrow, pad);
    check_digits(&narrow, digits)?;
    let number: i64 =
        match narrow.strip_prefix('-').unwrap_or(&narrow).bytes().all(|byte| byte.is_ascii_digit()) {
            true => narrow.parse().map_err(|_| Refusal::Plain(Code::NotANumber))?,
            false => return Err(Refusal::Plain(Code::NotANumber)),
        };
    match range {
        Some((low, high)) if !(low..=high).contains(&number) => Err(Refusal::OutOfRange(low, high)),
        _ => Ok(Cell::Int(number)),
    }
}

fn read_date(text: &str, formats: &[DateFormat], era: EraRule) -> Result<(PartialDate, bool), Refusal> {
    match date::parse(text, formats, era) {
        Ok(parsed) => Ok((parsed.date, parsed.warning.is_some())),
        Err(DateError::EraBounds { era }) => Err(Refusal::EraBounds(era)),
        Err(DateError::EraOverflow { .. }) => Err(Refusal::Plain(Code::EraOverflow)),
        Err(DateError::Impossible) => Err(Refusal::Plain(Code::ImpossibleDate)),
        Err(DateError::NotADate) => Err(Refusal::Plain(Code::NotADate)),
    }
}

/// Splits a name or a reading at the first blank; `None` where no second part is told apart.
pub(crate) fn split_name(whole: &str) -> (&str, Option<&str>) {
    match whole.split_once(is_blank) {
        Some((family, given)) => (family, Some(trim(given))),
        None => (whole, None),
    }
}
