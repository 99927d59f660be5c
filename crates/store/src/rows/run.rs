//! 判定: one scoring run over a town's people, by one release and one overlay, as known at one
//! instant.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kernel::Digest;
use kernel::id::{RunId, StaffId};
use uuid::Uuid;

use crate::schema::run;
use crate::word::words;
use crate::{StoreError, TownConn, TownTx};

words! {
    /// How far a run has come.
    RunState("run.state") {
        /// At work.
        Running = "running";
        /// Its scores are there.
        Done = "done";
        /// It could not be done; it left no scores.
        Failed = "failed";
    }
}

/// One run.
#[derive(Debug, Clone)]
pub struct RunRow {
    /// Id; later runs sort later.
    pub id: RunId,
    /// 判定基準.
    pub rulebook: String,
    /// Identity of the release.
    pub release: Digest,
    /// Identity of the town's overlay.
    pub overlay: Digest,
    /// The day the children are looked at.
    pub as_of: NaiveDate,
    /// Only what was recorded by then counts; while it runs, when it was asked for.
    pub known_at: DateTime<Utc>,
    /// How far it has come.
    pub state: RunState,
    /// How many children fell where: a JSON object of numbers, no resident's data.
    pub counts: serde_json::Value,
    /// Who began it.
    pub started_by: StaffId,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = run)]
struct Columns {
    run_id: Uuid,
    rulebook: String,
    release: Vec<u8>,
    overlay: Vec<u8>,
    as_of: NaiveDate,
    known_at: DateTime<Utc>,
    state: String,
    counts: serde_json::Value,
    started_by: Uuid,
    finished_at: Option<DateTime<Utc>>,
}

fn row(c: Columns) -> Result<RunRow, StoreError> {
    let digest = |bytes: Vec<u8>| {
        bytes.try_into().map(Digest::from_bytes).map_err(|_| StoreError::Malformed("run.digest"))
    };
    Ok(RunRow {
        id: RunId::from_uuid(c.run_id),
        rulebook: c.rulebook,
        release: digest(c.release)?,
        overlay: digest(c.overlay)?,
        as_of: c.as_of,
        known_at: c.known_at,
        state: c.state.parse()?,
        counts: c.counts,
        started_by: StaffId::from_uuid(c.started_by),
        finished_at: c.finished_at,
    })
}

impl TownConn {
    /// One run.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn run(&mut self, id: RunId) -> Result<Option<RunRow>, StoreError> {
        let (driver, town) = self.parts()?;
        let found: Option<Columns> = run::table
            .filter(run::town_id.eq(town))
            .filter(run::run_id.eq(id.uuid()))
            .select(Columns::as_select())
            .first(driver)
            .await
            .optional()?;
        found.map(row).transpose()
    }

    /// Runs, newest first, from before `before`.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn run_list(&mut self, before: Option<RunId>, limit: i64) -> Result<Vec<RunRow>, StoreError> {
        let (driver, town) = self.parts()?;
        let mut query = run::table.filter(run::town_id.eq(town)).into_boxed();
        if let Some(before) = before {
            query = query.filter(run::run_id.lt(before.uuid()));
        }
        let rows: Vec<Columns> =
            query.order(run::run_id.desc()).limit(limit).select(Columns::as_select()).load(driver).await?;
        rows.into_iter().map(row).collect()
    }

    /// The newest run of a rulebook that was done.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn run_latest(&mut self, rulebook: &str) -> Result<Option<RunRow>, StoreError> {
        let (driver, town) = self.parts()?;
        let found: Option<Columns> = run::table
            .filter(run::town_id.eq(town))
            .filter(run::rulebook.eq(rulebook))
            .filter(run::state.eq(RunState::Done.as_str()))
            .order(run::run_id.desc())
            .select(Columns::as_select())
            .first(driver)
            .await
            .optional()?;
        found.map(row).transpose()
    }

    /// Begins a run: a row that says so, before its transaction. `running` and without counts
    /// whatever the row says.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn run_insert(&mut self, new: &RunRow) -> Result<(), StoreError> {
        let (driver, town) = self.parts()?;
        diesel::insert_into(run::table)
            .values((
                run::town_id.eq(town),
                run::run_id.eq(new.id.uuid()),
                run::rulebook.eq(&new.rulebook),
                run::release.eq(new.release.as_bytes().as_slice()),
                run::overlay.eq(new.overlay.as_bytes().as_slice()),
                run::as_of.eq(new.as_of),
                run::known_at.eq(new.known_at),
                run::state.eq(RunState::Running.as_str()),
                run::counts.eq(serde_json::json!({})),
                run::started_by.eq(new.started_by.uuid()),
            ))
            .execute(driver)
            .await?;
        Ok(())
    }

    /// Ends a run that could not be done; false when it was not running.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn run_failed(&mut self, id: RunId, at: DateTime<Utc>) -> Result<bool, StoreError> {
        self.run_end(id, RunState::Failed, &serde_json::json!({}), at).await
    }

    async fn run_end(
        &mut self,
        id: RunId,
        state: RunState,
        counts: &serde_json::Value,
        at: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let (driver, town) = self.parts()?;
        let changed = diesel::update(run::table)
            .filter(run::town_id.eq(town))
            .filter(run::run_id.eq(id.uuid()))
            .filter(run::state.eq(RunState::Running.as_str()))
            .set((run::state.eq(state.as_str()), run::counts.eq(counts), run::finished_at.eq(at)))
            .execute(driver)
            .await?;
        Ok(changed == 1)
    }
}

impl TownTx {
    /// Ends a run whose scores this transaction wrote, from what was known at an instant; false when it was
    /// not running.
    ///
    /// # Errors
    /// [`StoreError`] when a statement fails.
    pub async fn run_finish(
        &mut self,
        id: RunId,
        known_at: DateTime<Utc>,
        counts: &serde_json::Value,
        at: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let (driver, town) = self.parts()?;
        diesel::update(run::table)
            .filter(run::town_id.eq(town))
            .filter(run::run_id.eq(id.uuid()))
            .set(run::known_at.eq(known_at))
            .execute(driver)
            .await?;
        self.run_end(id, RunState::Done, counts, at).await
    }
}
