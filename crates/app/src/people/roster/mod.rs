//! 名簿: a town's people as they stand in memory, written as bytes in chunks and read back on every core at once, so
//! that they need not be opened one by one after a start. When a copy holds and when its key goes is told in
//! `store::rows::roster`; this says what is in it.

mod part;
mod writer;

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, OnceLock};
use std::time::{Duration, UNIX_EPOCH};

use kernel::id::{HouseholdId, PersonId};
use kernel::{Category, Identity, TownCode};
use store::rows::roster::SealedRoster;
use store::{StoreError, TownConn};
use uuid::Uuid;
use zeroize::Zeroizing;

use self::part::{Part, bytes};
use super::index::{Index, NAMES, Run};
use super::{Identities, People, Place, Recorded, by_identity};
use crate::error::{internal, store};
use crate::{App, Result, relations};

use writer::written;

/// Of each kind of thing, so many a chunk: some hundred kilobytes.
const CHUNK: usize = 1_000;

/// Which program this is, by its file as it was found when first asked for: another one may fold names otherwise and
/// number words otherwise, and must not read what this one wrote. `None` where the file cannot be found.
static PROGRAM: LazyLock<Option<[u8; 16]>> = LazyLock::new(|| {
    let file = std::fs::metadata(std::env::current_exe().ok()?).ok()?;
    let written = file.modified().ok()?.duration_since(UNIX_EPOCH).ok()?.as_nanos();
    let mark = (u128::from(file.len()) << 80) ^ written;
    Some(mark.to_le_bytes())
});

/// Which program this is; `None` where that cannot be told: then there are no rosters.
fn program() -> Option<[u8; 16]> {
    *PROGRAM
}

/// What one chunk holds.
#[derive(Default)]
struct Piece {
    identities: Vec<(PersonId, Identity)>,
    /// The same people as they are searched.
    run: Run,
    rest: Rest,
}

/// What it holds beside.
#[derive(Default)]
struct Rest {
    memberships: Vec<(PersonId, HouseholdId)>,
    addresses: Vec<(PersonId, u32)>,
    places: Vec<Place>,
    /// Of each place, its key for comparing.
    blocks: Vec<Zeroizing<String>>,
}

impl Rest {
    fn add(&mut self, mut other: Self) {
        self.memberships.append(&mut other.memberships);
        self.addresses.append(&mut other.addresses);
        self.places.append(&mut other.places);
        self.blocks.append(&mut other.blocks);
    }
}

impl Piece {
    /// Reads a chunk; `None` for one that this program did not write.
    fn read(mut from: &[u8]) -> Option<Self> {
        let from = &mut from;
        if bytes(from, 16)? != program()?.as_slice() {
            return None;
        }
        let mut piece = Self::default();
        for _ in 0..u32::take(from)? {
            piece.person(from)?;
        }
        for _ in 0..u32::take(from)? {
            piece.rest.memberships.push((person(from)?, HouseholdId::from_uuid(Uuid::take(from)?)));
        }
        for _ in 0..u32::take(from)? {
            piece.rest.addresses.push((person(from)?, u32::take(from)?));
        }
        for _ in 0..u32::take(from)? {
            let address = Zeroizing::new(String::take(from)?);
            piece.rest.blocks.push(Zeroizing::new(String::take(from)?));
            let households = Vec::<Uuid>::take(from)?.into_iter().map(HouseholdId::from_uuid).collect();
            piece.rest.places.push(Place { address, households });
        }
        from.is_empty().then_some(piece)
    }

    fn person(&mut self, from: &mut &[u8]) -> Option<()> {
        let (person, identity) = (person(from)?, Identity::take(from)?);
        let place = Some(u32::take(from)?).filter(|place| *place != u32::MAX);
        let lengths = *bytes(from, NAMES)?.first_chunk()?;
        let text = usize::try_from(u32::take(from)?).ok()?;
        let birth = identity.birth_date.value().copied();
        self.run.push(person, birth, place, lengths, bytes(from, text)?);
        self.identities.push((person, identity));
        Some(())
    }
}

fn person(from: &mut &[u8]) -> Option<PersonId> {
    Uuid::take(from).map(PersonId::from_uuid)
}

impl People {
    /// As a roster has them, with what people recorded; `None` when a thread was cut off.
    fn of_roster(pieces: Vec<Piece>, recorded: Recorded) -> Option<Self> {
        let known = pieces.iter().map(|piece| piece.identities.len()).sum();
        let (mut identities, mut runs, mut rest) = (Vec::new(), Vec::new(), Rest::default());
        for piece in pieces {
            identities.push(piece.identities);
            runs.push(piece.run);
            rest.add(piece.rest);
        }
        std::thread::scope(|scope| {
            let joining = scope.spawn(move || {
                let mut all = Identities::default();
                all.reserve(known);
                all.extend(identities.into_iter().flatten());
                all
            });
            let (mut members, mut households) = (HashMap::new(), HashMap::with_capacity(known));
            for (person, household) in rest.memberships {
                members.entry(household).or_insert_with(Vec::new).push(person);
                households.insert(person, household);
            }
            let addresses = rest.addresses.into_iter().collect();
            let search = OnceLock::from(Index::joined(runs, rest.blocks));
            let homes = OnceLock::new();
            let identities = Arc::new(joining.join().ok()?);
            let index = by_identity(&identities);
            let places = rest.places;
            Some(Self { identities, households, members, index, addresses, places, search, homes, recorded })
        })
    }
}

impl App {
    /// The town's people as its roster has them; `None` when there is none of this counter or it cannot be used:
    /// then everybody is opened, as without rosters.
    pub(super) async fn people_of_roster(&self, conn: &mut TownConn, version: i64) -> Result<Option<People>> {
        let town = conn.town();
        let unusable = |why: &dyn std::fmt::Display| tracing::warn!(%town, %why, "a roster is of no use");
        let sealed = match conn.roster(version).await {
            Ok(Some(sealed)) => sealed,
            Ok(None) => return Ok(None),
            Err(error) => {
                unusable(&error);
                return Ok(None);
            }
        };
        let entries = conn.entries_newest(Category::Kinship, None).await.map_err(store)?;
        let recorded = relations::by_person(entries)?;
        let opening = self.jobs.spawn_blocking(move || opened(&sealed, recorded));
        match opening.await.map_err(|_| internal("a roster was not opened"))? {
            Ok(people) => Ok(Some(people)),
            Err(error) => {
                unusable(&error);
                Ok(None)
            }
        }
    }
}

impl App {
    /// Keeps a roster of every town whose people have been in memory for so long without a change and that has none
    /// of them; says of how many.
    pub async fn rosters_keep(&self, long: Duration) -> usize {
        let mut kept = 0;
        for (town, version, people) in self.people.without_roster(long) {
            match self.roster_keep(town, version, people).await {
                Ok(true) => kept += 1,
                Ok(false) => {}
                // Without one everybody is opened.
                Err(fault) => tracing::warn!(%town, code = %fault, "a roster was not kept"),
            }
        }
        kept
    }

    async fn roster_keep(&self, town: TownCode, version: i64, people: Arc<People>) -> Result<bool> {
        let writing = self.jobs.spawn_blocking(move || written(town, &people));
        let roster = writing.await.map_err(|_| internal("a roster was not written"))?;
        let Some(roster) = roster else { return Ok(false) };
        let mut tx = self.towns.begin(town).await.map_err(store)?;
        if !tx.roster_put(roster, version).await.map_err(store)? {
            return Ok(false);
        }
        tx.commit_bookkeeping().await.map_err(store)?;
        self.people.note_roster(town, version);
        Ok(true)
    }
}

fn opened(sealed: &SealedRoster, recorded: Recorded) -> std::result::Result<People, StoreError> {
    People::of_roster(sealed.open(Piece::read)?, recorded).ok_or(StoreError::Sealed)
}

#[cfg(test)]
#[path = "roster_tests.rs"]
mod tests;
