//! Workbooks (`.xlsx`, `.xls`) to rows of texts. What a workbook says about its own size is never
//! believed: [`guard`] counts what comes out of it before the reader of the format sees a byte.
//!
//! [`rows`] may run in a process of its own with limits on memory and time, which for `.xls` it should:
//! that format's reader lays a sheet out in full, up to half a gigabyte for two far cells. Its rows are
//! written to the parent as they are and taken by [`Decoder::push_row`](crate::Decoder::push_row).

mod guard;
mod value;
mod xls;
mod xlsx;

use kernel::{Code, Fault};
use serde::{Deserialize, Serialize};

use crate::decode::Limits;
use crate::layout::{Form, Layout, SheetForm};

/// One row of a sheet. Cells that say nothing are left out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SheetRow {
    /// The row's number, from 1, as the spreadsheet shows it.
    pub number: u32,
    /// Column, from 0, and text of each cell that says something, in order.
    pub cells: Vec<(u32, String)>,
    /// Columns whose value is the result of a formula, as it was last saved.
    pub formulas: Vec<u32>,
    /// Whether the workbook counts days from 1904.
    pub late_epoch: bool,
}

/// Where rows go.
pub(crate) type Rows<'r> = &'r mut dyn FnMut(SheetRow) -> Result<(), Fault>;

/// Reads the rows of the sheet that `layout` names from a workbook.
///
/// # Errors
/// `sheet_unreadable`, `sheet_too_large`, `sheet_not_found`, or what `out` gives. A layout of another kind
/// of file has no rows.
pub fn rows(
    layout: &Layout,
    workbook: Vec<u8>,
    limits: &Limits,
    out: &mut dyn FnMut(SheetRow) -> Result<(), Fault>,
) -> Result<(), Fault> {
    match &layout.form {
        Form::Sheet(form) => read(form, workbook, limits, out),
        _ => Ok(()),
    }
}

/// As [`rows`], of a form.
pub(crate) fn read(form: &SheetForm, workbook: Vec<u8>, limits: &Limits, out: Rows<'_>) -> Result<(), Fault> {
    if workbook.len() > limits.workbook_bytes {
        return Err(too_large(&format!("{} bytes", limits.workbook_bytes)));
    }
    if form.is_old { xls::read(form, workbook, limits, out) } else { xlsx::read(form, workbook, limits, out) }
}

/// Runs the reader of a format that others maintain. Where it gives up by panicking, the file is told to
/// be unreadable; nothing of the reader is used afterwards.
fn contained<T>(work: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(unreadable("壊れています", "it is damaged")))
}

/// The sheet that is meant, by name or as the first that is shown.
fn choose(form: &SheetForm, sheets: &[calamine::Sheet]) -> Result<String, Fault> {
    let is_shown = |sheet: &&calamine::Sheet| {
        sheet.typ == calamine::SheetType::WorkSheet && sheet.visible == calamine::SheetVisible::Visible
    };
    let chosen = match &form.sheet {
        Some(name) => sheets.iter().find(|sheet| sheet.name == *name),
        None => sheets.iter().find(is_shown),
    };
    if let Some(sheet) = chosen {
        return Ok(sheet.name.clone());
    }
    let known: Vec<_> = sheets.iter().take(20).map(|sheet| sheet.name.as_str()).collect();
    let fault = Fault::new(Code::SheetNotFound).with("sheet", form.sheet.as_deref().unwrap_or("1"));
    Err(fault.with_words("known", &known.join("、"), &known.join(", ")))
}

fn too_large(limit: &str) -> Fault {
    Fault::new(Code::SheetTooLarge).with("limit", limit)
}

fn unreadable(ja: &str, en: &str) -> Fault {
    Fault::new(Code::SheetUnreadable).with_words("why", ja, en)
}

#[cfg(test)]
mod hostile_tests;
#[cfg(test)]
pub(crate) mod tests;
