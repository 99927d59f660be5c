//! The cells of a sample, and which row of them is the header.

use kernel::Fault;
use serde_json::Value;

use super::detect::{Found, as_cut};
use super::shape;
use super::{FileShape, ROWS};
use crate::decode::{Cells, Frame, Limits, Quotes, joined_header};
use crate::layout::{Header, SheetForm, TableForm};
use crate::sheet::SheetRow;
use crate::text::is_blank;

/// Rows among which a sheet's header is looked for.
const TITLES: usize = 30;

/// Rows of texts.
pub(super) type Table = Vec<Vec<String>>;

/// The rows of a sample; of JSON, the paths stand before them as a row.
pub(super) fn table(bytes: &[u8], found: &Found) -> Result<Table, Fault> {
    let encoding = found.encoding.encoding;
    Ok(match found.shape {
        FileShape::Xlsx | FileShape::Xls => workbook(bytes, found)?,
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

fn workbook(bytes: &[u8], found: &Found) -> Result<Table, Fault> {
    let (is_old, named) = (found.shape == FileShape::Xls, found.sheet.clone());
    let table = TableForm { header: Header::None, columns: 0, ignored: Vec::new() };
    let form = SheetForm { table, is_old, sheet: named, header_rows: 1, footer: Vec::new() };
    let mut rows = Vec::new();
    crate::sheet::read(&form, bytes.to_vec(), &Limits::USUAL, &mut |row| {
        if rows.len() < ROWS {
            rows.push(row);
        }
        Ok(())
    })?;
    Ok(sheet(rows))
}

/// Rows of a sheet, blank cells filled in.
pub(super) fn sheet(rows: Vec<SheetRow>) -> Table {
    let laid_out = |row: SheetRow| {
        let width = row.cells.last().map_or(0, |(column, _)| *column as usize + 1);
        let mut cells = vec![String::new(); width];
        for (column, text) in row.cells {
            if let Some(cell) = cells.get_mut(column as usize) {
                *cell = text;
            }
        }
        cells
    };
    rows.into_iter().take(ROWS).map(laid_out).collect()
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

/// A table whose header was looked for.
pub(super) struct Headed {
    /// The header's first row, from 1.
    pub row: Option<u32>,
    /// Rows that it takes.
    pub takes: u32,
    pub names: Vec<String>,
    /// The rows after it.
    pub rows: Table,
}

/// The header and the rows after it. A header has names and no values: no cell of it is a number or a date, and
/// every one of them is another. Where none of its two rows is such a header and both together are, it takes two.
pub(super) fn header(mut table: Table, found: &Found) -> Headed {
    if matches!(found.shape, FileShape::Fixed(_)) {
        return Headed { row: None, takes: 1, names: Vec::new(), rows: table };
    }
    let is_sheet = matches!(found.shape, FileShape::Xlsx | FileShape::Xls);
    let among = if matches!(found.shape, FileShape::Jsonl) { 0 } else { TITLES };
    let width = table.iter().take(TITLES * 2).map(|row| filled(row)).max().unwrap_or(0);
    let doubled = |at: usize| match (table.get(at), table.get(at + 1)) {
        (Some(upper), Some(lower)) if !matches!(found.shape, FileShape::Jsonl) => double(upper, lower, width),
        _ => None,
    };
    // Over the header of a sheet anything may stand, over that of text titles alone: rows with few cells.
    let is_title = |row: &Vec<String>| is_sheet || filled(row) * 3 < width * 2;
    let titles = table.iter().take(TITLES).take_while(|row| is_title(row)).count();
    let headed = (0..=titles.min(among)).find_map(|at| {
        let single = || table.get(at).filter(|row| is_header(row, width)).cloned();
        doubled(at).map(|names| (at, 2, names)).or_else(|| Some((at, 1, single()?)))
    });
    let Some((at, takes, mut names)) = headed else {
        return Headed { row: None, takes: 1, names: Vec::new(), rows: table };
    };
    let rows = table.split_off((at + takes).min(table.len()));
    while names.last().is_some_and(|name| name.trim().is_empty()) {
        names.pop();
    }
    // As the reader of each kind has its names.
    let name = |name: String| if is_sheet { without_blanks(&name) } else { name.trim().to_owned() };
    let names = names.into_iter().map(name).collect();
    Headed { row: u32::try_from(at + 1).ok(), takes: if takes == 2 { 2 } else { 1 }, names, rows }
}

fn without_blanks(name: &str) -> String {
    name.split(is_blank).collect()
}

/// The names of a header in two rows, if these two are one. Then something stands over several columns (a name of
/// the upper row with blanks or itself beside it and names below), and something stands for both rows, or the
/// lower row has a name twice: under a title there is neither.
fn double(upper: &[String], lower: &[String], width: usize) -> Option<Vec<String>> {
    let bare = |row: &[String]| row.iter().map(|cell| without_blanks(cell)).collect::<Vec<_>>();
    let (upper, lower) = (bare(upper), bare(lower));
    let names = |row: &[String]| row.iter().filter(|name| !name.is_empty()).count();
    let all_names = |row: &[String]| row.iter().all(|name| name.is_empty() || !shape::is_value(name));
    if names(&upper) < 2 || names(&lower) < 2 || !all_names(&upper) || !all_names(&lower) {
        return None;
    }
    let cell = |row: &[String], n: usize| row.get(n).cloned().unwrap_or_default();
    let columns = upper.len().max(lower.len());
    let spans = (1..columns).any(|n| {
        let (left, above) = (cell(&upper, n - 1), cell(&upper, n));
        let over = above.is_empty() && upper.iter().take(n).any(|name| !name.is_empty());
        !cell(&lower, n).is_empty() && (over || (!above.is_empty() && above == left))
    });
    let stands_for_both = (0..columns).any(|n| !cell(&upper, n).is_empty() && cell(&lower, n).is_empty());
    let joined = joined_header(&upper, &lower);
    let whole = is_header(&joined, width) && names(&joined) == joined.len();
    (spans && (stands_for_both || has_twice(&lower)) && whole).then_some(joined)
}

fn has_twice(row: &[String]) -> bool {
    let named = |n: usize| row.iter().take(n).filter(|name| !name.is_empty());
    row.iter().enumerate().any(|(n, name)| named(n).any(|other| other == name))
}

/// Rows at the end of a sheet among which its total is looked for.
const FOOT: usize = 5;

/// Words that begin the total under a table.
const TOTALS: [&str; 5] = ["合計", "総計", "小計", "総合計", "計"];

/// Takes the total under a table off its rows; gives the word it begins with.
pub(super) fn footer(rows: &mut Table, found: &Found) -> Option<String> {
    if !matches!(found.shape, FileShape::Separated(_) | FileShape::Xlsx | FileShape::Xls) {
        return None;
    }
    let total = |row: &Vec<String>| {
        let first = row.iter().map(|cell| without_blanks(cell)).find(|cell| !cell.is_empty())?;
        // A lone 計 may begin any word.
        let begins = |word: &&str| first == **word || (word.chars().count() > 1 && first.starts_with(*word));
        TOTALS.into_iter().find(begins).map(str::to_owned)
    };
    // What stands further up is a total of some rows: others follow, and no table ends there.
    let last = rows.len().saturating_sub(FOOT);
    let at = rows.iter().skip(last).position(|row| total(row).is_some())? + last;
    let word = rows.get(at).and_then(total);
    rows.truncate(at);
    word
}

fn filled(row: &[String]) -> usize {
    row.iter().filter(|cell| !cell.trim().is_empty()).count()
}

fn is_header(row: &[String], width: usize) -> bool {
    let names: Vec<&str> = row.iter().map(|cell| cell.trim()).filter(|cell| !cell.is_empty()).collect();
    let all: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    !names.is_empty()
        && !has_twice(&all)
        && names.len() * 3 >= width * 2
        && names.iter().all(|name| !shape::is_value(name))
}
