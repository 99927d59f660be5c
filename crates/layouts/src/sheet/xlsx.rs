//! `.xlsx`: cell by cell from the stream, never the sheet as a whole.

use std::io::Cursor;

use calamine::{DataRef, Reader, Xlsx, XlsxCellReader};
use kernel::Fault;

use super::guard;
use super::{Rows, SheetRow, choose, contained, is_shown, too_large, unreadable, value};
use crate::decode::Limits;
use crate::layout::SheetForm;

/// Columns a sheet has.
const COLUMNS: u32 = 16_384;

type Book = Xlsx<Cursor<Vec<u8>>>;

pub(super) fn read(form: &SheetForm, workbook: Vec<u8>, limits: &Limits, out: Rows<'_>) -> Result<(), Fault> {
    let found = guard::inspect(&workbook, limits)?;
    contained(|| {
        let mut book = Book::new(Cursor::new(workbook)).map_err(|_| damaged())?;
        let late_epoch = book.has_1904_epoch();
        let name = choose(form.sheet.as_deref(), book.sheets_metadata())?;
        let cells = book.worksheet_cells_reader(&name).map_err(|_| damaged())?;
        let mut rows = RowsOf { row: SheetRow::default(), late_epoch, cells: 0, limits, out };
        if found.has_formulas {
            rows.with_formulas(cells)?
        } else {
            rows.plain(cells)?
        }
        rows.flush()
    })
}

/// The sheets that are shown, in their order.
pub(super) fn shown(workbook: &[u8], limits: &Limits) -> Result<Vec<String>, Fault> {
    guard::inspect(workbook, limits)?;
    contained(|| {
        let book = Book::new(Cursor::new(workbook.to_vec())).map_err(|_| damaged())?;
        Ok(book.sheets_metadata().iter().filter(is_shown).map(|sheet| sheet.name.clone()).collect())
    })
}

fn damaged() -> Fault {
    unreadable("壊れているか、xlsx ではありません", "it is damaged or no xlsx")
}

/// Cells to rows.
struct RowsOf<'o> {
    row: SheetRow,
    late_epoch: bool,
    cells: u64,
    limits: &'o Limits,
    out: Rows<'o>,
}

impl RowsOf<'_> {
    fn plain(&mut self, mut cells: XlsxCellReader<'_, Cursor<Vec<u8>>>) -> Result<(), Fault> {
        while let Some(cell) = cells.next_cell().map_err(|_| damaged())? {
            self.take(cell.get_position(), cell.get_value(), false)?;
        }
        Ok(())
    }

    fn with_formulas(&mut self, mut cells: XlsxCellReader<'_, Cursor<Vec<u8>>>) -> Result<(), Fault> {
        while let Some(cell) = cells.next_cell_with_formula_metadata().map_err(|_| damaged())? {
            self.take(cell.pos, &cell.value, cell.formula.is_some())?;
        }
        Ok(())
    }

    fn take(&mut self, (row, column): (u32, u32), value: &DataRef<'_>, formula: bool) -> Result<(), Fault> {
        self.cells += 1;
        if self.cells > self.limits.cells {
            return Err(too_large(&format!("{} cells", self.limits.cells)));
        }
        let number = row.saturating_add(1);
        if number != self.row.number {
            self.flush()?;
            self.row = SheetRow { number, late_epoch: self.late_epoch, ..SheetRow::default() };
        }
        let Some(text) = value::text(value, self.late_epoch).filter(|_| column < COLUMNS) else {
            return Ok(());
        };
        if formula {
            self.row.formulas.push(column);
        }
        self.row.cells.push((column, text));
        Ok(())
    }

    fn flush(&mut self) -> Result<(), Fault> {
        let mut row = std::mem::take(&mut self.row);
        if row.cells.is_empty() {
            return Ok(());
        }
        // A row may state its cells in any order, and one twice: the first counts, as it does on screen.
        row.cells.sort_by_key(|(column, _)| *column);
        row.cells.dedup_by_key(|(column, _)| *column);
        (self.out)(row)
    }
}
