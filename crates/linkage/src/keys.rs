//! The keys of one identity side by side, as the index keeps them and the comparison reads them.

use chrono::NaiveDate;
use kernel::date::PartialDate;
use kernel::{Identity, Known, Sex};

use crate::normalise::{is_unreadable, kana_key, loose_name_key, stated_sex, strict_name_key};

/// A key of the whole name that remembers where the given name begins, if it is known apart.
pub(crate) struct SplitKey {
    pub whole: String,
    pub given_at: Option<usize>,
}

/// The keys of one identity, owned.
pub(crate) struct Keys {
    pub kana: Option<SplitKey>,
    pub strict: Option<SplitKey>,
    pub loose: Option<SplitKey>,
    pub birth: Option<PartialDate>,
    pub sex: Option<Sex>,
}

impl Keys {
    pub fn of(identity: &Identity) -> Self {
        let name = |key| split(&identity.family_name, &identity.given_name, key);
        Self {
            // A reading with an unreadable character could equal nobody's: it is not known.
            kana: split(&identity.family_kana, &identity.given_kana, kana_key)
                .filter(|key| !key.whole.chars().any(is_unreadable)),
            strict: name(strict_name_key),
            loose: name(loose_name_key),
            birth: identity.birth_date.value().copied(),
            sex: stated_sex(identity),
        }
    }

    pub fn face(&self) -> Face<'_> {
        Face {
            kana: self.kana.as_ref().map(SplitKey::as_name),
            strict: self.strict.as_ref().map(SplitKey::as_name),
            loose: self.loose.as_ref().map(SplitKey::as_name),
            birth: self.birth,
            sex: self.sex,
        }
    }
}

impl SplitKey {
    fn as_name(&self) -> Name<'_> {
        Name { whole: &self.whole, given: self.given_at.and_then(|at| self.whole.get(at..)) }
    }
}

/// What is compared of one person, borrowed.
#[derive(Clone, Copy)]
pub(crate) struct Face<'a> {
    pub kana: Option<Name<'a>>,
    pub strict: Option<Name<'a>>,
    pub loose: Option<Name<'a>>,
    pub birth: Option<PartialDate>,
    pub sex: Option<Sex>,
}

impl Face<'_> {
    /// The day of birth, when it is wholly known.
    pub fn birth_day(&self) -> Option<NaiveDate> {
        self.birth.and_then(PartialDate::day)
    }
}

/// A key of a whole name, with the given name's part where 氏 and 名 are known apart.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Name<'a> {
    pub whole: &'a str,
    pub given: Option<&'a str>,
}

/// Keys of 氏 and 名 joined; `None` when nothing of either is left.
fn split(family: &Known<String>, given: &Known<String>, key: fn(&str) -> String) -> Option<SplitKey> {
    let part = |part: &Known<String>| part.value().map(|text| key(text)).unwrap_or_default();
    let (mut whole, given) = (part(family), part(given));
    let given_at = (!whole.is_empty() && !given.is_empty()).then_some(whole.len());
    whole.push_str(&given);
    (!whole.is_empty()).then_some(SplitKey { whole, given_at })
}
