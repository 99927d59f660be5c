//! 五十音順, after JIS X 4061: sounds first; where they are the same, 清音 before 濁音 before 半濁音, then the
//! long mark before small letters before large ones.

use super::letter::{Letter, Sign, sign};
use super::text::compatible;

/// Ends each level, before every sound.
const END: u8 = 0;

/// Behind every kana: a character that is none.
const OTHER: u8 = 62;

/// Appends a key whose bytes stand in the order of the readings, name part by name part: all of one 氏
/// stand together, by their 名.
pub fn order<'a>(parts: impl IntoIterator<Item = &'a str>, into: &mut Vec<u8>) {
    for part in parts {
        let start = into.len();
        let (mut voicings, mut forms, mut last) = (Vec::new(), Vec::new(), None);
        for c in compatible(part).chars() {
            let (sound, voicing, form) = match sign(c) {
                Sign::Silent => continue,
                Sign::Other => (OTHER, 1, 1),
                // A long mark sounds as the vowel before it.
                Sign::Long => match last.and_then(Letter::vowel) {
                    Some(vowel) => (Letter::at(0, vowel, 0).sound(), 1, 1),
                    None => continue,
                },
                Sign::Kana(letter, small) => {
                    last = Some(letter);
                    (letter.sound(), letter.voicing() + 1, if small { 2 } else { 3 })
                }
            };
            into.push(sound);
            voicings.push(voicing);
            forms.push(form);
        }
        if into.len() > start {
            into.push(END);
            into.append(&mut voicings);
            into.push(END);
            into.append(&mut forms);
        }
        into.push(END);
    }
}
