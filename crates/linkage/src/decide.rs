//! The deterministic decision (突合): by a human's word, by number, by reading and birth date; all else
//! waits for a human.

use std::collections::{BTreeMap, BTreeSet};

use kernel::Identity;
use kernel::id::PersonId;

use crate::compare::{Alike, Birth, Compared, Outcome};
use crate::decision::{Decision, HumanDecisions, LinkCandidate, QueueReason, Reason, Rule};
use crate::index::PeopleIndex;
use crate::keys::{Face, Keys};

/// What the record's number led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// The record has no number, or one that the town cannot know yet (a school's own, first seen).
    None,
    /// The record has a number of a known system (宛名番号), and nobody has it.
    Unknown,
    /// It is this person's.
    Found(PersonId),
}

/// Decides who a record is.
///
/// A human's word comes first. A number is verified: it links unless name and birth date both say
/// another, or the name says another and somebody else fits. Without a number a record is linked when
/// exactly one person has its reading and whole day of birth and neither sex nor name speaks against.
/// Persons whom a human has ruled out are no candidates, and a number of theirs links nobody.
#[must_use]
pub fn decide(record: &Identity, key: Key, index: &PeopleIndex, human: &HumanDecisions) -> Decision {
    let keys = Keys::of(record);
    let search = Search { record: keys.face(), index, human };
    if let Some(person) = human.linked() {
        let held = Outcome::of_key(key, person);
        let comparisons = search.best_of(person).map(|compared| compared.lines(held)).unwrap_or_default();
        return Decision::Linked { person, rule: Rule::Human, comparisons };
    }
    match key {
        Key::Found(person) if human.refuses(person) => queue(QueueReason::KeyRefused, search.near(key)),
        Key::Found(person) => by_key(&search, person),
        Key::Unknown => queue(QueueReason::KeyUnknown, search.near(key)),
        Key::None => by_tuple(&search),
    }
}

/// Whether a number's holder is plainly the record's person, told by the holder's own identities alone: then
/// [`decide`] links them, whoever else the town knows, and nobody else need be asked.
#[must_use]
pub fn verified<'a>(record: &Identity, holder: impl IntoIterator<Item = &'a Identity>) -> bool {
    let record = Keys::of(record);
    let compared = holder.into_iter().map(|held| Compared::of(&record.face(), &Keys::of(held).face()));
    nearest(compared).is_some_and(|compared| !compared.best_name().contradicts())
}

/// Of how a record compares with the identities of one person, the nearest.
fn nearest(compared: impl Iterator<Item = Compared>) -> Option<Compared> {
    compared.min_by_key(|compared| (nearness(compared).is_none(), nearness(compared), compared.best_name()))
}

/// One record against the people of the town.
struct Search<'a> {
    record: Face<'a>,
    index: &'a PeopleIndex,
    human: &'a HumanDecisions,
}

impl Search<'_> {
    /// How the record compares with one person, by the identity of theirs that is nearest.
    fn best_of(&self, person: PersonId) -> Option<Compared> {
        let faces = self.index.of_person(person).filter_map(|place| self.index.at(place));
        nearest(faces.map(|(_, face)| Compared::of(&self.record, &face)))
    }

    /// Everybody who comes near, nearest first; each person once.
    fn near(&self, key: Key) -> Vec<LinkCandidate> {
        let Face { kana, loose, .. } = self.record;
        let read = kana.into_iter().flat_map(|kana| self.index.with_kana(kana.whole));
        let named = loose.into_iter().flat_map(|loose| self.index.with_loose(loose.whole));
        self.near_among(key, &self.born().chain(read).chain(named).collect())
    }

    /// Places of those born on the record's day; whoever has its reading and birth date is among them.
    fn born(&self) -> impl Iterator<Item = usize> {
        self.record.birth_day().into_iter().flat_map(|day| self.index.born_on(day))
    }

    fn near_among(&self, key: Key, places: &BTreeSet<usize>) -> Vec<LinkCandidate> {
        let mut best: BTreeMap<PersonId, LinkCandidate> = BTreeMap::new();
        for (person, face) in places.iter().filter_map(|place| self.index.at(*place)) {
            let compared = Compared::of(&self.record, &face);
            let Some(reason) = nearness(&compared).filter(|_| !self.human.refuses(person)) else { continue };
            let candidate = candidate(person, reason, &compared, Outcome::of_key(key, person));
            if best.get(&person).is_none_or(|held| candidate < *held) {
                best.insert(person, candidate);
            }
        }
        let mut near: Vec<LinkCandidate> = best.into_values().collect();
        near.sort_by_key(rank);
        near
    }
}

/// A number was found: it holds unless who has it is plainly somebody else.
fn by_key(search: &Search<'_>, person: PersonId) -> Decision {
    let key = Key::Found(person);
    let Some(compared) = search.best_of(person) else {
        let unverified = LinkCandidate { reasons: vec![Reason::SameKey], person, comparisons: Vec::new() };
        return queue(QueueReason::KeyUnverified, with_key_first(unverified, search.near(key)));
    };
    let linked = || Decision::Linked { person, rule: Rule::Key, comparisons: compared.lines(Outcome::Agree) };
    if !compared.best_name().contradicts() {
        return linked();
    }
    let near = search.near(key);
    let why = if compared.birth.contradicts() {
        QueueReason::KeyContradicted
    } else if near.iter().any(|other| other.person != person && is_exact(other)) {
        QueueReason::KeyPointsElsewhere
    } else {
        return linked();
    };
    queue(why, with_key_first(candidate(person, Reason::SameKey, &compared, Outcome::Agree), near))
}

/// The number's person before those who merely come near.
fn with_key_first(key: LinkCandidate, near: Vec<LinkCandidate>) -> Vec<LinkCandidate> {
    let others: Vec<_> = near.into_iter().filter(|other| other.person != key.person).collect();
    std::iter::once(key).chain(others).collect()
}

/// No number: reading and birth date, if they are one person's and nothing speaks against.
fn by_tuple(search: &Search<'_>) -> Decision {
    let born = search.near_among(Key::None, &search.born().collect());
    let exact: Vec<&LinkCandidate> = born.iter().filter(|candidate| is_exact(candidate)).collect();
    let why = match exact.as_slice() {
        // A second reason would speak against.
        [only] if only.reasons == [Reason::KanaAndBirth] => {
            let (person, comparisons) = (only.person, only.comparisons.clone());
            return Decision::Linked { person, rule: Rule::KanaAndBirth, comparisons };
        }
        [] => QueueReason::Partial,
        [_] => QueueReason::Contradiction,
        _ => QueueReason::Several,
    };
    queue(why, search.near(Key::None))
}

/// A queue without candidates is [`Decision::Unknown`].
fn queue(why: QueueReason, candidates: Vec<LinkCandidate>) -> Decision {
    if candidates.is_empty() { Decision::Unknown } else { Decision::Queue { why, candidates } }
}

fn is_exact(candidate: &LinkCandidate) -> bool {
    candidate.reasons.contains(&Reason::KanaAndBirth)
}

fn rank(candidate: &LinkCandidate) -> (Option<Reason>, usize, PersonId) {
    (candidate.reasons.first().copied(), candidate.reasons.len(), candidate.person)
}

/// What makes this person come near, if anything does.
fn nearness(compared: &Compared) -> Option<Reason> {
    let name = compared.best_name();
    let whole_name = matches!(name, Alike::Same | Alike::Variant);
    match compared.birth {
        Birth::Same if compared.kana == Alike::Same => Some(Reason::KanaAndBirth),
        Birth::Same => match name {
            Alike::Same => Some(Reason::NameAndBirth),
            Alike::Variant | Alike::Unreadable => Some(Reason::VariantNameAndBirth),
            Alike::Shorter | Alike::GivenOnly => Some(Reason::PartOfNameAndBirth),
            Alike::Different | Alike::Absent => None,
        },
        Birth::Within if whole_name => Some(Reason::NameAndPartialBirth),
        Birth::Swapped if whole_name => Some(Reason::NameAndSwappedBirth),
        Birth::OneOff if whole_name => Some(Reason::NameAndNearBirth),
        Birth::Absent if whole_name => Some(Reason::NameOnly),
        _ => None,
    }
}

/// A candidate with what speaks for and against.
fn candidate(person: PersonId, reason: Reason, compared: &Compared, key: Outcome) -> LinkCandidate {
    let against = [
        (compared.name.contradicts() && reason != Reason::PartOfNameAndBirth, Reason::NameDiffers),
        (compared.birth.contradicts() && reason == Reason::SameKey, Reason::BirthDiffers),
        (compared.sex == Outcome::Differ, Reason::SexDiffers),
        (reason == Reason::KanaAndBirth && !compared.whole_kana, Reason::GivenNameUnknown),
    ];
    let against = against.into_iter().filter(|(holds, _)| *holds).map(|(_, reason)| reason);
    let reasons = std::iter::once(reason).chain(against).collect();
    LinkCandidate { reasons, person, comparisons: compared.lines(key) }
}

impl Outcome {
    /// How the record's number compares with a person.
    fn of_key(key: Key, person: PersonId) -> Self {
        match key {
            Key::None => Self::Absent,
            Key::Found(holder) if holder == person => Self::Agree,
            Key::Unknown | Key::Found(_) => Self::Differ,
        }
    }
}
