//! A list, before it is a file of some kind.

use unicode_normalization::UnicodeNormalization;

use crate::Stamp;

/// One cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Text, whatever it looks like.
    Text(String),
    /// A number that is one: a count, a score. Never an identifier.
    Number(i32),
}

impl Cell {
    /// A text.
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }
}

/// One column.
#[derive(Debug, Clone)]
pub struct Column {
    /// What stands above it.
    pub name: &'static str,
    /// Its width on paper, in characters of half width.
    pub width: u16,
}

/// A list with what it says of itself.
#[derive(Debug, Clone)]
pub struct Table {
    /// What it is a list of.
    pub title: String,
    /// Who made it, when and why.
    pub stamp: Stamp,
    /// What else has to be known to read it: label and text.
    pub remarks: Vec<(&'static str, String)>,
    /// The columns.
    pub columns: Vec<Column>,
    /// The rows, each with a cell a column.
    pub rows: Vec<Vec<Cell>>,
}

impl Table {
    /// What stands above the columns: label and text.
    pub(crate) fn preamble(&self) -> Vec<(&'static str, String)> {
        let mut lines = vec![("表題", self.title.clone())];
        lines.extend(self.stamp.lines());
        lines.extend(self.remarks.iter().cloned());
        lines
    }
}

/// Whether a spreadsheet could take a text for a formula or a command. Asked of its compatibility form, since
/// spreadsheets and the code pages between them turn ＝＋－＠ into =+-@; blanks before it do not help.
/// (OWASP, CSV Injection: = + - @ TAB CR. Also LF and NUL, and the minus sign that CP932 reads back as －.)
pub(crate) fn looks_like_formula(text: &str) -> bool {
    let control = |c: char| matches!(c, '\t' | '\r' | '\n' | '\0');
    let mut folded = text.nfkc();
    let Some(first) = folded.next() else { return false };
    let first_seen = std::iter::once(first).chain(folded).find(|c| !c.is_whitespace());
    control(first) || first_seen.is_some_and(|c| matches!(c, '=' | '+' | '-' | '@' | '\u{2212}' | '\0'))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_spreadsheet_may_compute_is_seen_in_every_width() {
        for bad in [
            "=1+1",
            "+1",
            "-1",
            "@SUM(A1)",
            "\t=1",
            "\r=1",
            "\n=1",
            "\0=1",
            "＝1",
            "＋1",
            "－1",
            "＠x",
            " =1",
            "　＝1",
            "﹦1",
            "\u{2212}1",
            "﹣1",
        ] {
            assert!(looks_like_formula(bad), "{bad:?}");
        }
        for good in ["", "架空　花子", "1-1", "ー", "'=1", "a=1", "〒250", "　花子"] {
            assert!(!looks_like_formula(good), "{good:?}");
        }
    }
}
