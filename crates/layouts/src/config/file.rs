//! `[file]`, `[file.records]` and `[guard]` as written.

use super::document::slot;
use super::reader::{At, Spot, TableReader};
use crate::layout::Header;
use crate::text::Encoding;

/// How a file is laid out in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileKind {
    Csv,
    Tsv,
    Fixed,
    Jsonl,
    Xlsx,
    Xls,
}

impl FileKind {
    const NAMES: &[(&str, Self)] = &[
        ("csv", Self::Csv),
        ("tsv", Self::Tsv),
        ("fixed", Self::Fixed),
        ("jsonl", Self::Jsonl),
        ("xlsx", Self::Xlsx),
        ("xls", Self::Xls),
    ];

    /// Whether it is a workbook, whose texts are Unicode whatever a layout says.
    pub const fn is_sheet(self) -> bool {
        matches!(self, Self::Xlsx | Self::Xls)
    }
}

/// How lines end. LF and CR LF are read alike; a file with CR alone has to say so.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Newline {
    Crlf,
    Lf,
    Cr,
}

/// `[file]`.
#[derive(Debug, Clone, Default)]
pub(crate) struct FileDoc {
    pub kind: Option<At<FileKind>>,
    pub encoding: Option<At<Encoding>>,
    pub newline: Option<At<Newline>>,
    pub name: Option<At<String>>,
    pub gaiji: Option<At<String>>,
    pub header: Option<At<Header>>,
    pub delimiter: Option<At<String>>,
    pub trailing_comma: Option<At<bool>>,
    pub columns: Option<At<usize>>,
    pub ignored: Option<At<Vec<At<String>>>>,
    pub sheet: Option<At<String>>,
    pub header_rows: Option<At<usize>>,
    pub titles: Option<At<usize>>,
    pub footer: Option<At<Vec<At<String>>>>,
    pub record_length: Option<At<usize>>,
    pub records: Option<RecordsDoc>,
}

/// `[file.records]`.
#[derive(Debug, Clone)]
pub(crate) struct RecordsDoc {
    pub spot: Spot,
    pub at: Option<At<(usize, usize)>>,
    pub header: Option<At<String>>,
    pub data: Option<At<String>>,
    pub trailer: Option<At<String>>,
    pub trailer_count: Option<At<(usize, usize)>>,
}

/// `[guard]`.
#[derive(Debug, Clone, Default)]
pub(crate) struct GuardDoc {
    pub min_rows: Option<At<u64>>,
    pub max_reject_ratio: Option<At<u8>>,
    pub max_close_ratio: Option<At<u8>>,
}

impl FileDoc {
    pub fn read(mut table: TableReader<'_>) -> Self {
        Self {
            kind: table.choice("kind", FileKind::NAMES),
            encoding: table.choice("encoding", Encoding::NAMES),
            newline: table
                .choice("newline", &[("crlf", Newline::Crlf), ("lf", Newline::Lf), ("cr", Newline::Cr)]),
            name: table.get("name"),
            gaiji: table.get("gaiji"),
            header: table.choice("header", Header::NAMES),
            delimiter: table.get("delimiter"),
            trailing_comma: table.get("trailing_comma"),
            columns: table.get("columns"),
            ignored: table.get("ignored"),
            sheet: table.get("sheet"),
            header_rows: table.get("header_rows"),
            titles: table.get("titles"),
            footer: table.get("footer"),
            record_length: table.get("record_length"),
            records: table.table("records").map(RecordsDoc::read),
        }
    }
}

impl RecordsDoc {
    fn read(mut table: TableReader<'_>) -> Self {
        Self {
            spot: table.spot().clone(),
            at: table.need("at").and_then(|pair| slot(&table, pair)),
            header: table.get("header"),
            data: table.need("data"),
            trailer: table.get("trailer"),
            trailer_count: table.get("trailer_count").and_then(|pair| slot(&table, pair)),
        }
    }
}

impl GuardDoc {
    pub fn read(mut table: TableReader<'_>) -> Self {
        Self {
            min_rows: table.get("min_rows"),
            max_reject_ratio: percent(&mut table, "max_reject_ratio"),
            max_close_ratio: percent(&mut table, "max_close_ratio"),
        }
    }
}

fn percent(table: &mut TableReader<'_>, key: &'static str) -> Option<At<u8>> {
    let ratio = table.get::<u8>(key);
    if let Some(ratio) = ratio.as_ref().filter(|ratio| ratio.value > 100) {
        let fault =
            ratio.spot.invalid("0～100（パーセント）を書いてください", "write a percentage, 0 to 100");
        table.report(fault);
    }
    ratio
}
