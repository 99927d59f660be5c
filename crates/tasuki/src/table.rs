//! Tables for a terminal.
#![expect(clippy::print_stdout, reason = "a table is printed")]

use unicode_width::UnicodeWidthStr;

/// Prints a table whose columns stand under their heads; full-width characters count double. Names stand
/// left, numbers right.
pub fn print(heads: &[&str], rows: &[Vec<String>]) {
    let widths: Vec<usize> = (0..heads.len())
        .map(|at| {
            let cells = rows.iter().filter_map(|row| row.get(at)).map(|cell| cell.width());
            cells.chain(heads.get(at).map(|head| head.width())).max().unwrap_or(0)
        })
        .collect();
    let is_number = |at: usize| {
        let number = |cell: &String| cell.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-');
        rows.iter().filter_map(|row| row.get(at)).all(number)
    };
    let numbers: Vec<bool> = (0..heads.len()).map(is_number).collect();
    let line = |cells: Vec<&str>| {
        let mut text = String::from("  ");
        for ((cell, width), is_number) in cells.into_iter().zip(&widths).zip(&numbers) {
            let blanks = " ".repeat(width.saturating_sub(cell.width()));
            text += &if *is_number { format!("  {blanks}{cell}") } else { format!("  {cell}{blanks}") };
        }
        println!("{}", text.trim_end());
    };
    line(heads.to_vec());
    for row in rows {
        line(row.iter().map(String::as_str).collect());
    }
}
