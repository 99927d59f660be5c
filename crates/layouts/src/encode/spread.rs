//! One value over the columns of its field: the other way round than it comes together when it is read.

use kernel::date::YearMonth;
use serde_json::{Map, Value};

use crate::cell::Cell;
use crate::convert::Converter;
use crate::layout::{Field, Gather, Slot};

/// The text of each of a field's own columns, the first as 0; `None` when there is no spelling. Without a
/// value, any sentinel does.
pub(super) fn texts(
    converter: &Converter<'_>,
    n: usize,
    field: &Field,
    cell: Option<&Cell>,
) -> Option<Vec<(usize, String)>> {
    let columns = field.slots().count() - usize::from(field.when.is_some());
    let missing = |cell: &Cell| otherwise(field, cell).then(|| blank(field));
    let text = match cell {
        Some(Cell::Month(month)) if matches!(field.gather, Gather::Period { .. }) => {
            return Some(period(field, *month).into_iter().enumerate().collect());
        }
        Some(cell) => converter.write(n, field, cell).or_else(|| missing(cell)),
        None => field.missing.first().map(|sentinel| sentinel.text.clone()),
    }?;
    let present = cell.is_some_and(Cell::is_present);
    Some(match &field.gather {
        Gather::Concat { with } if present && !with.is_empty() => {
            let mut parts = text.splitn(columns, with.as_str()).map(str::to_owned);
            (0..columns).map(|nth| (nth, parts.next().unwrap_or_default())).collect()
        }
        Gather::Concat { .. } | Gather::Coalesce if present => {
            (0..columns).map(|nth| (nth, if nth == 0 { text.clone() } else { blank(field) })).collect()
        }
        _ => (0..columns).map(|nth| (nth, text.clone())).collect(),
    })
}

/// Whether a value is absent because another column says so.
fn otherwise(field: &Field, cell: &Cell) -> bool {
    matches!((cell, &field.when), (Cell::Absent(reason), Some(when)) if when.otherwise == *reason)
}

/// What a column of the field says when it says nothing.
fn blank(field: &Field) -> String {
    let declared = field.missing.iter().any(|sentinel| sentinel.text.is_empty());
    let first = field.missing.first().filter(|_| !declared);
    first.map(|sentinel| sentinel.text.clone()).unwrap_or_default()
}

fn period(field: &Field, month: YearMonth) -> Vec<String> {
    let Gather::Period { fiscal, always } = field.gather else { return Vec::new() };
    let year = month.year() - i32::from(fiscal && month.month() < 4);
    let mut texts = vec![format!("{year:04}")];
    if always.is_none() {
        texts.push(month.month().to_string());
    }
    texts
}

/// Whether other fields have already said all that this one's columns hold; reading back tells whether
/// they agree.
pub(super) fn is_said(
    row: &[Option<String>],
    field: &Field,
    column: &dyn Fn(&Slot) -> Option<usize>,
) -> bool {
    let said = |at: usize| row.get(at).is_some_and(Option::is_some);
    field.split.is_none() && field.slots().filter_map(column).all(said)
}

/// Puts a field's texts into the row. A part of a split text joins what its neighbours have put there.
pub(super) fn put(
    row: &mut [Option<String>],
    field: &Field,
    spelt: Vec<(usize, String)>,
    column: &dyn Fn(&Slot) -> Option<usize>,
) {
    for (nth, text) in spelt {
        let place = field.slots().nth(nth).and_then(column).and_then(|at| row.get_mut(at));
        let Some(place) = place else { continue };
        match &field.split {
            None => _ = place.get_or_insert(text),
            Some(split) => {
                let whole = place.take().unwrap_or_default();
                let mut parts: Vec<String> = match whole.is_empty() {
                    true => Vec::new(),
                    false => whole.split(split.at.as_str()).map(str::to_owned).collect(),
                };
                parts.resize(parts.len().max(split.part + 1), String::new());
                if let Some(part) = parts.get_mut(split.part) {
                    *part = text;
                }
                *place = Some(parts.join(&split.at));
            }
        }
    }
}

/// Writes the column that says whether the field's value counts, unless another field has.
pub(super) fn condition(
    row: &mut [Option<String>],
    field: &Field,
    cell: Option<&Cell>,
    column: &dyn Fn(&Slot) -> Option<usize>,
) {
    let Some(when) = &field.when else { return };
    let place = field.slots().last().and_then(column).and_then(|at| row.get_mut(at));
    if let Some(place @ None) = place {
        let counts = cell.is_some_and(|cell| !otherwise(field, cell));
        *place = when.is.first().filter(|_| counts).cloned();
    }
}

/// A row as one JSON object, its dotted columns nested.
pub(super) fn json(columns: &[String], cells: &[Vec<u8>]) -> Vec<u8> {
    let mut object = Map::new();
    for (path, cell) in columns.iter().zip(cells) {
        let text = String::from_utf8_lossy(cell).into_owned();
        nest(&mut object, path, if text.is_empty() { Value::Null } else { Value::String(text) });
    }
    Value::Object(object).to_string().into_bytes()
}

fn nest(object: &mut Map<String, Value>, path: &str, value: Value) {
    match path.split_once('.') {
        None => _ = object.insert(path.to_owned(), value),
        Some((key, rest)) => {
            let inner = object.entry(key).or_insert_with(|| Value::Object(Map::new()));
            if let Value::Object(inner) = inner {
                nest(inner, rest, value);
            }
        }
    }
}

/// The rows of a header. In two, what stands before `_` is over the rest.
pub(super) fn header(columns: &[String], rows: usize) -> Vec<Vec<&str>> {
    if rows < 2 {
        return vec![columns.iter().map(String::as_str).collect()];
    }
    let (upper, lower) = columns.iter().map(|name| name.split_once('_').unwrap_or((name, ""))).unzip();
    vec![upper, lower]
}
