//! 職員: who acts. A name is sealed like a resident's.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kernel::id::StaffId;
use uuid::Uuid;

use super::subject::STAFF_SLOT;
use crate::schema::staff;
use crate::{StoreError, TownConn, TownTx};

/// One member of staff.
#[derive(Debug, Clone)]
pub struct StaffRow {
    /// Id.
    pub id: StaffId,
    /// `<organ>/<section>`.
    pub section: String,
    /// Name, opened.
    pub name: String,
    /// Since when.
    pub created_at: DateTime<Utc>,
}

impl TownConn {
    /// All staff, oldest first.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when a name does not open.
    pub async fn staff_list(&mut self) -> Result<Vec<StaffRow>, StoreError> {
        let (driver, town) = self.parts()?;
        let rows: Vec<(Uuid, String, Vec<u8>, DateTime<Utc>)> = staff::table
            .filter(staff::town_id.eq(town))
            .order(staff::staff_id)
            .select((staff::staff_id, staff::section, staff::name, staff::created_at))
            .load(driver)
            .await?;
        let ids: Vec<Uuid> = rows.iter().map(|row| row.0).collect();
        let keys = self.keysets(&ids).await?;
        rows.into_iter()
            .map(|(id, section, name, created_at)| {
                let key = keys.get(&id).and_then(|keys| keys.get(STAFF_SLOT)).ok_or(StoreError::Sealed)?;
                let plain = key.open(&self.place("staff", id.as_bytes(), STAFF_SLOT, 0), &name)?;
                let name =
                    String::from_utf8(plain.to_vec()).map_err(|_| StoreError::Malformed("staff.name"))?;
                Ok(StaffRow { id: StaffId::from_uuid(id), section, name, created_at })
            })
            .collect()
    }
}

impl TownConn {
    /// Whether the town has this member of staff.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn staff_exists(&mut self, id: StaffId) -> Result<bool, StoreError> {
        let (driver, town) = self.parts()?;
        let found: Option<Uuid> = staff::table
            .filter(staff::town_id.eq(town))
            .filter(staff::staff_id.eq(id.uuid()))
            .select(staff::staff_id)
            .first(driver)
            .await
            .optional()?;
        Ok(found.is_some())
    }
}

impl TownTx {
    /// Adds a member of staff.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn staff_insert(&mut self, new: &StaffRow) -> Result<(), StoreError> {
        let id = new.id.uuid();
        let key = self.subject_key_ensure(id, STAFF_SLOT).await?;
        let sealed = key.seal(&self.place("staff", id.as_bytes(), STAFF_SLOT, 0), new.name.as_bytes());
        let (driver, town) = self.parts()?;
        diesel::insert_into(staff::table)
            .values((
                staff::town_id.eq(town),
                staff::staff_id.eq(id),
                staff::section.eq(&new.section),
                staff::name.eq(sealed),
                staff::created_at.eq(new.created_at),
            ))
            .execute(driver)
            .await?;
        Ok(())
    }
}
