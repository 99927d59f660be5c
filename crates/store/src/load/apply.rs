//! The end of a load: from the TEMP table to the town's tables, closings, the load's own row, the
//! counters, the leaf, the commit. All or nothing.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use kernel::ctx::jst_date;
use kernel::id::{HouseholdId, LoadId, PersonId};
use tokio_postgres::Client;
use uuid::Uuid;

use super::Stage;
use super::known::{Key16, PackPlace};
use super::quality::{self, RejectPlace, StagedQuality};
use crate::StoreError;
use crate::hub::{ARRIVED, size_class};
use crate::rows::load::LoadRow;
use crate::rows::load_changed::MANY;
use crate::rows::roster::{KEY_GONE, ROSTER};
use crate::rows::version::Changed;
use crate::town::LeafRow;

/// Keeps the tasks that a load closes as they stand, for its rollback. One that the load itself made has no before.
const TASKS_BEFORE: &str = "WITH i AS (INSERT INTO town.link_task_before (town_id, load_id, link_task_id, was_load_id, upload_id, line, row_hash, state, decided_at, body) SELECT $1, $2, t.link_task_id, t.load_id, t.upload_id, t.line, t.row_hash, t.state, t.decided_at, t.body FROM town.link_task t WHERE t.town_id = $1 AND t.link_task_id = ANY ($3) AND t.load_id <> $2 ON CONFLICT DO NOTHING RETURNING 1) SELECT count(*) FROM i";

/// Numbers taught by records that are gone or say something else, but for those they still say.
const FORGET: &str = "UPDATE town.identifier i SET recorded_to = $2 WHERE i.town_id = $1 AND i.source = $3 AND i.record_key = ANY ($4::bytea[]) AND i.recorded_to IS NULL AND i.recorded_from < $2 AND NOT EXISTS (SELECT 1 FROM unnest($5::bytea[], $6::bytea[]) AS s (record_key, number_index) WHERE s.record_key = i.record_key AND s.number_index = i.number_index)";

/// What an earlier file said and this one no longer does.
#[derive(Debug, Default)]
pub struct Closing {
    /// Packs superseded or gone.
    pub packs: Vec<PackPlace>,
    /// Link tasks superseded or gone.
    pub tasks: Vec<Uuid>,
    /// Memberships that ended.
    pub memberships: Vec<(PersonId, HouseholdId)>,
    /// Records that taught numbers of other systems and are gone, or say something else now.
    pub taught: Vec<Key16>,
    /// Numbers that such a record still says.
    pub restated: Vec<(Key16, Key16)>,
    /// Rejects of earlier loads whose records have come in order.
    pub corrected: Vec<RejectPlace>,
    /// Whether the file says all there is, so that it takes the place of every earlier one.
    pub supersedes: bool,
}

/// How the load ended, for its row.
#[derive(Debug)]
pub struct LoadEnd<'a> {
    /// The load with its final counts; `state` and `finished_at` are set here.
    pub load: &'a LoadRow,
    /// Which counter moves on.
    pub changed: Changed,
    /// What its file was like.
    pub quality: &'a StagedQuality,
}

impl Stage {
    /// Inserts the last rows, closes what is superseded, writes the leaf and commits.
    ///
    /// # Errors
    /// [`StoreError`]; nothing of the load remains then.
    pub async fn apply(
        mut self,
        closing: &Closing,
        end: &LoadEnd<'_>,
        leaf: &LeafRow,
    ) -> Result<(), StoreError> {
        let (town, at) = (self.town, self.at);
        let changed = changed(&mut self, closing, end);
        let last = Last { town: town.as_str(), at, client: self.finish().await? };
        last.close(closing, end.load.id).await?;
        last.forget(closing, &end.load.source).await?;
        last.name(end.load.id, &changed).await?;
        last.finish_rows(end).await?;
        quality::record(&last.client, last.town, end.load, end.quality).await?;
        quality::settle(&last.client, last.town, end.load, &closing.corrected, closing.supersedes).await?;
        if end.load.corrects.is_none() {
            last.record_arrival(end.load).await?;
        }
        last.client
            .execute("SELECT hub.append_leaf($1, $2, $3)", &[&last.town, &leaf.id.uuid(), &leaf.body])
            .await
            .map_err(|error| StoreError::from(error).of_leaf())?;
        Ok(last.client.batch_execute("COMMIT").await?)
    }
}

/// Whom the load changed, in id order. Nobody for the list of protections: who stands on it is told by the list
/// alone, to whoever says why and is recorded.
fn changed(stage: &mut Stage, closing: &Closing, end: &LoadEnd<'_>) -> Vec<Uuid> {
    if end.changed == Changed::Protection {
        return Vec::new();
    }
    let mut all = std::mem::take(&mut stage.changed);
    all.extend(closing.packs.iter().map(|pack| pack.subject));
    all.extend(closing.memberships.iter().map(|(person, _)| person.uuid()));
    all.sort_unstable();
    all.dedup();
    all
}

/// The transaction after its last row.
struct Last<'a> {
    town: &'a str,
    at: DateTime<Utc>,
    client: Arc<Client>,
}

impl Last<'_> {
    async fn close(&self, closing: &Closing, load: LoadId) -> Result<(), StoreError> {
        let (town, at) = (self.town, self.at);
        let subjects: Vec<Uuid> = closing.packs.iter().map(|p| p.subject).collect();
        let categories: Vec<i16> = closing.packs.iter().map(|p| p.category).collect();
        let packs: Vec<Uuid> = closing.packs.iter().map(|p| p.pack).collect();
        self.client
            .execute(
                "UPDATE town.pack p SET recorded_to = $2 FROM unnest($3::uuid[], $4::smallint[], $5::uuid[]) AS c (subject_id, category, pack_id) WHERE p.town_id = $1 AND p.subject_id = c.subject_id AND p.category = c.category AND p.pack_id = c.pack_id",
                &[&town, &at, &subjects, &categories, &packs],
            )
            .await?;
        self.client.execute(TASKS_BEFORE, &[&town, &load.uuid(), &closing.tasks]).await?;
        self.client
            .execute(
                "UPDATE town.link_task SET state = 'closed' WHERE town_id = $1 AND link_task_id = ANY ($2)",
                &[&town, &closing.tasks],
            )
            .await?;
        let persons: Vec<Uuid> = closing.memberships.iter().map(|m| m.0.uuid()).collect();
        let households: Vec<Uuid> = closing.memberships.iter().map(|m| m.1.uuid()).collect();
        self.client
            .execute(
                "UPDATE town.membership m SET recorded_to = $2 FROM unnest($3::uuid[], $4::uuid[]) AS c (person_id, household_id) WHERE m.town_id = $1 AND m.person_id = c.person_id AND m.household_id = c.household_id AND m.recorded_to IS NULL AND m.recorded_from < $2",
                &[&town, &at, &persons, &households],
            )
            .await?;
        Ok(())
    }

    /// Ends the numbers of other systems that their records no longer say.
    async fn forget(&self, closing: &Closing, source: &str) -> Result<(), StoreError> {
        if closing.taught.is_empty() {
            return Ok(());
        }
        let bytes = |key: &Key16| key.to_vec();
        let records: Vec<Vec<u8>> = closing.taught.iter().map(bytes).collect();
        let (by, still): (Vec<_>, Vec<_>) =
            closing.restated.iter().map(|(record, number)| (bytes(record), bytes(number))).unzip();
        self.client.execute(FORGET, &[&self.town, &self.at, &source, &records, &by, &still]).await?;
        Ok(())
    }

    /// Writes down whom the load changed, in id order.
    async fn name(&self, load: LoadId, persons: &[Uuid]) -> Result<(), StoreError> {
        let insert = self
            .client
            .prepare(
                "INSERT INTO town.load_changed (town_id, load_id, upto, persons) VALUES ($1, $2, $3, $4)",
            )
            .await?;
        for many in persons.chunks(MANY) {
            self.client.execute(&insert, &[&self.town, &load.uuid(), &many.last(), &many]).await?;
        }
        Ok(())
    }

    /// That the file came, for whoever waits for it.
    async fn record_arrival(&self, load: &LoadRow) -> Result<(), StoreError> {
        let (id, on, size) = (load.id.uuid(), jst_date(self.at), size_class(load.counts.read));
        self.client
            .execute(
                "SELECT hub.record_arrival($1, $2, $3, $4, $5, $6, $7)",
                &[&self.town, &id, &load.source, &load.as_of, &on, &ARRIVED, &size],
            )
            .await?;
        Ok(())
    }

    async fn finish_rows(&self, end: &LoadEnd<'_>) -> Result<(), StoreError> {
        let (town, load) = (self.town, end.load);
        let c = &load.counts;
        // Rejects change nothing: the same file, asked for twice at once, must not count as loaded twice.
        let changes = c.loaded > 0 || c.closed > 0;
        let state = if changes { "loaded" } else { "unchanged" };
        let rejects = serde_json::to_value(&c.rejects)?;
        self.client
            .execute(
                "UPDATE town.load SET state = $3, rows_read = $4, rows_loaded = $5, rows_unchanged = $6, rows_rejected = $7, rows_closed = $8, rows_queued = $9, reject_counts = $10, finished_at = $11, recorded_at = $12 WHERE town_id = $1 AND load_id = $2",
                &[&town, &load.id.uuid(), &state, &c.read, &c.loaded, &c.unchanged, &c.rejected, &c.closed, &c.queued, &rejects, &Utc::now(), &self.at],
            )
            .await?;
        let upload = load.upload.uuid();
        self.client
            .execute(
                "UPDATE town.upload SET state = 'loaded' WHERE town_id = $1 AND upload_id = $2",
                &[&town, &upload],
            )
            .await?;
        self.client
            .execute("DELETE FROM town.upload_chunk WHERE town_id = $1 AND upload_id = $2", &[&town, &upload])
            .await?;
        // A list that says what it said is of a later day all the same.
        let protection = i64::from(end.changed == Changed::Protection);
        self.client
            .execute(
                "UPDATE town.version SET people = people + $3, protection = protection + $2 WHERE town_id = $1",
                &[&town, &protection, &i64::from(changes)],
            )
            .await?;
        if changes {
            self.client.execute(KEY_GONE, &[&town, &ROSTER]).await?;
        }
        Ok(())
    }
}
