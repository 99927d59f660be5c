//! A value back to the text its field reads as that value.

use kernel::date::{self, PartialDate};

use super::{Converter, number, padded};
use crate::cell::Cell;
use crate::kana;
use crate::layout::{Field, Kind, Unknown};

impl Converter<'_> {
    /// The text of `cell` in field `n`; `None` when the field has no spelling for it.
    pub fn write(&self, n: usize, field: &Field, cell: &Cell) -> Option<String> {
        if let Cell::Absent(reason) = cell {
            return self.absent(field, *reason);
        }
        match (&field.kind, cell) {
            (Kind::Text { .. }, Cell::Text(text)) => Some(self.guarded(text)),
            (Kind::Kana { half_width: true }, Cell::Text(text)) => Some(kana::half_width(text)),
            (Kind::Kana { half_width: false }, Cell::Text(text)) => Some(text.clone()),
            (Kind::Int { pad, reckon, .. }, Cell::Int(number)) => number::write(*number, *pad, reckon),
            (Kind::Date { formats, .. }, Cell::Date(date)) => date::format(date, *formats.first()?),
            (Kind::Month { formats, .. }, Cell::Month(month)) => {
                date::format(&PartialDate::from(*month), *formats.first()?)
            }
            (Kind::Bool { list: None, .. }, Cell::Bool(flag)) => Some(u8::from(*flag).to_string()),
            (Kind::Code { .. } | Kind::Bool { .. }, cell) => self.spelt(n, field, cell),
            _ => None,
        }
    }

    fn absent(&self, field: &Field, reason: kernel::Absence) -> Option<String> {
        let sentinel = field.missing.iter().find(|sentinel| sentinel.reason == reason);
        let zero = match &field.kind {
            Kind::Int { pad, reckon, .. } if reckon.zero == Some(reason) => {
                Some(padded("0".to_owned(), *pad))
            }
            _ => None,
        };
        sentinel.map(|found| found.text.clone()).or(zero)
    }

    fn spelt(&self, n: usize, field: &Field, cell: &Cell) -> Option<String> {
        let table = self.tables.get(n)?.as_ref()?;
        let known = table.spelling.iter().find(|(meaning, _)| meaning == cell);
        match (known, &field.kind, cell) {
            (Some((_, source)), ..) => Some((*source).to_owned()),
            (None, Kind::Code { on_unknown: Unknown::KeepRaw, .. }, Cell::Code(code)) => Some(code.clone()),
            _ => None,
        }
    }

    /// The text with an apostrophe before it where a spreadsheet would take it for a formula (CSV
    /// injection). Read back, the apostrophe is taken off again.
    fn guarded(&self, text: &str) -> String {
        if self.neutral && is_formula(text) { format!("'{text}") } else { text.to_owned() }
    }
}

/// Whether a spreadsheet takes a text for a formula, or would once apostrophes before it are taken off.
pub(super) fn is_formula(text: &str) -> bool {
    text.trim_start_matches('\'').starts_with(['=', '+', '-', '@', '\t', '\r'])
}
