//! The layout part of a source file or of a cooperative's layout file, as written: nothing merged, no
//! reference followed. Each value keeps its place, so that [`Layout::resolve`](crate::Layout::resolve)
//! can report against the right file.

use chrono::NaiveDate;
use kernel::{Absence, Fault};

use super::field::{FieldDoc, NumberDoc, ObservationDoc};
use super::file::{FileDoc, GuardDoc};
use super::reader::{At, Doc, Spot, TableReader};
use crate::layout::Mode;

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
    pub(crate) months: Option<At<Vec<At<u32>>>>,
    pub(crate) fields: Vec<FieldDoc>,
    pub(crate) observations: Vec<ObservationDoc>,
    pub(crate) numbers: Vec<NumberDoc>,
    pub(crate) versions: Vec<VersionDoc>,
}

/// `[[version]]`: what another version of the same export has otherwise.
#[derive(Debug, Clone)]
pub(crate) struct VersionDoc {
    /// The first day of an export in this version; without it the header tells.
    pub from: Option<At<NaiveDate>>,
    pub layout: LayoutDoc,
}

impl LayoutDoc {
    /// Asks `root` for the layout's keys and leaves the rest to the caller: `extends`, `file`, `guard`,
    /// `identity`, `key`, `mode`, `unfold`, `field`, `observation`, `number`, `version`.
    #[must_use]
    pub fn read(root: &mut TableReader<'_>) -> Self {
        let mut layout = Self::body(root);
        layout.extends = root.get("extends");
        layout.versions = root.tables("version").into_iter().map(VersionDoc::read).collect();
        layout
    }

    /// What a version may say, too.
    fn body(root: &mut TableReader<'_>) -> Self {
        let (system, creates) = match root.table("identity") {
            Some(mut identity) => (identity.get("system"), identity.get("creates")),
            None => (None, None),
        };
        Self {
            spot: root.spot().clone(),
            extends: None,
            file: root.table("file").map(FileDoc::read).unwrap_or_default(),
            guard: root.table("guard").map(GuardDoc::read).unwrap_or_default(),
            system,
            creates,
            key: root.get("key"),
            mode: root.choice("mode", Mode::NAMES),
            months: root.table("unfold").and_then(|mut table| table.need("months")),
            fields: root.tables("field").into_iter().filter_map(FieldDoc::read).collect(),
            observations: root.tables("observation").into_iter().filter_map(ObservationDoc::read).collect(),
            numbers: root.tables("number").into_iter().filter_map(NumberDoc::read).collect(),
            versions: Vec::new(),
        }
    }

    /// Reads a cooperative's layout file: `format = 1`, a `name`, and the layout's keys.
    ///
    /// # Errors
    /// Every fault of the file, by line.
    pub fn parse(file: &str, text: &str) -> Result<Self, Vec<Fault>> {
        let doc = Doc::parse(file, text)?;
        let layout = Self::of_file(&doc);
        let faults = doc.into_faults();
        if faults.is_empty() { Ok(layout) } else { Err(faults) }
    }
}

impl LayoutDoc {
    /// What a cooperative's layout file says.
    #[must_use]
    pub fn of_file(doc: &Doc<'_>) -> Self {
        let mut root = doc.root();
        let format = root.need::<i64>("format");
        if let Some(format) = format.filter(|format| format.value != FORMAT) {
            root.report(format.spot.invalid("この版が読めるのは 1 です", "this version reads format 1"));
        }
        root.get::<String>("name");
        Self::read(&mut root)
    }
}

impl VersionDoc {
    fn read(mut table: TableReader<'_>) -> Self {
        Self { from: table.get("from"), layout: LayoutDoc::body(&mut table) }
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
