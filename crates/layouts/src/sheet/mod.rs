//! Workbooks (`.xlsx`, `.xls`) to rows of texts. What a workbook says about its own size is never
//! believed: [`guard`] counts what comes out of it before the reader of the format sees a byte.
//!
//! `.xls` is for a process of its own with limits on memory and time: that format's reader lays a sheet out
//! in full, up to half a gigabyte for two far cells. [`Layout::old_book`] tells what is asked of such a
//! process, [`OldBook::rows`] is what it does, and its rows, written to the parent as they are, are taken by
//! [`Decoder::push_row`](crate::Decoder::push_row).

mod guard;
mod value;
mod xls;
mod xlsx;

use chrono::NaiveDate;
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

/// What is asked of a workbook from before 2007: all that the process which reads it needs to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OldBook {
    /// The sheet; without it the first that is shown.
    pub sheet: Option<String>,
    /// Bytes of the workbook at most.
    pub bytes: usize,
    /// Cells of the sheet at most.
    pub cells: u64,
}

impl OldBook {
    /// Reads the rows of the sheet. Memory is bounded by the process this runs in, and by nothing here.
    ///
    /// # Errors
    /// `sheet_unreadable`, `sheet_too_large`, `sheet_not_found`, or what `out` gives.
    pub fn rows(
        &self,
        workbook: Vec<u8>,
        out: &mut dyn FnMut(SheetRow) -> Result<(), Fault>,
    ) -> Result<(), Fault> {
        bounded(&workbook, self.bytes)?;
        xls::read(self.sheet.as_deref(), workbook, self.cells, out)
    }
}

impl Layout {
    /// What is asked of the file where it is a workbook from before 2007.
    #[must_use]
    pub fn old_book(&self, as_of: NaiveDate, limits: &Limits) -> Option<OldBook> {
        match &self.on(as_of).form {
            Form::Sheet(form) if form.is_old => {
                Some(OldBook { sheet: form.sheet.clone(), bytes: limits.workbook_bytes, cells: limits.cells })
            }
            _ => None,
        }
    }
}

/// Reads the rows of a sheet.
pub(crate) fn read(form: &SheetForm, workbook: Vec<u8>, limits: &Limits, out: Rows<'_>) -> Result<(), Fault> {
    bounded(&workbook, limits.workbook_bytes)?;
    if form.is_old {
        return xls::read(form.sheet.as_deref(), workbook, limits.cells, out);
    }
    xlsx::read(form, workbook, limits, out)
}

fn bounded(workbook: &[u8], limit: usize) -> Result<(), Fault> {
    if workbook.len() > limit { Err(too_large(&format!("{limit} bytes"))) } else { Ok(()) }
}

/// Runs the reader of a format that others maintain. Where it gives up by panicking, the file is told to
/// be unreadable; nothing of the reader is used afterwards.
fn contained<T>(work: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
    std::panic::catch_unwind(std::panic::AssertUnwindSafe(work))
        .unwrap_or_else(|_| Err(unreadable("壊れています", "it is damaged")))
}

/// The sheets of an `.xlsx` that are shown.
pub(crate) fn shown(workbook: &[u8], limits: &Limits) -> Result<Vec<String>, Fault> {
    bounded(workbook, limits.workbook_bytes)?;
    xlsx::shown(workbook, limits)
}

fn is_shown(sheet: &&calamine::Sheet) -> bool {
    sheet.typ == calamine::SheetType::WorkSheet && sheet.visible == calamine::SheetVisible::Visible
}

/// The sheet that is meant, by name or as the first that is shown.
fn choose(name: Option<&str>, sheets: &[calamine::Sheet]) -> Result<String, Fault> {
    let chosen = match name {
        Some(name) => sheets.iter().find(|sheet| sheet.name == name),
        None => sheets.iter().find(is_shown),
    };
    if let Some(sheet) = chosen {
        return Ok(sheet.name.clone());
    }
    let known: Vec<_> = sheets.iter().take(20).map(|sheet| sheet.name.as_str()).collect();
    let fault = Fault::new(Code::SheetNotFound).with("sheet", name.unwrap_or("1"));
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
