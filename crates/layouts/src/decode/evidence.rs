//! Tells a file in another encoding from a file with a bad cell.
//!
//! The first line with anything but ASCII decides. CP932 text that is also valid UTF-8 with a character
//! of Japanese script does not occur in practice: every such character would have to be read, by
//! chance, as whole double-byte characters of other kinds.

use kernel::{Code, Fault};

use crate::quality::Reading;
use crate::text::{Encoding, is_japanese_utf8};

/// Lines looked at; after them, a line that cannot be read is a reject.
const LINES: u32 = 100;

/// What the file has shown so far.
pub(super) struct Evidence {
    encoding: Encoding,
    /// Whether whole lines are text. In fixed-width records the source may have cut characters.
    whole_lines: bool,
    settled: bool,
    mark: bool,
    decided_on: Option<u32>,
}

impl Evidence {
    pub fn new(encoding: Encoding, whole_lines: bool) -> Self {
        Self { encoding, whole_lines, settled: false, mark: false, decided_on: None }
    }

    /// Looks at the first bytes of the file; gives how many of them are a byte order mark.
    pub fn mark(&mut self, head: &[u8]) -> Result<usize, Fault> {
        match head {
            [0xFF, 0xFE, ..] | [0xFE, 0xFF, ..] => Err(self.wrong(1)),
            // The mark of the other order of bytes, read as UTF-16.
            [0xEF, 0xBF, 0xBE, ..] => Err(self.wrong(1)),
            [0xEF, 0xBB, 0xBF, ..] if matches!(self.encoding, Encoding::Cp932 | Encoding::EucJp) => {
                Err(self.wrong(1))
            }
            [0xEF, 0xBB, 0xBF, ..] => {
                self.mark = true;
                Ok(3)
            }
            _ => Ok(0),
        }
    }

    /// Looks at a line.
    pub fn line(&mut self, line: u32, bytes: &[u8]) -> Result<(), Fault> {
        if self.settled || bytes.is_ascii() {
            return Ok(());
        }
        self.settled = true;
        self.decided_on = Some(line);
        if line > LINES {
            return Ok(());
        }
        let wrong = match self.encoding {
            Encoding::Utf8 | Encoding::Utf8Bom => std::str::from_utf8(bytes).is_err(),
            // What is no UTF-16 has become U+FFFD.
            Encoding::Utf16Le | Encoding::Utf16Be => {
                std::str::from_utf8(bytes).is_ok_and(|text| text.contains('\u{fffd}'))
            }
            Encoding::Cp932 | Encoding::EucJp if is_japanese_utf8(bytes) => true,
            Encoding::Cp932 | Encoding::EucJp => self.whole_lines && self.encoding.decode(bytes).is_none(),
        };
        if wrong { Err(self.wrong(line)) } else { Ok(()) }
    }

    /// What was seen of the encoding.
    pub fn reading(&self) -> Reading {
        Reading {
            encoding: self.encoding.name().to_owned(),
            byte_order_mark: self.mark,
            decided_on_line: self.decided_on,
        }
    }

    /// Whether a later line is in another encoding than the file: two files put together.
    pub fn is_other(&self, record: &[u8]) -> bool {
        matches!(self.encoding, Encoding::Cp932 | Encoding::EucJp)
            && self.whole_lines
            && !record.is_ascii()
            && is_japanese_utf8(record)
    }

    /// The file is not in its layout's encoding, as seen on `line`.
    pub fn wrong(&self, line: u32) -> Fault {
        Fault::new(Code::WrongEncoding).with("expected", self.encoding.label()).with("line", line)
    }
}
