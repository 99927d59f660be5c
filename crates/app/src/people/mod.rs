//! The town's people in memory: who they are and how they are found, decrypted when first needed and
//! kept while the town's `people` counter stands still. The database keeps, the process knows.

mod born;
mod cache;
mod cursor;
mod families;
mod identities;
mod index;
mod name;
mod roster;
mod search;

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, OnceLock};

use chrono::{DateTime, Utc};
use kernel::id::{HouseholdId, PersonId};
use kernel::{Category, Identity, TownCode};
use linkage::PeopleIndex;
use linkage::kinship::Relation;
use store::TownConn;
use store::rows::entry::EntryRow;
use store::rows::household::MembershipRow;
use store::rows::register::SealedRegister;
use zeroize::Zeroizing;

use crate::error::{internal, store};
use crate::{App, Result, relations};

pub(crate) use cache::PeopleCache;
pub use cursor::PersonCursor;
use families::Homes;
pub use identities::Identities;
use index::Index;
pub use search::{Asked, Search};

/// Built when first asked for.
type Lazy<T> = LazyLock<T, Box<dyn FnOnce() -> T + Send>>;

/// Everybody a town knows.
pub struct People {
    /// Who each person is, by the register; without whereabouts.
    pub identities: Arc<Identities>,
    /// The household each is in.
    pub households: HashMap<PersonId, HouseholdId>,
    /// Who is in each household.
    pub members: HashMap<HouseholdId, Vec<PersonId>>,
    /// Look-up by kana and birth date; only loads and handovers need it.
    pub index: Lazy<PeopleIndex>,
    /// Where each lives: a place in `places`.
    addresses: HashMap<PersonId, u32>,
    /// Every address once.
    places: Vec<Place>,
    /// What staff search in.
    search: OnceLock<Index>,
    /// Who lives together, for a search by a parent.
    homes: OnceLock<Homes>,
    /// Relations that people recorded, with when, by each of the two.
    recorded: Recorded,
}

/// Relations that people recorded, in force, each with when its version was written, by each of the two.
pub(crate) type Recorded = HashMap<PersonId, Vec<(Relation, DateTime<Utc>)>>;

/// One address.
struct Place {
    /// 住所 as one comparable text.
    address: Zeroizing<String>,
    /// Households there.
    households: Vec<HouseholdId>,
}

impl App {
    /// The town's people as they are now.
    ///
    /// # Errors
    /// A fault when the database cannot be reached or a box does not open.
    pub(crate) async fn people(&self, town: TownCode) -> Result<Arc<People>> {
        let version = self.towns.versions(town).await.map_err(store)?.people;
        self.people_at(town, version).await
    }

    /// The same under a counter that the caller's own statement has just read.
    pub(crate) async fn people_at(&self, town: TownCode, version: i64) -> Result<Arc<People>> {
        if let Some(people) = self.people.get(town, version) {
            return Ok(people);
        }
        // One opens them, whoever else asks meanwhile: fifty thousand residents are a hundred megabytes.
        let opening = self.people.opening(town);
        let _one = opening.lock().await;
        if let Some(people) = self.people.get(town, version) {
            return Ok(people);
        }
        let mut conn = self.towns.read(town).await.map_err(store)?;
        self.people_read(&mut conn, version).await
    }

    /// The town's people under this counter, whichever it has now; `None` where they have moved on and nobody kept
    /// them.
    pub(crate) async fn people_as_of(&self, town: TownCode, version: i64) -> Result<Option<Arc<People>>> {
        if let Some(people) = self.people.get(town, version) {
            return Ok(Some(people));
        }
        if self.towns.versions(town).await.map_err(store)?.people != version {
            return Ok(None);
        }
        let people = self.people_at(town, version).await?;
        // They were read after the counter.
        let stands = self.towns.versions(town).await.map_err(store)?.people == version;
        Ok(stands.then_some(people))
    }

    /// The same by an act that holds a connection, and so must not wait for whoever waits for one.
    pub(crate) async fn people_over(&self, conn: &mut TownConn) -> Result<Arc<People>> {
        let version = conn.versions().await.map_err(store)?.people;
        match self.people.get(conn.town(), version) {
            Some(people) => Ok(people),
            None => self.people_read(conn, version).await,
        }
    }

    async fn people_read(&self, conn: &mut TownConn, version: i64) -> Result<Arc<People>> {
        let town = conn.town();
        if let Some(people) = self.people_of_roster(conn, version).await? {
            let people = Arc::new(people);
            self.people.put_with_roster(town, version, Arc::clone(&people));
            return Ok(people);
        }
        let read = ReadPeople::over(conn).await?;
        self.people_opened(town, version, read).await
    }

    async fn people_opened(&self, town: TownCode, version: i64, read: ReadPeople) -> Result<Arc<People>> {
        let ReadPeople { sealed, memberships, entries } = read;
        let recorded = relations::by_person(entries)?;
        let keys = self.towns.keys(town).await.map_err(store)?;
        let opening = self.jobs.spawn_blocking(move || -> Result<People> {
            let mut people = Registered { recorded, ..Registered::default() };
            for row in sealed.open(&keys).map_err(store)? {
                people.add(row.person, row.identity, row.address);
            }
            for membership in memberships {
                people.join(membership.person, membership.household);
            }
            Ok(People::of(people))
        });
        let people = Arc::new(opening.await.map_err(|_| internal("a town's people were not opened"))??);
        self.people.put(town, version, Arc::clone(&people));
        Ok(people)
    }

    /// Opens a town's people anew where they were searched and are in memory as they were, so that whoever searches
    /// next does not wait.
    pub(crate) async fn people_again(&self, town: TownCode) -> Result<()> {
        if self.people.is_searched(town) {
            let version = self.towns.versions(town).await.map_err(store)?.people;
            self.people_to_search(town, version).await?;
        }
        Ok(())
    }

    /// The town's people, under a counter that was just read, with the index that is searched, built beside the
    /// threads that answer.
    pub(crate) async fn people_to_search(&self, town: TownCode, version: i64) -> Result<Arc<People>> {
        let people = self.people_at(town, version).await?;
        if people.search.get().is_none() {
            let building = Arc::clone(&people);
            let built = self.jobs.spawn_blocking(move || {
                building.search();
            });
            built.await.map_err(|_| internal("the index of people was not built"))?;
        }
        Ok(people)
    }
}

/// What a town's people are made of, as it was read.
struct ReadPeople {
    sealed: SealedRegister,
    memberships: Vec<MembershipRow>,
    entries: Vec<EntryRow>,
}

impl ReadPeople {
    async fn over(conn: &mut TownConn) -> Result<Self> {
        Ok(Self {
            sealed: conn.register_all().await.map_err(store)?,
            memberships: conn.membership_all().await.map_err(store)?,
            entries: conn.entries_newest(Category::Kinship, None).await.map_err(store)?,
        })
    }
}

/// People as the register gives them, row by row.
#[derive(Default)]
struct Registered {
    identities: Identities,
    addresses: HashMap<PersonId, u32>,
    places: HashMap<String, u32>,
    households: HashMap<PersonId, HouseholdId>,
    members: HashMap<HouseholdId, Vec<PersonId>>,
    recorded: Recorded,
}

impl Registered {
    fn add(&mut self, person: PersonId, identity: Option<Identity>, address: Option<String>) {
        if let Some(identity) = identity {
            self.identities.insert(person, identity);
        }
        if let (Some(address), Ok(next)) = (address, u32::try_from(self.places.len())) {
            self.addresses.insert(person, *self.places.entry(address).or_insert(next));
        }
    }

    fn join(&mut self, person: PersonId, household: HouseholdId) {
        self.members.entry(household).or_default().push(person);
        self.households.insert(person, household);
    }

    /// Every address with the households there, in the order of their numbers.
    fn places(&mut self) -> Vec<Place> {
        let mut numbered: Vec<(u32, String)> =
            std::mem::take(&mut self.places).into_iter().map(|(address, number)| (number, address)).collect();
        numbered.sort_unstable();
        let place = |(_, address)| Place { address: Zeroizing::new(address), households: Vec::new() };
        let mut places: Vec<Place> = numbered.into_iter().map(place).collect();
        for (person, number) in &self.addresses {
            let place = usize::try_from(*number).ok().and_then(|number| places.get_mut(number));
            if let (Some(place), Some(household)) = (place, self.households.get(person))
                && !place.households.contains(household)
            {
                place.households.push(*household);
            }
        }
        places
    }
}

/// Look-up by kana and birth date, built when first asked for.
fn by_identity(identities: &Arc<Identities>) -> Lazy<PeopleIndex> {
    let known = Arc::clone(identities);
    LazyLock::new(Box::new(move || {
        PeopleIndex::build(known.iter().map(|(person, identity)| (*person, identity)))
    }))
}

impl People {
    fn of(mut registered: Registered) -> Self {
        let places = registered.places();
        let identities = Arc::new(registered.identities);
        let index = by_identity(&identities);
        Self {
            identities,
            households: registered.households,
            members: registered.members,
            index,
            addresses: registered.addresses,
            places,
            search: OnceLock::new(),
            homes: OnceLock::new(),
            recorded: registered.recorded,
        }
    }

    /// What staff search in.
    fn search(&self) -> &Index {
        self.search.get_or_init(|| Index::build(&self.identities, &self.addresses, &self.places))
    }

    /// Where a person lives.
    fn place(&self, person: PersonId) -> Option<&Place> {
        self.places.get(usize::try_from(*self.addresses.get(&person)?).ok()?)
    }
}
