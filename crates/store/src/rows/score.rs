//! リスク値 with its trace: one box a child and run, sealed under the child's assessment key.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kernel::Category;
use kernel::id::{PersonId, RunId};
use seal::Plain;
use uuid::Uuid;

use super::run::RunState;
use crate::schema::{keystore, run, score};
use crate::town::row_version;
use crate::{StoreError, TownConn, TownTx};

/// Rows of one multi-row statement: four binds each, well below PostgreSQL's 65,535.
const CHUNK: usize = 4_000;

/// The key that seals scores, and their category in a box's place.
const ASSESSMENT: u8 = Category::Assessment.number();

/// One child's score in one run, opened.
#[derive(Debug)]
pub struct ScoreRow {
    /// 判定.
    pub run: RunId,
    /// 住民.
    pub person: PersonId,
    /// The score as `rulebook` writes it (JSON).
    pub body: Plain,
}

/// That a run scored somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scored {
    /// 判定.
    pub run: RunId,
    /// 住民.
    pub person: PersonId,
    /// What the run knew: when it was asked for.
    pub known_at: DateTime<Utc>,
}

/// Run, person, box and wrapped key set.
type Found = (Uuid, Uuid, Vec<u8>, Vec<u8>);

impl TownConn {
    /// All scores of a run in id order. A person whose assessment key was dropped is not in the
    /// answer.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when one does not open.
    pub async fn scores(&mut self, run: RunId) -> Result<Vec<(PersonId, Plain)>, StoreError> {
        let (driver, town) = self.parts()?;
        let with_keys = keystore::town_id.eq(town.clone()).and(keystore::subject_id.eq(score::person_id));
        let rows: Vec<Found> = score::table
            .inner_join(keystore::table.on(with_keys))
            .filter(score::town_id.eq(town))
            .filter(score::run_id.eq(run.uuid()))
            .order(score::person_id)
            .select((score::run_id, score::person_id, score::body, keystore::keyset))
            .load(driver)
            .await?;
        rows.into_iter()
            .filter_map(|found| self.score_open(&found).transpose())
            .map(|row| row.map(|row| (row.person, row.body)))
            .collect()
    }

    /// One person's score in one run; `None` also when the assessment key was dropped.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when it does not open.
    pub async fn score(&mut self, run: RunId, person: PersonId) -> Result<Option<ScoreRow>, StoreError> {
        let (driver, town) = self.parts()?;
        let with_keys = keystore::town_id.eq(town.clone()).and(keystore::subject_id.eq(score::person_id));
        let found: Option<Found> = score::table
            .inner_join(keystore::table.on(with_keys))
            .filter(score::town_id.eq(town))
            .filter(score::run_id.eq(run.uuid()))
            .filter(score::person_id.eq(person.uuid()))
            .select((score::run_id, score::person_id, score::body, keystore::keyset))
            .first(driver)
            .await
            .optional()?;
        found.map_or(Ok(None), |found| self.score_open(&found))
    }

    /// A person's score in the newest run of this rulebook that scored them.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when it does not open.
    pub async fn score_latest_of_person(
        &mut self,
        rulebook: &str,
        person: PersonId,
    ) -> Result<Option<ScoreRow>, StoreError> {
        let (driver, town) = self.parts()?;
        let with_keys = keystore::town_id.eq(town.clone()).and(keystore::subject_id.eq(score::person_id));
        let of_run = run::town_id.eq(town.clone()).and(run::run_id.eq(score::run_id));
        let found: Option<Found> = score::table
            .inner_join(keystore::table.on(with_keys))
            .inner_join(run::table.on(of_run))
            .filter(score::town_id.eq(town))
            .filter(score::person_id.eq(person.uuid()))
            .filter(run::rulebook.eq(rulebook))
            .order(score::run_id.desc())
            .select((score::run_id, score::person_id, score::body, keystore::keyset))
            .first(driver)
            .await
            .optional()?;
        found.map_or(Ok(None), |found| self.score_open(&found))
    }

    /// Which runs that were done scored whom, or one person, oldest first; no score is opened.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn scored(&mut self, person: Option<PersonId>) -> Result<Vec<Scored>, StoreError> {
        let (driver, town) = self.parts()?;
        let of_run = run::town_id.eq(town.clone()).and(run::run_id.eq(score::run_id));
        let mut query = score::table
            .inner_join(run::table.on(of_run))
            .filter(score::town_id.eq(town))
            .filter(run::state.eq(RunState::Done.as_str()))
            .order((score::run_id, score::person_id))
            .select((score::run_id, score::person_id, run::known_at))
            .into_boxed();
        if let Some(person) = person {
            query = query.filter(score::person_id.eq(person.uuid()));
        }
        let rows: Vec<(Uuid, Uuid, DateTime<Utc>)> = query.load(driver).await?;
        let scored = rows.into_iter().map(|(run, person, known_at)| Scored {
            run: RunId::from_uuid(run),
            person: PersonId::from_uuid(person),
            known_at,
        });
        Ok(scored.collect())
    }

    fn score_open(&self, (run, person, sealed, keyset): &Found) -> Result<Option<ScoreRow>, StoreError> {
        let Some(key) = self.keyset_open(*person, keyset)?.get(ASSESSMENT) else { return Ok(None) };
        let place = self.place("score", person.as_bytes(), ASSESSMENT, row_version(*run));
        let body = key.open(&place, sealed)?;
        Ok(Some(ScoreRow { run: RunId::from_uuid(*run), person: PersonId::from_uuid(*person), body }))
    }
}

impl TownTx {
    /// Writes the scores of a run, each sealed under its person's assessment key, which is made
    /// where there is none yet.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] when a person was scored in this run already; otherwise when a
    /// statement fails.
    pub async fn score_insert_many(
        &mut self,
        run: RunId,
        scores: &[(PersonId, Vec<u8>)],
    ) -> Result<(), StoreError> {
        let persons: Vec<Uuid> = scores.iter().map(|(person, _)| person.uuid()).collect();
        let keys = self.keysets_ensure(&persons, ASSESSMENT).await?;
        let (run, version) = (run.uuid(), row_version(run.uuid()));
        for chunk in scores.chunks(CHUNK) {
            let mut rows = Vec::with_capacity(chunk.len());
            for (person, plain) in chunk {
                let person = person.uuid();
                let key =
                    keys.get(&person).and_then(|keys| keys.get(ASSESSMENT)).ok_or(StoreError::Sealed)?;
                let sealed = key.seal(&self.place("score", person.as_bytes(), ASSESSMENT, version), plain);
                rows.push((
                    score::town_id.eq(self.town().to_string()),
                    score::run_id.eq(run),
                    score::person_id.eq(person),
                    score::body.eq(sealed),
                ));
            }
            let (driver, _) = self.parts()?;
            diesel::insert_into(score::table).values(&rows).execute(driver).await?;
        }
        Ok(())
    }
}
