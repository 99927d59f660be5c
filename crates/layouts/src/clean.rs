//! What may be done to a text before it is read: a closed list, named in configuration, done in order.

use std::borrow::Cow;

use serde::Serialize;
use unicode_normalization::UnicodeNormalization;

use crate::kana;
use crate::text::{is_blank, trim};

/// One step.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Clean {
    /// `trim`: no blanks at the ends. Every cell is trimmed; this serves after another step.
    Trim,
    /// `nfkc`: Unicode's compatibility form: full-width letters and digits become ASCII, half-width kana
    /// full-width, ㈱ (株). Not for names: it rewrites compatibility ideographs.
    Nfkc,
    /// `kana_full`: kana in full width where the whole text is kana; other text stays.
    KanaFull,
    /// `kana_half`: full-width katakana in half width.
    KanaHalf,
    /// `no_blanks`: without any blank, full-width ones too.
    NoBlanks,
    /// `no_commas`: without the commas between thousands.
    NoCommas,
    /// `digits`: the digits alone, full-width ones as ASCII: `250-0001` and `（0465）` become numbers.
    Digits,
}

impl Clean {
    pub const NAMES: &[(&str, Self)] = &[
        ("trim", Self::Trim),
        ("nfkc", Self::Nfkc),
        ("kana_full", Self::KanaFull),
        ("kana_half", Self::KanaHalf),
        ("no_blanks", Self::NoBlanks),
        ("no_commas", Self::NoCommas),
        ("digits", Self::Digits),
    ];

    /// The text after this step.
    pub fn apply(self, text: Cow<'_, str>) -> Cow<'_, str> {
        let cleaned: String = match self {
            Self::Trim => trim(&text).to_owned(),
            Self::Nfkc => text.nfkc().collect(),
            Self::KanaFull => match kana::full_width(&text) {
                Some(kana) => kana,
                None => return text,
            },
            Self::KanaHalf => kana::half_width(&text),
            Self::NoBlanks => text.chars().filter(|c| !is_blank(*c)).collect(),
            Self::NoCommas => text.chars().filter(|c| !matches!(c, ',' | '，' | '、')).collect(),
            Self::Digits => text.nfkc().filter(char::is_ascii_digit).collect(),
        };
        Cow::Owned(cleaned)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_step_does_what_it_says() {
        for (step, text, cleaned) in [
            (Clean::Trim, "　a ", "a"),
            (Clean::Nfkc, "Ａ１㈱ｶﾞ", "A1(株)ガ"),
            (Clean::KanaFull, "ﾀｽｷ ﾊﾅｺ", "タスキ ハナコ"),
            (Clean::KanaFull, "襷", "襷"),
            (Clean::KanaHalf, "タスキ", "ﾀｽｷ"),
            (Clean::NoBlanks, "襷　花 子", "襷花子"),
            (Clean::NoCommas, "1,200，000", "1200000"),
            (Clean::Digits, "（０４６５）-12", "046512"),
        ] {
            assert_eq!(step.apply(Cow::Borrowed(text)), cleaned, "{step:?}");
        }
    }
}
