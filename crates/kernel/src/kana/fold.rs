//! The one folding of readings, for the index and for what is sought in it.

use super::letter::{Letter, Sign, sign};
use super::text::compatible;

/// Stands for a character that is no kana; no reading that is sought has it.
const OTHER: u8 = u8::MAX;

const I: Letter = Letter::at(0, 1, 0);
const U: Letter = Letter::at(0, 2, 0);
const E: Letter = Letter::at(0, 3, 0);
const O: Letter = Letter::at(0, 4, 0);
const ZI: Letter = Letter::at(2, 1, 1);
const ZU: Letter = Letter::at(2, 2, 1);
const DI: Letter = Letter::at(3, 1, 1);
const DU: Letter = Letter::at(3, 2, 1);
const WI: Letter = Letter::at(9, 1, 0);
const WE: Letter = Letter::at(9, 3, 0);
const WO: Letter = Letter::at(9, 4, 0);
const VU: Letter = Letter::at(0, 2, 1);

/// Row and voicing of バ.
const BA: (u8, u8) = (5, 1);

/// Vowels of エ and オ, as [`Letter::vowel`] counts them.
const VOWEL_E: u8 = 3;
const VOWEL_O: u8 = 4;

/// Appends the folded form of a reading, one byte a kana; read it with [`Sought`](super::Sought) only.
///
/// Hiragana, half width and small letters are full-size katakana; ヂ ヅ ヰ ヱ ヲ are ジ ズ イ エ オ; ヴァ is
/// バ; a long mark and a long オ or エ are the vowel they are commonly written with (オータ, オオタ and オウタ
/// are one, ケーコ is ケイコ); blanks, hyphens and middle dots say nothing. The start of a reading folds to
/// the start of its folded form, unless it ends between ヴ and its vowel.
pub fn fold(text: &str, into: &mut Vec<u8>) {
    let (mut last, mut after_vu) = (None, false);
    for c in compatible(text).chars() {
        let letter = match sign(c) {
            Sign::Silent => continue,
            Sign::Other => {
                into.push(OTHER);
                (last, after_vu) = (None, false);
                continue;
            }
            Sign::Long => match last.and_then(lengthened) {
                Some(letter) => letter,
                None => continue,
            },
            Sign::Kana(letter, _) => match letter.vowel() {
                Some(vowel) if after_vu && letter.row() == 0 => {
                    into.pop();
                    Letter::at(BA.0, vowel, BA.1)
                }
                _ => merged(letter, last),
            },
        };
        after_vu = sign(c) == Sign::Kana(VU, false);
        into.push(letter.byte());
        last = Some(letter);
    }
}

/// The vowel that a long mark behind a kana stands for; ン has none.
fn lengthened(last: Letter) -> Option<Letter> {
    Some(match last.vowel()? {
        VOWEL_E => I,
        VOWEL_O => U,
        vowel => Letter::at(0, vowel, 0),
    })
}

/// The kana that stands for all of one sound.
fn merged(letter: Letter, last: Option<Letter>) -> Letter {
    let letter = match letter {
        DI => ZI,
        DU => ZU,
        WI => I,
        WE => E,
        WO => O,
        VU => Letter::at(BA.0, 2, BA.1),
        other => other,
    };
    match (letter, last.and_then(Letter::vowel)) {
        (E, Some(VOWEL_E)) => I,
        (O, Some(VOWEL_O)) => U,
        _ => letter,
    }
}
