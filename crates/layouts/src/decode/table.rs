//! Rows of a sheet: finds the header among titles, leaves totals out, and has the rows between read.

use std::borrow::Cow;

use kernel::{Code, Fault};

use super::footer::{Footer, Line};
use super::header::{self, Columns, Mismatch};
use super::reader::RowReader;
use crate::layout::{Form, Layout};
use crate::refusal::Refusal;
use crate::row::Outcome;
use crate::sheet::SheetRow;
use crate::text::{is_blank, trim};

/// Rows among which the header is looked for.
const TITLES: u32 = 100;

/// What the rows of one sheet have shown so far.
pub(super) struct TableCutter {
    columns: Option<Columns>,
    /// The row before, as names: the upper half of a header in two rows.
    upper: Vec<String>,
    /// The header that was least unlike, for the message.
    nearest: Option<Mismatch>,
    looked: u32,
    header_row: u32,
    footer: Footer,
}

impl TableCutter {
    pub fn new(columns: Option<Columns>) -> Self {
        Self {
            columns,
            upper: Vec::new(),
            nearest: None,
            looked: 0,
            header_row: 0,
            footer: Footer::default(),
        }
    }

    /// Gives the version of the layout whose header this row is, if it is the first that is one.
    pub fn header<'l>(&mut self, versions: &[&'l Layout], row: &SheetRow) -> Option<&'l Layout> {
        let Form::Sheet(form) = &versions.first()?.form else { return None };
        if self.columns.is_some() || self.looked >= TITLES {
            return None;
        }
        self.looked += 1;
        let lower = names(row);
        let names = if form.header_rows == 2 { header::joined(&self.upper, &lower) } else { lower.clone() };
        self.upper = lower;
        match header::choose(versions, &names) {
            Ok((layout, columns)) => {
                self.columns = Some(columns);
                self.header_row = row.number;
                Some(layout)
            }
            Err(mismatch) => {
                if self.nearest.as_ref().is_none_or(|nearest| nearest.found < mismatch.found) {
                    self.nearest = Some(mismatch);
                }
                None
            }
        }
    }

    /// Has a row read, if it is one of the table's.
    pub fn row(
        &mut self,
        rows: &mut RowReader<'_>,
        row: &SheetRow,
        source: &str,
        out: &mut dyn FnMut(Outcome<'_>),
    ) {
        let (Some(columns), Form::Sheet(form)) = (&self.columns, &rows.layout().form) else { return };
        let is_blank = row.cells.iter().all(|(_, text)| trim(text).is_empty());
        if is_blank || row.number == self.header_row {
            return;
        }
        let (cells, beyond) = laid_out(row, columns.count);
        let raw = joined_cells(&cells);
        match self.footer.tells(&form.footer, cells.iter().map(|cell| Cow::Borrowed(*cell))) {
            Line::Row => {}
            Line::Footer => return,
            Line::Below => {
                let fault = Fault::new(Code::RowBelowTotal).with("line", row.number);
                out(rows.refuse(row.number, raw.as_bytes(), fault));
                return;
            }
        }
        if row.late_epoch {
            rows.converter.count_from_1904();
        }
        if let Some(beyond) = beyond {
            let fault = Fault::new(Code::ColumnCount).with("line", row.number);
            let fault = fault.with("found", beyond).with("expected", columns.count);
            out(rows.refuse(row.number, raw.as_bytes(), fault));
            return;
        }
        let place = |n, nth| columns.cell(n, nth);
        let outcome = rows.read(row.number, raw.as_bytes(), &|n, nth| {
            let cell = place(n, nth).and_then(|place| cells.get(place));
            cell.map(|text| text.as_bytes()).ok_or(Refusal::Plain(Code::BlankUndeclared))
        });
        out(flagged(outcome, rows.layout(), columns, row, source));
    }

    /// Refuses a sheet in which no row was the header.
    pub fn finish(&self, versions: &[&Layout]) -> Result<(), Fault> {
        if self.columns.is_some() {
            return Ok(());
        }
        let nearest = self.nearest.as_ref().filter(|nearest| nearest.found > 0);
        Err(nearest.map_or_else(|| header::nowhere(versions), Mismatch::fault))
    }
}

/// The row's texts as names of columns.
fn names(row: &SheetRow) -> Vec<String> {
    let count = row.cells.last().map_or(0, |(column, _)| column.saturating_add(1));
    let mut names = vec![String::new(); usize::try_from(count).unwrap_or(0)];
    for (column, text) in &row.cells {
        if let Some(name) = usize::try_from(*column).ok().and_then(|column| names.get_mut(column)) {
            *name = text.split(is_blank).collect();
        }
    }
    names
}

/// The texts of the table's columns, and the number of cells where one stands beyond them.
fn laid_out(row: &SheetRow, count: usize) -> (Vec<&str>, Option<usize>) {
    let (mut cells, mut beyond) = (vec![""; count], None);
    for (column, text) in &row.cells {
        let column = usize::try_from(*column).unwrap_or(usize::MAX);
        match cells.get_mut(column) {
            Some(cell) => *cell = text,
            None if !trim(text).is_empty() => beyond = Some(column.saturating_add(1)),
            None => {}
        }
    }
    (cells, beyond)
}

/// The row as a line of CSV: what its hash is taken of, and what staff see of a reject.
fn joined_cells(cells: &[&str]) -> String {
    let quoted = |cell: &&str| match cell.contains(['"', ',', '\n', '\r']) {
        true => format!("\"{}\"", cell.replace('"', "\"\"")),
        false => (*cell).to_owned(),
    };
    cells.iter().map(quoted).collect::<Vec<_>>().join(",")
}

/// The row with a warning for each field whose value is the result of a formula.
fn flagged<'r>(
    mut outcome: Outcome<'r>,
    layout: &Layout,
    columns: &Columns,
    row: &SheetRow,
    source: &str,
) -> Outcome<'r> {
    if let Outcome::Row(read) = &mut outcome {
        for (n, field) in layout.fields.iter().enumerate() {
            let place = columns.cell(n, 0).and_then(|place| u32::try_from(place).ok());
            let Some(place) = place.filter(|place| row.formulas.contains(place)) else { continue };
            let raw = row.cells.iter().find(|(column, _)| *column == place).map_or("", |(_, text)| text);
            let fault = Fault::new(Code::FormulaValue).with("line", row.number).with("column", &field.label);
            read.warnings.push(fault.with("raw", raw).at_line(source, row.number, Some(field.label.clone())));
        }
    }
    outcome
}
