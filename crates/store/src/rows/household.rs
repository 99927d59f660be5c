//! 世帯: which there are, and who is in which.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kernel::id::{HouseholdId, PersonId};
use uuid::Uuid;

use crate::schema::{household, membership};
use crate::{StoreError, TownConn};

/// A membership in force.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MembershipRow {
    /// 世帯.
    pub household: HouseholdId,
    /// 住民.
    pub person: PersonId,
    /// Since when the platform knows it.
    pub recorded_from: DateTime<Utc>,
}

impl TownConn {
    /// Every household: the index of its number and its id.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn household_all(&mut self) -> Result<Vec<(Vec<u8>, HouseholdId)>, StoreError> {
        let (driver, town) = self.parts()?;
        let rows: Vec<(Vec<u8>, Uuid)> = household::table
            .filter(household::town_id.eq(town))
            .select((household::number_index, household::household_id))
            .load(driver)
            .await?;
        Ok(rows.into_iter().map(|(index, id)| (index, HouseholdId::from_uuid(id))).collect())
    }

    /// Every membership in force.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn membership_all(&mut self) -> Result<Vec<MembershipRow>, StoreError> {
        let (driver, town) = self.parts()?;
        let rows: Vec<(Uuid, Uuid, DateTime<Utc>)> = membership::table
            .filter(membership::town_id.eq(town))
            .filter(membership::recorded_to.is_null())
            .select((membership::household_id, membership::person_id, membership::recorded_from))
            .load(driver)
            .await?;
        Ok(rows.into_iter().map(membership_row).collect())
    }

    /// Who is in a household now; `None` when the town has no such household.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn household_members(
        &mut self,
        id: HouseholdId,
    ) -> Result<Option<Vec<MembershipRow>>, StoreError> {
        let (driver, town) = self.parts()?;
        let known: Option<Uuid> = household::table
            .filter(household::town_id.eq(&town))
            .filter(household::household_id.eq(id.uuid()))
            .select(household::household_id)
            .first(&mut *driver)
            .await
            .optional()?;
        if known.is_none() {
            return Ok(None);
        }
        let rows: Vec<(Uuid, Uuid, DateTime<Utc>)> = membership::table
            .filter(membership::town_id.eq(town))
            .filter(membership::household_id.eq(id.uuid()))
            .filter(membership::recorded_to.is_null())
            .order(membership::person_id)
            .select((membership::household_id, membership::person_id, membership::recorded_from))
            .load(driver)
            .await?;
        Ok(Some(rows.into_iter().map(membership_row).collect()))
    }
}

fn membership_row((household, person, recorded_from): (Uuid, Uuid, DateTime<Utc>)) -> MembershipRow {
    MembershipRow {
        household: HouseholdId::from_uuid(household),
        person: PersonId::from_uuid(person),
        recorded_from,
    }
}
