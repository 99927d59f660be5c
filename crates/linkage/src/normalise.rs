//! Match keys: one spelling for what different systems write differently.
//!
//! Old systems hold kana in half width or without small letters, names with a variation selector or
//! in another code point of the same character. A key is for comparing and never shown.

use std::fmt;

use kernel::kana::{compatible, katakana};
use kernel::{Identity, Sex};

use crate::variants;

/// A reading for comparing: NFKC, hiragana as katakana, small letters full-size, ヂ ヅ ヲ ヰ ヱ as
/// ジ ズ オ イ エ; the long mark, blanks, hyphens and middle dots left out; Latin letters upper-case.
/// Empty when nothing is left.
#[must_use]
pub fn kana_key(text: &str) -> String {
    key(text, fold_kana)
}

/// A name for deciding: NFKC, blanks and variation selectors left out, Latin letters upper-case. Variant
/// characters stay different: 髙橋 is not 高橋.
#[must_use]
pub fn strict_name_key(text: &str) -> String {
    key(text, Some)
}

/// A name for proposing: the strict key with common variant characters folded (髙 as 高, 邊 as 辺) and
/// kana as in [`kana_key`]. Two persons may share one, so it never decides alone.
#[must_use]
pub fn loose_name_key(text: &str) -> String {
    key(text, |c| fold_kana(c).map(variants::fold))
}

fn key(text: &str, fold: impl Fn(char) -> Option<char>) -> String {
    let text = compatible(text);
    let mut key = String::with_capacity(text.len());
    for c in text.chars().filter_map(fold) {
        if c.is_lowercase() { key.extend(c.to_uppercase()) } else { key.push(c) }
    }
    key
}

/// Whether a key has a character that stands for one the system could not write: 〓, □, the replacement
/// character, or a private one (外字) whose meaning only the town's table knows.
pub(crate) fn is_unreadable(c: char) -> bool {
    matches!(c, '〓' | '□' | '\u{FFFD}' | '\u{E000}'..='\u{F8FF}' | '\u{F0000}'..='\u{10FFFD}')
}

/// One character of a reading; `None` for those that carry none, a voicing mark that joined no kana among
/// them.
fn fold_kana(c: char) -> Option<char> {
    Some(match katakana(c) {
        'ー'
        | '・'
        | '·'
        | '•'
        | '゠'
        | '='
        | '-'
        | '\u{2010}'..='\u{2015}'
        | '\u{2212}'
        | '\u{3099}'
        | '\u{309A}' => return None,
        'ァ' => 'ア',
        'ィ' | 'ヰ' => 'イ',
        'ゥ' => 'ウ',
        'ェ' | 'ヱ' => 'エ',
        'ォ' | 'ヲ' => 'オ',
        'ヵ' => 'カ',
        'ヶ' => 'ケ',
        'ッ' => 'ツ',
        'ャ' => 'ヤ',
        'ュ' => 'ユ',
        'ョ' => 'ヨ',
        'ヮ' => 'ワ',
        'ヂ' => 'ジ',
        'ヅ' => 'ズ',
        other => other,
    })
}

/// The tuple by which a person is found without a number: whole reading, whole birth date, sex.
///
/// The process computes blind indexes from it and looks it up in [`PeopleIndex`](crate::PeopleIndex).
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct MatchTuple {
    /// 氏名カナ as [`kana_key`]; never empty and without unreadable characters.
    pub kana_key: String,
    /// 生年月日, `yyyy-mm-dd`; always a whole day.
    pub birth_iso: String,
    /// 性別 where stated as male or female.
    pub sex: Option<Sex>,
}

impl MatchTuple {
    /// The tuple of a person or record; `None` when the reading or the day of birth is not wholly known:
    /// an index over less than the whole is the short one that must not exist (design §5).
    #[must_use]
    pub fn of(identity: &Identity) -> Option<Self> {
        let kana_key = kana_key(&identity.full_kana()?);
        let birth_iso = identity.birth_date.value()?.day()?.to_string();
        let whole = !kana_key.is_empty() && !kana_key.chars().any(is_unreadable);
        whole.then(|| Self { kana_key, birth_iso, sex: stated_sex(identity) })
    }

    /// The sex as it goes into an index; empty when not stated, and then there is no index over it.
    #[must_use]
    pub fn sex_code(&self) -> &'static str {
        self.sex.map_or("", Sex::as_str)
    }
}

/// A tuple in a log would be a leak: its `Debug` says nothing.
impl fmt::Debug for MatchTuple {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MatchTuple(redacted)")
    }
}

/// Male or female; "other or unknown" contradicts nothing and so says nothing here.
pub(crate) fn stated_sex(identity: &Identity) -> Option<Sex> {
    identity.sex.value().copied().filter(|sex| *sex != Sex::Other)
}

#[cfg(test)]
#[path = "normalise_tests.rs"]
mod tests;
