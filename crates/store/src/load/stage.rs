//! What a load stages: subjects, packs, rejects, records that wait. Everything is sealed here, before it
//! gets near the TEMP table.

use std::collections::HashSet;

use chrono::{DateTime, Utc};
use kernel::TownCode;
use kernel::id::{HouseholdId, PersonId};
use seal::{ADDRESS, KeySet, LoadKey};
use tokio::sync::{OwnedRwLockReadGuard, mpsc};
use tokio::task::JoinHandle;
use tokio_postgres::Client;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::batch::{Batch, Kind, Row};
use super::known::Key16;
use super::writer::Writer;
use super::{BulkLoad, place};
use crate::rows::link_task::LinkTaskBody;
use crate::rows::load::{LoadRow, RejectDetail};
use crate::rows::pack::{PackBody, Whereabouts};
use crate::town::{epoch_number, row_version};
use crate::{StoreError, TownKeys};

/// A load under way: rows are sealed into a batch, full batches go to the database.
pub struct Stage {
    pub(super) town: TownCode,
    keys: OwnedRwLockReadGuard<TownKeys>,
    pub(super) at: DateTime<Utc>,
    pub(super) changed: HashSet<Uuid>,
    batch: Batch,
    batches: mpsc::Sender<Batch>,
    writer: JoinHandle<Result<Client, StoreError>>,
}

/// What changes about a subject, beside packs.
#[derive(Default)]
pub struct StagedSubject<'a> {
    /// Whether the town did not know them until now.
    pub newcomer: bool,
    /// Index of a number they go by.
    pub number: Option<Key16>,
    /// The household they are in from now on.
    pub household: Option<HouseholdId>,
    /// The index of that household's number, when the town did not know it until now.
    pub household_number: Option<Key16>,
    /// Their keys, when new or grown.
    pub keys: Option<&'a KeySet>,
}

/// One pack to be sealed and staged.
pub struct StagedPack<'a> {
    /// Whom it is about.
    pub person: PersonId,
    /// Category number.
    pub category: u8,
    /// Line of the file.
    pub line: i32,
    /// The record's key within its source.
    pub record_key: Key16,
    /// Hash of the row.
    pub row_hash: Key16,
    /// Content.
    pub body: &'a PackBody,
    /// Whereabouts, sealed apart.
    pub whereabouts: Option<&'a Whereabouts>,
}

/// A record that waits for a human to say who it is.
pub struct StagedTask<'a> {
    /// The task on which a human has decided: it and the decision stay, and only what it rests on
    /// changes. `None` for a new one.
    pub decided: Option<Uuid>,
    /// Line of the file.
    pub line: i32,
    /// Keyed mark of the part the person plays in the record.
    pub part: Key16,
    /// The record's key within its source.
    pub record_key: Key16,
    /// Hash of the row.
    pub row_hash: Key16,
    /// Content.
    pub body: &'a LinkTaskBody,
}

impl BulkLoad {
    /// The town's keys.
    #[must_use]
    pub fn keys(&self) -> &TownKeys {
        &self.keys
    }

    /// Begins to stage; everything of the load is recorded at `at`.
    #[must_use]
    pub fn stage(self, load: &LoadRow, at: DateTime<Utc>) -> Stage {
        // One batch waits while one is inserted and one is filled: memory stays bounded.
        let (batches, taken) = mpsc::channel(1);
        let writer = Writer {
            client: self.client,
            town: self.town.to_string(),
            at,
            epoch: epoch_number(&self.keys.epoch),
            source: load.source.clone(),
            load: load.id.uuid(),
            upload: load.upload.uuid(),
        };
        let writer = tokio::spawn(writer.run(taken));
        Stage {
            town: self.town,
            keys: self.keys,
            at,
            changed: HashSet::new(),
            batch: Batch::new(),
            batches,
            writer,
        }
    }
}

impl Stage {
    /// The town's keys.
    #[must_use]
    pub fn keys(&self) -> &TownKeys {
        &self.keys
    }

    /// Stages what changes about a subject.
    ///
    /// # Errors
    /// [`StoreError`] of an earlier batch, after which the load is over.
    pub async fn subject(&mut self, subject: Uuid, changed: &StagedSubject<'_>) -> Result<(), StoreError> {
        let wrapped = changed
            .keys
            .map(|keys| keys.wrap(&self.keys.epoch, &place(&self.town, "keystore", &subject, 0, 0)));
        let row = Row {
            subject: Some(subject),
            number: changed.number.as_ref(),
            household: changed.household.map(HouseholdId::uuid),
            household_number: changed.household_number.as_ref(),
            keyset: wrapped.as_deref(),
            ..Row::default()
        };
        let kind = if changed.newcomer { Kind::Newcomer } else { Kind::Subject };
        self.changed.insert(subject);
        self.push(kind, &row).await
    }

    /// Seals and stages a pack under the person's keys; a missing key is made in `keys`, which must be
    /// staged afterwards.
    ///
    /// # Errors
    /// [`StoreError`] of an earlier batch, after which the load is over.
    pub async fn pack(&mut self, keys: &mut KeySet, pack: &StagedPack<'_>) -> Result<(), StoreError> {
        let (subject, id) = (pack.person.uuid(), Uuid::now_v7());
        let version = row_version(id);
        let at = place(&self.town, "pack", &subject, pack.category, version);
        let body = keys.get_or_create(pack.category).seal(&at, &json(pack.body)?);
        let whereabouts = match pack.whereabouts {
            Some(plain) => {
                let at = place(&self.town, "pack", &subject, ADDRESS, version);
                Some(keys.get_or_create(ADDRESS).seal(&at, &json(plain)?))
            }
            None => None,
        };
        let row = Row {
            subject: Some(subject),
            row: Some(id),
            category: Some(i16::from(pack.category)),
            line: Some(pack.line),
            record_key: Some(&pack.record_key),
            row_hash: Some(&pack.row_hash),
            body: Some(&body),
            whereabouts: whereabouts.as_deref(),
            ..Row::default()
        };
        self.changed.insert(subject);
        self.push(Kind::Pack, &row).await
    }

    /// Seals and stages a rejected line.
    ///
    /// # Errors
    /// [`StoreError`] of an earlier batch, after which the load is over.
    pub async fn reject(
        &mut self,
        key: &LoadKey,
        load: Uuid,
        line: i32,
        record_key: Option<&Key16>,
        detail: &RejectDetail,
    ) -> Result<(), StoreError> {
        let codes = detail.reasons.iter().map(|fault| fault.code().as_str()).collect::<Vec<_>>().join(",");
        let at = place(&self.town, "reject", &load, 0, line.unsigned_abs());
        let body = key.boxes().seal(&at, &json(detail)?);
        let row = Row {
            row: Some(Uuid::now_v7()),
            line: Some(line),
            label: Some(&codes),
            record_key,
            body: Some(&body),
            ..Row::default()
        };
        self.push(Kind::Reject, &row).await
    }

    /// Seals and stages a record that waits, or waited until a human decided.
    ///
    /// # Errors
    /// [`StoreError`] of an earlier batch, after which the load is over.
    pub async fn task(&mut self, key: &LoadKey, task: &StagedTask<'_>) -> Result<(), StoreError> {
        let id = task.decided.unwrap_or_else(Uuid::now_v7);
        let kind = if task.decided.is_some() { Kind::Decided } else { Kind::LinkTask };
        let sealed = key.boxes().seal(&place(&self.town, "link_task", &id, 0, 0), &json(task.body)?);
        let row = Row {
            row: Some(id),
            line: Some(task.line),
            part: Some(&task.part),
            record_key: Some(&task.record_key),
            row_hash: Some(&task.row_hash),
            body: Some(&sealed),
            ..Row::default()
        };
        self.push(kind, &row).await
    }

    /// Hands in the last rows and gives back the transaction's connection.
    pub(super) async fn finish(mut self) -> Result<Client, StoreError> {
        if !self.batch.is_empty() {
            self.send().await?;
        }
        let Self { batches, writer, .. } = self;
        drop(batches);
        ended(writer).await
    }

    async fn push(&mut self, kind: Kind, row: &Row<'_>) -> Result<(), StoreError> {
        self.batch.push(kind, row);
        if self.batch.is_full() { self.send().await } else { Ok(()) }
    }

    async fn send(&mut self) -> Result<(), StoreError> {
        let full = std::mem::replace(&mut self.batch, Batch::new());
        if self.batches.send(full).await.is_ok() {
            return Ok(());
        }
        ended(&mut self.writer).await.and(Err(StoreError::Malformed("a load's writer ended before the load")))
    }
}

/// What the writer came to.
async fn ended(
    writer: impl Future<Output = Result<Result<Client, StoreError>, tokio::task::JoinError>>,
) -> Result<Client, StoreError> {
    writer.await.map_err(|_| StoreError::Malformed("a load's writer did not end"))?
}

/// The plain text of a box, wiped when it has been sealed.
fn json(value: &impl serde::Serialize) -> Result<Zeroizing<Vec<u8>>, StoreError> {
    Ok(Zeroizing::new(serde_json::to_vec(value)?))
}
