//! The beginning of a name as somebody heard or half typed it, to be held against folded readings.

use super::fold::fold;
use super::letter::{Letter, Sign, sign};
use super::roman::{self, Roman};
use super::text::compatible;

/// The beginning of a name, in kana or Roman letters.
///
/// Roman letters are read with more tolerance, because they say less: a long vowel may be missing (Ono is
/// オノ and オオノ), and n before a vowel may be ン (Shinichi is シンイチ, too).
#[derive(Clone, PartialEq, Eq)]
pub struct Sought {
    fixed: Vec<u8>,
    /// What may follow, when the last syllable is not finished: one of these.
    tails: Vec<Vec<u8>>,
    roman: bool,
}

impl Sought {
    /// Reads what was typed; blanks in it do not count. `None` when it is not a reading: it has other
    /// characters than kana and Roman letters, or letters that spell no Japanese name.
    #[must_use]
    pub fn read(text: &str) -> Option<Self> {
        let text = compatible(text).to_lowercase();
        let (mut known, mut rest) = (String::new(), text.as_str());
        let mut unfinished: Option<Roman> = None;
        let mut roman = false;
        while let Some(first) = rest.chars().next() {
            if unfinished.is_some() {
                return None;
            }
            let latin = is_latin(first);
            let end = rest.find(|c| is_latin(c) != latin).unwrap_or(rest.len());
            let (run, behind) = rest.split_at(end);
            if latin {
                let read = roman::read(run)?;
                roman |= run.contains(char::is_alphabetic);
                known.push_str(&read.kana);
                unfinished = (!read.rest.is_empty()).then_some(read);
            } else if run.chars().all(|c| sign(c) != Sign::Other) {
                known.push_str(run);
            } else {
                return None;
            }
            rest = behind;
        }
        Self::of(&known, unfinished.as_ref(), roman)
    }

    fn of(known: &str, unfinished: Option<&Roman>, roman: bool) -> Option<Self> {
        let folded = |text: &str| {
            let mut bytes = Vec::new();
            fold(text, &mut bytes);
            bytes
        };
        let fixed = folded(known);
        let mut tails: Vec<Vec<u8>> = Vec::new();
        if let Some(unfinished) = unfinished {
            let start = known.strip_suffix(unfinished.kana.as_str())?;
            for whole in roman::completions(unfinished) {
                tails.push(folded(&format!("{start}{whole}")).get(fixed.len()..)?.to_vec());
            }
            tails.retain(|tail| !tail.is_empty());
            tails.sort_unstable();
            tails.dedup();
            if tails.is_empty() {
                return None;
            }
        }
        (!fixed.is_empty() || !tails.is_empty()).then_some(Self { fixed, tails, roman })
    }

    /// How many kana were given, an unfinished syllable counted.
    #[must_use]
    pub fn kana(&self) -> usize {
        self.fixed.len() + usize::from(!self.tails.is_empty())
    }

    /// Whether a [folded](super::fold) reading begins so.
    #[must_use]
    pub fn begins(&self, reading: &[u8]) -> bool {
        let Some(end) = self.walk(&self.fixed, reading, 0) else { return false };
        self.tails.is_empty() || self.tails.iter().any(|tail| self.walk(tail, reading, end).is_some())
    }

    /// Where in the reading what is wanted ends, if it stands at `at`.
    fn walk(&self, want: &[u8], reading: &[u8], mut at: usize) -> Option<usize> {
        for (place, wanted) in want.iter().enumerate() {
            while self.roman && reading.get(at) != Some(wanted) && is_long(reading, at) {
                at += 1;
            }
            let after = want.get(place + 1);
            at += match reading.get(at)? {
                known if known == wanted => 1,
                known if self.roman && *known == Letter::N.byte() => {
                    nasal(*wanted, after, reading.get(at + 1))?
                }
                _ => return None,
            };
        }
        Some(at)
    }
}

/// A letter of a name in Roman letters, or a mark between such.
fn is_latin(c: char) -> bool {
    matches!(c, 'a'..='z' | '\'' | '’' | '-') || (c.is_alphabetic() && u32::from(c) < 0x250)
}

/// Whether a folded kana only lengthens the o or u before it.
fn is_long(reading: &[u8], at: usize) -> bool {
    let before = at.checked_sub(1).and_then(|before| reading.get(before)).filter(|byte| is_letter(**byte));
    let vowel = before.and_then(|byte| Letter::from_byte(*byte).vowel());
    reading.get(at) == Some(&Letter::U.byte()) && matches!(vowel, Some(2 | 4))
}

/// How many folded kana an n takes that may be ン before a vowel or before ヤ行; `None` when it is not.
fn nasal(wanted: u8, after: Option<&u8>, next: Option<&u8>) -> Option<usize> {
    const NA: u8 = 4;
    let wanted = Some(wanted).filter(|byte| is_letter(*byte)).map(Letter::from_byte)?;
    let vowel = wanted.vowel().filter(|_| wanted.row() == NA && wanted.voicing() == 0)?;
    let next = next?;
    if *next == Letter::at(0, vowel, 0).byte() {
        return Some(2);
    }
    let glide = is_letter(*next) && Letter::from_byte(*next).row() == 7;
    (vowel == 1 && glide && after == Some(next)).then_some(1)
}

const fn is_letter(byte: u8) -> bool {
    byte != u8::MAX && byte >> 2 != 0
}

/// A name in a log would be a leak: its `Debug` says nothing.
impl std::fmt::Debug for Sought {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Sought(redacted)")
    }
}
