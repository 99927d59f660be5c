//! A ruler over records of one length: which bytes hold what, so that whoever has the system's table of
//! columns sees at once where it fits. Where a column ends no sample can tell.

use serde::Serialize;

use crate::text::Encoding;

/// What stands at a byte of every record.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Mark {
    /// A blank.
    Blank,
    /// A digit, or a blank in some records.
    Digit,
    /// Another character of one byte.
    Letter,
    /// A byte beyond ASCII: kanji or kana.
    Wide,
}

impl Mark {
    /// What staff call it.
    #[must_use]
    pub const fn ja(self) -> &'static str {
        match self {
            Self::Blank => "空白",
            Self::Digit => "数字",
            Self::Letter => "英字・記号",
            Self::Wide => "漢字・カナ",
        }
    }

    const fn of(byte: u8) -> Self {
        match byte {
            b' ' => Self::Blank,
            b'0'..=b'9' => Self::Digit,
            0..=0x7F => Self::Letter,
            0x80.. => Self::Wide,
        }
    }

    const fn with(self, other: Self) -> Self {
        match (self, other) {
            (Self::Wide, _) | (_, Self::Wide) => Self::Wide,
            (Self::Letter, _) | (_, Self::Letter) => Self::Letter,
            (Self::Digit, _) | (_, Self::Digit) => Self::Digit,
            (Self::Blank, Self::Blank) => Self::Blank,
        }
    }
}

/// Bytes side by side that hold the same.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Run {
    /// The first byte, from 1.
    pub start: usize,
    /// How many.
    pub length: usize,
    /// What they hold.
    pub mark: Mark,
}

/// The runs over these records.
pub(super) fn over<'r>(
    length: usize,
    encoding: Encoding,
    records: impl Iterator<Item = &'r [u8]>,
) -> Vec<Run> {
    let mut marks = vec![Mark::Blank; length];
    let mut trails = Vec::new();
    for record in records {
        encoding.mark_trails(record, &mut trails);
        for ((mark, byte), is_trail) in marks.iter_mut().zip(record).zip(&trails) {
            // The second byte of a double-byte character may look like a letter.
            *mark = mark.with(if *is_trail { Mark::Wide } else { Mark::of(*byte) });
        }
    }
    let mut runs: Vec<Run> = Vec::new();
    for (at, mark) in marks.into_iter().enumerate() {
        match runs.last_mut().filter(|run| run.mark == mark) {
            Some(run) => run.length += 1,
            None => runs.push(Run { start: at + 1, length: 1, mark }),
        }
    }
    runs
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ruler_shows_what_stands_where() {
        let records: [&[u8]; 2] = [b"20001 \x82\xa0A", b"20002 \x83\x41B"];
        let runs: Vec<_> = over(9, Encoding::Cp932, records.into_iter())
            .iter()
            .map(|run| (run.start, run.length, run.mark))
            .collect();
        assert_eq!(
            runs,
            [(1, 5, Mark::Digit), (6, 1, Mark::Blank), (7, 2, Mark::Wide), (9, 1, Mark::Letter)]
        );
    }
}
