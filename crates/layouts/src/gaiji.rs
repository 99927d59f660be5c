//! 外字: characters in the private use area, whose glyph differs from town to town. A town's own table
//! (a code list whose `source` is the code, `F040` or `U+E000`, and whose `target` is the character) says
//! what each of its codes is; nothing is guessed, and no table is used for another town's file.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde::Serialize;

use crate::text::{Encoding, is_gaiji};

/// 外字 in F040–F9FC: 188 characters a row, whose trail bytes skip 7F.
const ROW: u32 = 188;
const ROWS: u32 = 10;
/// The first of them in Unicode.
const FIRST: u32 = 0xE000;

/// What a town's external characters are.
#[derive(Debug, Clone, Default, Serialize)]
#[serde(transparent)]
pub(crate) struct Gaiji(BTreeMap<char, String>);

impl Gaiji {
    /// Adds one; `false` when `code` is no code of an external character or `text` holds one itself.
    pub fn add(&mut self, code: &str, text: &str) -> bool {
        match parse(code) {
            Some(odd) if !text.chars().any(is_gaiji) => {
                self.0.insert(odd, text.to_owned());
                true
            }
            _ => false,
        }
    }

    /// The text with every external character replaced.
    ///
    /// # Errors
    /// The first one that the table does not know.
    pub fn replace(&self, text: &str) -> Result<String, char> {
        let mut known = String::with_capacity(text.len());
        for c in text.chars() {
            if is_gaiji(c) {
                known.push_str(self.0.get(&c).ok_or(c)?);
            } else {
                known.push(c);
            }
        }
        Ok(known)
    }

    /// The bytes of a text: what the encoding lacks is written by the code the table has for it.
    pub fn encode<'t>(&self, encoding: Encoding, text: &'t str) -> Option<Cow<'t, [u8]>> {
        if let Some(bytes) = encoding.encode(text) {
            return Some(bytes);
        }
        let (mut bytes, mut rest) = (Vec::new(), text);
        while let Some(c) = rest.chars().next() {
            let one = rest.get(..c.len_utf8())?;
            match encoding.encode(one) {
                Some(plain) => {
                    bytes.extend_from_slice(&plain);
                    rest = rest.get(one.len()..)?;
                }
                None => {
                    let (odd, text) = self.0.iter().find(|(_, text)| rest.starts_with(text.as_str()))?;
                    bytes.extend_from_slice(&cp932(*odd)?);
                    rest = rest.get(text.len()..)?;
                }
            }
        }
        Some(Cow::Owned(bytes))
    }
}

/// How staff name a character outside the common set: its CP932 code, by which 外字 tables are kept, or
/// its Unicode number.
pub(crate) fn name(encoding: Encoding, odd: char) -> String {
    let number = u32::from(odd);
    match cp932(odd) {
        Some([lead, trail]) if encoding == Encoding::Cp932 => format!("{lead:02X}{trail:02X}"),
        _ if encoding == Encoding::Cp932 => format!("{number:02X}"),
        _ => format!("U+{number:04X}"),
    }
}

/// The code of an external character in CP932.
fn cp932(odd: char) -> Option<[u8; 2]> {
    let index = u32::from(odd).checked_sub(FIRST).filter(|index| *index < ROW * ROWS)?;
    let (row, cell) = (index / ROW, index % ROW);
    let trail = if cell < 63 { 0x40 + cell } else { 0x41 + cell };
    Some([u8::try_from(0xF0 + row).ok()?, u8::try_from(trail).ok()?])
}

/// Reads a code as [`name`] writes it.
fn parse(code: &str) -> Option<char> {
    let odd = match code.strip_prefix("U+") {
        Some(number) => char::from_u32(u32::from_str_radix(number, 16).ok()?)?,
        None => {
            let number = u32::from_str_radix(code, 16).ok().filter(|_| code.len() == 4)?;
            let (row, trail) = ((number >> 8).checked_sub(0xF0)?, number & 0xFF);
            let cell = trail.checked_sub(if trail < 0x7F { 0x40 } else { 0x41 })?;
            let known = row < ROWS && cell < ROW && trail != 0x7F;
            char::from_u32(FIRST + row * ROW + cell).filter(|_| known)?
        }
    };
    Some(odd).filter(|odd| is_gaiji(*odd))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn gaiji_are_named_by_their_code() {
        assert_eq!(name(Encoding::Cp932, '\u{e000}'), "F040");
        assert_eq!(name(Encoding::Cp932, '\u{e03f}'), "F080");
        assert_eq!(name(Encoding::Cp932, '\u{e757}'), "F9FC");
        assert_eq!(name(Encoding::Cp932, '\u{80}'), "80");
        assert_eq!(name(Encoding::Utf8, '\u{e000}'), "U+E000");
        for odd in ['\u{e000}', '\u{e03e}', '\u{e03f}', '\u{e757}'] {
            assert_eq!(parse(&name(Encoding::Cp932, odd)), Some(odd));
            assert_eq!(parse(&name(Encoding::Utf8, odd)), Some(odd));
        }
        for none in ["F07F", "EF40", "F9FD", "FA40", "U+0041", "F04", "髙"] {
            assert_eq!(parse(none), None, "{none}");
        }
    }

    #[test]
    fn a_towns_own_table_says_what_they_are() {
        let mut table = Gaiji::default();
        assert!(table.add("F040", "\u{20bb7}") && !table.add("F041", "\u{e001}") && !table.add("X", "a"));
        assert_eq!(table.replace("\u{e000}田").as_deref(), Ok("\u{20bb7}田"));
        assert_eq!(table.replace("\u{e001}"), Err('\u{e001}'));
        let bytes = table.encode(Encoding::Cp932, "\u{20bb7}田");
        assert_eq!(bytes.as_deref(), Some(&b"\xf0\x40\x93\x63"[..]));
        assert_eq!(table.encode(Encoding::Cp932, "\u{1f600}"), None);
    }
}
