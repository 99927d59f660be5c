//! Versions of one export: a town's system is renewed in the middle of a year, and from some day on its
//! columns are others. Each version says what it has otherwise; a day tells which is in force, or, where
//! nobody knows the day, the header.

use chrono::NaiveDate;
use kernel::{Digest, Fault, ItemDef};
use serde::Serialize;

use super::form::CsvForm;
use super::{Form, Layout, merge, resolve};
use crate::codes::CodeLists;
use crate::config::{LayoutDoc, VersionDoc};

/// One version beside the first.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct Version {
    /// The first day of an export in it; without one, its header tells.
    pub from: Option<NaiveDate>,
    pub layout: Layout,
}

/// Compiles a merged document with all its versions.
pub(super) fn resolve(
    doc: &LayoutDoc,
    codes: &CodeLists,
    item: &dyn Fn(&str) -> Option<ItemDef>,
) -> Result<Layout, Vec<Fault>> {
    let mut layout = resolve::resolve(doc, codes, item)?;
    let mut faults = Vec::new();
    for version in &doc.versions {
        match one(&layout, doc, version, codes, item) {
            Ok(compiled) => {
                if let Some(from) = &version.from
                    && layout.versions.iter().any(|other| other.from == Some(from.value))
                {
                    faults.push(from.spot.duplicate(&from.value.to_string()));
                }
                layout.versions.push(compiled);
            }
            Err(told) => faults.extend(told),
        }
    }
    match Digest::of_canonical(&layout) {
        Ok(digest) => layout.digest = digest,
        Err(error) => faults.push(doc.spot.invalid("レイアウトを正規形にできません", &error.to_string())),
    }
    if faults.is_empty() { Ok(layout) } else { Err(faults) }
}

fn one(
    first: &Layout,
    doc: &LayoutDoc,
    version: &VersionDoc,
    codes: &CodeLists,
    item: &dyn Fn(&str) -> Option<ItemDef>,
) -> Result<Version, Vec<Fault>> {
    let merged = merge::over(&version.layout, doc);
    let layout = resolve::resolve(&merged, codes, item)?;
    let spot = &version.layout.spot;
    let mut faults = Vec::new();
    if (layout.system != first.system) || (layout.creates, layout.mode) != (first.creates, first.mode) {
        faults.push(spot.invalid(
            "identity と mode は版によって変えられません。別の連携元にしてください",
            "identity and mode are the same in every version; make it another source",
        ));
    }
    if version.from.is_none() && !cut_alike(first, &layout) {
        faults.push(spot.invalid(
            "見出しで見分ける版は、見出しがあり、文字コードと区切りが同じでなければなりません。from を書いてください",
            "a version told by its header needs one, and the same encoding and separators; write from",
        ));
    }
    if faults.is_empty() {
        Ok(Version { from: version.from.as_ref().map(|from| from.value), layout })
    } else {
        Err(faults)
    }
}

/// Whether the header of either can be found without knowing which of the two it is.
fn cut_alike(one: &Layout, other: &Layout) -> bool {
    let alike = match (&one.form, &other.form) {
        (Form::Csv(one), Form::Csv(other)) => {
            let cut = |form: &CsvForm| {
                let rows = (form.header_rows, form.titles);
                (form.delimiter, form.carriage_return, form.trailing_comma, rows)
            };
            cut(one) == cut(other)
        }
        (Form::Sheet(one), Form::Sheet(other)) => {
            (one.is_old, one.header_rows, &one.sheet) == (other.is_old, other.header_rows, &other.sheet)
        }
        _ => false,
    };
    alike && one.encoding == other.encoding && one.form.has_header() && other.form.has_header()
}
