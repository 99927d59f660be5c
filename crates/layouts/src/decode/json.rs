//! JSON Lines: one object a line, columns named by dotted paths (`child.name`). A key that is not there
//! and `null` are blank, and mean what the field says of blank.

use std::borrow::Cow;

use kernel::{Code, Fault};
use serde_json::Value;

use super::header::{Columns, declared};
use super::members::{self, Broken};
use super::reader::RowReader;
use crate::layout::{Header, Layout, TableForm};
use crate::refusal::Refusal;
use crate::row::Outcome;

/// Whole numbers up to here are exact in JSON.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// Members that a message names.
const TOLD: usize = 20;

/// The paths that a layout reads, and where each field finds its own among them.
pub(super) struct JsonCutter {
    paths: Vec<String>,
    columns: Option<Columns>,
}

impl JsonCutter {
    pub fn new(layout: &Layout) -> Self {
        let paths: Vec<String> = declared(&layout.fields).into_iter().map(str::to_owned).collect();
        let table = TableForm { header: Header::Subset, columns: paths.len(), ignored: Vec::new() };
        let columns = Columns::by_names(layout, &table, &paths).ok();
        Self { paths, columns }
    }

    /// Reads one line.
    pub fn row<'r>(
        &self,
        rows: &mut RowReader<'_>,
        form: &TableForm,
        line: u32,
        record: &'r [u8],
    ) -> Outcome<'r> {
        let refused = |code| Fault::new(code).with("line", line);
        let object = match members::read(record) {
            Ok(object) => object,
            Err(Broken::NoObject) => return rows.refuse(line, record, refused(Code::JsonUnreadable)),
            Err(Broken::Twice(path)) => {
                return rows.refuse(line, record, refused(Code::JsonKeyTwice).with("key", path));
            }
        };
        if form.header == Header::Exact {
            let extra = self.unknown(form, &object);
            if !extra.is_empty() {
                let keys = extra.iter().take(TOLD).map(String::as_str).collect::<Vec<_>>().join(", ");
                return rows.refuse(line, record, refused(Code::JsonKeyUnknown).with("keys", keys));
            }
        }
        let texts: Vec<_> = self.paths.iter().map(|path| text(at(&object, path))).collect();
        let texts: Vec<_> = texts
            .iter()
            .map(|text| text.as_ref().map(|text| text.as_bytes()).map_err(|code| *code))
            .collect();
        rows.read(line, record, &|n, nth| {
            let place = self.columns.as_ref().and_then(|columns| columns.cell(n, nth));
            let text = place.and_then(|place| texts.get(place)).copied();
            text.unwrap_or(Err(Code::BlankUndeclared)).map_err(Refusal::Plain)
        })
    }

    /// Paths that neither a field nor `ignored` names.
    fn unknown(&self, form: &TableForm, object: &Value) -> Vec<String> {
        let mut found = Vec::new();
        leaves(object, "", &mut found);
        let known = |path: &String| {
            let is_under = |name: &String| {
                path.strip_prefix(name.as_str()).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            };
            self.paths.contains(path) || form.ignored.iter().any(is_under)
        };
        found.retain(|path| !known(path));
        found
    }
}

/// The value at a dotted path.
fn at<'v>(object: &'v Value, path: &str) -> Option<&'v Value> {
    path.split('.').try_fold(object, |value, key| value.get(key))
}

fn leaves(value: &Value, path: &str, found: &mut Vec<String>) {
    match value {
        Value::Object(object) => {
            for (key, value) in object {
                let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                leaves(value, &path, found);
            }
        }
        _ => found.push(path.to_owned()),
    }
}

/// The text of a value; lists and objects have none, nor have numbers that JSON does not keep exactly.
fn text(value: Option<&Value>) -> Result<Cow<'_, str>, Code> {
    Ok(match value {
        None | Some(Value::Null) => Cow::Borrowed(""),
        Some(Value::String(text)) => Cow::Borrowed(text),
        Some(Value::Bool(flag)) => Cow::Borrowed(if *flag { "1" } else { "0" }),
        Some(Value::Number(number)) => match number.as_f64() {
            Some(float) if number.is_f64() && float.abs() >= EXACT => return Err(Code::JsonNotOneValue),
            _ => Cow::Owned(number.to_string()),
        },
        Some(Value::Array(_) | Value::Object(_)) => return Err(Code::JsonNotOneValue),
    })
}
