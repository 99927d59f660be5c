//! A list as an Excel workbook: text typed as text and numbers as numbers, so that nothing in it can become a
//! formula, ready to be printed on A4.

use kernel::{Code, Fault};
use rust_xlsxwriter::{
    Color, DocProperties, ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};
use unicode_width::UnicodeWidthStr;

use crate::stamp::CONFIDENTIAL;
use crate::table::{Cell, Table, looks_like_formula};

/// A font that Windows in Japanese always has.
const FONT: &str = "游ゴシック";

/// A line of that font at 11 points.
const LINE: f64 = 18.75;

/// Excel's number for A4.
const A4: u8 = 9;

/// The characters a header or footer may have.
const HEADER_LIMIT: usize = 250;

/// Writes a list as a workbook.
///
/// # Errors
/// `internal` for what Excel has no room for: a cell of more than 32,767 characters, more than 1,048,576 rows.
pub fn xlsx(table: &Table) -> Result<Vec<u8>, Fault> {
    write(table).map_err(|_| Fault::new(Code::Internal))
}

fn write(table: &Table) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let at = ExcelDateTime::from_timestamp(table.stamp.at.timestamp())?;
    let properties = DocProperties::new().set_title(&table.title).set_author(&table.stamp.staff);
    workbook.set_properties(&properties.set_creation_datetime(&at).set_status(CONFIDENTIAL));
    let sheet = workbook.add_worksheet().set_name("一覧")?;
    let head = preamble(sheet, table)?;
    rows(sheet, table, head)?;
    page(sheet, table, head)?;
    workbook.save_to_buffer()
}

/// What stands above the columns; the row of their names.
fn preamble(sheet: &mut Worksheet, table: &Table) -> Result<u32, XlsxError> {
    let label = plain().set_bold();
    let mut row = 0;
    for (name, said) in table.preamble() {
        sheet.write_string_with_format(row, 0, name, &label)?;
        sheet.write_string_with_format(row, 1, said.as_str(), &typed(&plain(), &said))?;
        row += 1;
    }
    Ok(row + 1)
}

fn rows(sheet: &mut Worksheet, table: &Table, head: u32) -> Result<(), XlsxError> {
    let name =
        plain().set_bold().set_border(FormatBorder::Thin).set_background_color(Color::RGB(0x00DD_E6EE));
    let name = name.set_text_wrap().set_align(FormatAlign::VerticalCenter);
    let cell = plain().set_border(FormatBorder::Thin).set_text_wrap().set_align(FormatAlign::Top);
    for (n, column) in (0..).zip(&table.columns) {
        sheet.write_string_with_format(head, n, column.name, &name)?;
        sheet.set_column_width(n, f64::from(column.width))?;
    }
    let names = table.columns.iter().map(|column| column.name);
    sheet.set_row_height(head, height(table, names))?;
    for (row, cells) in (head + 1..).zip(&table.rows) {
        let texts = cells.iter().map(|cell| if let Cell::Text(said) = cell { said.as_str() } else { "" });
        sheet.set_row_height(row, height(table, texts))?;
        for (n, value) in (0..).zip(cells) {
            match value {
                Cell::Text(said) => {
                    sheet.write_string_with_format(row, n, said.as_str(), &typed(&cell, said))?
                }
                Cell::Number(number) => sheet.write_number_with_format(row, n, *number, &cell)?,
            };
        }
    }
    Ok(())
}

/// The height of a row, so that its longest cell is read whole: not every program finds it by itself.
fn height<'t>(table: &Table, texts: impl Iterator<Item = &'t str>) -> f64 {
    let lines = table.columns.iter().zip(texts).map(|(column, text)| {
        let wide = u32::try_from(text.width()).unwrap_or(u32::MAX);
        wide.div_ceil(u32::from(column.width.saturating_sub(1).max(1)))
    });
    // Excel allows no row higher than 409 points.
    (f64::from(lines.max().unwrap_or(1).max(1)) * LINE).min(409.0)
}

/// How it comes out of a printer: A4 across, all columns on a page, the names of the columns, who printed it and
/// 部外秘 on each.
fn page(sheet: &mut Worksheet, table: &Table, head: u32) -> Result<(), XlsxError> {
    let last = u16::try_from(table.columns.len().saturating_sub(1)).unwrap_or(u16::MAX);
    let rows = u32::try_from(table.rows.len()).unwrap_or(u32::MAX);
    sheet.set_paper_size(A4).set_landscape().set_print_fit_to_pages(1, 0);
    sheet.set_repeat_rows(head, head)?;
    sheet.set_freeze_panes(head + 1, 0)?;
    sheet.autofilter(head, 0, head.saturating_add(rows), last)?;
    let stamp = &table.stamp;
    sheet.set_header(running(&[("&L", &table.title), ("&R", CONFIDENTIAL)]));
    let made = format!("{} {} {} {}", stamp.by(), stamp.time(), stamp.purpose, stamp.as_of());
    sheet.set_footer(running(&[("&L", &made)]) + "&R&P/&N");
    Ok(())
}

/// A running header: parts behind their places, an ampersand of the text's own written twice.
fn running(parts: &[(&str, &str)]) -> String {
    let mut text = String::new();
    for (place, said) in parts {
        let room = HEADER_LIMIT / parts.len() - 8;
        let said: String = said.chars().take(room / 2).collect();
        text.push_str(place);
        text.push_str(&said.replace('&', "&&"));
    }
    text
}

fn plain() -> Format {
    Format::new().set_font_name(FONT)
}

/// Text that looks like a formula keeps its quote when somebody edits it.
fn typed(format: &Format, text: &str) -> Format {
    if looks_like_formula(text) { format.clone().set_quote_prefix() } else { format.clone() }
}

#[cfg(test)]
mod tests {
    use std::io::Cursor;

    use calamine::{Data, Reader, Xlsx};

    use super::*;
    use crate::stamp::example;
    use crate::table::Column;

    fn table(said: &[&str]) -> Table {
        Table {
            title: "候補 & 例".into(),
            stamp: example(),
            remarks: vec![("件数", format!("{}件", said.len()))],
            columns: vec![Column { name: "氏名", width: 24 }, Column { name: "下限", width: 8 }],
            rows: said.iter().map(|said| vec![Cell::text(*said), Cell::Number(7)]).collect(),
        }
    }

    #[test]
    fn text_is_text_numbers_are_numbers_and_nothing_is_a_formula() {
        let names =
            ["架空　花子", "=1+1", "@SUM(A1)", "0012", "2026-11-20", "1e5", "\t=1", "_x000D_", "𠮷田"];
        let bytes = xlsx(&table(&names)).unwrap();
        let mut book = Xlsx::new(Cursor::new(bytes)).unwrap();
        assert_eq!(book.worksheet_formula("一覧").unwrap().used_cells().count(), 0);
        let range = book.worksheet_range("一覧").unwrap();
        let rows: Vec<_> = range.rows().collect();
        let (list, head) = (&rows[rows.len() - names.len()..], &rows[..rows.len() - names.len()]);
        for (row, name) in list.iter().zip(names) {
            assert_eq!(row[0], Data::String(name.to_owned()));
            assert_eq!(row[1], Data::Float(7.0));
        }
        let said: Vec<_> = head.iter().map(|row| row[1].to_string()).collect();
        for line in example().lines() {
            assert!(said.contains(&line.1), "{line:?}");
        }
    }

    #[test]
    fn the_same_list_gives_the_same_bytes() {
        let names = ["架空　花子"; 3];
        assert_eq!(xlsx(&table(&names)).unwrap(), xlsx(&table(&names)).unwrap());
    }

    #[test]
    fn what_excel_has_no_room_for_is_refused() {
        let long = "あ".repeat(32_768);
        assert_eq!(xlsx(&table(&[&long])).unwrap_err().code(), Code::Internal);
    }
}
