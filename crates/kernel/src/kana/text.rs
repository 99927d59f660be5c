//! Text as every folding begins: compatible forms joined, blanks and invisible characters left out.

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

/// NFKC without blanks and invisible characters. Blanks go first too, so that a voicing mark behind one
/// still joins its kana.
#[must_use]
pub fn compatible(text: &str) -> Cow<'_, str> {
    // Nearly every cell of a register; the general way costs several times as much.
    if text.chars().all(is_plain) {
        return Cow::Borrowed(text);
    }
    let visible = text.chars().filter(|c| !is_invisible(*c) && !c.is_whitespace());
    Cow::Owned(visible.map(combining).nfkc().filter(|c| !c.is_whitespace()).collect())
}

/// Hiragana as katakana, which stands 0x60 after it (Unicode, blocks 3040 and 30A0); anything else as it
/// is.
#[must_use]
pub fn katakana(c: char) -> char {
    match c {
        'ぁ'..='ゖ' | 'ゝ' | 'ゞ' => char::from_u32(u32::from(c) + 0x60).unwrap_or(c),
        other => other,
    }
}

/// Characters that NFKC leaves alone and that combine with nothing but a mark.
fn is_plain(c: char) -> bool {
    matches!(c, 'ァ'..='ヺ' | 'ー' | 'ぁ'..='ゖ' | '一'..='\u{9FFF}' | 'A'..='Z' | 'a'..='z')
}

/// Variation selectors (異体字セレクタ), zero-width and direction marks, soft hyphen.
fn is_invisible(c: char) -> bool {
    matches!(c,
        '\u{FE00}'..='\u{FE0F}' | '\u{E0100}'..='\u{E01EF}' | '\u{200B}'..='\u{200F}'
        | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2064}' | '\u{FEFF}' | '\u{AD}')
}

/// A voicing mark written as a character of its own joins its kana; NFKC alone would put a blank between.
fn combining(c: char) -> char {
    match c {
        '゛' => '\u{3099}',
        '゜' => '\u{309A}',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plain_characters_are_left_alone_by_nfkc() {
        for c in ('\0'..='\u{FFFF}').filter(|c| is_plain(*c)) {
            assert!(std::iter::once(c).nfkc().eq([c]), "{c}");
            assert!(!is_invisible(c) && !c.is_whitespace() && combining(c) == c, "{c}");
        }
    }
}
