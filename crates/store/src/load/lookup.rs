//! What a load, or its plan, asks the town, when it needs to know.

use futures_util::{StreamExt, pin_mut};
use kernel::id::{HouseholdId, PersonId};
use kernel::{Category, Identity, TownCode};
use seal::KeySet;
use tokio_postgres::{Client, Row};
use uuid::Uuid;

use super::keyed::KeyedMap;
use super::known::{Key16, Known, PackPlace, Record, TaskPlace, key16};
use super::place;
use crate::rows::link_task::{LinkDecision, LinkTaskState};
use crate::rows::register::Said;
use crate::town::row_version;
use crate::{StoreError, TownKeys};

/// Asks the town what it knows. Of some it asks one by one, by LATERAL: a table that
/// has just been filled has no statistics, and `= ANY` may read all of the town.
pub struct Lookup<'a> {
    pub(super) client: &'a Client,
    pub(super) town: &'a TownCode,
    pub(super) keys: &'a TownKeys,
}

impl Lookup<'_> {
    /// The records of a source, and nobody yet.
    ///
    /// # Errors
    /// [`StoreError`] when a statement fails.
    pub async fn records(&self, source: &str) -> Result<Known, StoreError> {
        let mut known = Known::default();
        self.packs_in_force(source, &mut known.records).await?;
        self.tasks(source, &mut known).await?;
        self.open_rejects(source, &mut known).await?;
        Ok(known)
    }

    /// Says that somebody still works in the transaction: while a file brings nothing new, nothing else is asked.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn keep(&self) -> Result<(), StoreError> {
        Ok(self.client.batch_execute("SELECT 1").await?)
    }

    /// Everybody's numbers, households and memberships, unless they have been read.
    ///
    /// # Errors
    /// [`StoreError`] when a statement fails.
    pub async fn people(&self, known: &mut Known) -> Result<(), StoreError> {
        if std::mem::replace(&mut known.has_people, true) {
            return Ok(());
        }
        self.each(
            "SELECT number_index, person_id FROM town.identifier WHERE town_id = $1 AND recorded_to IS NULL",
            |row| {
                known.numbers.insert(key16(row, 0)?, PersonId::from_uuid(row.try_get(1)?));
                Ok(())
            },
        )
        .await?;
        self.each("SELECT number_index, household_id FROM town.household WHERE town_id = $1", |row| {
            known.households.insert(key16(row, 0)?, HouseholdId::from_uuid(row.try_get(1)?));
            Ok(())
        })
        .await?;
        self.each(
            "SELECT person_id, household_id FROM town.membership WHERE town_id = $1 AND recorded_to IS NULL",
            |row| {
                let (person, household) = (row.try_get(0)?, row.try_get(1)?);
                known.memberships.insert(PersonId::from_uuid(person), HouseholdId::from_uuid(household));
                Ok(())
            },
        )
        .await?;
        known.had_nobody = known.numbers.is_empty();
        Ok(())
    }

    /// Everybody whom the town has ever known, for a town in which ids follow from numbers: somebody whose number
    /// has ended would otherwise be made a second time.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn everybody(&self, known: &mut Known) -> Result<(), StoreError> {
        if !known.persons.is_empty() {
            return Ok(());
        }
        self.each("SELECT person_id FROM town.person WHERE town_id = $1", |row| {
            known.persons.insert(PersonId::from_uuid(row.try_get(0)?));
            Ok(())
        })
        .await
    }

    /// The key sets of these, unless they are known: an empty one for whoever has none.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails or a key set does not open.
    pub async fn keys(&self, known: &mut Known, subjects: &[Uuid]) -> Result<(), StoreError> {
        let unknown =
            |subject: &Uuid| !known.keysets.contains_key(subject) && !known.asked.contains_key(subject);
        let mut asked: Vec<Uuid> = subjects.iter().copied().filter(unknown).collect();
        asked.sort_unstable();
        asked.dedup();
        if asked.is_empty() {
            return Ok(());
        }
        let rows = self
            .client
            .query(
                "SELECT a.id, k.keyset FROM unnest($2::uuid[]) AS a (id), LATERAL (SELECT keyset FROM town.keystore WHERE town_id = $1 AND subject_id = a.id OFFSET 0) AS k",
                &[&self.town.as_str(), &asked],
            )
            .await?;
        known.asked.extend(asked.into_iter().map(|subject| (subject, KeySet::new())));
        for row in rows {
            let subject: Uuid = row.try_get(0)?;
            known.asked.insert(subject, self.keyset(&subject, row.try_get(1)?)?);
        }
        Ok(())
    }

    /// Who the register says these are; somebody may be in more than one of its sources. Their key sets must be
    /// known. What `load` itself has brought does not count.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails or a box does not open.
    pub async fn registered(
        &self,
        known: &Known,
        persons: &[Uuid],
        load: Option<Uuid>,
    ) -> Result<Vec<(PersonId, Identity)>, StoreError> {
        let register = Category::Register.number();
        // Which of them are in force is told here: asked of the statement, the planner would rather read all
        // that are in force over the whole town.
        let rows = self
            .client
            .query(
                "SELECT a.id, p.pack_id, p.body, p.recorded_to IS NULL AND p.load_id IS DISTINCT FROM $4 FROM unnest($2::uuid[]) AS a (id), LATERAL (SELECT pack_id, body, recorded_to, load_id FROM town.pack WHERE town_id = $1 AND subject_id = a.id AND category = $3 OFFSET 0) AS p",
                &[&self.town.as_str(), &persons, &i16::from(register), &load],
            )
            .await?;
        let mut registered = Vec::with_capacity(rows.len());
        for row in rows {
            let (subject, pack): (Uuid, Uuid) = (row.try_get(0)?, row.try_get(1)?);
            let in_force: bool = row.try_get(3)?;
            let keys = known.keysets.get(&subject).or_else(|| known.asked.get(&subject));
            // Whose key was dropped is nobody any more.
            let Some(key) = keys.and_then(|keys| keys.get(register)).filter(|_| in_force) else { continue };
            let at = place(self.town, "pack", &subject, register, row_version(pack));
            let said: Said = serde_json::from_slice(&key.open(&at, row.try_get(2)?)?)?;
            registered.extend(said.identity.map(|identity| (PersonId::from_uuid(subject), identity)));
        }
        Ok(registered)
    }

    fn keyset(&self, subject: &Uuid, wrapped: &[u8]) -> Result<KeySet, StoreError> {
        Ok(KeySet::unwrap(&self.keys.epoch, &place(self.town, "keystore", subject, 0, 0), wrapped)?)
    }

    async fn packs_in_force(
        &self,
        source: &str,
        records: &mut KeyedMap<Key16, Record>,
    ) -> Result<(), StoreError> {
        let town = self.town.as_str();
        let rows = self
            .client
            .query_raw(
                "SELECT record_key, row_hash, subject_id, category, pack_id FROM town.pack WHERE town_id = $1 AND source = $2 AND recorded_to IS NULL",
                [town, source],
            )
            .await?;
        pin_mut!(rows);
        while let Some(row) = rows.next().await.transpose()? {
            let record = records.entry(key16(&row, 0)?).or_default();
            record.row_hash = key16(&row, 1)?;
            record.packs.push(PackPlace {
                subject: row.try_get(2)?,
                category: row.try_get(3)?,
                pack: row.try_get(4)?,
            });
        }
        Ok(())
    }

    /// Tasks that stand, and closed ones on which a human had decided, the last decision last.
    async fn tasks(&self, source: &str, known: &mut Known) -> Result<(), StoreError> {
        let rows = self
            .client
            .query_raw(
                "SELECT record_key, row_hash, link_task_id, part, person_id, state FROM town.link_task WHERE town_id = $1 AND source = $2 AND (state <> 'closed' OR decided_by IS NOT NULL) ORDER BY decided_at",
                [self.town.as_str(), source],
            )
            .await?;
        pin_mut!(rows);
        while let Some(row) = rows.next().await.transpose()? {
            let key = key16(&row, 0)?;
            let (person, state): (Option<Uuid>, &str) = (row.try_get(4)?, row.try_get(5)?);
            let state: LinkTaskState = state.parse()?;
            let decided = match (state, person) {
                (LinkTaskState::Open, _) => None,
                (_, Some(person)) => Some(LinkDecision::Linked(PersonId::from_uuid(person))),
                (_, None) => Some(LinkDecision::Refused),
            };
            let task = TaskPlace { id: row.try_get(2)?, part: key16(&row, 3)?, decided };
            if state == LinkTaskState::Closed {
                known.remembered.entry(key).or_default().push(task);
            } else {
                let record = known.records.entry(key).or_default();
                record.row_hash = key16(&row, 1)?;
                record.tasks.push(task);
            }
        }
        Ok(())
    }

    async fn each(
        &self,
        sql: &str,
        mut take: impl FnMut(&Row) -> Result<(), StoreError>,
    ) -> Result<(), StoreError> {
        let rows = self.client.query_raw(sql, [self.town.as_str()]).await?;
        pin_mut!(rows);
        while let Some(row) = rows.next().await.transpose()? {
            take(&row)?;
        }
        Ok(())
    }
}
