//! Characters: bytes to text and back in the encodings towns use, and what counts as blank.
//!
//! `cp932` is Microsoft's code page (WHATWG `shift_jis`), not strict JIS: ①, ㈱, 髙 and 﨑 are in it,
//! 0x8160 is ～. A cell is never normalised beyond joining a base and its combining mark: NFC would
//! replace compatibility ideographs such as 﨟 or U+FA19, which are how a family writes its name.

use std::borrow::Cow;

use encoding_rs::{EUC_JP, SHIFT_JIS};
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
    /// `utf16le`: UTF-16, little-endian, with or without a byte order mark; written with one.
    Utf16Le,
    /// `utf16be`: the same, big-endian.
    Utf16Be,
    /// `euc_jp`: as old UNIX systems write.
    EucJp,
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
    pub(crate) const NAMES: &[(&str, Self)] = &[
        ("cp932", Self::Cp932),
        ("utf8", Self::Utf8),
        ("utf8_bom", Self::Utf8Bom),
        ("utf16le", Self::Utf16Le),
        ("utf16be", Self::Utf16Be),
        ("euc_jp", Self::EucJp),
    ];

    /// The name in configuration.
    #[must_use]
    pub fn name(self) -> &'static str {
        Self::NAMES.iter().find(|(_, encoding)| *encoding == self).map_or("", |(name, _)| name)
    }

    /// The encoding of the bytes that are cut into cells: UTF-16, whose commas have two bytes, is
    /// brought to UTF-8 first.
    pub(crate) const fn cut_as(self) -> Self {
        match self {
            Self::Utf16Le | Self::Utf16Be => Self::Utf8,
            other => other,
        }
    }

    /// The name staff see.
    #[must_use]
    pub const fn label(self) -> &'static str {
        match self {
            Self::Cp932 => "CP932（Shift_JIS）",
            Self::Utf8 | Self::Utf8Bom => "UTF-8",
            Self::Utf16Le => "UTF-16LE",
            Self::Utf16Be => "UTF-16BE",
            Self::EucJp => "EUC-JP",
        }
    }

    /// The bytes as text, if they are text at all.
    pub(crate) fn decode(self, raw: &[u8]) -> Option<Cow<'_, str>> {
        match self {
            _ if raw.is_ascii() => std::str::from_utf8(raw).ok().map(Cow::Borrowed),
            Self::Cp932 => SHIFT_JIS.decode_without_bom_handling_and_without_replacement(raw),
            Self::EucJp => EUC_JP.decode_without_bom_handling_and_without_replacement(raw),
            _ => std::str::from_utf8(raw).ok().map(Cow::Borrowed),
        }
    }

    /// The bytes as text a record may hold.
    pub(crate) fn decode_cell(self, raw: &[u8]) -> Result<Cow<'_, str>, BadText> {
        let Some(text) = self.decode(raw) else {
            return Err(if self.ends_cut(raw) { BadText::Cut } else { BadText::Undecodable });
        };
        if raw.is_ascii() {
            let odd = text.bytes().any(|byte| is_control(char::from(byte)));
            return if odd { Err(BadText::Undecodable) } else { Ok(text) };
        }
        // U+FFFD stands where another program has already lost a character, U+FEFF where two files were put
        // together: unseen, it would make another number of a number.
        let mut gaiji = None;
        for c in text.chars() {
            if is_control(c) || matches!(c, '\u{fffd}' | '\u{feff}') {
                return Err(BadText::Undecodable);
            }
            if gaiji.is_none() && is_gaiji(c) {
                gaiji = Some(c);
            }
        }
        gaiji.map_or(Ok(text), |odd| Err(BadText::Gaiji(odd)))
    }

    /// The bytes as text for a message, whatever they are.
    pub(crate) fn decode_lossy(self, raw: &[u8]) -> Cow<'_, str> {
        match self {
            Self::Cp932 => SHIFT_JIS.decode_without_bom_handling(raw).0,
            Self::EucJp => EUC_JP.decode_without_bom_handling(raw).0,
            _ => String::from_utf8_lossy(raw),
        }
    }

    /// The text as bytes; `None` when the encoding lacks a character.
    pub(crate) fn encode(self, text: &str) -> Option<Cow<'_, [u8]>> {
        let encoding = match self {
            Self::Cp932 if !text.is_ascii() => SHIFT_JIS,
            Self::EucJp if !text.is_ascii() => EUC_JP,
            _ => return Some(Cow::Borrowed(text.as_bytes())),
        };
        let (bytes, _, unmappable) = encoding.encode(text);
        (!unmappable).then_some(bytes)
    }

    /// For each byte of a record whether it continues a character that began before it.
    pub(crate) fn mark_trails(self, record: &[u8], trails: &mut Vec<bool>) {
        trails.clear();
        match self {
            Self::Cp932 | Self::EucJp => {
                let mut rest = record;
                while let [lead, after @ ..] = rest {
                    trails.push(false);
                    rest = after;
                    for _ in 1..self.length(*lead) {
                        let [trail, after @ ..] = rest else { break };
                        if !self.is_trail(*trail) {
                            break;
                        }
                        trails.push(true);
                        rest = after;
                    }
                }
            }
            _ => trails.extend(record.iter().map(|byte| byte & 0xC0 == 0x80)),
        }
    }

    /// How many bytes a character has that begins with `lead`, in a double-byte encoding.
    const fn length(self, lead: u8) -> usize {
        match (self, lead) {
            (Self::Cp932, 0x81..=0x9F | 0xE0..=0xFC) | (Self::EucJp, 0x8E | 0xA1..=0xFE) => 2,
            (Self::EucJp, 0x8F) => 3,
            _ => 1,
        }
    }

    const fn is_trail(self, byte: u8) -> bool {
        match self {
            Self::EucJp => matches!(byte, 0xA1..=0xFE),
            _ => matches!(byte, 0x40..=0x7E | 0x80..=0xFC),
        }
    }

    /// Whether the bytes break off in the middle of a character.
    fn ends_cut(self, raw: &[u8]) -> bool {
        match self {
            Self::Cp932 | Self::EucJp => {
                let mut rest = raw;
                while let Some(lead) = rest.first() {
                    let length = self.length(*lead);
                    if length > rest.len() {
                        return true;
                    }
                    rest = rest.get(length..).unwrap_or_default();
                }
                false
            }
            _ => std::str::from_utf8(raw).is_err_and(|error| error.error_len().is_none()),
        }
    }
}

/// Whether a line in a double-byte encoding is UTF-8 with Japanese script: a file put together from two
/// systems. A short name may read so by chance; a whole line does not.
pub(crate) fn is_japanese_utf8(raw: &[u8]) -> bool {
    std::str::from_utf8(raw).is_ok_and(|text| text.chars().any(|c| c >= '\u{3000}'))
}

/// Private use areas and the C1 controls (U+0080 is what CP932's unassigned 0x80 becomes).
pub(crate) const fn is_gaiji(c: char) -> bool {
    matches!(c, '\u{80}'..='\u{9f}' | '\u{e000}'..='\u{f8ff}' | '\u{f0000}'..='\u{10ffff}')
}

/// Controls of ASCII but those of a text in lines.
const fn is_control(c: char) -> bool {
    c.is_ascii_control() && !matches!(c, '\t' | '\n' | '\r')
}

/// ASCII blanks and the ideographic space.
pub(crate) const fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\r' | '\n' | '\u{3000}')
}

/// Without blanks at either end.
pub(crate) fn trim(text: &str) -> &str {
    text.trim_matches(is_blank)
}

/// Whether a character is a combining mark. Kana and kanji, nearly all there is, are told without a look
/// into the table: from U+30A0 to U+A66E and among the half- and full-width forms there is none.
fn is_mark(c: char) -> bool {
    !matches!(c, '\0'..='\u{2ff}' | '\u{3040}'..='\u{3098}' | '\u{30a0}'..='\u{a66e}' | '\u{ff00}'..='\u{ffef}')
        && canonical_combining_class(c) != 0
}

/// Joins each base with the combining mark after it, and changes nothing else.
pub(crate) fn join_marks(text: &str) -> Cow<'_, str> {
    if text.is_ascii() || !text.chars().any(is_mark) {
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
#[path = "text_tests.rs"]
mod tests;
