//! The database's half of a load: takes batches as they are filled and inserts each from the stage, while
//! the platform fills the next. It owns the connection meanwhile and gives it back at the end; when a
//! statement fails, it ends, and with it the transaction.

use chrono::{DateTime, Utc};
use futures_util::SinkExt;
use tokio::sync::mpsc;
use tokio_postgres::Client;
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::batch::{Batch, COPY, Kind};
use crate::StoreError;

/// From the stage, in an order that leaves nothing pointing at what is not there yet. `$1` town,
/// `$2` instant; `$3` source, `$4` load, `$5` upload where named.
const PERSONS: &str = "INSERT INTO town.person (town_id, person_id, created_at) SELECT $1, subject_id, $2 FROM stage WHERE kind = 1 RETURNING 1";
const NUMBERS: &str = "INSERT INTO town.identifier (town_id, number_index, person_id, recorded_from) SELECT $1, number, subject_id, $2 FROM stage WHERE kind <= 1 AND number IS NOT NULL ORDER BY number RETURNING 1";
const HOUSEHOLDS: &str = "INSERT INTO town.household (town_id, household_id, number_index, created_at) SELECT $1, household_id, household_number, $2 FROM stage WHERE kind <= 1 AND household_number IS NOT NULL RETURNING 1";
const MEMBERS: &str = "INSERT INTO town.membership (town_id, household_id, person_id, load_id, recorded_from) SELECT $1, household_id, subject_id, $3, $2 FROM stage WHERE kind <= 1 AND household_id IS NOT NULL RETURNING 1";
const KEYSETS: &str = "INSERT INTO town.keystore (town_id, subject_id, epoch, keyset) SELECT $1, subject_id, $2, keyset FROM stage WHERE kind = 1 AND keyset IS NOT NULL RETURNING 1";
/// Keys of a subject who had some: also of one who came earlier in the same load.
const GROWN: &str = "INSERT INTO town.keystore (town_id, subject_id, epoch, keyset) SELECT $1, subject_id, $2, keyset FROM stage WHERE kind = 0 AND keyset IS NOT NULL ON CONFLICT (town_id, subject_id) DO UPDATE SET epoch = EXCLUDED.epoch, keyset = EXCLUDED.keyset RETURNING 1";
const PACKS: &str = "INSERT INTO town.pack (town_id, subject_id, category, pack_id, source, load_id, line, record_key, row_hash, recorded_from, body, whereabouts) SELECT $1, subject_id, category, row_id, $3, $4, line, record_key, row_hash, $2, body, whereabouts FROM stage WHERE kind = 2 RETURNING 1";
const REJECTS: &str = "INSERT INTO town.reject (town_id, load_id, reject_id, line, codes, detail, record_key) SELECT $1, $2, row_id, line, string_to_array(label, ','), body, record_key FROM stage WHERE kind = 3 RETURNING 1";
const TASKS: &str = "INSERT INTO town.link_task (town_id, link_task_id, load_id, upload_id, source, line, part, record_key, row_hash, state, body, created_at) SELECT $1, row_id, $4, $5, $3, line, part, record_key, row_hash, 'open', body, $2 FROM stage WHERE kind = 4 RETURNING 1";
/// A decided record as it stood before this load, for its rollback. The first time counts.
const BEFORE: &str = "INSERT INTO town.link_task_before (town_id, load_id, link_task_id, was_load_id, upload_id, line, row_hash, state, decided_at, body) SELECT $1, $2, t.link_task_id, t.load_id, t.upload_id, t.line, t.row_hash, t.state, t.decided_at, t.body FROM stage s JOIN town.link_task t ON t.town_id = $1 AND t.link_task_id = s.row_id WHERE s.kind = 5 AND t.load_id <> $2 ON CONFLICT DO NOTHING RETURNING 1";
/// What a decided record now says; who decided what, and when, stays. Of one that had gone and came back, the
/// decision stands again.
const DECIDED: &str = "UPDATE town.link_task t SET state = CASE WHEN t.state <> 'closed' THEN t.state WHEN t.person_id IS NULL THEN 'refused' ELSE 'linked' END, load_id = $2, upload_id = $3, line = s.line, row_hash = s.row_hash, body = s.body FROM stage s WHERE s.kind = 5 AND t.town_id = $1 AND t.link_task_id = s.row_id RETURNING 1";

/// What every row of a load has in common.
pub(super) struct Writer {
    pub client: Client,
    pub town: String,
    pub at: DateTime<Utc>,
    pub epoch: i32,
    pub source: String,
    pub load: Uuid,
    pub upload: Uuid,
}

impl Writer {
    /// Inserts batch after batch until there are no more.
    pub async fn run(self, mut batches: mpsc::Receiver<Batch>) -> Result<Client, StoreError> {
        while let Some(batch) = batches.recv().await {
            self.insert(batch).await?;
        }
        Ok(self.client)
    }

    async fn insert(&self, batch: Batch) -> Result<(), StoreError> {
        let Self { town, at, epoch, source, load, upload, .. } = self;
        let inserts: [(&[Kind], &str, &[&(dyn ToSql + Sync)]); 11] = [
            (&[Kind::Newcomer], PERSONS, &[town, at]),
            (&[Kind::Newcomer, Kind::Subject], NUMBERS, &[town, at]),
            (&[Kind::Newcomer, Kind::Subject], HOUSEHOLDS, &[town, at]),
            (&[Kind::Newcomer, Kind::Subject], MEMBERS, &[town, at, load]),
            (&[Kind::Newcomer], KEYSETS, &[town, epoch]),
            (&[Kind::Subject], GROWN, &[town, epoch]),
            (&[Kind::Pack], PACKS, &[town, at, source, load]),
            (&[Kind::Reject], REJECTS, &[town, load]),
            (&[Kind::LinkTask], TASKS, &[town, at, source, load, upload]),
            (&[Kind::Decided], BEFORE, &[town, load]),
            (&[Kind::Decided], DECIDED, &[town, load, upload]),
        ];
        let due = inserts.map(|(kinds, insert, binds)| batch.any(kinds).then_some((insert, binds)));
        let mut sink = Box::pin(self.client.copy_in(COPY).await?);
        sink.send(batch.finish()).await?;
        sink.as_mut().finish().await?;
        for (insert, binds) in due.into_iter().flatten() {
            self.counted(insert, binds).await?;
        }
        Ok(self.client.batch_execute("TRUNCATE stage").await?)
    }

    /// Runs an INSERT … SELECT … RETURNING as a counted statement (design §4).
    async fn counted(&self, insert: &str, binds: &[&(dyn ToSql + Sync)]) -> Result<i64, StoreError> {
        let row =
            self.client.query_one(&format!("WITH i AS ({insert}) SELECT count(*) FROM i"), binds).await?;
        Ok(row.try_get(0)?)
    }
}
