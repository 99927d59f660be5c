//! The cells of a sample, and which row of them is the header.

use kernel::Fault;
use serde_json::Value;

use super::detect::{Found, as_cut};
use super::shape;
use super::{FileShape, ROWS};
use crate::decode::{Cells, Frame, Limits, Quotes};
use crate::layout::{Header, SheetForm, TableForm};
use crate::sheet;

/// Rows among which a sheet's header is looked for.
const TITLES: usize = 30;

/// Rows of texts.
pub(super) type Table = Vec<Vec<String>>;

/// The rows of a sample; of JSON, the paths stand before them as a row.
pub(super) fn table(bytes: &[u8], found: &Found) -> Result<Table, Fault> {
    let encoding = found.encoding.encoding;
    Ok(match found.shape {
        FileShape::Xlsx | FileShape::Xls => workbook(bytes, found.shape == FileShape::Xls)?,
        FileShape::Jsonl => json(&as_cut(bytes, encoding)),
        FileShape::Fixed(_) => lines(bytes)
            .map(|line| vec![encoding.cut_as().decode_lossy(line).into_owned()])
            .take(ROWS)
            .collect(),
        FileShape::Separated(separator) => {
            let text = as_cut(bytes, encoding);
            let end = if found.carriage_return { b'\r' } else { b'\n' };
            let (mut rest, mut rows, mut cells) = (text.as_slice(), Vec::new(), Cells::default());
            while !rest.is_empty() && rows.len() < ROWS {
                let mut frame = Frame::Csv(Quotes::new(separator, end));
                let at = frame.scan(rest, 0).unwrap_or(rest.len());
                let (record, after) = rest.split_at(at);
                rest = after;
                let record = record.strip_suffix(&[end]).unwrap_or(record);
                let record = record.strip_suffix(b"\r").unwrap_or(record);
                if record.is_empty() || record == [0x1A] {
                    continue;
                }
                cells.split(record, separator);
                let texts = cells.iter(record).map(|cell| encoding.cut_as().decode_lossy(cell).into_owned());
                rows.push(texts.collect());
            }
            rows
        }
    })
}

pub(super) fn lines(bytes: &[u8]) -> impl Iterator<Item = &[u8]> {
    let bare = |line: &'_ [u8]| -> usize { line.len() - usize::from(line.last() == Some(&b'\r')) };
    bytes
        .split(|byte| *byte == b'\n')
        .map(move |line| line.get(..bare(line)).unwrap_or(line))
        .filter(|line| !line.is_empty() && *line != [0x1A])
}

fn workbook(bytes: &[u8], is_old: bool) -> Result<Table, Fault> {
    let table = TableForm { header: Header::None, columns: 0, ignored: Vec::new() };
    let form = SheetForm { table, is_old, sheet: None, header_rows: 1, footer: Vec::new() };
    let mut rows: Table = Vec::new();
    sheet::read(&form, bytes.to_vec(), &Limits::USUAL, &mut |row| {
        if rows.len() < ROWS {
            let width = row.cells.last().map_or(0, |(column, _)| *column as usize + 1);
            let mut cells = vec![String::new(); width];
            for (column, text) in row.cells {
                if let Some(cell) = cells.get_mut(column as usize) {
                    *cell = text;
                }
            }
            rows.push(cells);
        }
        Ok(())
    })?;
    Ok(rows)
}

fn json(text: &[u8]) -> Table {
    let objects: Vec<Value> =
        lines(text).take(ROWS).filter_map(|line| serde_json::from_slice(line).ok()).collect();
    let mut paths = Vec::new();
    for object in &objects {
        paths_of(object, "", &mut paths);
    }
    let text = |object: &Value, path: &String| {
        let value = path.split('.').try_fold(object, |value, key| value.get(key));
        match value {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => text.clone(),
            Some(other) => other.to_string(),
        }
    };
    let rows: Vec<Vec<String>> =
        objects.iter().map(|object| paths.iter().map(|path| text(object, path)).collect()).collect();
    std::iter::once(paths).chain(rows).collect()
}

fn paths_of(value: &Value, path: &str, paths: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                paths_of(value, &path, paths);
            }
        }
        _ if !path.is_empty() && !paths.iter().any(|known| known == path) => paths.push(path.to_owned()),
        _ => {}
    }
}

/// The header's row and names, and the rows after it. A header has names and no values: no cell of it is a
/// number or a date, and every one of them is another.
pub(super) fn header(mut table: Table, found: &Found) -> (Option<u32>, Vec<String>, Table) {
    if matches!(found.shape, FileShape::Fixed(_)) {
        return (None, Vec::new(), table);
    }
    let is_sheet = matches!(found.shape, FileShape::Xlsx | FileShape::Xls);
    let among = if is_sheet { TITLES } else { 1 };
    let width = table.iter().take(TITLES * 2).map(|row| filled(row)).max().unwrap_or(0);
    let at = table.iter().take(among).position(|row| is_header(row, if is_sheet { width } else { 0 }));
    match at {
        None => (None, Vec::new(), table),
        Some(at) => {
            let rows = table.split_off(at + 1);
            let mut names = table.pop().unwrap_or_default();
            while names.last().is_some_and(|name| name.trim().is_empty()) {
                names.pop();
            }
            let names = names.into_iter().map(|name| name.trim().to_owned()).collect();
            (u32::try_from(at + 1).ok(), names, rows)
        }
    }
}

/// Words that begin the total under a table.
const TOTALS: [&str; 5] = ["合計", "総計", "小計", "総合計", "計"];

/// Takes the total under a sheet's table off its rows; gives the word it begins with.
pub(super) fn footer(rows: &mut Table, found: &Found) -> Option<String> {
    if !matches!(found.shape, FileShape::Xlsx | FileShape::Xls) {
        return None;
    }
    let first = |row: &Vec<String>| {
        row.iter().map(|cell| cell.trim()).find(|cell| !cell.is_empty()).map(str::to_owned)
    };
    let total = |row: &Vec<String>| first(row).filter(|word| TOTALS.contains(&word.as_str()));
    let at = rows.iter().position(|row| total(row).is_some())?;
    let word = rows.get(at).and_then(total);
    rows.truncate(at);
    word
}

fn filled(row: &[String]) -> usize {
    row.iter().filter(|cell| !cell.trim().is_empty()).count()
}

fn is_header(row: &[String], width: usize) -> bool {
    let names: Vec<&str> = row.iter().map(|cell| cell.trim()).filter(|cell| !cell.is_empty()).collect();
    let twice = names.iter().enumerate().any(|(n, name)| names.iter().take(n).any(|other| other == name));
    !names.is_empty()
        && !twice
        && names.len() * 3 >= width * 2
        && names.iter().all(|name| !shape::is_value(name))
}
