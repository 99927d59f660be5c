//! The database's half of a load: takes batches as they are filled and inserts each, while the platform fills
//! the next. When a statement fails, it ends, and with it the transaction.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use chrono::{DateTime, Utc};
use futures_util::SinkExt;
use tokio::sync::mpsc;
use tokio_postgres::types::ToSql;
use tokio_postgres::{Client, Statement};
use uuid::Uuid;

use super::batch::{Batch, COPY, Kind, Packs};
use super::column::Column;
use crate::StoreError;

/// In an order that leaves nothing pointing at what is not there yet. Each row of an array is one of the table's;
/// what all have in common is bound once.
const PERSONS: &str =
    "INSERT INTO town.person (town_id, person_id, created_at) SELECT $1, unnest($3::uuid[]), $2 RETURNING 1";
const NUMBERS: &str = "INSERT INTO town.identifier (town_id, number_index, person_id, recorded_from) SELECT $1, unnest($3::bytea[]), unnest($4::uuid[]), $2 RETURNING 1";
/// Numbers of other systems, each with the record that says it.
const TAUGHT: &str = "INSERT INTO town.identifier (town_id, number_index, person_id, recorded_from, source, record_key) SELECT $1, unnest($4::bytea[]), unnest($5::uuid[]), $2, $3, unnest($6::bytea[]) RETURNING 1";
const HOUSEHOLDS: &str = "INSERT INTO town.household (town_id, household_id, number_index, created_at) SELECT $1, unnest($4::uuid[]), unnest($3::bytea[]), $2 RETURNING 1";
const MEMBERS: &str = "INSERT INTO town.membership (town_id, household_id, person_id, load_id, recorded_from) SELECT $1, unnest($4::uuid[]), unnest($5::uuid[]), $3, $2 RETURNING 1";
const KEYSETS: &str = "INSERT INTO town.keystore (town_id, subject_id, epoch, keyset) SELECT $1, unnest($3::uuid[]), $2, unnest($4::bytea[]) RETURNING 1";
/// Keys of a subject who had some: also of one who came earlier in the same load. Each comes once.
const GROWN: &str = "INSERT INTO town.keystore (town_id, subject_id, epoch, keyset) SELECT $1, unnest($3::uuid[]), $2, unnest($4::bytea[]) ON CONFLICT (town_id, subject_id) DO UPDATE SET epoch = EXCLUDED.epoch, keyset = EXCLUDED.keyset RETURNING 1";
const PACKS: &str = "INSERT INTO town.pack (town_id, subject_id, category, pack_id, source, load_id, line, record_key, row_hash, recorded_from, body, whereabouts) SELECT $1, unnest($5::uuid[]), unnest($6::smallint[]), unnest($7::uuid[]), $3, $4, unnest($8::integer[]), unnest($9::bytea[]), unnest($10::bytea[]), $2, unnest($11::bytea[]), unnest($12::bytea[]) RETURNING 1";
/// From the stage: `$1` town, `$2` instant; `$3` source, `$4` load, `$5` upload where named.
const REJECTS: &str = "INSERT INTO town.reject (town_id, load_id, reject_id, line, codes, detail, record_key) SELECT $1, $2, row_id, line, string_to_array(label, ','), body, record_key FROM stage WHERE kind = 3 RETURNING 1";
const TASKS: &str = "INSERT INTO town.link_task (town_id, link_task_id, load_id, upload_id, source, line, part, record_key, row_hash, state, body, created_at) SELECT $1, row_id, $4, $5, $3, line, part, record_key, row_hash, 'open', body, $2 FROM stage WHERE kind = 4 RETURNING 1";
/// A decided record as it stood before this load, for its rollback. The first time counts.
const BEFORE: &str = "INSERT INTO town.link_task_before (town_id, load_id, link_task_id, was_load_id, upload_id, line, row_hash, state, decided_at, body) SELECT $1, $2, t.link_task_id, t.load_id, t.upload_id, t.line, t.row_hash, t.state, t.decided_at, t.body FROM stage s JOIN town.link_task t ON t.town_id = $1 AND t.link_task_id = s.row_id WHERE s.kind = 5 AND t.load_id <> $2 ON CONFLICT DO NOTHING RETURNING 1";
/// What a decided record now says; who decided what, and when, stays. Of one that had gone and came back, the
/// decision stands again.
const DECIDED: &str = "UPDATE town.link_task t SET state = CASE WHEN t.state <> 'closed' THEN t.state WHEN t.person_id IS NULL THEN 'refused' ELSE 'linked' END, load_id = $2, upload_id = $3, line = s.line, row_hash = s.row_hash, body = s.body FROM stage s WHERE s.kind = 5 AND t.town_id = $1 AND t.link_task_id = s.row_id RETURNING 1";

/// What every row of a load has in common.
pub(super) struct Writer {
    pub client: Arc<Client>,
    pub town: String,
    pub at: DateTime<Utc>,
    pub epoch: i32,
    pub source: String,
    pub load: Uuid,
    pub upload: Uuid,
    pub prepared: Mutex<HashMap<&'static str, Statement>>,
}

impl Writer {
    /// Inserts batch after batch until there are no more.
    pub async fn run(self, mut batches: mpsc::Receiver<Batch>) -> Result<(), StoreError> {
        while let Some(batch) = batches.recv().await {
            self.insert(batch).await?;
        }
        Ok(())
    }

    async fn insert(&self, mut batch: Batch) -> Result<(), StoreError> {
        self.people(&mut batch).await?;
        self.packs(&batch.packs).await?;
        match batch.stream() {
            Some(stream) => self.rare(&batch, stream).await,
            None => Ok(()),
        }
    }

    /// People, numbers, households and keys.
    async fn people(&self, batch: &mut Batch) -> Result<(), StoreError> {
        let Self { town, at, epoch, load, source, .. } = self;
        let Batch { persons, numbers, taught, households, members, new_keys, grown_keys, .. } = batch;
        if !persons.is_empty() {
            self.counted(PERSONS, &[town, at, persons]).await?;
        }
        for (insert, keyed) in [(NUMBERS, numbers), (HOUSEHOLDS, households)] {
            if !keyed.is_empty() {
                // In the order of the index, which keyed numbers would otherwise visit at random.
                keyed.sort_unstable();
                let keys: Column = keyed.iter().map(|(key, _)| key.as_slice()).collect();
                let ids: Column = keyed.iter().map(|(_, id)| id.as_bytes().as_slice()).collect();
                self.counted(insert, &[town, at, &keys, &ids]).await?;
            }
        }
        if !taught.is_empty() {
            taught.sort_unstable();
            let keys: Column = taught.iter().map(|(key, ..)| key.as_slice()).collect();
            let ids: Column = taught.iter().map(|(_, id, _)| id.as_bytes().as_slice()).collect();
            let records: Column = taught.iter().map(|(.., record)| record.as_slice()).collect();
            self.counted(TAUGHT, &[town, at, source, &keys, &ids, &records]).await?;
        }
        let (of, who) = &*members;
        if !who.is_empty() {
            self.counted(MEMBERS, &[town, at, load, of, who]).await?;
        }
        for (insert, keys) in [(KEYSETS, &*new_keys), (GROWN, grown_keys)] {
            if !keys.subjects.is_empty() {
                self.counted(insert, &[town, epoch, &keys.subjects, &keys.sealed]).await?;
            }
        }
        Ok(())
    }

    async fn packs(&self, packs: &Packs) -> Result<(), StoreError> {
        if packs.ids.is_empty() {
            return Ok(());
        }
        let Self { town, at, source, load, .. } = self;
        let Packs { subjects, categories, ids, lines, record_keys, row_hashes, bodies, whereabouts } = packs;
        let binds: [&(dyn ToSql + Sync); 12] = [
            town,
            at,
            source,
            load,
            subjects,
            categories,
            ids,
            lines,
            record_keys,
            row_hashes,
            bodies,
            whereabouts,
        ];
        self.counted(PACKS, &binds).await?;
        Ok(())
    }

    /// Rejects, and records that wait or waited, through the stage.
    async fn rare(&self, batch: &Batch, stream: Bytes) -> Result<(), StoreError> {
        let Self { town, at, source, load, upload, .. } = self;
        let inserts: [(&[Kind], &'static str, &[&(dyn ToSql + Sync)]); 4] = [
            (&[Kind::Reject], REJECTS, &[town, load]),
            (&[Kind::LinkTask], TASKS, &[town, at, source, load, upload]),
            (&[Kind::Decided], BEFORE, &[town, load]),
            (&[Kind::Decided], DECIDED, &[town, load, upload]),
        ];
        let mut sink = Box::pin(self.client.copy_in(COPY).await?);
        sink.send(stream).await?;
        sink.as_mut().finish().await?;
        for (kinds, insert, binds) in inserts {
            if batch.any(kinds) {
                self.counted(insert, binds).await?;
            }
        }
        Ok(self.client.batch_execute("TRUNCATE stage").await?)
    }

    /// Runs an INSERT … SELECT … RETURNING as a counted statement (design §4), prepared once.
    async fn counted(&self, insert: &'static str, binds: &[&(dyn ToSql + Sync)]) -> Result<i64, StoreError> {
        let known = self.prepared().get(insert).cloned();
        let statement = match known {
            Some(statement) => statement,
            None => {
                let counted = format!("WITH i AS ({insert}) SELECT count(*) FROM i");
                let statement = self.client.prepare(&counted).await?;
                self.prepared().insert(insert, statement.clone());
                statement
            }
        };
        Ok(self.client.query_one(&statement, binds).await?.try_get(0)?)
    }

    fn prepared(&self) -> MutexGuard<'_, HashMap<&'static str, Statement>> {
        // Whoever panicked with it had only looked something up.
        self.prepared.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
