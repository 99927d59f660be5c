//! Brings the many spellings of a date to one byte a character, so that the readers in `parse` match
//! short byte patterns and never cut a multi-byte character.
//!
//! ASCII text, nearly every cell, is used as it stands. Anything else is copied into a small buffer on
//! the stack: full-width forms become ASCII, kanji numerals digits, an era's name or its single
//! character its letter, and the remaining words one of the marks below.

/// 年
pub(super) const NEN: u8 = 0x80;
/// 月
pub(super) const GETSU: u8 = 0x81;
/// 日
pub(super) const NICHI: u8 = 0x82;
/// 元, the first year of an era.
pub(super) const GAN: u8 = 0x83;
/// 十
pub(super) const TEN: u8 = 0x84;
/// 不詳, not known.
pub(super) const FUSHO: u8 = 0x85;
/// 分, behind a month: what is of it.
pub(super) const BUN: u8 = 0x86;

/// Room for the longest spelling (`昭和六十三年十二月三十一日`, 13 characters) with padding to spare.
pub(super) const CAPACITY: usize = 32;

/// The folded form of `text` without surrounding blanks; `None` when a character occurs in no spelling
/// of a date, or when there are too many of them.
pub(super) fn fold<'a>(text: &'a str, buffer: &'a mut [u8; CAPACITY]) -> Option<&'a [u8]> {
    let text = text.trim();
    if text.is_ascii() {
        return Some(text.as_bytes());
    }
    let mut chars = text.chars();
    let mut length = 0;
    while let Some(c) = chars.next() {
        *buffer.get_mut(length)? = fold_char(c, &mut chars)?;
        length += 1;
    }
    buffer.get(..length)
}

/// One character, with the second one of an era's name or of 不詳 where it follows.
fn fold_char(c: char, rest: &mut std::str::Chars<'_>) -> Option<u8> {
    Some(match c {
        '\0'..='\u{7f}' => u8::try_from(c).ok()?,
        // The full-width forms stand in the order of ASCII.
        '！'..='～' => u8::try_from(u32::from(c) - 0xFEE0).ok()?,
        '\u{3000}' => b' ',
        '\u{2010}' | '\u{2212}' => b'-',
        '年' => NEN,
        '月' => GETSU,
        '日' => NICHI,
        '元' => GAN,
        '十' => TEN,
        '分' => BUN,
        '〇' | '零' => b'0',
        '一' => b'1',
        '二' => b'2',
        '三' => b'3',
        '四' => b'4',
        '五' => b'5',
        '六' => b'6',
        '七' => b'7',
        '八' => b'8',
        '九' => b'9',
        '㍾' => b'M',
        '㍽' => b'T',
        '㍼' => b'S',
        '㍻' => b'H',
        '㋿' => b'R',
        '明' => era(b'M', '治', rest),
        '大' => era(b'T', '正', rest),
        '昭' => era(b'S', '和', rest),
        '平' => era(b'H', '成', rest),
        '令' => era(b'R', '和', rest),
        '不' if rest.next() == Some('詳') => FUSHO,
        _ => return None,
    })
}

/// The letter of an era; its name may be cut to the first character (`平5`).
fn era(letter: u8, second: char, rest: &mut std::str::Chars<'_>) -> u8 {
    if rest.as_str().starts_with(second) {
        rest.next();
    }
    letter
}

/// One digit.
fn one(byte: u8) -> Option<u32> {
    byte.is_ascii_digit().then(|| u32::from(byte - b'0'))
}

/// Two digits.
pub(super) fn two([tens, ones]: [u8; 2]) -> Option<u32> {
    Some(one(tens)? * 10 + one(ones)?)
}

/// A western year of four digits.
pub(super) fn four([a, b, c, d]: [u8; 4]) -> Option<i32> {
    i32::try_from(two([a, b])? * 100 + two([c, d])?).ok()
}

/// A number of one or two digits, or in tens (`二十三`), and what follows it.
pub(super) fn number(bytes: &[u8]) -> Option<(u32, &[u8])> {
    Some(match *bytes {
        [tens, TEN, ones, ref rest @ ..] if one(ones).is_some() => (two([tens, ones])?, rest),
        [tens, TEN, ref rest @ ..] => (one(tens)? * 10, rest),
        [TEN, ones, ref rest @ ..] if one(ones).is_some() => (10 + one(ones)?, rest),
        [TEN, ref rest @ ..] => (10, rest),
        [tens, ones, ref rest @ ..] if one(ones).is_some() => (two([tens, ones])?, rest),
        [ones, ref rest @ ..] => (one(ones)?, rest),
        [] => return None,
    })
}
