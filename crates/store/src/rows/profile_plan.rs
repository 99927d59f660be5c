//! Plans of profiles: a bundle, and the version that was in force when somebody looked at what it changes.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kernel::Digest;
use kernel::id::{PlanId, ProfileId, StaffId};
use uuid::Uuid;

use crate::schema::profile_plan;
use crate::{StoreError, TownConn, TownTx};

/// How long a plan is kept.
const KEPT: TimeDelta = TimeDelta::days(7);

/// One plan.
#[derive(Debug, Clone)]
pub struct PlanRow {
    /// Its id.
    pub id: PlanId,
    /// The version in force when it was made; `None` when there was none.
    pub base: Option<ProfileId>,
    /// Identity of the bundle.
    pub digest: Digest,
    /// The bundle's files, as `profiles` packs them.
    pub bundle: Vec<u8>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// By whom.
    pub created_by: StaffId,
    /// When it was applied, if it was.
    pub applied_at: Option<DateTime<Utc>>,
}

type Columns = (Uuid, Option<Uuid>, Vec<u8>, Vec<u8>, DateTime<Utc>, Uuid, Option<DateTime<Utc>>);

/// What a row is made of, in [`Columns`]' order.
const COLUMNS: (
    profile_plan::plan_id,
    profile_plan::base_profile_id,
    profile_plan::digest,
    profile_plan::bundle,
    profile_plan::created_at,
    profile_plan::created_by,
    profile_plan::applied_at,
) = (
    profile_plan::plan_id,
    profile_plan::base_profile_id,
    profile_plan::digest,
    profile_plan::bundle,
    profile_plan::created_at,
    profile_plan::created_by,
    profile_plan::applied_at,
);

fn row(
    (id, base, digest, bundle, created_at, created_by, applied_at): Columns,
) -> Result<PlanRow, StoreError> {
    let digest: [u8; 32] = digest.try_into().map_err(|_| StoreError::Malformed("profile_plan.digest"))?;
    Ok(PlanRow {
        id: PlanId::from_uuid(id),
        base: base.map(ProfileId::from_uuid),
        digest: Digest::from_bytes(digest),
        bundle,
        created_at,
        created_by: StaffId::from_uuid(created_by),
        applied_at,
    })
}

impl TownConn {
    /// One plan.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn plan(&mut self, id: PlanId) -> Result<Option<PlanRow>, StoreError> {
        let (driver, town) = self.parts()?;
        let found: Option<Columns> = profile_plan::table
            .filter(profile_plan::town_id.eq(town))
            .filter(profile_plan::plan_id.eq(id.uuid()))
            .select(COLUMNS)
            .first(driver)
            .await
            .optional()?;
        found.map(row).transpose()
    }

    /// Keeps a new plan and forgets those that are older than a week.
    ///
    /// # Errors
    /// [`StoreError`] when a statement fails.
    pub async fn plan_insert(&mut self, new: &PlanRow) -> Result<(), StoreError> {
        let (driver, town) = self.parts()?;
        diesel::delete(profile_plan::table)
            .filter(profile_plan::town_id.eq(&town))
            .filter(profile_plan::created_at.lt(new.created_at - KEPT))
            .execute(driver)
            .await?;
        diesel::insert_into(profile_plan::table)
            .values((
                profile_plan::town_id.eq(&town),
                profile_plan::plan_id.eq(new.id.uuid()),
                profile_plan::base_profile_id.eq(new.base.map(ProfileId::uuid)),
                profile_plan::digest.eq(new.digest.as_bytes().as_slice()),
                profile_plan::bundle.eq(&new.bundle),
                profile_plan::created_at.eq(new.created_at),
                profile_plan::created_by.eq(new.created_by.uuid()),
            ))
            .execute(driver)
            .await?;
        Ok(())
    }
}

impl TownTx {
    /// Uses a plan up; false when somebody has used it before.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn plan_use(&mut self, id: PlanId, at: DateTime<Utc>) -> Result<bool, StoreError> {
        let (driver, town) = self.parts()?;
        let used = diesel::update(profile_plan::table)
            .filter(profile_plan::town_id.eq(town))
            .filter(profile_plan::plan_id.eq(id.uuid()))
            .filter(profile_plan::applied_at.is_null())
            .set(profile_plan::applied_at.eq(at))
            .execute(driver)
            .await?;
        Ok(used == 1)
    }
}
