//! 閲覧制限: whom a member of staff may not see.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kernel::id::{DenialId, PersonId, StaffId};
use seal::Plain;
use uuid::Uuid;

use super::subject::STAFF_SLOT;
use crate::schema::denial;
use crate::{StoreError, TownConn, TownTx};

/// One of them.
#[derive(Debug)]
pub struct DenialRow {
    /// Id.
    pub id: DenialId,
    /// Who may not see.
    pub staff: StaffId,
    /// Whom.
    pub person: PersonId,
    /// Why and from when to when, as `app` writes it (JSON).
    pub body: Plain,
    /// When it was entered.
    pub created_at: DateTime<Utc>,
    /// When it was ended, if it was.
    pub ended_at: Option<DateTime<Utc>>,
}

type Columns = (Uuid, Uuid, Uuid, Vec<u8>, DateTime<Utc>, Option<DateTime<Utc>>);

impl TownConn {
    /// Denials, oldest first: of one account, or of all.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when one does not open.
    pub async fn denial_list(&mut self, staff: Option<StaffId>) -> Result<Vec<DenialRow>, StoreError> {
        let (driver, town) = self.parts()?;
        let mut query = denial::table.filter(denial::town_id.eq(town)).into_boxed();
        if let Some(staff) = staff {
            query = query.filter(denial::staff_id.eq(staff.uuid()));
        }
        let rows: Vec<Columns> = query
            .order(denial::denial_id)
            .select((
                denial::denial_id,
                denial::staff_id,
                denial::person_id,
                denial::body,
                denial::created_at,
                denial::ended_at,
            ))
            .load(driver)
            .await?;
        let mut of: Vec<Uuid> = rows.iter().map(|row| row.1).collect();
        of.sort_unstable();
        of.dedup();
        let keys = self.keysets(&of).await?;
        rows.into_iter()
            .map(|(id, staff, person, sealed, created_at, ended_at)| {
                let key = keys.get(&staff).and_then(|keys| keys.get(STAFF_SLOT)).ok_or(StoreError::Sealed)?;
                let body = key.open(&self.place("denial", id.as_bytes(), STAFF_SLOT, 0), &sealed)?;
                Ok(DenialRow {
                    id: DenialId::from_uuid(id),
                    staff: StaffId::from_uuid(staff),
                    person: PersonId::from_uuid(person),
                    body,
                    created_at,
                    ended_at,
                })
            })
            .collect()
    }
}

impl TownTx {
    /// Adds a denial.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn denial_insert(&mut self, new: &DenialRow) -> Result<(), StoreError> {
        let id = new.id.uuid();
        let key = self.subject_key_ensure(new.staff.uuid(), STAFF_SLOT).await?;
        let sealed = key.seal(&self.place("denial", id.as_bytes(), STAFF_SLOT, 0), &new.body);
        let (driver, town) = self.parts()?;
        diesel::insert_into(denial::table)
            .values((
                denial::town_id.eq(town),
                denial::denial_id.eq(id),
                denial::staff_id.eq(new.staff.uuid()),
                denial::person_id.eq(new.person.uuid()),
                denial::body.eq(sealed),
                denial::created_at.eq(new.created_at),
            ))
            .execute(driver)
            .await?;
        Ok(())
    }

    /// Ends a denial; false when it was ended before.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn denial_end(&mut self, id: DenialId, at: DateTime<Utc>) -> Result<bool, StoreError> {
        let (driver, town) = self.parts()?;
        let changed = diesel::update(denial::table)
            .filter(denial::town_id.eq(town))
            .filter(denial::denial_id.eq(id.uuid()))
            .filter(denial::ended_at.is_null())
            .set(denial::ended_at.eq(at))
            .execute(driver)
            .await?;
        Ok(changed == 1)
    }
}
