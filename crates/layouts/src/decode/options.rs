//! What decoding needs besides layout and bytes, and how much a file may ask of the machine.

use std::sync::Arc;

use chrono::NaiveDate;
use kernel::SourceCode;

use super::keys::LastLines;

/// What decoding needs besides layout and bytes.
#[derive(Debug, Clone)]
pub struct DecodeOptions {
    /// The source, under whose name faults report their line.
    pub source: SourceCode,
    /// The day of the export: the valid time of observations without another, the day on which code
    /// lists are read and versions of the layout are chosen.
    pub as_of: NaiveDate,
    /// The file's own name, from which a layout with `file.name` takes its period.
    pub file_name: Option<String>,
    /// What the file may ask for.
    pub limits: Limits,
    /// Of a delta, on which line each key stands last, from a decode before ([`Decoder::last_lines`]): a row that a
    /// later one overtakes then says so. Without it a second row of a key is a `duplicate_key`, as in other files.
    ///
    /// [`Decoder::last_lines`]: super::Decoder::last_lines
    pub last_lines: Option<Arc<LastLines>>,
}

impl DecodeOptions {
    /// With the usual limits and no file name.
    #[must_use]
    pub const fn new(source: SourceCode, as_of: NaiveDate) -> Self {
        Self { source, as_of, file_name: None, limits: Limits::USUAL, last_lines: None }
    }
}

/// What one file may ask for. Each is held while reading, by what is there and not by what a header says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Bytes a row may have; a longer one ends the decode.
    pub line_bytes: usize,
    /// Bytes of a zip archive as sent: it is held in memory until its end has come. Gzip needs no limit.
    pub archive_bytes: usize,
    /// Bytes of a workbook as sent, held likewise.
    pub workbook_bytes: usize,
    /// Bytes that come out of an archive.
    pub inflated_bytes: u64,
    /// How many times its own size an archive may grow to, once it is past [`Self::RATIO_FROM`].
    pub inflated_ratio: u64,
    /// Parts a workbook may have.
    pub parts: usize,
    /// Bytes of a workbook's table of texts, which is held in memory.
    pub shared_text_bytes: u64,
    /// Bytes of any other part of a workbook but its sheets and pictures.
    pub part_bytes: u64,
    /// Cells of a sheet.
    pub cells: u64,
}

impl Limits {
    /// Inflated bytes from which the ratio counts: small files of one letter compress to nothing.
    pub const RATIO_FROM: u64 = 16 << 20;

    /// What a town's largest files need, several times over, within 256 MiB of memory: a register of a
    /// million rows has 160 MB and 40 MB zipped, a workbook of 100,000 rows 13 MB.
    pub const USUAL: Self = Self {
        line_bytes: 1 << 20,
        archive_bytes: 64 << 20,
        workbook_bytes: 32 << 20,
        inflated_bytes: 4 << 30,
        inflated_ratio: 200,
        parts: 1_000,
        shared_text_bytes: 32 << 20,
        part_bytes: 2 << 20,
        cells: 50_000_000,
    };
}
