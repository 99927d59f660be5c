//! What one value looks like.

use kernel::date::{self, DateFormat, EraRule};
use serde::Serialize;

use crate::kana;
use crate::text::{is_blank, trim};

/// What a value looks like, the most telling first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// A day, in the spelling of this name.
    Date(&'static str),
    /// A month, in the spelling of this name.
    Month(&'static str),
    /// `250-0001`.
    PostalCode,
    /// Digits and hyphens from 0, ten or eleven digits.
    Phone,
    /// Digits alone.
    Digits,
    /// A number with sign, decimals or commas.
    Number,
    /// Kana in full width.
    Kana,
    /// Kana in half width.
    HalfKana,
    /// Two parts of kanji or kana with a blank between them.
    FullName,
    /// Up to four characters, letters and kanji.
    Short,
    /// Anything else.
    Text,
}

/// Spellings of days, those first whose shape tells most. A serial is any number: it is told by nothing.
const DAYS: [DateFormat; 7] = [
    DateFormat::WarekiKanji,
    DateFormat::WarekiLetter,
    DateFormat::Iso,
    DateFormat::Slash,
    DateFormat::YmdKanji,
    DateFormat::Wareki7,
    DateFormat::Ymd8,
];
const MONTHS: [DateFormat; 3] = [DateFormat::YmDash, DateFormat::YmSlash, DateFormat::Yyyymm];
/// Spellings of days in which a month may stand alone: then it ends so.
const WRITTEN_MONTHS: [DateFormat; 2] = [DateFormat::WarekiKanji, DateFormat::YmdKanji];

/// What `text` looks like.
pub(super) fn of(text: &str) -> Shape {
    let text = trim(text);
    for format in MONTHS {
        if is_in(text, format, |year| (1990..2100).contains(&year)) {
            return Shape::Month(format.as_str());
        }
    }
    if text.ends_with(['月', '分']) {
        for format in WRITTEN_MONTHS {
            if is_in(text, format, |year| (1990..2100).contains(&year)) {
                return Shape::Month(format.as_str());
            }
        }
    }
    for format in DAYS {
        if is_in(text, format, |year| (1868..2100).contains(&year)) {
            return Shape::Date(format.as_str());
        }
    }
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return if is_phone(text) { Shape::Phone } else { Shape::Digits };
    }
    if is_postal_code(text) {
        return Shape::PostalCode;
    }
    if text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'-') && is_phone(text) {
        return Shape::Phone;
    }
    if is_number(text) {
        return Shape::Number;
    }
    words(text)
}

/// Whether a text is a value and no name of a column.
pub(super) fn is_value(text: &str) -> bool {
    !matches!(of(text), Shape::Text | Shape::Short | Shape::FullName | Shape::Kana | Shape::HalfKana)
}

fn words(text: &str) -> Shape {
    if kana::full_width(text).is_some() {
        let is_half = text.chars().any(|c| ('\u{ff61}'..='\u{ff9f}').contains(&c));
        return if is_half { Shape::HalfKana } else { Shape::Kana };
    }
    let is_name = |part: &str| {
        !part.is_empty() && part.chars().count() <= 8 && part.chars().all(|c| c >= '\u{3040}' && !is_blank(c))
    };
    if let Some((family, given)) = text.split_once(is_blank)
        && is_name(family)
        && is_name(trim(given))
    {
        return Shape::FullName;
    }
    if text.chars().count() <= 4 { Shape::Short } else { Shape::Text }
}

fn is_in(text: &str, format: DateFormat, years: impl Fn(i32) -> bool) -> bool {
    date::parse(text, &[format], EraRule::Warn).is_ok_and(|parsed| years(parsed.date.year()))
}

fn is_postal_code(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.len() == 8
        && bytes.get(3) == Some(&b'-')
        && bytes.iter().enumerate().all(|(n, byte)| n == 3 || byte.is_ascii_digit())
}

fn is_phone(text: &str) -> bool {
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    // After the 0 of an area stands another digit; numbers filled up with zeros are none.
    let area = text.as_bytes().get(1).is_some_and(|second| matches!(second, b'1'..=b'9'));
    text.starts_with('0') && area && (10..=11).contains(&digits)
}

fn is_number(text: &str) -> bool {
    let body = text.strip_prefix(['-', '+']).unwrap_or(text);
    body.starts_with(|c: char| c.is_ascii_digit())
        && body.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b','))
}
