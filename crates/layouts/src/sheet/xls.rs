//! `.xls`, the format before 2007. Its reader lays every sheet out in full, so that memory is bounded by
//! the process it runs in and not here.

use std::io::Cursor;

use calamine::{Data, DataRef, Reader, Xls};
use kernel::Fault;

use super::{Rows, SheetRow, choose, contained, too_large, unreadable, value};

pub(super) fn read(sheet: Option<&str>, workbook: Vec<u8>, limit: u64, out: Rows<'_>) -> Result<(), Fault> {
    let damaged = || unreadable("壊れているか、xls ではありません", "it is damaged or no xls");
    let (range, late_epoch) = contained(|| {
        let mut book = Xls::new(Cursor::new(workbook)).map_err(|_| damaged())?;
        let name = choose(sheet, book.sheets_metadata())?;
        let late_epoch = book.has_1904_epoch();
        Ok((book.worksheet_range(&name).map_err(|_| damaged())?, late_epoch))
    })?;
    let mut cells: u64 = 0;
    let (first_row, first_column) = range.start().unwrap_or_default();
    for (number, row) in (first_row.saturating_add(1)..).zip(range.rows()) {
        let mut said = SheetRow { number, late_epoch, ..SheetRow::default() };
        for (column, data) in (first_column..).zip(row) {
            if let Some(text) = value::text(&borrowed(data), late_epoch) {
                said.cells.push((column, text));
            }
        }
        cells = cells.saturating_add(said.cells.len() as u64);
        if cells > limit {
            return Err(too_large(&format!("{limit} cells")));
        }
        if !said.cells.is_empty() {
            out(said)?;
        }
    }
    Ok(())
}

fn borrowed(data: &Data) -> DataRef<'_> {
    match data {
        Data::Int(number) => DataRef::Int(*number),
        Data::Float(number) => DataRef::Float(*number),
        Data::String(text) => DataRef::SharedString(text),
        Data::Bool(flag) => DataRef::Bool(*flag),
        Data::DateTime(moment) => DataRef::DateTime(*moment),
        Data::DateTimeIso(text) => DataRef::DateTimeIso(text.clone()),
        Data::DurationIso(text) => DataRef::DurationIso(text.clone()),
        Data::Error(error) => DataRef::Error(error.clone()),
        _ => DataRef::Empty,
    }
}
