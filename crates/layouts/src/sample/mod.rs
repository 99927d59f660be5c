//! A fictional file of any layout: who wants to see what a system's export looks like, or to try the platform
//! without a resident's data, asks for one. The same layout and day give the same bytes.
//!
//! Everybody is plainly made up: 架空 花子, 想像 太郎 and the like, of addresses and telephone numbers that exist
//! nowhere. The last row says nothing wherever its layout can say why.

mod value;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use kernel::Identity;

use self::value::{Made, of_part};
use crate::cell::Cell;
use crate::encode::{EncodeError, Encoder, encode};
use crate::layout::{Field, Form, Layout, RecordPart, Slot, Target};
use crate::row::{EncodeRow, Operation};

/// Rows of a sample.
const ROWS: usize = 6;
/// Other values tried for one field before its layout is given up.
const TRIES: usize = 12;

/// A fictional file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sample {
    /// Its name, as the layout asks for it where it does.
    pub name: String,
    /// Its media type, with the encoding where that has a name there.
    pub media_type: &'static str,
    /// The file.
    pub bytes: Vec<u8>,
}

/// A fictional file of this layout, as its system would export it on the day `as_of`; `name` is what it is
/// called where the layout does not say.
///
/// # Errors
/// [`EncodeError`] for `.xls`, which is not written, and for a layout that reads nothing it could be given.
pub fn sample(layout: &Layout, as_of: NaiveDate, name: &str) -> Result<Sample, EncodeError> {
    let layout = layout.on(as_of);
    let rows = (0..ROWS).map(|n| row(layout, as_of, n)).collect::<Result<Vec<_>, _>>()?;
    let bytes = encode(layout, as_of, &rows)?;
    let (extension, media_type) = form(layout);
    let name = layout.name.as_ref().map_or_else(
        || format!("{name}_{}.{extension}", as_of.format("%Y%m%d")),
        |pattern| pattern.make(&captured(layout, as_of)),
    );
    Ok(Sample { name, media_type, bytes })
}

/// The extension and media type of files of this form.
fn form(layout: &Layout) -> (&'static str, &'static str) {
    use crate::text::Encoding::{Cp932, EucJp, Utf8, Utf8Bom, Utf16Be, Utf16Le};
    match (&layout.form, layout.encoding) {
        (Form::Sheet(form), _) if form.is_old => ("xls", "application/vnd.ms-excel"),
        (Form::Sheet(_), _) => ("xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (Form::Json(_), _) => ("jsonl", "application/jsonl"),
        (Form::Fixed(_), _) => ("dat", "application/octet-stream"),
        (Form::Csv(form), _) if form.delimiter == b'\t' => ("tsv", "text/tab-separated-values"),
        (Form::Csv(_), Cp932) => ("csv", "text/csv; charset=windows-31j"),
        (Form::Csv(_), EucJp) => ("csv", "text/csv; charset=euc-jp"),
        (Form::Csv(_), Utf16Le | Utf16Be) => ("csv", "text/csv; charset=utf-16"),
        (Form::Csv(_), Utf8 | Utf8Bom) => ("csv", "text/csv; charset=utf-8"),
    }
}

/// Row `n`. A value that its field cannot take gives way to the next that it may.
fn row(layout: &Layout, as_of: NaiveDate, n: usize) -> Result<EncodeRow, EncodeError> {
    let mut tries: BTreeMap<String, usize> = BTreeMap::new();
    loop {
        let row = build(layout, as_of, n, &tries);
        let error = match Encoder::new(layout, as_of).push(&row) {
            Ok(()) => return Ok(row),
            Err(error) => error,
        };
        let Some(tried) = error.field().map(|field| tries.entry(field.to_owned()).or_default()) else {
            return Err(error);
        };
        *tried += 1;
        if *tried > TRIES {
            return Err(error);
        }
    }
}

fn build(layout: &Layout, as_of: NaiveDate, n: usize, tries: &BTreeMap<String, usize>) -> EncodeRow {
    let mut row = EncodeRow::default();
    for (at, role) in layout.roles.iter().enumerate() {
        row.persons.push((*role, Identity::default()));
        for field in layout.fields.iter().filter(|field| in_file(field)) {
            let Target::Person(of, part) = field.to else { continue };
            if of == *role {
                let made = made(layout, as_of, n, field, tries);
                if let Some((_, identity)) = row.persons.last_mut() {
                    of_part(identity, part, &made, at);
                }
            }
        }
    }
    for field in layout.fields.iter().filter(|field| in_file(field)) {
        let made = made(layout, as_of, n, field, tries);
        match &field.to {
            Target::Person(..) => {}
            Target::Record(part) => time(&mut row, *part, made.cell()),
            Target::Local(name) => _ = row.locals.insert(name.clone(), made.cell().datum()),
        }
    }
    if layout.mode == crate::layout::Mode::Delta && n + 1 == ROWS {
        row.operation = Operation::Close;
    }
    row
}

const fn in_file(field: &Field) -> bool {
    !matches!(field.slot, Slot::Constant(_))
}

fn made<'l>(
    layout: &'l Layout,
    as_of: NaiveDate,
    n: usize,
    field: &'l Field,
    tries: &BTreeMap<String, usize>,
) -> Made<'l> {
    let is_key =
        layout.key.iter().any(|key| layout.fields.get(*key).is_some_and(|known| known.to == field.to));
    // What the file's name tells is the same in every row.
    let n = if matches!(field.slot, Slot::FileName(_)) { 0 } else { n };
    let tried = tries.get(&field.to.to_string()).copied().unwrap_or(0);
    Made { layout, field, as_of, n, tried, says_nothing: n + 1 == ROWS && !is_key && !field.required }
}

fn time(row: &mut EncodeRow, part: RecordPart, cell: Cell) {
    match (part, cell) {
        (RecordPart::At, Cell::Date(date)) => row.record.at = Some(date),
        (RecordPart::From, Cell::Date(date)) => row.record.from = Some(date),
        (RecordPart::Until, Cell::Date(date)) => row.record.until = Some(date),
        (RecordPart::Month, Cell::Month(month)) => row.record.month = Some(month),
        _ => {}
    }
}

/// What each variable part of the file's name is.
fn captured(layout: &Layout, as_of: NaiveDate) -> Vec<String> {
    let count = layout.name.as_ref().map_or(0, |pattern| pattern.captures().count());
    let text = |nth: usize| {
        let field = layout.fields.iter().find(|field| field.slot == Slot::FileName(nth))?;
        made(layout, as_of, 0, field, &BTreeMap::new()).text()
    };
    (0..count).map(|nth| text(nth).unwrap_or_else(|| "1".to_owned())).collect()
}

#[cfg(test)]
mod tests;
