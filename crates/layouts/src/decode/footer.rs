//! The total under a table: no row of it, and nothing that is lost. What stands below a total is let go where it
//! looks like a note and refused where it looks like a row: a total in the midst of a table ends nothing unseen.

use std::borrow::Cow;

use crate::text::{is_blank, trim};

/// What a line is to a table that may have a total.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Line {
    /// One of its rows.
    Row,
    /// A total, or a note below one.
    Footer,
    /// What looks like a row, below a total.
    Below,
}

/// Whether the total has come.
#[derive(Default)]
pub(super) struct Footer {
    ended: bool,
}

impl Footer {
    /// What a line with these cells is, by the words that begin a total.
    pub fn tells<'c>(&mut self, words: &[String], cells: impl Iterator<Item = Cow<'c, str>>) -> Line {
        if words.is_empty() {
            return Line::Row;
        }
        let (mut first, mut filled, mut count) = (None, 0_usize, 0_usize);
        for cell in cells {
            count += 1;
            if !trim(&cell).is_empty() {
                filled += 1;
                first.get_or_insert_with(|| cell.split(is_blank).collect::<String>());
            }
        }
        if first.is_some_and(|first| words.iter().any(|word| first.starts_with(word.as_str()))) {
            self.ended = true;
            return Line::Footer;
        }
        match (self.ended, filled * 2 > count) {
            (false, _) => Line::Row,
            (true, false) => Line::Footer,
            (true, true) => Line::Below,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_total_ends_a_table_and_hides_no_row_below_it() {
        let words = ["合計".to_owned()];
        let mut footer = Footer::default();
        let mut tells = |cells: &[&str]| footer.tells(&words, cells.iter().map(|cell| Cow::Borrowed(*cell)));
        assert_eq!(tells(&["1", "架空", "3"]), Line::Row);
        assert_eq!(tells(&["", "合 計", "3"]), Line::Footer);
        assert_eq!(tells(&["", "", ""]), Line::Footer);
        assert_eq!(tells(&["※出席停止を除く", "", ""]), Line::Footer);
        assert_eq!(tells(&["2", "架空", "4"]), Line::Below);
        assert_eq!(tells(&["合計", "2人", "7"]), Line::Footer, "of the rows below");
        let mut none = Footer::default();
        assert_eq!(
            none.tells(&[], [Cow::Borrowed("合計")].into_iter()),
            Line::Row,
            "only where the layout says"
        );
    }
}
