//! What the town knows before a load: enough to resolve identifiers and to tell changed rows from
//! unchanged ones in the process, so that the database sees only what is new.

use std::collections::HashMap;

use futures_util::{StreamExt, pin_mut};
use kernel::id::{HouseholdId, PersonId};
use seal::KeySet;
use tokio_postgres::Row;
use uuid::Uuid;

use super::quality::RejectPlace;
use super::{BulkLoad, place};
use crate::StoreError;
use crate::rows::link_task::{LinkDecision, LinkTaskState};

/// A keyed index or hash as columns keep it.
pub type Key16 = [u8; 16];

/// Where one pack stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PackPlace {
    /// Person or household.
    pub subject: Uuid,
    /// Category number.
    pub category: i16,
    /// Pack.
    pub pack: Uuid,
}

/// One record of the source as the last load left it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record {
    /// Hash of the row it came from.
    pub row_hash: Key16,
    /// Packs in force made from it.
    pub packs: Vec<PackPlace>,
    /// Link tasks made from it that are not closed.
    pub tasks: Vec<TaskPlace>,
}

/// A link task and what a human made of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskPlace {
    /// Task.
    pub id: Uuid,
    /// Keyed mark of the part the person plays in the record.
    pub part: Key16,
    /// What a human said, if anything.
    pub decided: Option<LinkDecision>,
}

/// What the town knows.
#[derive(Debug, Default)]
pub struct Known {
    /// Numbers in force.
    pub numbers: HashMap<Key16, PersonId>,
    /// Households by their number.
    pub households: HashMap<Key16, HouseholdId>,
    /// The household each person is in.
    pub memberships: HashMap<PersonId, HouseholdId>,
    /// The source's records in force.
    pub records: HashMap<Key16, Record>,
    /// What humans decided about records that a later file no longer had: it holds when they come back.
    pub remembered: HashMap<Key16, Vec<TaskPlace>>,
    /// Open rejects of the source's earlier loads, by their record's key.
    pub rejects: HashMap<Key16, Vec<RejectPlace>>,
    /// Key sets of everybody.
    pub keysets: HashMap<Uuid, KeySet>,
}

impl BulkLoad {
    /// Reads what the town knows, for a load of `source`.
    ///
    /// # Errors
    /// [`StoreError`] when a statement fails or a key set does not open.
    pub async fn known(&self, source: &str) -> Result<Known, StoreError> {
        let mut known = Known::default();
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
        self.each("SELECT subject_id, keyset FROM town.keystore WHERE town_id = $1", |row| {
            let subject: Uuid = row.try_get(0)?;
            let wrapped: &[u8] = row.try_get(1)?;
            let keys =
                KeySet::unwrap(&self.keys.epoch, &place(&self.town, "keystore", &subject, 0, 0), wrapped)?;
            known.keysets.insert(subject, keys);
            Ok(())
        })
        .await?;
        self.packs_in_force(source, &mut known.records).await?;
        self.tasks(source, &mut known).await?;
        self.open_rejects(source, &mut known).await?;
        Ok(known)
    }

    async fn packs_in_force(
        &self,
        source: &str,
        records: &mut HashMap<Key16, Record>,
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

pub(super) fn key16(row: &Row, column: usize) -> Result<Key16, StoreError> {
    let bytes: &[u8] = row.try_get(column)?;
    bytes.try_into().map_err(|_| StoreError::Malformed("a keyed index is 16 bytes"))
}
