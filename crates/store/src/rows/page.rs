//! Everything a town keeps about one person, read at once: independent statements sent together on one
//! connection, so that a page of a child costs one round trip.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::dsl::{count_star, sum};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::Category;
use kernel::id::{HouseholdId, PersonId, RunId};
use seal::{KeySet, Plain};
use std::collections::HashMap;
use uuid::Uuid;

use super::entry::{self, EntryRow};
use super::pack::{self, PackRow};
use super::run::RunState;
use super::score::Scored;
use super::version::Versions;
use crate::access::{AccessRow, Look, look};
use crate::schema;
use crate::town::row_version;
use crate::{StoreError, TownConn};

/// The key that seals scores, and their category in a box's place.
const ASSESSMENT: u8 = Category::Assessment.number();

/// The category of notes, of which superseded versions are read too.
const NOTES: i16 = Category::WatchNote as i16;

/// One person with everything that is kept about them, and the town's counters at the same time.
#[derive(Debug)]
pub struct PageRows {
    /// Since when the platform knows the person.
    pub known_since: DateTime<Utc>,
    /// The town's counters, read before everything else.
    pub versions: Versions,
    /// 世帯, if the register names one.
    pub household: Option<HouseholdId>,
    /// Packs in force by category, and every version of notes.
    pub packs: Vec<PackRow>,
    /// Every version of what case workers recorded.
    pub entries: Vec<EntryRow>,
    /// The score of the newest run of each rulebook that scored the person.
    pub scores: Vec<LatestScore>,
    /// The last looks, newest first.
    pub looks: Vec<AccessRow>,
    /// How many handovers the town has, and all their versions together: another pair, other handovers.
    pub handovers: (i64, i64),
}

/// A person's score in the newest run of a rulebook.
#[derive(Debug)]
pub struct LatestScore {
    /// 判定.
    pub run: RunId,
    /// 判定基準.
    pub rulebook: String,
    /// The day the run looks at.
    pub as_of: NaiveDate,
    /// What the run knew.
    pub known_at: DateTime<Utc>,
    /// The score as `rulebook` writes it (JSON).
    pub body: Plain,
}

impl LatestScore {
    /// That this run scored the person of the page.
    #[must_use]
    pub const fn of(&self, person: PersonId) -> Scored {
        Scored { run: self.run, person, known_at: self.known_at }
    }
}

type Score = (Uuid, String, NaiveDate, DateTime<Utc>, Vec<u8>);

impl TownConn {
    /// Everything about one person, with the last `looks` at them; `None` for whom the town does not know.
    /// What was sealed under a key that was dropped is not in it.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when a box does not open.
    pub async fn person_page(
        &mut self,
        person: PersonId,
        looks: i64,
    ) -> Result<Option<PageRows>, StoreError> {
        let (driver, town) = self.parts()?;
        let (driver, id) = (&*driver, person.uuid());
        let (versions, who, household, packs, entries, scores, seen, handovers) = tokio::try_join!(
            versions(driver, &town),
            who(driver, &town, id),
            household(driver, &town, id),
            packs(driver, &town, id),
            entries(driver, &town, id),
            scores(driver, &town, id),
            seen(driver, &town, id, looks),
            handovers(driver, &town),
        )?;
        let Some((known_since, keyset)) = who else { return Ok(None) };
        let keys = keyset.map(|keyset| self.keyset_open(id, &keyset)).transpose()?.unwrap_or_default();
        let scores = scores.into_iter().filter_map(|score| self.latest_open(id, &keys, score).transpose());
        let (scores, entries) = (scores.collect::<Result<_, _>>()?, self.entries_of(&keys, &entries)?);
        Ok(Some(PageRows {
            known_since,
            versions,
            household: household.map(HouseholdId::from_uuid),
            packs: self.packs_of(id, keys, packs)?,
            entries,
            scores,
            looks: seen.into_iter().map(look).collect(),
            handovers: (handovers.0, handovers.1.unwrap_or(0)),
        }))
    }

    fn packs_of(
        &self,
        id: Uuid,
        keys: KeySet,
        packs: Vec<pack::Columns>,
    ) -> Result<Vec<PackRow>, StoreError> {
        let slots: Vec<u8> = keys.slots().collect();
        let keys = HashMap::from([(id, keys)]);
        let held =
            packs.into_iter().filter(|pack| u8::try_from(pack.category()).is_ok_and(|n| slots.contains(&n)));
        held.map(|columns| self.pack_open(columns, &keys)).collect()
    }

    fn entries_of(&self, keys: &KeySet, rows: &[entry::Columns]) -> Result<Vec<EntryRow>, StoreError> {
        rows.iter().filter_map(|columns| self.entry_open(columns, keys).transpose()).collect()
    }

    fn latest_open(
        &self,
        id: Uuid,
        keys: &KeySet,
        (run, rulebook, as_of, known_at, sealed): Score,
    ) -> Result<Option<LatestScore>, StoreError> {
        let Some(key) = keys.get(ASSESSMENT) else { return Ok(None) };
        let place = self.place("score", id.as_bytes(), ASSESSMENT, row_version(run));
        let body = key.open(&place, &sealed)?;
        Ok(Some(LatestScore { run: RunId::from_uuid(run), rulebook, as_of, known_at, body }))
    }
}

async fn versions(mut driver: &AsyncPgConnection, town: &str) -> QueryResult<Versions> {
    use schema::version;
    version::table
        .filter(version::town_id.eq(town))
        .select((version::auth, version::people, version::protection))
        .first(&mut driver)
        .await
}

/// Since when the town knows the person, and their wrapped key set.
async fn who(
    mut driver: &AsyncPgConnection,
    town: &str,
    id: Uuid,
) -> QueryResult<Option<(DateTime<Utc>, Option<Vec<u8>>)>> {
    use schema::{keystore, person};
    let with_keys = keystore::town_id.eq(town).and(keystore::subject_id.eq(person::person_id));
    person::table
        .left_join(keystore::table.on(with_keys))
        .filter(person::town_id.eq(town))
        .filter(person::person_id.eq(id))
        .select((person::created_at, keystore::keyset.nullable()))
        .first(&mut driver)
        .await
        .optional()
}

async fn household(mut driver: &AsyncPgConnection, town: &str, id: Uuid) -> QueryResult<Option<Uuid>> {
    use schema::membership;
    membership::table
        .filter(membership::town_id.eq(town))
        .filter(membership::person_id.eq(id))
        .filter(membership::recorded_to.is_null())
        .select(membership::household_id)
        .first(&mut driver)
        .await
        .optional()
}

async fn packs(mut driver: &AsyncPgConnection, town: &str, id: Uuid) -> QueryResult<Vec<pack::Columns>> {
    use schema::pack;
    pack::table
        .filter(pack::town_id.eq(town))
        .filter(pack::subject_id.eq(id))
        // With the notes in it the server cannot take the index of all packs in force, the whole town's.
        .filter(pack::recorded_to.is_null().or(pack::category.eq(NOTES)))
        .order((pack::category, pack::pack_id))
        .select(super::pack::Columns::as_select())
        .load(&mut driver)
        .await
}

async fn entries(mut driver: &AsyncPgConnection, town: &str, id: Uuid) -> QueryResult<Vec<entry::Columns>> {
    use schema::entry;
    entry::table
        .filter(entry::town_id.eq(town))
        .filter(entry::person_id.eq(id))
        .order((entry::entry_id, entry::version))
        .select(super::entry::Columns::as_select())
        .load(&mut driver)
        .await
}

async fn scores(mut driver: &AsyncPgConnection, town: &str, id: Uuid) -> QueryResult<Vec<Score>> {
    use schema::{run, score};
    let of_run = run::town_id.eq(town).and(run::run_id.eq(score::run_id));
    score::table
        .inner_join(run::table.on(of_run))
        .distinct_on(run::rulebook)
        .order((run::rulebook, score::run_id.desc()))
        .select((score::run_id, run::rulebook, run::as_of, run::known_at, score::body))
        .filter(score::town_id.eq(town))
        .filter(score::person_id.eq(id))
        .filter(run::state.eq(RunState::Done.as_str()))
        .load(&mut driver)
        .await
}

async fn seen(mut driver: &AsyncPgConnection, town: &str, id: Uuid, limit: i64) -> QueryResult<Vec<Look>> {
    use schema::access;
    access::table
        .filter(access::town_id.eq(town))
        .filter(access::person_id.eq(id))
        .order(access::access_id.desc())
        .limit(limit)
        .select((access::access_id, access::staff_id, access::purpose, access::operation, access::at))
        .load(&mut driver)
        .await
}

async fn handovers(mut driver: &AsyncPgConnection, town: &str) -> QueryResult<(i64, Option<i64>)> {
    use schema::handover;
    handover::table
        .filter(handover::town_id.eq(town))
        .select((count_star(), sum(handover::version)))
        .first(&mut driver)
        .await
}
