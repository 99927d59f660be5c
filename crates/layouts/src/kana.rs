//! フリガナ: brought to full-width katakana, so that one reading is written one way. Small kana, long
//! vowel marks and blanks stay as they are.

use unicode_normalization::char::compose;

/// Half-width forms U+FF65–U+FF9D in full width, in code point order.
const FULL: [char; 57] = [
    '・', 'ヲ', 'ァ', 'ィ', 'ゥ', 'ェ', 'ォ', 'ャ', 'ュ', 'ョ', 'ッ', 'ー', 'ア', 'イ', 'ウ', 'エ', 'オ',
    'カ', 'キ', 'ク', 'ケ', 'コ', 'サ', 'シ', 'ス', 'セ', 'ソ', 'タ', 'チ', 'ツ', 'テ', 'ト', 'ナ', 'ニ',
    'ヌ', 'ネ', 'ノ', 'ハ', 'ヒ', 'フ', 'ヘ', 'ホ', 'マ', 'ミ', 'ム', 'メ', 'モ', 'ヤ', 'ユ', 'ヨ', 'ラ',
    'リ', 'ル', 'レ', 'ロ', 'ワ', 'ン',
];
const FIRST_HALF: u32 = 0xFF65;

/// The reading in full-width katakana; `None` when it holds anything but kana and blanks.
pub(crate) fn full_width(text: &str) -> Option<String> {
    let mut kana = String::with_capacity(text.len());
    for c in text.chars() {
        let full = match c {
            'ァ'..='ヺ' | '・' | 'ー' | 'ヽ' | 'ヾ' | ' ' | '\u{3000}' => c,
            // Hiragana stand in the order of katakana, 0x60 before them.
            'ぁ'..='ゖ' => char::from_u32(u32::from(c) + 0x60)?,
            '\u{ff65}'..='\u{ff9d}' => *FULL.get(usize::try_from(u32::from(c) - FIRST_HALF).ok()?)?,
            'ﾞ' | '\u{3099}' | '゛' => marked(&mut kana, '\u{3099}')?,
            'ﾟ' | '\u{309a}' | '゜' => marked(&mut kana, '\u{309a}')?,
            _ => return None,
        };
        kana.push(full);
    }
    Some(kana)
}

/// Takes the last kana back and gives it its mark.
fn marked(kana: &mut String, mark: char) -> Option<char> {
    compose(kana.pop()?, mark)
}

/// The reading in half-width kana where that exists, as core systems write it.
pub(crate) fn half_width(text: &str) -> String {
    let mut half = String::with_capacity(text.len());
    for c in text.chars() {
        match half_of(c) {
            Some((narrow, mark)) => {
                half.push(narrow);
                half.extend(mark);
            }
            None if c == '\u{3000}' => half.push(' '),
            None => half.push(c),
        }
    }
    half
}

/// The half-width form of a kana, with the mark that follows it there.
fn half_of(c: char) -> Option<(char, Option<char>)> {
    let narrow = |is: &dyn Fn(char) -> bool| {
        FULL.iter()
            .zip(FIRST_HALF..)
            .find(|(full, _)| is(**full))
            .and_then(|(_, number)| char::from_u32(number))
    };
    let marked = |mark: char| narrow(&|full| compose(full, mark) == Some(c));
    narrow(&|full| full == c)
        .map(|plain| (plain, None))
        .or_else(|| marked('\u{3099}').map(|voiced| (voiced, Some('ﾞ'))))
        .or_else(|| marked('\u{309a}').map(|half_voiced| (half_voiced, Some('ﾟ'))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_reading_is_one() {
        for written in ["ガッツ　パー", "ｶﾞｯﾂ　ﾊﾟｰ", "がっつ　ぱー", "カ\u{3099}ッツ　ハ\u{309a}ー"]
        {
            assert_eq!(full_width(written).as_deref(), Some("ガッツ　パー"), "{written}");
        }
        assert_eq!(full_width("ヴィ・ｦﾝ").as_deref(), Some("ヴィ・ヲン"));
    }

    #[test]
    fn what_is_no_kana_is_refused() {
        for written in ["山田", "ﾞ", "アﾞ", "ABC", "ヤマダ1", "ヤマダ＝"] {
            assert_eq!(full_width(written), None, "{written}");
        }
    }

    #[test]
    fn half_width_leads_back() {
        for reading in ["ヤマダ ハナコ", "ガギグゲゴ", "パピプペポ", "ヴァッー・", "ヰヱ"]
        {
            assert_eq!(full_width(&half_width(reading)).as_deref(), Some(reading));
        }
        assert_eq!(half_width("ガ　パ"), "ｶﾞ ﾊﾟ");
    }
}
