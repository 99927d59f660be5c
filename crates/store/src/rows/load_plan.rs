//! 取込計画: what loading a file would change, and what that was compared with. Counts, codes and ids; why a plan
//! could not be made is sealed under the upload's key, as a load's is.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kernel::id::{LoadId, LoadPlanId, ProfileId, StaffId, UploadId};
use kernel::{Digest, Fault};
use seal::LoadKey;
use uuid::Uuid;

use crate::schema::load_plan;
use crate::word::words;
use crate::{StoreError, TownConn, TownTx};

/// How long a plan is kept.
const KEPT: TimeDelta = TimeDelta::days(7);

words! {
    /// How far a plan has come.
    LoadPlanState("load_plan.state") {
        /// The file is being read.
        Running = "running";
        /// What it would change is known.
        Ready = "ready";
        /// The file cannot be loaded, and the reason is known.
        Failed = "failed";
    }
}

/// One plan.
#[derive(Debug, Clone)]
pub struct LoadPlanRow {
    /// Id.
    pub id: LoadPlanId,
    /// The file.
    pub upload: UploadId,
    /// 連携元.
    pub source: String,
    /// Day the export shows.
    pub as_of: NaiveDate,
    /// Identity of the layout that read it.
    pub layout_digest: Digest,
    /// The profile in force.
    pub profile: ProfileId,
    /// The source's last applied load; `None` when there was none.
    pub base: Option<LoadId>,
    /// The load that took this very file before; then there is nothing to do.
    pub same: Option<LoadId>,
    /// How far it has come.
    pub state: LoadPlanState,
    /// What would change: counts, codes and guards, as `app` writes them.
    pub outcome: Option<serde_json::Value>,
    /// Who asked.
    pub created_by: StaffId,
    /// When.
    pub created_at: DateTime<Utc>,
    /// When it was known.
    pub finished_at: Option<DateTime<Utc>>,
    /// When it was applied, if it was.
    pub applied_at: Option<DateTime<Utc>>,
    /// The load that does it.
    pub load: Option<LoadId>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = load_plan)]
struct Columns {
    plan_id: Uuid,
    upload_id: Uuid,
    source: String,
    as_of: NaiveDate,
    layout_digest: Vec<u8>,
    profile_id: Uuid,
    base_load_id: Option<Uuid>,
    same_load_id: Option<Uuid>,
    state: String,
    outcome: Option<serde_json::Value>,
    created_by: Uuid,
    created_at: DateTime<Utc>,
    finished_at: Option<DateTime<Utc>>,
    applied_at: Option<DateTime<Utc>>,
    load_id: Option<Uuid>,
}

fn row(c: Columns) -> Result<LoadPlanRow, StoreError> {
    let layout: [u8; 32] =
        c.layout_digest.try_into().map_err(|_| StoreError::Malformed("load_plan.layout_digest"))?;
    Ok(LoadPlanRow {
        id: LoadPlanId::from_uuid(c.plan_id),
        upload: UploadId::from_uuid(c.upload_id),
        source: c.source,
        as_of: c.as_of,
        layout_digest: Digest::from_bytes(layout),
        profile: ProfileId::from_uuid(c.profile_id),
        base: c.base_load_id.map(LoadId::from_uuid),
        same: c.same_load_id.map(LoadId::from_uuid),
        state: c.state.parse()?,
        outcome: c.outcome,
        created_by: StaffId::from_uuid(c.created_by),
        created_at: c.created_at,
        finished_at: c.finished_at,
        applied_at: c.applied_at,
        load: c.load_id.map(LoadId::from_uuid),
    })
}

impl TownConn {
    /// One plan.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn load_plan(&mut self, id: LoadPlanId) -> Result<Option<LoadPlanRow>, StoreError> {
        let (driver, town) = self.parts()?;
        let found: Option<Columns> = load_plan::table
            .filter(load_plan::town_id.eq(town))
            .filter(load_plan::plan_id.eq(id.uuid()))
            .select(Columns::as_select())
            .first(driver)
            .await
            .optional()?;
        found.map(row).transpose()
    }

    /// Plans whose making was cut off.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn load_plans_running(&mut self) -> Result<Vec<LoadPlanRow>, StoreError> {
        let (driver, town) = self.parts()?;
        let rows: Vec<Columns> = load_plan::table
            .filter(load_plan::town_id.eq(town))
            .filter(load_plan::state.eq(LoadPlanState::Running.as_str()))
            .select(Columns::as_select())
            .load(driver)
            .await?;
        rows.into_iter().map(row).collect()
    }

    /// Keeps a new plan and forgets those that are older than a week.
    ///
    /// # Errors
    /// [`StoreError`] when a statement fails.
    pub async fn load_plan_insert(&mut self, new: &LoadPlanRow) -> Result<(), StoreError> {
        let (driver, town) = self.parts()?;
        diesel::delete(load_plan::table)
            .filter(load_plan::town_id.eq(&town))
            .filter(load_plan::created_at.lt(new.created_at - KEPT))
            .execute(driver)
            .await?;
        diesel::insert_into(load_plan::table)
            .values((
                load_plan::town_id.eq(&town),
                load_plan::plan_id.eq(new.id.uuid()),
                load_plan::upload_id.eq(new.upload.uuid()),
                load_plan::source.eq(&new.source),
                load_plan::as_of.eq(new.as_of),
                load_plan::layout_digest.eq(new.layout_digest.as_bytes().as_slice()),
                load_plan::profile_id.eq(new.profile.uuid()),
                load_plan::base_load_id.eq(new.base.map(LoadId::uuid)),
                load_plan::same_load_id.eq(new.same.map(LoadId::uuid)),
                load_plan::state.eq(new.state.as_str()),
                load_plan::outcome.eq(&new.outcome),
                load_plan::created_by.eq(new.created_by.uuid()),
                load_plan::created_at.eq(new.created_at),
                load_plan::finished_at.eq(new.finished_at),
            ))
            .execute(driver)
            .await?;
        Ok(())
    }

    /// Says what a plan came to, and what it was compared with in the end.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn load_plan_ready(
        &mut self,
        id: LoadPlanId,
        base: Option<LoadId>,
        outcome: &serde_json::Value,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (driver, town) = self.parts()?;
        diesel::update(load_plan::table)
            .filter(load_plan::town_id.eq(town))
            .filter(load_plan::plan_id.eq(id.uuid()))
            .set((
                load_plan::state.eq(LoadPlanState::Ready.as_str()),
                load_plan::base_load_id.eq(base.map(LoadId::uuid)),
                load_plan::outcome.eq(outcome),
                load_plan::finished_at.eq(at),
            ))
            .execute(driver)
            .await?;
        Ok(())
    }

    /// Says why a file cannot be loaded.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn load_plan_failed(
        &mut self,
        id: LoadPlanId,
        key: &LoadKey,
        fault: &Fault,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let uuid = id.uuid();
        let plain = serde_json::to_vec(fault)?;
        let sealed = key.boxes().seal(&self.place("load_plan", uuid.as_bytes(), 0, 0), &plain);
        let (driver, town) = self.parts()?;
        diesel::update(load_plan::table)
            .filter(load_plan::town_id.eq(town))
            .filter(load_plan::plan_id.eq(uuid))
            .set((
                load_plan::state.eq(LoadPlanState::Failed.as_str()),
                load_plan::fault.eq(sealed),
                load_plan::finished_at.eq(at),
            ))
            .execute(driver)
            .await?;
        Ok(())
    }

    /// Why a file cannot be loaded.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when it does not open.
    pub async fn load_plan_fault(
        &mut self,
        id: LoadPlanId,
        key: &LoadKey,
    ) -> Result<Option<Fault>, StoreError> {
        let (driver, town) = self.parts()?;
        let uuid = id.uuid();
        let sealed: Option<Vec<u8>> = load_plan::table
            .filter(load_plan::town_id.eq(town))
            .filter(load_plan::plan_id.eq(uuid))
            .select(load_plan::fault)
            .first(driver)
            .await?;
        let Some(sealed) = sealed else { return Ok(None) };
        let plain = key.boxes().open(&self.place("load_plan", uuid.as_bytes(), 0, 0), &sealed)?;
        Ok(Some(serde_json::from_slice(&plain)?))
    }
}

impl TownTx {
    /// Uses a plan up for a load; false when somebody has used it before.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn load_plan_use(
        &mut self,
        id: LoadPlanId,
        load: LoadId,
        at: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let (driver, town) = self.parts()?;
        let used = diesel::update(load_plan::table)
            .filter(load_plan::town_id.eq(town))
            .filter(load_plan::plan_id.eq(id.uuid()))
            .filter(load_plan::applied_at.is_null())
            .set((load_plan::applied_at.eq(at), load_plan::load_id.eq(load.uuid())))
            .execute(driver)
            .await?;
        Ok(used == 1)
    }
}
