//! Characters: bytes to text and back in the encodings towns use, and what counts as blank.
//!
//! `cp932` is Microsoft's code page (WHATWG `shift_jis`), not strict JIS: ①, ㈱, 髙 and 﨑 are in it,
//! 0x8160 is ～. A cell is never normalised beyond joining a base and its combining mark: NFC would
//! replace compatibility ideographs such as 﨟 or U+FA19, which are how a family writes its name.

use std::borrow::Cow;

use encoding_rs::SHIFT_JIS;
use serde::Serialize;
use unicode_normalization::char::{canonical_combining_class, compose};

/// The encoding a layout declares.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Encoding {
    /// `cp932`: Windows-31J with the vendors' extensions.
    Cp932,
    /// `utf8`, with or without a byte order mark.
    Utf8,
    /// `utf8_bom`: the same when read; written with a byte order mark.
    Utf8Bom,
}

/// Why bytes are not acceptable text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum BadText {
    /// No character of the encoding, or a control character.
    Undecodable,
    /// A double-byte character lacks its end.
    Cut,
    /// A private-use or C1 character: 外字, or bytes that no system agrees on.
    Gaiji(char),
}

impl Encoding {
    pub(crate) const NAMES: &[(&str, Self)] =
        &[("cp932", Self::Cp932), ("utf8", Self::Utf8), ("utf8_bom", Self::Utf8Bom)];

    /// The name staff see.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Cp932 => "CP932（Shift_JIS）",
            Self::Utf8 | Self::Utf8Bom => "UTF-8",
        }
    }

    /// The bytes as text, if they are text at all.
    pub(crate) fn decode(self, raw: &[u8]) -> Option<Cow<'_, str>> {
        match self {
            Self::Cp932 if !raw.is_ascii() => {
                SHIFT_JIS.decode_without_bom_handling_and_without_replacement(raw)
            }
            _ => std::str::from_utf8(raw).ok().map(Cow::Borrowed),
        }
    }

    /// The bytes as text a record may hold.
    pub(crate) fn decode_cell(self, raw: &[u8]) -> Result<Cow<'_, str>, BadText> {
        let Some(text) = self.decode(raw) else {
            return Err(if self.ends_cut(raw) { BadText::Cut } else { BadText::Undecodable });
        };
        if text.bytes().any(|byte| byte.is_ascii_control() && !matches!(byte, b'\t' | b'\n' | b'\r')) {
            return Err(BadText::Undecodable);
        }
        if !text.is_ascii()
            && let Some(odd) = text.chars().find(|c| is_gaiji(*c))
        {
            return Err(BadText::Gaiji(odd));
        }
        Ok(text)
    }

    /// The bytes as text for a message, whatever they are.
    pub(crate) fn decode_lossy(self, raw: &[u8]) -> Cow<'_, str> {
        match self {
            Self::Cp932 => SHIFT_JIS.decode_without_bom_handling(raw).0,
            Self::Utf8 | Self::Utf8Bom => String::from_utf8_lossy(raw),
        }
    }

    /// The text as bytes; `None` when the encoding lacks a character.
    pub(crate) fn encode(self, text: &str) -> Option<Cow<'_, [u8]>> {
        if self != Self::Cp932 || text.is_ascii() {
            return Some(Cow::Borrowed(text.as_bytes()));
        }
        let (bytes, _, unmappable) = SHIFT_JIS.encode(text);
        (!unmappable).then_some(bytes)
    }

    /// For each byte of a record whether it continues a character that began before it.
    pub(crate) fn mark_trails(self, record: &[u8], trails: &mut Vec<bool>) {
        trails.clear();
        match self {
            Self::Utf8 | Self::Utf8Bom => trails.extend(record.iter().map(|byte| byte & 0xC0 == 0x80)),
            Self::Cp932 => {
                let mut rest = record;
                while let [lead, after @ ..] = rest {
                    trails.push(false);
                    rest = after;
                    if let (true, [trail, after @ ..]) = (is_lead(*lead), rest)
                        && is_trail(*trail)
                    {
                        trails.push(true);
                        rest = after;
                    }
                }
            }
        }
    }

    /// Whether the bytes break off in the middle of a character.
    fn ends_cut(self, raw: &[u8]) -> bool {
        match self {
            Self::Utf8 | Self::Utf8Bom => {
                std::str::from_utf8(raw).is_err_and(|error| error.error_len().is_none())
            }
            Self::Cp932 => {
                let (mut rest, mut cut) = (raw, false);
                while let [byte, after @ ..] = rest {
                    cut = is_lead(*byte) && after.is_empty();
                    rest = if is_lead(*byte) { after.get(1..).unwrap_or_default() } else { after };
                }
                cut
            }
        }
    }

    /// How staff name a character outside the common set: its CP932 code, by which 外字 tables are kept,
    /// or its Unicode number.
    pub(crate) fn name_gaiji(self, odd: char) -> String {
        let number = u32::from(odd);
        if self != Self::Cp932 {
            return format!("U+{number:04X}");
        }
        match number.checked_sub(0xE000) {
            // F040–F9FC hold 188 characters a row; the trail bytes skip 7F.
            Some(index) if index < 1880 => {
                let (row, cell) = (index / 188, index % 188);
                let trail = if cell < 63 { 0x40 + cell } else { 0x41 + cell };
                format!("{:02X}{trail:02X}", 0xF0 + row)
            }
            _ => format!("{number:02X}"),
        }
    }
}

const fn is_lead(byte: u8) -> bool {
    matches!(byte, 0x81..=0x9F | 0xE0..=0xFC)
}

const fn is_trail(byte: u8) -> bool {
    matches!(byte, 0x40..=0x7E | 0x80..=0xFC)
}

/// Private use areas and the C1 controls (U+0080 is what CP932's unassigned 0x80 becomes).
const fn is_gaiji(c: char) -> bool {
    matches!(c, '\u{80}'..='\u{9f}' | '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}')
}

/// ASCII blanks and the ideographic space.
pub(crate) const fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n' | '\u{3000}')
}

/// Without blanks at either end.
pub(crate) fn trim(text: &str) -> &str {
    text.trim_matches(is_blank)
}

/// Joins each base with the combining mark after it, and changes nothing else.
pub(crate) fn join_marks(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || !text.chars().any(|c| canonical_combining_class(c) != 0) {
        return Cow::Borrowed(text);
    }
    let mut joined = String::with_capacity(text.len());
    for c in text.chars() {
        let pair = if canonical_combining_class(c) == 0 { None } else { joined.chars().next_back() };
        match pair.and_then(|base| compose(base, c)) {
            Some(one) => {
                joined.pop();
                joined.push(one);
            }
            None => joined.push(c),
        }
    }
    Cow::Owned(joined)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tricky_bytes_of_cp932() {
        let cp932 = Encoding::Cp932;
        for (bytes, text) in [
            (&b"\x95\x5c\x83\x5c\x94\x5c"[..], "表ソ能"),
            (b"\xee\xe0\xed\x95\x87\x40\x87\x8a", "髙﨑①㈱"),
            (b"\x81\x60\x81\x7c", "～－"),
            (b"\xb6\xde", "ｶﾞ"),
        ] {
            assert_eq!(cp932.decode_cell(bytes).as_deref(), Ok(text));
        }
        assert_eq!(cp932.decode_cell(b"\xf0\x40"), Err(BadText::Gaiji('\u{e000}')));
        assert_eq!(cp932.decode_cell(b"\x80"), Err(BadText::Gaiji('\u{80}')));
        assert_eq!(cp932.decode_cell(b"\xa0"), Err(BadText::Undecodable));
        assert_eq!(cp932.decode_cell(b"\x95\x5c\x95"), Err(BadText::Cut));
        assert_eq!(cp932.decode_cell(b"a\0"), Err(BadText::Undecodable));
    }

    #[test]
    fn gaiji_are_named_by_their_code() {
        assert_eq!(Encoding::Cp932.name_gaiji('\u{e000}'), "F040");
        assert_eq!(Encoding::Cp932.name_gaiji('\u{e03f}'), "F080");
        assert_eq!(Encoding::Cp932.name_gaiji('\u{e757}'), "F9FC");
        assert_eq!(Encoding::Cp932.name_gaiji('\u{80}'), "80");
        assert_eq!(Encoding::Utf8.name_gaiji('\u{e000}'), "U+E000");
    }

    #[test]
    fn marks_are_joined_and_ideographs_kept() {
        assert_eq!(join_marks("か\u{3099}ハ\u{309a}"), "がパ");
        // U+FA19 has a canonical decomposition to U+795E; NFC would rewrite the name.
        assert_eq!(join_marks("\u{fa19}\u{fa11}"), "\u{fa19}\u{fa11}");
    }

    #[test]
    fn a_strict_code_page_lacks_characters() {
        assert_eq!(Encoding::Cp932.encode("髙").as_deref(), Some(&b"\xfb\xfc"[..]));
        assert_eq!(Encoding::Cp932.encode("𠮷"), None);
        assert_eq!(Encoding::Utf8.encode("𠮷").as_deref(), Some("𠮷".as_bytes()));
    }
}
