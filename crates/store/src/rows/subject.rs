//! Subjects' keys: one wrapped key set a person, household or member of staff.

use std::collections::{BTreeMap, HashMap};

use diesel::prelude::*;
use diesel::sql_types::Text;
use diesel::upsert::excluded;
use diesel_async::RunQueryDsl;
use seal::{BoxKey, KeySet};
use uuid::Uuid;

use super::version::Changed;
use crate::schema::keystore;
use crate::town::epoch_number;
use crate::{StoreError, TownConn, TownTx};

/// The slot of the key that seals a member of staff's name.
pub const STAFF_SLOT: u8 = 254;

/// The slot of the key that seals a subject's consents.
pub const CONSENT_SLOT: u8 = 253;

/// The slot of the key that seals a town's roster: the only one of its key set, whose subject is nobody.
pub const ROSTER_SLOT: u8 = 252;

/// Rows of one multi-row statement: four binds each, well below PostgreSQL's 65,535.
const CHUNK: usize = 4_000;

impl TownConn {
    /// The key sets of these subjects; one whose keys were dropped is not in the answer.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when a set does not open under the epoch key.
    pub async fn keysets(&mut self, subjects: &[Uuid]) -> Result<HashMap<Uuid, KeySet>, StoreError> {
        let (driver, town) = self.parts()?;
        let rows: Vec<(Uuid, Vec<u8>)> = keystore::table
            .filter(keystore::town_id.eq(town))
            .filter(keystore::subject_id.eq_any(subjects))
            .select((keystore::subject_id, keystore::keyset))
            .load(driver)
            .await?;
        rows.into_iter()
            .map(|(subject, wrapped)| Ok((subject, self.keyset_open(subject, &wrapped)?)))
            .collect()
    }

    /// Every key set of the town, for work over all its people.
    ///
    /// # Errors
    /// As [`Self::keysets`].
    pub async fn keysets_all(&mut self) -> Result<HashMap<Uuid, KeySet>, StoreError> {
        let (driver, town) = self.parts()?;
        let rows: Vec<(Uuid, Vec<u8>)> = keystore::table
            .filter(keystore::town_id.eq(town))
            .select((keystore::subject_id, keystore::keyset))
            .load(driver)
            .await?;
        rows.into_iter()
            .map(|(subject, wrapped)| Ok((subject, self.keyset_open(subject, &wrapped)?)))
            .collect()
    }

    /// Opens one wrapped key set.
    pub(crate) fn keyset_open(&self, subject: Uuid, wrapped: &[u8]) -> Result<KeySet, StoreError> {
        let place = self.place("keystore", subject.as_bytes(), 0, 0);
        Ok(KeySet::unwrap(&self.keys().epoch, &place, wrapped)?)
    }

    /// Wraps a key set for its row.
    pub(super) fn keyset_wrap(&self, subject: Uuid, keys: &KeySet) -> Vec<u8> {
        keys.wrap(&self.keys().epoch, &self.place("keystore", subject.as_bytes(), 0, 0))
    }

    /// One key of one subject, if the subject has it.
    ///
    /// # Errors
    /// As [`Self::keysets`].
    pub async fn subject_key(&mut self, subject: Uuid, slot: u8) -> Result<Option<BoxKey>, StoreError> {
        Ok(self.keysets(&[subject]).await?.remove(&subject).and_then(|keys| keys.get(slot)))
    }
}

impl TownTx {
    /// One key of one subject, made when it is not there yet.
    ///
    /// # Errors
    /// As [`TownConn::keysets`].
    pub async fn subject_key_ensure(&mut self, subject: Uuid, slot: u8) -> Result<BoxKey, StoreError> {
        let keys = self.keysets_ensure(&[subject], slot).await?;
        keys.get(&subject).and_then(|keys| keys.get(slot)).ok_or(StoreError::Sealed)
    }

    /// The key sets of these subjects, each with a key in `slot`, made where there was none.
    ///
    /// # Errors
    /// As [`TownConn::keysets`].
    pub async fn keysets_ensure(
        &mut self,
        subjects: &[Uuid],
        slot: u8,
    ) -> Result<HashMap<Uuid, KeySet>, StoreError> {
        let has = |keys: &KeySet| keys.slots().any(|at| at == slot);
        let keys = self.keysets(subjects).await?;
        if subjects.iter().all(|subject| keys.get(subject).is_some_and(has)) {
            return Ok(keys);
        }
        self.lock_town().await?;
        // Read again: whoever held the lock may have added keys.
        let mut keys = self.keysets(subjects).await?;
        let mut changed = BTreeMap::new();
        for subject in subjects {
            let keys = keys.entry(*subject).or_default();
            if !has(keys) {
                keys.get_or_create(slot);
                changed.insert(*subject, self.keyset_wrap(*subject, keys));
            }
        }
        self.keysets_write(changed).await?;
        Ok(keys)
    }

    /// Writes wrapped key sets; the caller holds the lock.
    async fn keysets_write(&mut self, changed: BTreeMap<Uuid, Vec<u8>>) -> Result<(), StoreError> {
        let epoch = epoch_number(&self.keys().epoch);
        let (driver, town) = self.parts()?;
        let rows: Vec<_> = changed
            .into_iter()
            .map(|(subject, wrapped)| {
                (
                    keystore::town_id.eq(town.clone()),
                    keystore::subject_id.eq(subject),
                    keystore::epoch.eq(epoch),
                    keystore::keyset.eq(wrapped),
                )
            })
            .collect();
        for chunk in rows.chunks(CHUNK) {
            diesel::insert_into(keystore::table)
                .values(chunk)
                .on_conflict((keystore::town_id, keystore::subject_id))
                .do_update()
                .set((
                    keystore::epoch.eq(excluded(keystore::epoch)),
                    keystore::keyset.eq(excluded(keystore::keyset)),
                ))
                .execute(&mut *driver)
                .await?;
        }
        Ok(())
    }

    /// Waits until no load runs and nobody else adds or drops keys of this town, and holds both back
    /// until the transaction ends. A key set is written whole: two acts at once would write over each
    /// other's keys, and what was sealed under the lost one would never open again. A load holds it from
    /// its first read to its commit; an act that changes what a load has read takes it first of all.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn lock_town(&mut self) -> Result<(), StoreError> {
        let (driver, town) = self.parts()?;
        diesel::sql_query("SELECT hub.lock_town($1)").bind::<Text, _>(town).execute(driver).await?;
        Ok(())
    }

    /// Drops all keys of a subject; after the next epoch turn no backup opens what they sealed. Whoever has the
    /// subject in memory reads anew, and the roster, which may name it, goes too. Returns whether there were any.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn keyset_drop(&mut self, subject: Uuid) -> Result<bool, StoreError> {
        self.lock_town().await?;
        let (driver, town) = self.parts()?;
        let gone = diesel::delete(keystore::table)
            .filter(keystore::town_id.eq(town))
            .filter(keystore::subject_id.eq(subject))
            .execute(driver)
            .await?;
        self.version_bump(Changed::People).await?;
        Ok(gone > 0)
    }
}
