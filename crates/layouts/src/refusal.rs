//! Why a cell is refused, and how staff are told.

use chrono::Datelike;
use kernel::date::Era;
use kernel::{Code, Fault};

use crate::text::Encoding;

/// Why a cell is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// A code that needs no more than line, column and raw value.
    Plain(Code),
    /// Before the first day of this era.
    EraBounds(Era),
    /// Outside these bounds.
    OutOfRange(i64, i64),
    /// Not in the code list of this name.
    Unmapped(String),
    /// This external character.
    Gaiji(String),
}

/// Where a refused cell stands.
pub(crate) struct Where<'r> {
    /// The source's code.
    pub source: &'r str,
    pub line: u32,
    pub label: &'r str,
    pub raw: &'r [u8],
    pub encoding: Encoding,
}

impl Refusal {
    /// The fault as staff read it, with the raw value.
    pub fn tell(self, place: &Where<'_>) -> Fault {
        let raw = place.encoding.decode_lossy(place.raw);
        let fault = |code| cell_fault(code, place);
        match self {
            Self::Plain(code) => fault(code).with("raw", raw),
            Self::EraBounds(era) => {
                let first = era.first_day();
                let ja = format!("{}年{}月{}日", first.year(), first.month(), first.day());
                fault(Code::EraBounds).with("raw", raw).with_words("era", era.kanji(), era.name()).with_words(
                    "first",
                    &ja,
                    &first.to_string(),
                )
            }
            Self::OutOfRange(low, high) => {
                fault(Code::OutOfRange).with("raw", raw).with("low", low).with("high", high)
            }
            Self::Unmapped(list) => fault(Code::CodeUnmapped).with("raw", raw).with("list", list),
            Self::Gaiji(name) => fault(Code::Gaiji).with("raw", name),
        }
    }
}

fn cell_fault(code: Code, place: &Where<'_>) -> Fault {
    Fault::new(code).with("line", place.line).with("column", place.label).at_line(
        place.source,
        place.line,
        Some(place.label.to_owned()),
    )
}
