//! Tables for a terminal.
#![expect(clippy::print_stdout, reason = "a table is printed")]

use std::borrow::Cow;

use unicode_width::UnicodeWidthStr;

/// A text of a file as a terminal may have it: control characters, which could move its cursor or change its title,
/// and marks that nobody sees are written out.
pub fn visible(text: &str) -> Cow<'_, str> {
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{feff}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
    };
    if !text.contains(hidden) {
        return Cow::Borrowed(text);
    }
    let shown = |c: char| match c {
        // A tab is what separates cells.
        '\t' => "\t".to_owned(),
        c if hidden(c) => format!("〈U+{:04X}〉", u32::from(c)),
        c => c.to_string(),
    };
    Cow::Owned(text.chars().map(shown).collect())
}

/// Prints a table whose columns stand under their heads; full-width characters count double. Names stand
/// left, numbers right.
pub fn print(heads: &[&str], rows: &[Vec<String>]) {
    let rows: Vec<Vec<String>> =
        rows.iter().map(|row| row.iter().map(|cell| visible(cell).into_owned()).collect()).collect();
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
    for row in &rows {
        line(row.iter().map(String::as_str).collect());
    }
}

#[cfg(test)]
mod tests {
    use super::visible;

    #[test]
    fn what_a_terminal_would_obey_is_written_out() {
        assert_eq!(visible("架空\t花子"), "架空\t花子");
        assert_eq!(visible("a\u{1b}]0;x\u{7}\0b"), "a〈U+001B〉]0;x〈U+0007〉〈U+0000〉b");
        assert_eq!(visible("\u{feff}0001\u{85}"), "〈U+FEFF〉0001〈U+0085〉");
    }
}
