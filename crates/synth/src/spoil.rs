//! Damages a few lines of a file the way real exports are damaged: a date before its era, a code nobody
//! declared, a blank nobody gave a meaning. The lines lie far from the first ones, where the
//! demonstration's family stands.

use std::collections::BTreeMap;

use kernel::Code;

use crate::sheet::{Column, Form, Kind, Place, Sheet};

/// Fewer rows than this stay as they are.
const ENOUGH: usize = 30;

/// Damages one line in each of the ways the layout allows, and says what a reader should reject.
pub(crate) fn spoil(sheet: &Sheet, bytes: &mut Vec<u8>, rows: usize) -> BTreeMap<Code, u64> {
    let mut rejects = BTreeMap::new();
    if rows < ENOUGH {
        return rejects;
    }
    for (quarter, (column, text, code)) in (1..).zip(faults(sheet)) {
        if set(sheet, bytes, rows * quarter / 4 + 1, column.place, text) {
            *rejects.entry(code).or_default() += 1;
        }
    }
    rejects
}

/// The damaged cells, at most one of a kind.
fn faults(sheet: &Sheet) -> Vec<(&Column, &'static str, Code)> {
    let date = sheet.columns.iter().find_map(|column| match &column.kind {
        Kind::Date(format) => impossible(format).map(|(text, code)| (column, text, code)),
        _ => None,
    });
    let code = sheet.columns.iter().find(|column| column.kind == Kind::StrictCode);
    let undeclared = |column: &&Column| column.missing.iter().all(|(text, _)| !text.is_empty());
    let blank = sheet.columns.iter().find(|column| column.to.ends_with("name") && undeclared(column));
    date.into_iter()
        .chain(code.map(|column| (column, "Z", Code::CodeUnmapped)))
        .chain(blank.map(|column| (column, "", Code::BlankUndeclared)))
        .collect()
}

/// A date that does not exist, in each spelling; before 2019-05-01 there was no 令和.
fn impossible(format: &str) -> Option<(&'static str, Code)> {
    Some(match format {
        "wareki7" => ("5010430", Code::EraBounds),
        "wareki_letter" => ("R01.04.30", Code::EraBounds),
        "iso" => ("2019-02-30", Code::ImpossibleDate),
        "slash" => ("2019/2/30", Code::ImpossibleDate),
        "ymd8" => ("20190230", Code::ImpossibleDate),
        _ => return None,
    })
}

/// Writes an ASCII text over one cell of the data row `row`, counted from 0. No byte of a double-byte
/// character in CP932 or UTF-8 is a comma, a tab or a line end, so the bytes can be cut as they are.
fn set(sheet: &Sheet, bytes: &mut Vec<u8>, row: usize, place: Place, text: &str) -> bool {
    match (sheet.form, place) {
        (Form::Csv { header, delimiter }, Place::Cell(nth)) => {
            let line = line(bytes, row + usize::from(header));
            let Some((from, to)) = line.and_then(|(from, to)| cell(bytes, from, to, delimiter, nth)) else {
                return false;
            };
            bytes.splice(from..to, text.bytes());
            true
        }
        (Form::Fixed { record_length }, Place::Bytes { start, length }) => {
            // The header record is the first.
            let Some((from, to)) = line(bytes, row + 1).filter(|(from, to)| to - from == record_length)
            else {
                return false;
            };
            let Some(cell) = bytes.get_mut(from..to).and_then(|record| record.get_mut(start..start + length))
            else {
                return false;
            };
            let filled = text.bytes().chain(std::iter::repeat(b' '));
            cell.iter_mut().zip(filled).for_each(|(old, new)| *old = new);
            true
        }
        _ => false,
    }
}

/// Where a line begins and ends, without its line end.
fn line(bytes: &[u8], nth: usize) -> Option<(usize, usize)> {
    let mut from = 0;
    for _ in 0..nth {
        from += bytes.get(from..)?.iter().position(|byte| *byte == b'\n')? + 1;
    }
    let rest = bytes.get(from..)?;
    let to = rest.iter().position(|byte| matches!(byte, b'\r' | b'\n')).unwrap_or(rest.len());
    Some((from, from + to))
}

/// Where a cell of a line begins and ends; none in a line with quotes.
fn cell(bytes: &[u8], from: usize, to: usize, delimiter: u8, nth: usize) -> Option<(usize, usize)> {
    let line = bytes.get(from..to).filter(|line| !line.contains(&b'"'))?;
    let mut start = from;
    for (at, cell) in line.split(|byte| *byte == delimiter).enumerate() {
        if at == nth {
            return Some((start, start + cell.len()));
        }
        start += cell.len() + 1;
    }
    None
}
