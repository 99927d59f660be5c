//! What a load stages: subjects, packs, rejects, records that wait. Everything is sealed here, before it
//! gets near a statement.

use std::sync::{Arc, Mutex};

use chrono::{DateTime, Utc};
use kernel::TownCode;
use kernel::id::{HouseholdId, PersonId};
use seal::{ADDRESS, KeySet, LoadKey};
use tokio::sync::{OwnedRwLockReadGuard, mpsc};
use tokio::task::JoinHandle;
use tokio_postgres::Client;
use uuid::Uuid;

use super::batch::{Batch, Kind, Row};
use super::column::Column;
use super::known::Key16;
use super::lookup::Lookup;
use super::scratch::{Scratch, json};
use super::writer::Writer;
use super::{BulkLoad, place};
use crate::rows::link_task::LinkTaskBody;
use crate::rows::load::LoadRow;
use crate::rows::pack::{PackBody, Whereabouts};
use crate::rows::reject::RejectDetail;
use crate::town::{epoch_number, row_version};
use crate::{StoreError, TownKeys};

/// A load under way: rows are sealed into a batch, full batches go to the database.
pub struct Stage {
    pub(super) town: TownCode,
    keys: OwnedRwLockReadGuard<TownKeys>,
    pub(super) at: DateTime<Utc>,
    /// Whom the load changes, some of them more than once.
    pub(super) changed: Vec<Uuid>,
    pub(super) client: Arc<Client>,
    load: Uuid,
    plain: Scratch,
    batch: Batch,
    batches: mpsc::Sender<Batch>,
    writer: JoinHandle<Result<(), StoreError>>,
}

/// What changes about a subject, beside packs.
#[derive(Default)]
pub struct StagedSubject<'a> {
    /// Whether the town did not know them until now.
    pub newcomer: bool,
    /// Index of a number they go by.
    pub number: Option<Key16>,
    /// Of a number of another system: the key of the record that says it.
    pub taught_by: Option<Key16>,
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
            client: Arc::clone(&self.client),
            town: self.town.to_string(),
            at,
            epoch: epoch_number(&self.keys.epoch),
            source: load.source.clone(),
            load: load.id.uuid(),
            upload: load.upload.uuid(),
            prepared: Mutex::default(),
        };
        let writer = tokio::spawn(writer.run(taken));
        Stage {
            town: self.town,
            keys: self.keys,
            at,
            changed: Vec::new(),
            client: self.client,
            load: load.id.uuid(),
            plain: Scratch::new(),
            batch: Batch::default(),
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

    /// Asks what the town knows; what has been staged may or may not be in the answers.
    #[must_use]
    pub fn lookup(&self) -> Lookup<'_> {
        Lookup { client: &self.client, town: &self.town, keys: &self.keys }
    }

    /// The load that stages.
    #[must_use]
    pub const fn load(&self) -> Uuid {
        self.load
    }

    /// Stages what changes about a subject.
    ///
    /// # Errors
    /// [`StoreError`] of an earlier batch, after which the load is over.
    pub async fn subject(&mut self, subject: Uuid, changed: &StagedSubject<'_>) -> Result<(), StoreError> {
        self.changes(subject);
        let who = subject.as_bytes();
        if changed.newcomer {
            self.batch.persons.push(who);
        }
        if let Some(number) = changed.number {
            match changed.taught_by {
                Some(record) => self.batch.taught.push((number, subject, record)),
                None => self.batch.numbers.push((number, subject)),
            }
        }
        if let Some(household) = changed.household {
            self.batch.members.0.push(household.uuid().as_bytes());
            self.batch.members.1.push(who);
            if let Some(number) = changed.household_number {
                self.batch.households.push((number, household.uuid()));
            }
        }
        let mut weight = 0;
        if let Some(keys) = changed.keys {
            let sealed = keys.wrap(&self.keys.epoch, &place(&self.town, "keystore", &subject, 0, 0));
            weight = sealed.len();
            let to = if changed.newcomer { &mut self.batch.new_keys } else { &mut self.batch.grown_keys };
            to.subjects.push(who);
            to.sealed.push(&sealed);
        }
        self.batch.weighs(weight);
        self.sent().await
    }

    /// Seals and stages a pack under the person's keys; a missing key is made in `keys`, which must be
    /// staged afterwards.
    ///
    /// # Errors
    /// [`StoreError`] of an earlier batch, after which the load is over.
    pub async fn pack(&mut self, keys: &mut KeySet, pack: &StagedPack<'_>) -> Result<(), StoreError> {
        let (subject, id) = (pack.person.uuid(), Uuid::now_v7());
        let version = row_version(id);
        let packs = &mut self.batch.packs;
        let mut seal = |slot: u8, plain: &[u8], column: &mut Column| {
            let at = place(&self.town, "pack", &subject, slot, version);
            column.write(|bytes| keys.get_or_create(slot).seal_into(&at, plain, bytes))
        };
        let mut weight = seal(pack.category, self.plain.write(pack.body)?, &mut packs.bodies);
        match pack.whereabouts {
            Some(plain) => weight += seal(ADDRESS, self.plain.write(plain)?, &mut packs.whereabouts),
            None => packs.whereabouts.push_null(),
        }
        packs.subjects.push(subject.as_bytes());
        packs.categories.push(&i16::from(pack.category).to_be_bytes());
        packs.ids.push(id.as_bytes());
        packs.lines.push(&pack.line.to_be_bytes());
        packs.record_keys.push(&pack.record_key);
        packs.row_hashes.push(&pack.row_hash);
        self.changes(subject);
        self.batch.weighs(weight);
        self.sent().await
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
    pub(super) async fn finish(mut self) -> Result<Arc<Client>, StoreError> {
        if !self.batch.is_empty() {
            self.send().await?;
        }
        let Self { batches, writer, client, .. } = self;
        drop(batches);
        ended(writer).await?;
        Ok(client)
    }

    /// Notes whom the load changes. Rows of one subject mostly come together.
    fn changes(&mut self, subject: Uuid) {
        if self.changed.last() != Some(&subject) {
            self.changed.push(subject);
        }
    }

    async fn push(&mut self, kind: Kind, row: &Row<'_>) -> Result<(), StoreError> {
        self.batch.push(kind, row);
        self.sent().await
    }

    /// Hands the batch on where it is full.
    async fn sent(&mut self) -> Result<(), StoreError> {
        if self.batch.is_full() { self.send().await } else { Ok(()) }
    }

    async fn send(&mut self) -> Result<(), StoreError> {
        let full = std::mem::take(&mut self.batch);
        if self.batches.send(full).await.is_ok() {
            return Ok(());
        }
        ended(&mut self.writer).await.and(Err(StoreError::Malformed("a load's writer ended before the load")))
    }
}

/// What the writer came to.
async fn ended(
    writer: impl Future<Output = Result<Result<(), StoreError>, tokio::task::JoinError>>,
) -> Result<(), StoreError> {
    writer.await.map_err(|_| StoreError::Malformed("a load's writer did not end"))?
}
