//! The end of a load: from the TEMP table to the town's tables, closings, the load's own row, the
//! counters, the leaf, the commit. All or nothing.

use chrono::{DateTime, Utc};
use kernel::id::{HouseholdId, PersonId};
use tokio_postgres::types::ToSql;
use uuid::Uuid;

use super::known::PackPlace;
use super::stage::Kind;
use super::{BulkLoad, Stage};
use crate::StoreError;
use crate::rows::load::LoadRow;
use crate::rows::version::Changed;
use crate::town::{LeafRow, epoch_number};

/// What an earlier file said and this one no longer does.
#[derive(Debug, Default)]
pub struct Closing {
    /// Packs superseded or gone.
    pub packs: Vec<PackPlace>,
    /// Link tasks superseded or gone.
    pub tasks: Vec<Uuid>,
    /// Memberships that ended.
    pub memberships: Vec<(PersonId, HouseholdId)>,
}

/// How the load ended, for its row.
#[derive(Debug)]
pub struct LoadEnd<'a> {
    /// The load with its final counts; `state` and `finished_at` are set here.
    pub load: &'a LoadRow,
    /// When it ended: the instant everything in it is recorded at.
    pub at: DateTime<Utc>,
    /// Which counter moves on.
    pub changed: Changed,
}

/// What a decided record now says; who decided what, and when, stays.
const DECIDED: &str = "UPDATE town.link_task t SET load_id = $2, upload_id = $3, line = s.line, row_hash = s.row_hash, body = s.body FROM stage s WHERE s.kind = 8 AND t.town_id = $1 AND t.link_task_id = s.row_id RETURNING 1";

/// From the stage, in an order that leaves nothing pointing at what is not there yet. `$1` town,
/// `$2` instant; `$3` source, `$4` load, `$5` upload, `$6` epoch where named.
const PERSONS: &str = "INSERT INTO town.person (town_id, person_id, created_at) SELECT $1, subject_id, $2 FROM stage WHERE kind = 4 RETURNING 1";
const NUMBERS: &str = "INSERT INTO town.identifier (town_id, number_index, person_id, recorded_from) SELECT $1, record_key, subject_id, $2 FROM stage WHERE kind IN (4, 7) ORDER BY record_key RETURNING 1";
const HOUSEHOLDS: &str = "INSERT INTO town.household (town_id, household_id, number_index, created_at) SELECT $1, household_id, record_key, $2 FROM stage WHERE kind = 5 RETURNING 1";
const MEMBERS: &str = "INSERT INTO town.membership (town_id, household_id, person_id, load_id, recorded_from) SELECT $1, household_id, subject_id, $3, $2 FROM stage WHERE kind = 6 RETURNING 1";
const KEYSETS: &str = "INSERT INTO town.keystore (town_id, subject_id, epoch, keyset) SELECT $1, subject_id, $2, body FROM stage WHERE kind = 3 ON CONFLICT (town_id, subject_id) DO UPDATE SET epoch = EXCLUDED.epoch, keyset = EXCLUDED.keyset RETURNING 1";
const PACKS: &str = "INSERT INTO town.pack (town_id, subject_id, category, pack_id, source, load_id, line, role, record_key, row_hash, recorded_from, body, whereabouts) SELECT $1, subject_id, category, row_id, $3, $4, line, label, record_key, row_hash, $2, body, whereabouts FROM stage WHERE kind = 0 RETURNING 1";
const REJECTS: &str = "INSERT INTO town.reject (town_id, load_id, reject_id, line, codes, detail) SELECT $1, $2, row_id, line, string_to_array(label, ','), body FROM stage WHERE kind = 1 RETURNING 1";
const TASKS: &str = "INSERT INTO town.link_task (town_id, link_task_id, load_id, upload_id, source, line, role, record_key, row_hash, state, body, created_at) SELECT $1, row_id, $4, $5, $3, line, label, record_key, row_hash, 'open', body, $2 FROM stage WHERE kind = 2 RETURNING 1";

impl BulkLoad {
    /// Applies what was staged and commits.
    ///
    /// # Errors
    /// [`StoreError`]; nothing of the load remains then.
    pub async fn apply(
        self,
        stage: Stage,
        closing: &Closing,
        end: &LoadEnd<'_>,
        leaf: &LeafRow,
    ) -> Result<(), StoreError> {
        let staged = stage.finish().await?;
        let (town, at, load) = (self.town.as_str(), end.at, end.load);
        let (load_id, upload_id) = (load.id.uuid(), load.upload.uuid());
        let epoch = epoch_number(&self.keys.epoch);
        self.close(closing, at).await?;
        let source = &load.source;
        let inserts: [(&[Kind], &str, &[&(dyn ToSql + Sync)]); 9] = [
            (&[Kind::Person], PERSONS, &[&town, &at]),
            (&[Kind::Person, Kind::Number], NUMBERS, &[&town, &at]),
            (&[Kind::Household], HOUSEHOLDS, &[&town, &at]),
            (&[Kind::Member], MEMBERS, &[&town, &at, &load_id]),
            (&[Kind::KeySet], KEYSETS, &[&town, &epoch]),
            (&[Kind::Pack], PACKS, &[&town, &at, source, &load_id]),
            (&[Kind::Reject], REJECTS, &[&town, &load_id]),
            (&[Kind::LinkTask], TASKS, &[&town, &at, source, &load_id, &upload_id]),
            (&[Kind::Carried], DECIDED, &[&town, &load_id, &upload_id]),
        ];
        for (kinds, insert, binds) in inserts {
            if staged.any(kinds) {
                self.counted(insert, binds).await?;
            }
        }
        self.finish_rows(end).await?;
        self.client
            .execute("SELECT hub.append_leaf($1, $2, $3)", &[&town, &leaf.id.uuid(), &leaf.body])
            .await
            .map_err(|error| StoreError::from(error).of_leaf())?;
        self.client.batch_execute("COMMIT").await?;
        Ok(())
    }

    async fn close(&self, closing: &Closing, at: DateTime<Utc>) -> Result<(), StoreError> {
        let town = self.town.as_str();
        let subjects: Vec<Uuid> = closing.packs.iter().map(|p| p.subject).collect();
        let categories: Vec<i16> = closing.packs.iter().map(|p| p.category).collect();
        let packs: Vec<Uuid> = closing.packs.iter().map(|p| p.pack).collect();
        self.client
            .execute(
                "UPDATE town.pack p SET recorded_to = $2 FROM unnest($3::uuid[], $4::smallint[], $5::uuid[]) AS c (subject_id, category, pack_id) WHERE p.town_id = $1 AND p.subject_id = c.subject_id AND p.category = c.category AND p.pack_id = c.pack_id",
                &[&town, &at, &subjects, &categories, &packs],
            )
            .await?;
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
                "UPDATE town.membership m SET recorded_to = $2 FROM unnest($3::uuid[], $4::uuid[]) AS c (person_id, household_id) WHERE m.town_id = $1 AND m.person_id = c.person_id AND m.household_id = c.household_id AND m.recorded_to IS NULL",
                &[&town, &at, &persons, &households],
            )
            .await?;
        Ok(())
    }

    async fn finish_rows(&self, end: &LoadEnd<'_>) -> Result<(), StoreError> {
        let (town, load) = (self.town.as_str(), end.load);
        let c = &load.counts;
        // Rejects change nothing: the same file, asked for twice at once, must not count as loaded twice.
        let state = if c.loaded == 0 && c.closed == 0 { "unchanged" } else { "loaded" };
        let rejects = serde_json::to_value(&c.rejects)?;
        self.client
            .execute(
                "UPDATE town.load SET state = $3, rows_read = $4, rows_loaded = $5, rows_unchanged = $6, rows_rejected = $7, rows_closed = $8, rows_queued = $9, reject_counts = $10, finished_at = $11 WHERE town_id = $1 AND load_id = $2",
                &[&town, &load.id.uuid(), &state, &c.read, &c.loaded, &c.unchanged, &c.rejected, &c.closed, &c.queued, &rejects, &end.at],
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
        let protection = i64::from(end.changed == Changed::Protection);
        self.client
            .execute(
                "UPDATE town.version SET people = people + 1, protection = protection + $2 WHERE town_id = $1",
                &[&town, &protection],
            )
            .await?;
        Ok(())
    }

    /// Runs an INSERT … SELECT … RETURNING as a counted statement (design §4).
    async fn counted(&self, insert: &str, binds: &[&(dyn ToSql + Sync)]) -> Result<i64, StoreError> {
        let row =
            self.client.query_one(&format!("WITH i AS ({insert}) SELECT count(*) FROM i"), binds).await?;
        Ok(row.try_get(0)?)
    }
}
