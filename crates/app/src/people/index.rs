//! What staff search in: everybody's folded names in one buffer, in 五十音順, with birth date and place.
//! A search walks it from front to back, which over a town is quicker than any tree is worth: it stops
//! when the page is full, and 50,000 names are a few hundred kilobytes.

use std::collections::HashMap;
use std::sync::OnceLock;
use std::thread::ScopedJoinHandle;

use kernel::date::PartialDate;
use kernel::id::PersonId;
use kernel::kana::{compatible, fold, katakana, order};
use kernel::{Identity, Known};
use linkage::loose_name_key;
use zeroize::Zeroizing;

use super::{Identities, Place};

/// Everybody, in the order of their readings; who has none comes last, in the order of the written name.
pub(super) struct Index {
    /// Folded readings and written names; wiped when the index goes.
    text: Zeroizing<Vec<u8>>,
    entries: Vec<Entry>,
    /// [`block_key`] of every place.
    blocks: Vec<Zeroizing<String>>,
    /// Where each person stands, once anybody has asked.
    ranks: OnceLock<HashMap<PersonId, u32>>,
}

/// How many lengths tell a person's names apart.
pub(super) const NAMES: usize = 5;

/// One person.
#[derive(Clone, Copy)]
pub(super) struct Entry {
    /// Who.
    pub person: PersonId,
    /// 生年月日 as far as known.
    pub birth: Option<PartialDate>,
    /// Where the person's address stands among the places.
    pub place: Option<u32>,
    /// Where in the buffer the names begin, and how long each is: the reading of 氏名 and of how much of it
    /// is 氏, the reading of 名, 氏名 as written and how much of it is 氏.
    at: u32,
    reading: u8,
    family: u8,
    given: u8,
    written: u8,
    surname: u8,
}

/// One person's names for comparing.
pub(super) struct Names<'a> {
    /// Folded reading of 氏名.
    pub reading: &'a [u8],
    /// Folded reading of 氏.
    pub family: &'a [u8],
    /// Folded reading of 名.
    pub given: &'a [u8],
    /// 氏名 as written.
    pub written: &'a [u8],
    /// 氏 as written.
    pub surname: &'a [u8],
    /// 名 as written.
    pub forename: &'a [u8],
}

/// A few people of an index, their names in one buffer.
#[derive(Default)]
pub(super) struct Run {
    text: Zeroizing<Vec<u8>>,
    entries: Vec<Entry>,
}

impl Run {
    /// Adds a person whose names are folded already.
    pub fn push(
        &mut self,
        person: PersonId,
        birth: Option<PartialDate>,
        place: Option<u32>,
        lengths: [u8; NAMES],
        names: &[u8],
    ) {
        let at = u32::try_from(self.text.len()).unwrap_or(u32::MAX);
        let [reading, family, given, written, surname] = lengths;
        self.entries.push(Entry { person, birth, place, at, reading, family, given, written, surname });
        self.text.extend_from_slice(names);
    }
}

/// People with the keys they are sorted by, in that order.
struct Sorted {
    run: Run,
    keys: Zeroizing<Vec<u8>>,
    /// Of each entry, where its key begins and ends.
    at: Vec<(usize, usize)>,
}

impl Sorted {
    fn of(people: &[(&PersonId, &Identity)], addresses: &HashMap<PersonId, u32>) -> Self {
        let mut text = Zeroizing::new(Vec::with_capacity(people.len() * 32));
        let mut keys = Zeroizing::new(Vec::with_capacity(people.len() * 32));
        let stored = people.iter().map(|(person, identity)| {
            let entry = Entry::store(**person, identity, addresses.get(*person).copied(), &mut text);
            let start = keys.len();
            order_key(identity, &mut keys);
            (start, keys.len(), entry)
        });
        let mut sorted: Vec<(usize, usize, Entry)> = stored.collect();
        let key = |(start, end, _): &(usize, usize, Entry)| keys.get(*start..*end).unwrap_or_default();
        sorted.sort_unstable_by(|a, b| key(a).cmp(key(b)).then_with(|| a.2.person.cmp(&b.2.person)));
        let at = sorted.iter().map(|(start, end, _)| (*start, *end)).collect();
        let entries = sorted.into_iter().map(|(_, _, entry)| entry).collect();
        Self { run: Run { text, entries }, keys, at }
    }
}

impl Index {
    /// Of everybody whose identity is known; their order does not matter. Takes as many threads as there are cores.
    pub fn build(identities: &Identities, addresses: &HashMap<PersonId, u32>, places: &[Place]) -> Self {
        let people: Vec<(&PersonId, &Identity)> = identities.iter().collect();
        let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
        let share = people.len().div_ceil(cores).max(1);
        let sorted = std::thread::scope(|scope| {
            let sort = |some| scope.spawn(move || Sorted::of(some, addresses));
            let threads: Vec<_> = people.chunks(share).map(sort).collect();
            let blocks = places.iter().map(|place| Zeroizing::new(block_key(&place.address))).collect();
            (threads.into_iter().map(ScopedJoinHandle::join).collect::<Result<Vec<_>, _>>(), blocks)
        });
        match sorted {
            (Ok(sorted), blocks) => Self::merged(sorted, blocks),
            // Whoever asked for the index fails as the thread did.
            (Err(cause), _) => std::panic::resume_unwind(cause),
        }
    }

    fn merged(sorted: Vec<Sorted>, blocks: Vec<Zeroizing<String>>) -> Self {
        let key = |of: usize, nth: usize| {
            let sorted = sorted.get(of);
            let (start, end) = sorted.and_then(|sorted| sorted.at.get(nth)).copied().unwrap_or_default();
            let person = sorted.and_then(|sorted| sorted.run.entries.get(nth)).map(|entry| entry.person);
            (sorted.and_then(|sorted| sorted.keys.get(start..end)).unwrap_or_default(), person)
        };
        let all =
            sorted.iter().enumerate().flat_map(|(of, sorted)| (0..sorted.at.len()).map(move |nth| (of, nth)));
        let mut order: Vec<(usize, usize)> = all.collect();
        // A stable sort finds what is sorted already and merges it.
        order.sort_by(|a, b| key(a.0, a.1).cmp(&key(b.0, b.1)));
        let starts: Vec<usize> = sorted
            .iter()
            .scan(0, |before, sorted| Some(std::mem::replace(before, *before + sorted.run.entries.len())))
            .collect();
        let place = |(of, nth): (usize, usize)| starts.get(of).copied().unwrap_or_default() + nth;
        let order: Vec<usize> = order.into_iter().map(place).collect();
        let joined = Self::joined(sorted.into_iter().map(|sorted| sorted.run).collect(), blocks);
        let mut entries = Vec::with_capacity(joined.entries.len());
        entries.extend(order.iter().filter_map(|place| joined.entries.get(*place).copied()));
        Self { entries, ..joined }
    }

    /// Of runs that follow each other in order, with the [`block_key`] of every place.
    pub fn joined(runs: Vec<Run>, blocks: Vec<Zeroizing<String>>) -> Self {
        let mut text = Zeroizing::new(Vec::with_capacity(runs.iter().map(|run| run.text.len()).sum()));
        let mut entries = Vec::with_capacity(runs.iter().map(|run| run.entries.len()).sum());
        for run in runs {
            let before = u32::try_from(text.len()).unwrap_or(u32::MAX);
            let moved = |entry: Entry| Entry { at: entry.at.saturating_add(before), ..entry };
            entries.extend(run.entries.into_iter().map(moved));
            text.extend_from_slice(&run.text);
        }
        Self { text, entries, blocks, ranks: OnceLock::new() }
    }

    /// A person's names as they are kept, with their lengths: what [`Run::push`] takes.
    pub fn stored(&self, entry: &Entry) -> ([u8; NAMES], &[u8]) {
        let Entry { reading, family, given, written, surname, .. } = *entry;
        let length = [reading, given, written].map(usize::from).iter().sum();
        let start = usize::try_from(entry.at).unwrap_or(usize::MAX);
        let (_, rest) = self.text.split_at_checked(start).unwrap_or_default();
        ([reading, family, given, written, surname], rest.get(..length).unwrap_or_default())
    }

    /// [`block_key`] of every place.
    pub fn blocks(&self) -> &[Zeroizing<String>] {
        &self.blocks
    }

    /// Everybody, in order.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// Where a person stands; `None` for whom the index does not name.
    pub fn rank(&self, person: PersonId) -> Option<u32> {
        let ranks = || (0..).zip(&self.entries).map(|(rank, entry)| (entry.person, rank)).collect();
        self.ranks.get_or_init(ranks).get(&person).copied()
    }

    /// A person's names.
    pub fn names(&self, entry: &Entry) -> Names<'_> {
        let start = usize::try_from(entry.at).unwrap_or(usize::MAX);
        let (_, rest) = self.text.split_at_checked(start).unwrap_or_default();
        let (reading, rest) = cut(rest, entry.reading);
        let (given, rest) = cut(rest, entry.given);
        let (written, _) = cut(rest, entry.written);
        let (family, _) = cut(reading, entry.family);
        let (surname, forename) = cut(written, entry.surname);
        Names { reading, family, given, written, surname, forename }
    }

    /// Which places have an address that begins so, by their numbers.
    pub fn places_in(&self, block: &str) -> Vec<bool> {
        self.blocks.iter().map(|known| known.starts_with(block)).collect()
    }

    /// Bytes it holds.
    #[cfg(test)]
    pub fn bytes(&self) -> usize {
        let blocks: usize = self.blocks.iter().map(|block| block.capacity() + size_of_val(block)).sum();
        self.text.capacity() + self.entries.capacity() * size_of::<Entry>() + blocks
    }
}

impl Entry {
    fn store(person: PersonId, identity: &Identity, place: Option<u32>, text: &mut Vec<u8>) -> Self {
        let [family, given] = [&identity.family_kana, &identity.given_kana].map(stated);
        let surname = loose_name_key(stated(&identity.family_name));
        let forename = loose_name_key(stated(&identity.given_name));
        let start = text.len();
        // 氏 alone first, to know how long it is; then the whole over it, as it is read in one.
        let family_length = put(text, |text| fold(family, text));
        text.truncate(start);
        Self {
            person,
            birth: identity.birth_date.value().copied(),
            place,
            at: u32::try_from(start).unwrap_or(u32::MAX),
            reading: put(text, |text| fold(&format!("{family}{given}"), text)),
            family: family_length,
            given: put(text, |text| fold(given, text)),
            written: put(text, |text| text.extend([surname.as_bytes(), forename.as_bytes()].concat())),
            surname: u8::try_from(surname.len()).unwrap_or(u8::MAX),
        }
    }
}

fn stated(part: &Known<String>) -> &str {
    part.value().map(String::as_str).unwrap_or_default()
}

/// Writes a name, of which the first 255 bytes are kept, and says how long it is.
fn put(text: &mut Vec<u8>, write: impl FnOnce(&mut Vec<u8>)) -> u8 {
    let start = text.len();
    write(text);
    let length = u8::try_from(text.len() - start).unwrap_or(u8::MAX);
    text.truncate(start + usize::from(length));
    length
}

/// The first so many bytes, and the rest.
fn cut(bytes: &[u8], length: u8) -> (&[u8], &[u8]) {
    bytes.split_at_checked(usize::from(length)).unwrap_or((bytes, &[]))
}

/// Appends the key a person is sorted by.
fn order_key(identity: &Identity, into: &mut Vec<u8>) {
    /// Behind every kana.
    const UNREAD: u8 = u8::MAX;
    let [family, given] = [&identity.family_kana, &identity.given_kana].map(stated);
    if family.is_empty() && given.is_empty() {
        into.push(UNREAD);
        into.extend([stated(&identity.family_name), " ", stated(&identity.given_name)].concat().bytes());
    } else {
        order([family, given], into);
    }
}

/// An address for comparing by its beginning (町字): compatible forms, hiragana as katakana, small ヶ as ケ,
/// without the words 大字 and 字, which some systems write and others do not.
pub(super) fn block_key(address: &str) -> String {
    let plain = compatible(address);
    let plain = plain.strip_prefix("大字").or_else(|| plain.strip_prefix('字')).unwrap_or(&plain);
    plain.chars().map(katakana).map(|c| if c == 'ヶ' { 'ケ' } else { c }).collect()
}

#[cfg(test)]
#[path = "index_tests.rs"]
mod tests;
