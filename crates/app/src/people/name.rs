//! A name somebody heard, half typed or copied, to be held against everybody's.

use kernel::kana::Sought;
use kernel::{Code, Fault};
use linkage::loose_name_key;

use super::index::Names;
use crate::Result;

/// What parts 氏 and 名.
const BETWEEN: [char; 9] = ['・', '·', ',', '，', '、', '､', '=', '＝', '゠'];

/// The beginning of a name: of 氏, of 名, or of both, in kana, Roman letters or as it is written.
#[derive(Clone, PartialEq, Eq)]
pub struct Name {
    /// All of it, as if nothing parted it.
    whole: Part,
    /// 氏 and 名 apart, where a blank or dot parts them.
    apart: Option<(Part, Part)>,
}

/// What a name or a part of one is to begin with: either fits.
#[derive(Clone, PartialEq, Eq)]
struct Part {
    reading: Option<Sought>,
    written: String,
}

impl Name {
    /// Reads what was typed.
    ///
    /// # Errors
    /// `name_unreadable` when it has no letter.
    pub fn read(text: &str) -> Result<Self> {
        let unreadable = || Fault::new(Code::NameUnreadable).with("raw", text);
        let mut parts =
            text.split(|c: char| c.is_whitespace() || BETWEEN.contains(&c)).filter(|part| !part.is_empty());
        let first = parts.next().ok_or_else(unreadable)?;
        let rest: String = parts.collect();
        let whole = Part::read(&format!("{first}{rest}")).ok_or_else(unreadable)?;
        let apart = Part::read(first).zip(Part::read(&rest));
        Ok(Self { whole, apart })
    }

    /// Whether it says so little that it is asked for only beside another condition: one kana or letter. A
    /// single kanji is many a whole name.
    #[must_use]
    pub fn is_short(&self) -> bool {
        match &self.whole.reading {
            Some(reading) => reading.kana() < 2,
            None => self.whole.written.is_ascii() && self.whole.written.len() < 2,
        }
    }

    /// Whether a person's name begins so: 氏 and 名 in one, 名 alone, or each of them, in either order.
    pub(super) fn begins(&self, names: &Names<'_>) -> bool {
        if self.whole.fits(names.reading, names.written) || self.whole.fits(names.given, names.forename) {
            return true;
        }
        let Some((first, second)) = &self.apart else { return false };
        let pair = |family: &Part, given: &Part| {
            family.fits(names.family, names.surname) && given.fits(names.given, names.forename)
        };
        pair(first, second) || pair(second, first)
    }
}

impl Part {
    /// `None` when there is no letter in it.
    fn read(text: &str) -> Option<Self> {
        let part = Self { reading: Sought::read(text), written: loose_name_key(text) };
        let lettered = part.reading.is_some() || part.written.chars().any(char::is_alphabetic);
        lettered.then_some(part)
    }

    fn fits(&self, reading: &[u8], written: &[u8]) -> bool {
        self.reading.as_ref().is_some_and(|sought| sought.begins(reading))
            || begins_with(written, self.written.as_bytes())
    }
}

/// Whether a name as it is written begins so; nothing is no beginning. Nearly all differ in their first byte, which is
/// looked at without a call.
fn begins_with(written: &[u8], beginning: &[u8]) -> bool {
    !beginning.is_empty() && written.first() == beginning.first() && written.starts_with(beginning)
}
