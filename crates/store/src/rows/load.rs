//! 取込. Rows read = loaded + unchanged + rejected, held by a constraint.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kernel::id::{LoadId, LoadPlanId, StaffId, UploadId};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use uuid::Uuid;

use crate::load::RejectPlace;
use crate::schema::load;
use crate::{StoreError, TownConn};

/// One intake of one file.
#[derive(Debug, Clone)]
pub struct LoadRow {
    /// Id.
    pub id: LoadId,
    /// The file.
    pub upload: UploadId,
    /// 連携元.
    pub source: String,
    /// Day the export shows.
    pub as_of: NaiveDate,
    /// Identity of the layout that read it.
    pub layout_digest: Vec<u8>,
    /// Keyed identity of the file.
    pub file_index: Vec<u8>,
    /// `running`, `loaded`, `unchanged`, `failed` or `rolled_back`.
    pub state: String,
    /// How the rows fared.
    pub counts: LoadCounts,
    /// Who began it.
    pub started_by: StaffId,
    /// When.
    pub started_at: DateTime<Utc>,
    /// When it ended.
    pub finished_at: Option<DateTime<Utc>>,
    /// The load whose rejected lines it brings anew; it then closes nothing.
    pub corrects: Option<LoadId>,
    /// Of a correction: the rejects that its lines stand for, as whoever handed it in says.
    pub settles: Vec<Settles>,
    /// The plan it does, if it was planned.
    pub plan: Option<LoadPlanId>,
    /// Guards that whoever began it passed over.
    pub overridden: Vec<String>,
    /// The instant at which everything it brought and closed was recorded; `None` until it is applied.
    pub recorded_at: Option<DateTime<Utc>>,
    /// Who rolled it back, and when.
    pub rolled_back: Option<(StaffId, DateTime<Utc>)>,
}

/// A line of a correction and the reject that it is the right form of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settles {
    /// Line of the correction's file, from 1.
    pub line: u32,
    /// The reject.
    #[serde(flatten)]
    pub reject: RejectPlace,
}

/// How a file's rows fared.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct LoadCounts {
    /// Data rows in the file.
    pub read: i64,
    /// New or changed.
    pub loaded: i64,
    /// As they were.
    pub unchanged: i64,
    /// Rejected.
    pub rejected: i64,
    /// Records of an earlier file that this one no longer has.
    pub closed: i64,
    /// Of the loaded ones: waiting in the link queue.
    pub queued: i64,
    /// Rejects by reason; a row with two reasons counts under both.
    pub rejects: BTreeMap<String, i64>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = load)]
struct Columns {
    load_id: Uuid,
    upload_id: Uuid,
    source: String,
    as_of: NaiveDate,
    layout_digest: Vec<u8>,
    file_index: Vec<u8>,
    state: String,
    rows_read: i64,
    rows_loaded: i64,
    rows_unchanged: i64,
    rows_rejected: i64,
    rows_closed: i64,
    rows_queued: i64,
    reject_counts: serde_json::Value,
    started_by: Uuid,
    started_at: DateTime<Utc>,
    finished_at: Option<DateTime<Utc>>,
    plan_id: Option<Uuid>,
    overridden: Vec<String>,
    recorded_at: Option<DateTime<Utc>>,
    rolled_back_at: Option<DateTime<Utc>>,
    rolled_back_by: Option<Uuid>,
    corrects: Option<Uuid>,
    settles: serde_json::Value,
}

fn row(c: Columns) -> Result<LoadRow, StoreError> {
    Ok(LoadRow {
        id: LoadId::from_uuid(c.load_id),
        upload: UploadId::from_uuid(c.upload_id),
        source: c.source,
        as_of: c.as_of,
        layout_digest: c.layout_digest,
        file_index: c.file_index,
        state: c.state,
        counts: LoadCounts {
            read: c.rows_read,
            loaded: c.rows_loaded,
            unchanged: c.rows_unchanged,
            rejected: c.rows_rejected,
            closed: c.rows_closed,
            queued: c.rows_queued,
            rejects: serde_json::from_value(c.reject_counts)?,
        },
        started_by: StaffId::from_uuid(c.started_by),
        started_at: c.started_at,
        finished_at: c.finished_at,
        plan: c.plan_id.map(LoadPlanId::from_uuid),
        overridden: c.overridden,
        recorded_at: c.recorded_at,
        rolled_back: c.rolled_back_by.map(StaffId::from_uuid).zip(c.rolled_back_at),
        corrects: c.corrects.map(LoadId::from_uuid),
        settles: serde_json::from_value(c.settles)?,
    })
}

impl TownConn {
    /// One load.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn load(&mut self, id: LoadId) -> Result<Option<LoadRow>, StoreError> {
        let (driver, town) = self.parts()?;
        let found: Option<Columns> = load::table
            .filter(load::town_id.eq(town))
            .filter(load::load_id.eq(id.uuid()))
            .select(Columns::as_select())
            .first(driver)
            .await
            .optional()?;
        found.map(row).transpose()
    }

    /// Loads, newest first, from before `before`.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn load_list(
        &mut self,
        before: Option<LoadId>,
        limit: i64,
    ) -> Result<Vec<LoadRow>, StoreError> {
        let (driver, town) = self.parts()?;
        let mut query = load::table.filter(load::town_id.eq(town)).into_boxed();
        if let Some(before) = before {
            query = query.filter(load::load_id.lt(before.uuid()));
        }
        let rows: Vec<Columns> =
            query.order(load::load_id.desc()).limit(limit).select(Columns::as_select()).load(driver).await?;
        rows.into_iter().map(row).collect()
    }

    /// The newest applied load of every source, corrections apart.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn load_latest_by_source(&mut self) -> Result<BTreeMap<String, LoadRow>, StoreError> {
        let (driver, town) = self.parts()?;
        let rows: Vec<Columns> = load::table
            .filter(load::town_id.eq(town))
            .filter(load::state.eq_any(["loaded", "unchanged"]))
            .filter(load::corrects.is_null())
            .distinct_on(load::source)
            .order((load::source, load::as_of.desc(), load::load_id.desc()))
            .select(Columns::as_select())
            .load(driver)
            .await?;
        rows.into_iter().map(|columns| row(columns).map(|load| (load.source.clone(), load))).collect()
    }

    /// The load of a source that was applied last: what the town knows of the source is what it left.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn load_last_applied(&mut self, source: &str) -> Result<Option<LoadRow>, StoreError> {
        let (driver, town) = self.parts()?;
        let found: Option<Columns> = load::table
            .filter(load::town_id.eq(town))
            .filter(load::source.eq(source))
            .filter(load::state.eq_any(["loaded", "unchanged"]))
            .order((load::recorded_at.desc().nulls_last(), load::load_id.desc()))
            .select(Columns::as_select())
            .first(driver)
            .await
            .optional()?;
        found.map(row).transpose()
    }

    /// The load that already took this very file with this very layout, as a whole file; for a correction, in any
    /// way.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn load_same(
        &mut self,
        source: &str,
        file_index: &[u8],
        layout_digest: &[u8],
        as_of: NaiveDate,
        is_correction: bool,
    ) -> Result<Option<LoadRow>, StoreError> {
        let (driver, town) = self.parts()?;
        let mut query = load::table
            .filter(load::town_id.eq(town))
            .filter(load::source.eq(source))
            .filter(load::file_index.eq(file_index))
            .filter(load::layout_digest.eq(layout_digest))
            .filter(load::as_of.eq(as_of))
            .filter(load::state.eq_any(["loaded", "unchanged"]))
            .into_boxed();
        if !is_correction {
            query = query.filter(load::corrects.is_null());
        }
        let found: Option<Columns> =
            query.order(load::load_id).select(Columns::as_select()).first(driver).await.optional()?;
        found.map(row).transpose()
    }

    /// Loads that were cut off: still running when the server came up.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn load_running(&mut self) -> Result<Vec<LoadRow>, StoreError> {
        let (driver, town) = self.parts()?;
        let rows: Vec<Columns> = load::table
            .filter(load::town_id.eq(town))
            .filter(load::state.eq("running"))
            .select(Columns::as_select())
            .load(driver)
            .await?;
        rows.into_iter().map(row).collect()
    }

    /// Begins a load: a row that says so, before its transaction.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn load_begin(&mut self, new: &LoadRow) -> Result<(), StoreError> {
        let (driver, town) = self.parts()?;
        diesel::insert_into(load::table)
            .values((
                load::town_id.eq(town),
                load::load_id.eq(new.id.uuid()),
                load::upload_id.eq(new.upload.uuid()),
                load::source.eq(&new.source),
                load::as_of.eq(new.as_of),
                load::layout_digest.eq(&new.layout_digest),
                load::file_index.eq(&new.file_index),
                load::state.eq("running"),
                load::rows_read.eq(0),
                load::rows_loaded.eq(0),
                load::rows_unchanged.eq(0),
                load::rows_rejected.eq(0),
                load::rows_closed.eq(0),
                load::rows_queued.eq(0),
                load::reject_counts.eq(serde_json::json!({})),
                load::started_by.eq(new.started_by.uuid()),
                load::started_at.eq(new.started_at),
                load::plan_id.eq(new.plan.map(LoadPlanId::uuid)),
                load::overridden.eq(&new.overridden),
                load::corrects.eq(new.corrects.map(LoadId::uuid)),
                load::settles.eq(serde_json::to_value(&new.settles)?),
            ))
            .execute(driver)
            .await?;
        Ok(())
    }
}
