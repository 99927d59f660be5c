//! Bytes that arrive in pieces to rows and rejects. However the bytes are cut, the rows are the same.
//!
//! From outside to inside: `container` takes the file out of an archive, `transcode` brings UTF-16 to
//! UTF-8, `frame` finds where records end, `cells`, `fixed`, `json` and `table` cut them, and `reader`
//! reads one row, whatever it was cut from.

mod assemble;
mod cells;
mod choosing;
mod container;
mod core;
mod evidence;
mod fixed;
mod footer;
mod frame;
mod header;
mod json;
mod keys;
mod members;
mod options;
mod reader;
mod table;
mod transcode;

use std::sync::Arc;

use kernel::Fault;

pub(crate) use cells::Cells;
pub(crate) use frame::{Frame, Quotes};
pub(crate) use header::{declared, joined as joined_header};
pub use keys::LastLines;
pub use options::{DecodeOptions, Limits};
pub(crate) use transcode::encode as encode_utf16;

use self::container::Container;
use self::core::Core;
use crate::layout::{Form, Layout, Mode};
use crate::quality::Quality;
use crate::row::{Outcome, Summary};
use crate::sheet::SheetRow;

/// The end-of-file mark of CP/M and MS-DOS, which old systems still write.
const EOF_MARK: u8 = 0x1A;

/// Hands on the bytes of a file out of its archive, or as they are; a workbook of zip's kind must not be among
/// them.
///
/// # Errors
/// `archive_unreadable`, `archive_too_large`, or what `sink` gives.
pub fn unpacked(
    bytes: &[u8],
    limits: Limits,
    sink: &mut dyn FnMut(&[u8]) -> Result<(), Fault>,
) -> Result<(), Fault> {
    let mut container = Container::new(limits, false);
    container.push(bytes, sink)?;
    container.finish(sink)
}

/// Where each key of a delta stands last, for [`DecodeOptions::last_lines`]; `None` for a file that is no delta. A
/// delta in a workbook of the old format is read apart: [`Decoder::noting`] with [`Decoder::push_row`].
///
/// # Errors
/// A fault of the whole file, as decoding it gives.
pub fn last_lines(
    layout: &Layout,
    options: &DecodeOptions,
    bytes: &[u8],
) -> Result<Option<Arc<LastLines>>, Fault> {
    if layout.mode != Mode::Delta {
        return Ok(None);
    }
    let mut decoder = Decoder::new(layout, options).noting();
    decoder.push(bytes, &mut |_| {})?;
    decoder.last_lines().map(Some)
}

/// Decodes one file.
pub struct Decoder<'l> {
    container: Container,
    core: Core<'l>,
    failed: Option<Fault>,
}

impl<'l> Decoder<'l> {
    /// A decoder for one file.
    #[must_use]
    pub fn new(layout: &'l Layout, options: &'l DecodeOptions) -> Self {
        let in_force = layout.on(options.as_of);
        let is_zip = matches!(&in_force.form, Form::Sheet(form) if !form.is_old);
        Self {
            container: Container::new(options.limits, is_zip),
            core: Core::new(layout, options),
            failed: None,
        }
    }

    /// Takes the next bytes and hands every row that ends in them to `out`. The rows of a zip archive and
    /// of a workbook come with [`finish`](Self::finish).
    ///
    /// # Errors
    /// A fault of the whole file (`wrong_encoding`, `header_mismatch`, `line_too_long`,
    /// `archive_too_large` …): nothing of the file may be kept, and every further call gives the same
    /// fault.
    pub fn push(&mut self, chunk: &[u8], out: &mut dyn FnMut(Outcome<'_>)) -> Result<(), Fault> {
        let (container, core) = (&mut self.container, &mut self.core);
        Self::unless(&mut self.failed, || container.push(chunk, &mut |bytes| core.feed(bytes, out)))
    }

    /// Takes a row that the caller has read from the workbook, in a process of its own; then the workbook
    /// itself is not pushed.
    ///
    /// # Errors
    /// As [`push`](Self::push).
    pub fn push_row(&mut self, row: &SheetRow, out: &mut dyn FnMut(Outcome<'_>)) -> Result<(), Fault> {
        let core = &mut self.core;
        Self::unless(&mut self.failed, || core.sheet_row(row, out))
    }

    /// Ends the file: hands out its last rows and checks what only the end can tell.
    ///
    /// # Errors
    /// As [`push`](Self::push), and `empty_file`, `unterminated_quote`, `trailer_missing`,
    /// `trailer_count`: nothing of the file may be kept.
    pub fn finish(self, out: &mut dyn FnMut(Outcome<'_>)) -> Result<Summary, Fault> {
        self.finish_with_quality(out).map(|(summary, _)| summary)
    }

    /// As [`finish`](Self::finish), and says what the file was like.
    ///
    /// # Errors
    /// As [`finish`](Self::finish).
    pub fn finish_with_quality(
        mut self,
        out: &mut dyn FnMut(Outcome<'_>),
    ) -> Result<(Summary, Quality), Fault> {
        if let Some(fault) = self.failed {
            return Err(fault);
        }
        let core = &mut self.core;
        self.container.finish(&mut |bytes| core.feed(bytes, out))?;
        self.core.finish(out)
    }

    /// The same decoder, which also notes where each key stands last.
    #[must_use]
    pub fn noting(mut self) -> Self {
        self.core.rows.noted = Some(LastLines::default());
        self
    }

    /// Ends the file of a decoder that is [noting](Self::noting), and gives what it noted.
    ///
    /// # Errors
    /// As [`finish`](Self::finish).
    pub fn last_lines(mut self) -> Result<Arc<LastLines>, Fault> {
        if let Some(fault) = self.failed {
            return Err(fault);
        }
        let core = &mut self.core;
        self.container.finish(&mut |bytes| core.feed(bytes, &mut |_| {}))?;
        self.core.finish_noting(&mut |_| {}).map(Arc::new)
    }

    fn unless(failed: &mut Option<Fault>, work: impl FnOnce() -> Result<(), Fault>) -> Result<(), Fault> {
        if let Some(fault) = failed {
            return Err(fault.clone());
        }
        let done = work();
        *failed = done.as_ref().err().cloned();
        done
    }
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod file_tests;
#[cfg(test)]
#[path = "format_tests.rs"]
mod format_tests;
#[cfg(test)]
#[path = "mapping_tests.rs"]
mod mapping_tests;
#[cfg(test)]
#[path = "property_tests.rs"]
mod property_tests;
#[cfg(test)]
#[path = "reject_tests.rs"]
mod reject_tests;
#[cfg(test)]
#[path = "version_tests.rs"]
mod version_tests;
