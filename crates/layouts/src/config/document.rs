//! The layout part of a source file or of a cooperative's layout file, as written: nothing merged, no
//! reference followed. Each value keeps its place, so that [`Layout::resolve`](crate::Layout::resolve)
//! can report against the right file.

use kernel::{Absence, Fault};

use super::field::{FieldDoc, ObservationDoc};
use super::reader::{At, Doc, Spot, TableReader};
use crate::layout::{Header, Mode};
use crate::text::Encoding;

/// The format of layout files this code reads.
const FORMAT: i64 = 1;

/// A layout as one file writes it.
#[derive(Debug, Clone)]
pub struct LayoutDoc {
    /// The cooperative layout this one extends (`core/resident_register`), if any.
    pub extends: Option<At<String>>,
    pub(crate) spot: Spot,
    pub(crate) file: FileDoc,
    pub(crate) guard: GuardDoc,
    pub(crate) system: Option<At<String>>,
    pub(crate) creates: Option<At<bool>>,
    pub(crate) key: Option<At<Vec<At<String>>>>,
    pub(crate) mode: Option<At<Mode>>,
    pub(crate) fields: Vec<FieldDoc>,
    pub(crate) observations: Vec<ObservationDoc>,
}

/// How a file is laid out in bytes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum FileKind {
    Csv,
    Fixed,
}

/// `[file]`.
#[derive(Debug, Clone, Default)]
pub(crate) struct FileDoc {
    pub kind: Option<At<FileKind>>,
    pub encoding: Option<At<Encoding>>,
    pub header: Option<At<Header>>,
    pub delimiter: Option<At<String>>,
    pub trailing_comma: Option<At<bool>>,
    pub columns: Option<At<usize>>,
    pub ignored: Option<At<Vec<At<String>>>>,
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
}

impl LayoutDoc {
    /// Asks `root` for the layout's keys and leaves the rest to the caller: `extends`, `file`, `guard`,
    /// `identity`, `key`, `mode`, `field`, `observation`.
    #[must_use]
    pub fn read(root: &mut TableReader<'_>) -> Self {
        let (system, creates) = match root.table("identity") {
            Some(mut identity) => (identity.get("system"), identity.get("creates")),
            None => (None, None),
        };
        Self {
            spot: root.spot().clone(),
            extends: root.get("extends"),
            file: root.table("file").map(FileDoc::read).unwrap_or_default(),
            guard: root.table("guard").map(GuardDoc::read).unwrap_or_default(),
            system,
            creates,
            key: root.get("key"),
            mode: root.choice("mode", &[("snapshot", Mode::Snapshot), ("append", Mode::Append)]),
            fields: root.tables("field").into_iter().filter_map(FieldDoc::read).collect(),
            observations: root.tables("observation").into_iter().filter_map(ObservationDoc::read).collect(),
        }
    }

    /// Reads a cooperative's layout file: `format = 1`, a `name`, and the layout's keys.
    ///
    /// # Errors
    /// Every fault of the file, by line.
    pub fn parse(file: &str, text: &str) -> Result<Self, Vec<Fault>> {
        let doc = Doc::parse(file, text)?;
        let layout = {
            let mut root = doc.root();
            let format = root.need::<i64>("format");
            if let Some(format) = format.filter(|format| format.value != FORMAT) {
                root.report(format.spot.invalid("この版が読めるのは 1 です", "this version reads format 1"));
            }
            root.get::<String>("name");
            Self::read(&mut root)
        };
        let faults = doc.into_faults();
        if faults.is_empty() { Ok(layout) } else { Err(faults) }
    }
}

impl FileDoc {
    fn read(mut table: TableReader<'_>) -> Self {
        // Both line ends are read whatever a layout says; the key may stand for the reader's sake.
        table.choice("newline", &[("crlf", ()), ("lf", ())]);
        Self {
            kind: table.choice("kind", &[("csv", FileKind::Csv), ("fixed", FileKind::Fixed)]),
            encoding: table.choice("encoding", Encoding::NAMES),
            header: table.choice("header", Header::NAMES),
            delimiter: table.get("delimiter"),
            trailing_comma: table.get("trailing_comma"),
            columns: table.get("columns"),
            ignored: table.get("ignored"),
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
    fn read(mut table: TableReader<'_>) -> Self {
        let ratio = table.get::<u8>("max_reject_ratio");
        if let Some(ratio) = ratio.as_ref().filter(|ratio| ratio.value > 100) {
            table.report(
                ratio.spot.invalid("0～100（パーセント）を書いてください", "write a percentage, 0 to 100"),
            );
        }
        Self { min_rows: table.get("min_rows"), max_reject_ratio: ratio }
    }
}

/// A pair `[start, length]` of bytes, both from 1.
pub(super) fn slot(table: &TableReader<'_>, pair: At<Vec<At<usize>>>) -> Option<At<(usize, usize)>> {
    match pair.value.as_slice() {
        [start, length] if start.value >= 1 && length.value >= 1 => {
            Some(At::new((start.value, length.value), pair.spot))
        }
        _ => {
            table.report(pair.spot.invalid(
                "[始まりのバイト（1から）, バイト数] を書いてください",
                "write [first byte from 1, number of bytes]",
            ));
            None
        }
    }
}

/// A sentinel as written, and what it means.
pub(crate) type SentinelDoc = (String, At<Absence>);
