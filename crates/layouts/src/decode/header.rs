//! The header of a CSV file against the layout: which field stands in which cell.

use kernel::{Code, Fault};

use super::cells::Cells;
use crate::layout::{CsvForm, Field, Header, Slot};
use crate::text::{Encoding, trim};

/// Where each field stands, and how many cells a row has.
pub(super) struct Columns {
    /// The cell of each field, by the field's index; constants have none.
    pub of: Vec<Option<usize>>,
    pub count: usize,
}

impl Columns {
    /// Of a file without header.
    pub fn by_position(fields: &[Field], form: &CsvForm) -> Self {
        let position = |field: &Field| match field.slot {
            Slot::Position(position) => Some(position),
            _ => None,
        };
        Self { of: fields.iter().map(position).collect(), count: form.columns }
    }

    /// From the header `record`, already cut into `cells`. `None` when it is not text.
    pub fn by_header(
        fields: &[Field],
        form: &CsvForm,
        encoding: Encoding,
        record: &[u8],
        cells: &Cells,
    ) -> Option<Result<Self, Fault>> {
        let names: Option<Vec<String>> =
            cells.iter(record).map(|cell| encoding.decode(cell).map(|name| trim(&name).to_owned())).collect();
        let mut names = names?;
        if form.trailing_comma && names.last().is_some_and(String::is_empty) {
            names.pop();
        }
        Some(Self::by_names(fields, form, &names))
    }

    fn by_names(fields: &[Field], form: &CsvForm, names: &[String]) -> Result<Self, Fault> {
        let declared: Vec<&str> = fields.iter().filter_map(column).collect();
        let known =
            |name: &str| declared.contains(&name) || form.ignored.iter().any(|ignored| ignored == name);
        let mut missing: Vec<&str> =
            declared.iter().copied().filter(|name| !names.iter().any(|n| n == name)).collect();
        let mut extra: Vec<&str> = Vec::new();
        for (n, name) in names.iter().enumerate() {
            let twice =
                names.iter().take(n).any(|earlier| earlier == name) && declared.contains(&name.as_str());
            if twice || (form.header == Header::Exact && !known(name)) {
                extra.push(name);
            }
        }
        if form.header == Header::Exact {
            missing.extend(
                form.ignored.iter().map(String::as_str).filter(|name| !names.iter().any(|n| n == name)),
            );
        }
        missing.dedup();
        if !missing.is_empty() || !extra.is_empty() {
            return Err(mismatch(&missing, &extra));
        }
        let cell = |field: &Field| names.iter().position(|name| Some(name.as_str()) == column(field));
        Ok(Self { of: fields.iter().map(cell).collect(), count: names.len() })
    }
}

/// The header's name of a field's column.
fn column(field: &Field) -> Option<&str> {
    match &field.slot {
        Slot::Column(name) => Some(name),
        _ => None,
    }
}

/// `header_mismatch` with the columns that are missing and the ones nobody expected.
pub(super) fn mismatch(missing: &[&str], extra: &[&str]) -> Fault {
    let words = |fault: Fault, name: &str, columns: &[&str]| match columns {
        [] => fault.with_words(name, "なし", "none"),
        _ => fault.with_words(name, &columns.join("、"), &columns.join(", ")),
    };
    words(words(Fault::new(Code::HeaderMismatch), "missing", missing), "extra", extra)
}
