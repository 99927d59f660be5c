//! A workbook as an office keeps one: a title over the table, numbers without their leading zeros, days as
//! days, a total under it.

use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};

use super::EncodeError;
use crate::layout::{Field, Kind, Layout, SheetForm, Slot};

/// Rows of the title and the blank one after it, where the sheet has a name to give the title.
const TITLE_ROWS: u32 = 2;

/// The rows of one sheet.
#[derive(Default)]
pub(super) struct Book {
    rows: Vec<Vec<Value>>,
}

/// A cell as a spreadsheet keeps it.
enum Value {
    Text(String),
    Number(f64),
    Day(String),
}

impl Book {
    /// Adds a row.
    pub fn row(&mut self, layout: &Layout, columns: &[String], cells: &[Vec<u8>]) {
        let value = |(n, cell): (usize, &Vec<u8>)| {
            let text = String::from_utf8_lossy(cell).into_owned();
            let is_of = |field: &&Field| match &field.slot {
                Slot::Column(name) => columns.get(n) == Some(name),
                Slot::Position(position) => *position == n,
                _ => false,
            };
            match layout.fields.iter().find(is_of).map(|field| &field.kind) {
                Some(Kind::Int { .. }) => number(text),
                Some(Kind::Text { pad, .. } | Kind::Code { pad, .. }) if *pad > 0 => number(text),
                Some(Kind::Date { .. }) if ExcelDateTime::parse_from_str(&text).is_ok() => Value::Day(text),
                _ => Value::Text(text),
            }
        };
        self.rows.push(cells.iter().enumerate().map(value).collect());
    }

    /// The workbook's bytes.
    pub fn finish(self, form: &SheetForm, columns: &[String]) -> Result<Vec<u8>, EncodeError> {
        if form.is_old {
            return Err(EncodeError::Kind);
        }
        self.write(form, columns).map_err(|_| EncodeError::Kind)
    }

    fn write(self, form: &SheetForm, columns: &[String]) -> Result<Vec<u8>, XlsxError> {
        let mut book = Workbook::new();
        // The same rows are the same bytes, whenever they are written.
        let made = ExcelDateTime::from_ymd(2026, 4, 1)?;
        book.set_properties(&DocProperties::new().set_creation_datetime(&made));
        let sheet = book.add_worksheet();
        let mut at = 0;
        if let Some(name) = &form.sheet {
            sheet.set_name(name)?.write_string(0, 0, name.as_str())?;
            at = TITLE_ROWS;
        }
        at = header(sheet, at, form, columns)?;
        let day = Format::new().set_num_format("yyyy/mm/dd");
        for row in &self.rows {
            for (column, value) in (0..).zip(row) {
                match value {
                    Value::Text(text) if text.is_empty() => continue,
                    Value::Text(text) => sheet.write_string(at, column, text.as_str())?,
                    Value::Number(number) => sheet.write_number(at, column, *number)?,
                    Value::Day(text) => {
                        let parsed = ExcelDateTime::parse_from_str(text)?;
                        sheet.write_datetime_with_format(at, column, &parsed, &day)?
                    }
                };
            }
            at += 1;
        }
        if let Some(footer) = form.footer.first() {
            sheet.write_string(at, 0, footer.as_str())?;
            sheet.write_string(at, 1, self.rows.len().to_string())?;
        }
        book.save_to_buffer()
    }
}

/// Writes the header, in one row or two; gives the row after it.
fn header(sheet: &mut Worksheet, at: u32, form: &SheetForm, columns: &[String]) -> Result<u32, XlsxError> {
    if form.header_rows < 2 {
        for (column, name) in (0..).zip(columns) {
            sheet.write_string(at, column, name.as_str())?;
        }
        return Ok(at + u32::from(!columns.is_empty()));
    }
    for (column, name) in (0..).zip(columns) {
        let (upper, lower) = name.split_once('_').unwrap_or((name, ""));
        sheet.write_string(at, column, upper)?;
        if !lower.is_empty() {
            sheet.write_string(at + 1, column, lower)?;
        }
    }
    Ok(at + 2)
}

/// A number, if the text is one that a spreadsheet would make it.
fn number(text: String) -> Value {
    let plain = !text.is_empty()
        && text.len() <= 15
        && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    match text.parse() {
        Ok(number) if plain => Value::Number(number),
        _ => Value::Text(text),
    }
}
