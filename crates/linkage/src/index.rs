//! The people of one town in memory, found by reading, birth date and name.
//!
//! Built from decrypted identities, on demand. All text lies in one buffer, so that whoever holds the
//! index can wipe it: keep it in `zeroize::Zeroizing`.

use std::cmp::Ordering;
use std::fmt;
use std::ops::Range;

use chrono::NaiveDate;
use kernel::date::PartialDate;
use kernel::id::PersonId;
use kernel::{Identity, Sex};
use zeroize::{DefaultIsZeroes, Zeroize};

use crate::keys::{Face, Keys, Name, SplitKey};
use crate::normalise::{MatchTuple, loose_name_key};

/// Where a key lies in the buffer, and where its given name begins.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
struct Span {
    start: usize,
    given: Option<usize>,
    end: usize,
}

/// What the index knows of one person, by place in the buffer.
#[derive(Clone, Copy, PartialEq, Eq, Default)]
struct Facts {
    kana: Option<Span>,
    strict: Option<Span>,
    loose: Option<Span>,
    birth: Option<PartialDate>,
    sex: Option<Sex>,
}

impl DefaultIsZeroes for Facts {}

#[derive(Clone, Copy)]
struct Entry {
    person: PersonId,
    facts: Facts,
}

/// The people of one town, immutable. A person may stand in it more than once (旧氏, 通称).
pub struct PeopleIndex {
    text: String,
    /// By birth date, then person.
    entries: Vec<Entry>,
    /// Places in `entries` in the order of the kana key, of the loose name key, of the person.
    by_kana: Vec<usize>,
    by_loose: Vec<usize>,
    by_person: Vec<usize>,
}

impl PeopleIndex {
    /// Indexes the people; their order does not matter.
    pub fn build<'a>(people: impl IntoIterator<Item = (PersonId, &'a Identity)>) -> Self {
        let mut text = String::new();
        let mut entries: Vec<Entry> = people
            .into_iter()
            .map(|(person, identity)| Entry { person, facts: Facts::store(&Keys::of(identity), &mut text) })
            .collect();
        entries.sort_unstable_by(|a, b| a.order(b, &text));
        let mut index =
            Self { text, entries, by_kana: Vec::new(), by_loose: Vec::new(), by_person: Vec::new() };
        index.by_kana = index.places_by(|facts| facts.kana);
        index.by_loose = index.places_by(|facts| facts.loose);
        index.by_person = (0..index.entries.len()).collect();
        index.by_person.sort_by_cached_key(|place| index.entries.get(*place).map(|entry| entry.person));
        index
    }

    /// How many identities it holds.
    #[must_use]
    pub fn len(&self) -> usize {
        self.entries.len()
    }

    /// Whether it holds nobody.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty()
    }

    /// The persons with this reading and day of birth whose sex is not another, in id order, each once.
    #[must_use]
    pub fn find(&self, tuple: &MatchTuple) -> Vec<PersonId> {
        let Ok(day) = tuple.birth_iso.parse::<NaiveDate>() else { return Vec::new() };
        self.persons(self.born_on(day), |face| {
            face.kana.is_some_and(|kana| kana.whole == tuple.kana_key)
                && face.sex.zip(tuple.sex).is_none_or(|(theirs, given)| theirs == given)
        })
    }

    /// The persons born on this day whose name has the same loose key as `name`, in id order, each once.
    #[must_use]
    pub fn find_by_name(&self, day: NaiveDate, name: &str) -> Vec<PersonId> {
        let key = loose_name_key(name);
        self.persons(self.born_on(day), |face| face.loose.is_some_and(|loose| loose.whole == key))
    }

    /// Places of those born on this day.
    pub(crate) fn born_on(&self, day: NaiveDate) -> impl Iterator<Item = usize> + use<> {
        let start = self.entries.partition_point(|entry| entry.facts.span_of_birth() < Some((day, day)));
        let end = self.entries.partition_point(|entry| entry.facts.span_of_birth() <= Some((day, day)));
        start..end
    }

    /// Places of those with this kana key.
    pub(crate) fn with_kana<'a>(&'a self, key: &'a str) -> impl Iterator<Item = usize> + 'a {
        self.with_key(&self.by_kana, |facts| facts.kana, key)
    }

    /// Places of those with this loose name key.
    pub(crate) fn with_loose<'a>(&'a self, key: &'a str) -> impl Iterator<Item = usize> + 'a {
        self.with_key(&self.by_loose, |facts| facts.loose, key)
    }

    /// Places of the identities of one person.
    pub(crate) fn of_person(&self, person: PersonId) -> impl Iterator<Item = usize> {
        let id = |place: &usize| self.entries.get(*place).map(|entry| entry.person);
        let start = self.by_person.partition_point(|place| id(place) < Some(person));
        self.by_person.iter().skip(start).take_while(move |place| id(place) == Some(person)).copied()
    }

    /// The person at a place and what is compared of them.
    pub(crate) fn at(&self, place: usize) -> Option<(PersonId, Face<'_>)> {
        let Entry { person, facts } = self.entries.get(place)?;
        Some((*person, facts.face(&self.text)))
    }

    fn with_key<'a>(
        &'a self,
        places: &'a [usize],
        span: fn(&Facts) -> Option<Span>,
        key: &'a str,
    ) -> impl Iterator<Item = usize> + 'a {
        let text = move |place: &usize| self.key_at(*place, span);
        let start = places.partition_point(|place| text(place) < Some(key));
        places.iter().skip(start).take_while(move |place| text(place) == Some(key)).copied()
    }

    fn key_at(&self, place: usize, span: fn(&Facts) -> Option<Span>) -> Option<&str> {
        span(&self.entries.get(place)?.facts).map(|span| span.name(&self.text).whole)
    }

    /// Places of those that have the key, in its order.
    fn places_by(&self, span: fn(&Facts) -> Option<Span>) -> Vec<usize> {
        let mut places: Vec<usize> =
            (0..self.entries.len()).filter(|place| self.key_at(*place, span).is_some()).collect();
        places.sort_by_cached_key(|place| self.key_at(*place, span));
        places
    }

    fn persons(
        &self,
        places: impl Iterator<Item = usize>,
        keep: impl Fn(&Face<'_>) -> bool,
    ) -> Vec<PersonId> {
        let found = places.filter_map(|place| self.at(place));
        let mut persons: Vec<PersonId> =
            found.filter(|(_, face)| keep(face)).map(|(person, _)| person).collect();
        persons.sort_unstable();
        persons.dedup();
        persons
    }
}

impl Entry {
    /// A whole order, so that the index does not depend on the order of the people. The keys matter only
    /// where a person stands in it twice.
    fn order(&self, other: &Self, text: &str) -> Ordering {
        let place = |entry: &Self| (entry.facts.span_of_birth(), entry.person);
        let key = |span: Option<Span>| span.map(|span| span.name(text).whole);
        place(self)
            .cmp(&place(other))
            .then_with(|| key(self.facts.kana).cmp(&key(other.facts.kana)))
            .then_with(|| key(self.facts.strict).cmp(&key(other.facts.strict)))
            .then_with(|| self.facts.sex.cmp(&other.facts.sex))
    }
}

impl Facts {
    fn store(keys: &Keys, text: &mut String) -> Self {
        let mut put = |key: &Option<SplitKey>| {
            key.as_ref().map(|key| {
                let start = text.len();
                text.push_str(&key.whole);
                Span { start, given: key.given_at.map(|at| start + at), end: text.len() }
            })
        };
        Self {
            kana: put(&keys.kana),
            strict: put(&keys.strict),
            loose: put(&keys.loose),
            birth: keys.birth,
            sex: keys.sex,
        }
    }

    /// The first and the last day the birth date can be: the same when it is a whole day.
    fn span_of_birth(&self) -> Option<(NaiveDate, NaiveDate)> {
        self.birth.map(|birth| (birth.earliest(), birth.latest()))
    }

    fn face<'a>(&self, text: &'a str) -> Face<'a> {
        let name = |span: Option<Span>| span.map(|span| span.name(text));
        Face {
            kana: name(self.kana),
            strict: name(self.strict),
            loose: name(self.loose),
            birth: self.birth,
            sex: self.sex,
        }
    }
}

impl Span {
    fn name(self, text: &str) -> Name<'_> {
        let cut = |range: Range<usize>| text.get(range).unwrap_or_default();
        Name { whole: cut(self.start..self.end), given: self.given.map(|given| cut(given..self.end)) }
    }
}

/// Overwrites every key, date and sex; the ids stay.
impl Zeroize for PeopleIndex {
    fn zeroize(&mut self) {
        self.text.zeroize();
        for entry in &mut self.entries {
            entry.facts.zeroize();
        }
    }
}

/// An index in a log would be a leak: its `Debug` says how many it holds.
impl fmt::Debug for PeopleIndex {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PeopleIndex({})", self.entries.len())
    }
}

#[cfg(test)]
#[path = "index_tests.rs"]
mod tests;
