//! Looks through a workbook before its reader opens it. Every part is inflated once and its bytes are
//! counted as they come; headers of the archive, `uniqueCount` and the like say what their writer liked.
//! What makes the reader allocate more than it was given is refused here:
//!
//! - a part that is held in memory and too large (the table of texts, styles, the workbook itself);
//! - one text or tag without end, which the XML reader collects in one buffer;
//! - comments, CDATA, document types, further processing instructions: no spreadsheet writes them into a
//!   sheet, and they may hide any of this;
//! - a count of texts, or an index of a shared formula, for which memory is set aside at once;
//! - texts in another encoding than UTF-8, in which none of this could be seen.

use std::io::{Cursor, Read};

use kernel::Fault;
use memchr::{memchr_iter, memmem};
use zip::ZipArchive;

use super::{too_large, unreadable};
use crate::decode::Limits;

/// Bytes looked at together, and how many of them are looked at again with the next.
const PIECE: usize = 1 << 16;
const OVERLAP: usize = 64;
/// Bytes between two `<`: a cell's text has 32,767 characters at most.
const RUN: u64 = 256 << 10;
/// The same in a part held in memory: a font's name is copied into every style that has it.
const SHORT_RUN: u64 = 4 << 10;
/// Bytes within which the XML declaration stands.
const PROLOGUE: u64 = 512;
/// The least a text takes in the table of texts: `<si></si>`.
const LEAST_TEXT: u64 = 9;
/// Bytes of the relations of a package; a spreadsheet writes one.
const PACKAGE: u64 = 48 << 10;
/// Shared formulas a sheet may have.
const SHARED_FORMULAS: u64 = 1 << 16;

/// What was seen.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Inspection {
    /// Whether any cell is a formula.
    pub has_formulas: bool,
}

/// What a part is to the reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    /// Streamed.
    Sheet,
    /// The table of texts.
    Texts,
    /// Workbook, relations, styles, theme: held in memory as a whole.
    Held,
    /// Relations of the package itself: they say which part the workbook is.
    Package,
    /// Pictures, charts, settings, macros: nothing asks for them, unless they are named as a sheet.
    Unread,
}

/// Looks through the whole workbook.
///
/// # Errors
/// `sheet_too_large`, `sheet_unreadable`.
pub(super) fn inspect(workbook: &[u8], limits: &Limits) -> Result<Inspection, Fault> {
    let mut archive = ZipArchive::new(Cursor::new(workbook)).map_err(|_| no_archive(workbook))?;
    if archive.len() > limits.parts {
        return Err(too_large(&format!("{} parts", limits.parts)));
    }
    let ratio_bytes = (workbook.len() as u64).saturating_mul(limits.inflated_ratio).max(Limits::RATIO_FROM);
    let mut left = limits.inflated_bytes.min(ratio_bytes);
    let mut seen = Inspection::default();
    for nth in 0..archive.len() {
        let mut part = archive.by_index(nth).map_err(|_| damaged())?;
        let role = Role::of(&part.name().map_err(|_| damaged())?.to_lowercase());
        let mut scan = Scan::new(role);
        let mut piece = vec![0; PIECE];
        loop {
            let read = part.read(&mut piece).map_err(|_| damaged())?;
            if read == 0 {
                break;
            }
            left = left.checked_sub(read as u64).ok_or_else(|| {
                too_large(&format!("{} bytes inflated", limits.inflated_bytes.min(ratio_bytes)))
            })?;
            scan.take(piece.get(..read).unwrap_or_default(), limits)?;
        }
        scan.finish()?;
        seen.has_formulas |= scan.formulas;
    }
    Ok(seen)
}

impl Role {
    fn of(name: &str) -> Self {
        let is_xml = name.ends_with(".xml");
        match name {
            "_rels/.rels" => Self::Package,
            "xl/sharedstrings.xml" => Self::Texts,
            "xl/styles.xml" | "xl/_rels/workbook.xml.rels" => Self::Held,
            _ if name.starts_with("xl/worksheets/") && is_xml => Self::Sheet,
            _ if name.starts_with("xl/workbook") || name.starts_with("xl/theme/") => Self::Held,
            _ if name.starts_with("xl/_rels/") => Self::Held,
            _ => Self::Unread,
        }
    }

    const fn most(self, limits: &Limits) -> u64 {
        match self {
            Self::Sheet => limits.inflated_bytes,
            Self::Texts | Self::Unread => limits.shared_text_bytes,
            Self::Held => limits.part_bytes,
            Self::Package => PACKAGE,
        }
    }
}

/// One part as it comes.
struct Scan {
    role: Role,
    bytes: u64,
    /// Where the last `<` stands.
    last: u64,
    /// The end of what was looked at, to be looked at again.
    tail: Vec<u8>,
    formulas: bool,
    /// The largest number of texts that is claimed.
    texts: u64,
}

impl Scan {
    const fn new(role: Role) -> Self {
        Self { role, bytes: 0, last: 0, tail: Vec::new(), formulas: false, texts: 0 }
    }

    fn take(&mut self, piece: &[u8], limits: &Limits) -> Result<(), Fault> {
        let mut window = std::mem::take(&mut self.tail);
        let again = window.len();
        window.extend_from_slice(piece);
        if self.bytes == 0 && self.role != Role::Unread {
            self.begin(&window)?;
        }
        let base = self.bytes.saturating_sub(again as u64);
        self.bytes = self.bytes.saturating_add(piece.len() as u64);
        if self.bytes > self.role.most(limits) {
            return Err(too_large(&format!("{} bytes in one part", self.role.most(limits))));
        }
        if self.role != Role::Unread {
            self.tags(&window, base)?;
        }
        self.texts = self.texts.max(largest(&window, b"uniqueCount"));
        if largest(&window, b" si") > SHARED_FORMULAS {
            return Err(too_large(&format!("{SHARED_FORMULAS} shared formulas")));
        }
        // All of the package's relations are looked at together, at their end.
        let kept = if self.role == Role::Package { window.len() } else { OVERLAP };
        self.tail = window.split_off(window.len().saturating_sub(kept));
        Ok(())
    }

    /// Only UTF-8 shows its tags to this scan.
    fn begin(&self, window: &[u8]) -> Result<(), Fault> {
        let head =
            window.get(..usize::try_from(PROLOGUE).unwrap_or(0)).unwrap_or(window).to_ascii_lowercase();
        let is_text =
            head.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&head).trim_ascii_start().starts_with(b"<");
        let declared = memmem::find(&head, b"encoding=").map(|at| head.get(at + 10..).unwrap_or_default());
        let is_utf8 = declared.is_none_or(|name| name.starts_with(b"utf-8") || name.starts_with(b"us-ascii"));
        if !is_text || head.contains(&0) || !is_utf8 {
            return Err(unreadable("中身が UTF-8 の XML ではありません", "a part is no XML in UTF-8"));
        }
        Ok(())
    }

    fn tags(&mut self, window: &[u8], base: u64) -> Result<(), Fault> {
        let run = if matches!(self.role, Role::Sheet | Role::Texts) { RUN } else { SHORT_RUN };
        for at in memchr_iter(b'<', window) {
            let place = base + at as u64;
            let odd = match window.get(at + 1) {
                Some(b'!') => true,
                Some(b'?') => place > PROLOGUE,
                Some(b'f') => {
                    let ends = matches!(window.get(at + 2), Some(b'>' | b' ' | b'/' | b'\t' | b'\r' | b'\n'));
                    self.formulas |= self.role == Role::Sheet && ends;
                    false
                }
                _ => false,
            };
            if odd {
                return Err(unreadable(
                    "表計算ソフトが書かない XML です",
                    "it holds XML no spreadsheet writes",
                ));
            }
            if place.saturating_sub(self.last) > run {
                return Err(too_large(&format!("{run} bytes in one text")));
            }
            self.last = self.last.max(place);
        }
        if self.bytes.saturating_sub(self.last) > run {
            return Err(too_large(&format!("{run} bytes in one text")));
        }
        Ok(())
    }

    fn finish(&self) -> Result<(), Fault> {
        if self.texts > self.bytes / LEAST_TEXT {
            return Err(unreadable(
                "文字列の数が中身と合いません",
                "the number of texts is not what it says",
            ));
        }
        if self.role == Role::Package && !is_usual(&self.tail) {
            return Err(unreadable(
                "構成が表計算ソフトのものと違います",
                "its parts are not as spreadsheets write them",
            ));
        }
        Ok(())
    }
}

/// Whether a package names as its workbook the part that was counted as one. Entities could spell any name.
fn is_usual(relations: &[u8]) -> bool {
    let named = |tag: &[u8]| {
        memmem::find(tag, b"relationships/officeDocument").is_none()
            || [&b"\"xl/workbook"[..], b"\"/xl/workbook", b"'xl/workbook", b"'/xl/workbook"]
                .iter()
                .any(|name| memmem::find(tag, name).is_some())
    };
    !relations.contains(&b'&') && relations.split(|byte| *byte == b'<').all(named)
}

/// The largest number that an attribute of this name has here, in either kind of quotes.
fn largest(window: &[u8], name: &[u8]) -> u64 {
    let number = |at: usize| -> Option<u64> {
        let rest = window.get(at + name.len()..)?.trim_ascii_start().strip_prefix(b"=")?.trim_ascii_start();
        let (quote, digits) = rest.split_first()?;
        let digits = digits.trim_ascii_start();
        if !matches!(quote, b'"' | b'\'') {
            return None;
        }
        let end = digits.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(digits.len());
        let text = std::str::from_utf8(digits.get(..end)?).ok()?;
        Some(if text.is_empty() { 0 } else { text.parse().unwrap_or(u64::MAX) })
    };
    memmem::find_iter(window, name).filter_map(number).max().unwrap_or(0)
}

fn damaged() -> Fault {
    unreadable("壊れています", "it is damaged")
}

/// What is no archive may be a workbook with a password, which is kept in the older container.
fn no_archive(workbook: &[u8]) -> Fault {
    if workbook.starts_with(b"\xD0\xCF\x11\xE0") {
        return unreadable("暗号付きか、xls です", "it has a password, or is an xls");
    }
    unreadable("xlsx ではないか、壊れています", "it is no xlsx, or damaged")
}
