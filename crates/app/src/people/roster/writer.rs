//! Writing a roster: everything of a town's people but what people recorded, which is read anew each time.

use kernel::TownCode;
use kernel::id::{HouseholdId, PersonId};
use store::rows::roster::NewRoster;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::part::Part;
use super::{CHUNK, program};
use crate::people::People;
use crate::people::index::Entry;

/// Bytes that a person takes at most, as a rule: a buffer that grows leaves its beginning behind.
const EACH: usize = 512;

/// A town's people as a sealed roster; `None` where none can be written. Some tenths of a second for a large town:
/// nothing for a thread that answers requests.
pub(super) fn written(town: TownCode, people: &People) -> Option<NewRoster> {
    let chunks = chunks(people)?;
    let mut roster = NewRoster::new(town, u32::try_from(chunks.len()).ok()?);
    chunks.iter().for_each(|chunk| roster.push(chunk));
    Some(roster)
}

/// The same, plain.
pub(super) fn chunks(people: &People) -> Option<Vec<Zeroizing<Vec<u8>>>> {
    let (memberships, addresses) = (memberships(people), addresses(people));
    let writer = Writer { program: program()?, people, memberships, addresses };
    (0..writer.count()).map(|number| writer.chunk(number)).collect()
}

struct Writer<'a> {
    program: [u8; 16],
    people: &'a People,
    memberships: Vec<(PersonId, HouseholdId)>,
    addresses: Vec<(PersonId, u32)>,
}

/// Who is in which household, each person's own last.
fn memberships(people: &People) -> Vec<(PersonId, HouseholdId)> {
    let all = people
        .members
        .iter()
        .flat_map(|(household, members)| members.iter().map(|person| (*person, *household)));
    let mut all: Vec<(PersonId, HouseholdId)> = all.collect();
    // Stable: within a household the order stays.
    all.sort_by_key(|(person, household)| people.households.get(person) == Some(household));
    all
}

fn addresses(people: &People) -> Vec<(PersonId, u32)> {
    people.addresses.iter().map(|(person, place)| (*person, *place)).collect()
}

impl Writer<'_> {
    fn count(&self) -> usize {
        let most = [
            self.people.search().entries().len(),
            self.memberships.len(),
            self.addresses.len(),
            self.people.places.len(),
        ];
        most.into_iter().max().unwrap_or_default().div_ceil(CHUNK).max(1)
    }

    /// `None` when the index names somebody whose identity is not there, which cannot be.
    fn chunk(&self, number: usize) -> Option<Zeroizing<Vec<u8>>> {
        let mut out = Zeroizing::new(Vec::with_capacity(CHUNK * EACH));
        out.extend(self.program);
        let index = self.people.search();
        let entries = part(index.entries(), number);
        count(entries).put(&mut out);
        for entry in entries {
            self.person(entry, &mut out)?;
        }
        let memberships = part(&self.memberships, number);
        count(memberships).put(&mut out);
        for (person, household) in memberships {
            person.uuid().put(&mut out);
            household.uuid().put(&mut out);
        }
        let addresses = part(&self.addresses, number);
        count(addresses).put(&mut out);
        for (person, place) in addresses {
            person.uuid().put(&mut out);
            place.put(&mut out);
        }
        let places = part(&self.people.places, number);
        count(places).put(&mut out);
        for (place, block) in places.iter().zip(part(index.blocks(), number)) {
            place.address.put(&mut out);
            block.put(&mut out);
            place.households.iter().map(|household| household.uuid()).collect::<Vec<Uuid>>().put(&mut out);
        }
        Some(out)
    }

    fn person(&self, entry: &Entry, out: &mut Vec<u8>) -> Option<()> {
        entry.person.uuid().put(out);
        self.people.identities.get(&entry.person)?.put(out);
        entry.place.unwrap_or(u32::MAX).put(out);
        let (lengths, text) = self.people.search().stored(entry);
        out.extend(lengths);
        u32::try_from(text.len()).ok()?.put(out);
        out.extend(text);
        Some(())
    }
}

fn part<T>(all: &[T], number: usize) -> &[T] {
    let from = (number * CHUNK).min(all.len());
    let rest = all.get(from..).unwrap_or_default();
    rest.get(..CHUNK.min(rest.len())).unwrap_or_default()
}

fn count<T>(some: &[T]) -> u32 {
    u32::try_from(some.len()).unwrap_or(u32::MAX)
}
