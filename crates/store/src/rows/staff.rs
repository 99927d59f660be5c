//! 職員 and 連携用: who acts. Name and 職員番号 are sealed like a resident's.

use std::collections::HashMap;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kernel::id::StaffId;
use seal::{BlindIndex, KeySet};
use uuid::Uuid;

use super::subject::STAFF_SLOT;
use crate::schema::staff;
use crate::word::words;
use crate::{StoreError, TownConn, TownTx};

words! {
    /// What kind of account it is.
    StaffKind("staff.kind") {
        /// 職員: a person.
        Member = "member";
        /// 連携用: a system of the town, which has no password.
        Service = "service";
    }
}

/// One account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StaffRow {
    /// Id.
    pub id: StaffId,
    /// A person or a system.
    pub kind: StaffKind,
    /// 職員番号, opened; a system has none.
    pub number: Option<String>,
    /// Name, opened.
    pub name: String,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// When they left, if they did and have not come back.
    pub left_at: Option<DateTime<Utc>>,
}

type Columns = (Uuid, String, Option<Vec<u8>>, Vec<u8>, DateTime<Utc>, Option<DateTime<Utc>>);

const COLUMNS: (staff::staff_id, staff::kind, staff::number, staff::name, staff::created_at, staff::left_at) =
    (staff::staff_id, staff::kind, staff::number, staff::name, staff::created_at, staff::left_at);

/// The table that a box of a 職員番号 says it is of: apart from the name's, so that the two cannot be swapped.
const NUMBER: &str = "staff_number";

impl TownConn {
    /// All accounts, oldest first.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when a name does not open.
    pub async fn staff_list(&mut self) -> Result<Vec<StaffRow>, StoreError> {
        let (driver, town) = self.parts()?;
        let rows: Vec<Columns> = staff::table
            .filter(staff::town_id.eq(town))
            .order(staff::staff_id)
            .select(COLUMNS)
            .load(driver)
            .await?;
        let ids: Vec<Uuid> = rows.iter().map(|row| row.0).collect();
        let keys = self.keysets(&ids).await?;
        rows.into_iter().map(|row| self.staff_open(row, &keys)).collect()
    }

    /// One account.
    ///
    /// # Errors
    /// As [`Self::staff_list`].
    pub async fn staff(&mut self, id: StaffId) -> Result<Option<StaffRow>, StoreError> {
        let (driver, town) = self.parts()?;
        let found: Option<Columns> = staff::table
            .filter(staff::town_id.eq(town))
            .filter(staff::staff_id.eq(id.uuid()))
            .select(COLUMNS)
            .first(driver)
            .await
            .optional()?;
        let Some(found) = found else { return Ok(None) };
        let keys = self.keysets(&[id.uuid()]).await?;
        self.staff_open(found, &keys).map(Some)
    }

    /// The keyed look-up of a 職員番号; `None` for an empty one.
    #[must_use]
    pub fn staff_number_index(&self, number: &str) -> Option<BlindIndex> {
        self.keys().blind.identifier(NUMBER, number)
    }

    fn staff_open(
        &self,
        (id, kind, number, name, created_at, left_at): Columns,
        keys: &HashMap<Uuid, KeySet>,
    ) -> Result<StaffRow, StoreError> {
        let key = keys.get(&id).and_then(|keys| keys.get(STAFF_SLOT)).ok_or(StoreError::Sealed)?;
        let open = |table, sealed: &[u8]| {
            let plain = key.open(&self.place(table, id.as_bytes(), STAFF_SLOT, 0), sealed)?;
            String::from_utf8(plain.to_vec()).map_err(|_| StoreError::Malformed("staff"))
        };
        Ok(StaffRow {
            id: StaffId::from_uuid(id),
            kind: kind.parse()?,
            number: number.map(|number| open(NUMBER, &number)).transpose()?,
            name: open("staff", &name)?,
            created_at,
            left_at,
        })
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
    /// Adds an account.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] when another has its 職員番号.
    pub async fn staff_insert(&mut self, new: &StaffRow) -> Result<(), StoreError> {
        let id = new.id.uuid();
        let key = self.subject_key_ensure(id, STAFF_SLOT).await?;
        let name = key.seal(&self.place("staff", id.as_bytes(), STAFF_SLOT, 0), new.name.as_bytes());
        let place = self.place(NUMBER, id.as_bytes(), STAFF_SLOT, 0);
        let number = new.number.as_ref().map(|number| key.seal(&place, number.as_bytes()));
        let index = new.number.as_ref().and_then(|number| self.staff_number_index(number));
        let (driver, town) = self.parts()?;
        diesel::insert_into(staff::table)
            .values((
                staff::town_id.eq(town),
                staff::staff_id.eq(id),
                staff::kind.eq(new.kind.as_str()),
                staff::name.eq(name),
                staff::number.eq(number),
                staff::number_index.eq(index.map(|index| index.as_bytes().to_vec())),
                staff::created_at.eq(new.created_at),
            ))
            .execute(driver)
            .await?;
        Ok(())
    }

    /// Writes a 職員番号.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] when another has it.
    pub async fn staff_number_set(&mut self, id: StaffId, number: &str) -> Result<(), StoreError> {
        let id = id.uuid();
        let key = self.subject_key_ensure(id, STAFF_SLOT).await?;
        let sealed = key.seal(&self.place(NUMBER, id.as_bytes(), STAFF_SLOT, 0), number.as_bytes());
        let index = self.staff_number_index(number).map(|index| index.as_bytes().to_vec());
        let (driver, town) = self.parts()?;
        diesel::update(staff::table)
            .filter(staff::town_id.eq(town))
            .filter(staff::staff_id.eq(id))
            .set((staff::number.eq(sealed), staff::number_index.eq(index)))
            .execute(driver)
            .await?;
        Ok(())
    }

    /// Writes another name.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn staff_rename(&mut self, id: StaffId, name: &str) -> Result<(), StoreError> {
        let id = id.uuid();
        let key = self.subject_key_ensure(id, STAFF_SLOT).await?;
        let sealed = key.seal(&self.place("staff", id.as_bytes(), STAFF_SLOT, 0), name.as_bytes());
        let (driver, town) = self.parts()?;
        diesel::update(staff::table)
            .filter(staff::town_id.eq(town))
            .filter(staff::staff_id.eq(id))
            .set(staff::name.eq(sealed))
            .execute(driver)
            .await?;
        Ok(())
    }

    /// Says that somebody left, or that they are back.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn staff_left(&mut self, id: StaffId, at: Option<DateTime<Utc>>) -> Result<(), StoreError> {
        let (driver, town) = self.parts()?;
        diesel::update(staff::table)
            .filter(staff::town_id.eq(town))
            .filter(staff::staff_id.eq(id.uuid()))
            .set(staff::left_at.eq(at))
            .execute(driver)
            .await?;
        Ok(())
    }
}
