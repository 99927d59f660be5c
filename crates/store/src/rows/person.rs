//! 住民: who is known to the town, and by which numbers.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use futures_util::future::try_join_all;
use kernel::id::{HouseholdId, PersonId};
use seal::BlindIndex;
use uuid::Uuid;

use crate::schema::{identifier, keystore, membership, pack, person, version};
use crate::town::row_version;
use crate::{StoreError, TownConn, TownTx};

use super::pack::{PackBody, Whereabouts};
use super::version::Versions;

/// A person with the newest register row, opened, and the town's counters at the same instant.
#[derive(Debug, Clone)]
pub struct PersonRow {
    /// Id.
    pub id: PersonId,
    /// Since when the platform knows the person.
    pub created_at: DateTime<Utc>,
    /// The town's counters, read by the same statement.
    pub versions: Versions,
    /// 世帯, if the register names one.
    pub household: Option<HouseholdId>,
    /// What the register says; absent when its keys were dropped or it never said anything.
    pub body: PackBody,
    /// Whereabouts.
    pub whereabouts: Option<Whereabouts>,
    /// When the register's row was recorded.
    pub recorded_from: Option<DateTime<Utc>>,
}

type Found = (
    (Uuid, DateTime<Utc>),
    (i64, i64, i64),
    Option<Vec<u8>>,
    Option<(Uuid, Vec<u8>, Option<Vec<u8>>, DateTime<Utc>, Option<DateTime<Utc>>)>,
    Option<Uuid>,
);

/// Category number of the register.
const REGISTER: i16 = kernel::Category::Register as i16;

impl TownConn {
    /// One person, in one statement.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when a box does not open.
    pub async fn person(&mut self, id: PersonId) -> Result<Option<PersonRow>, StoreError> {
        self.persons(&[id]).await?.pop().flatten().transpose()
    }

    /// Several persons, a statement each, sent together: each in the place of its id, `None` where the town
    /// knows nobody. One whose boxes do not open takes nobody else's answer away. (One statement for all of
    /// them would be planned anew each time, or once for tables whose size nobody knew yet.)
    ///
    /// # Errors
    /// [`StoreError`] when a statement fails.
    pub(crate) async fn persons(
        &mut self,
        ids: &[PersonId],
    ) -> Result<Vec<Option<Result<PersonRow, StoreError>>>, StoreError> {
        let (driver, town) = self.parts()?;
        let driver: &AsyncPgConnection = driver;
        let asked = ids.iter().map(|id| person_found(driver, town.clone(), *id));
        let found = try_join_all(asked).await?;
        Ok(found.into_iter().map(|found| found.map(|found| self.person_open(found))).collect())
    }

    fn person_open(&self, found: Found) -> Result<PersonRow, StoreError> {
        let ((id, created_at), (auth, people, protection), keyset, register, household) = found;
        let mut row = PersonRow {
            id: PersonId::from_uuid(id),
            created_at,
            versions: Versions { auth, people, protection },
            household: household.map(HouseholdId::from_uuid),
            body: PackBody::default(),
            whereabouts: None,
            recorded_from: None,
        };
        let (Some(keyset), Some((pack_id, body, whereabouts, recorded_from, None))) = (keyset, register)
        else {
            return Ok(row);
        };
        let keys = self.keyset_open(id, &keyset)?;
        let number = kernel::Category::Register.number();
        let place = self.place("pack", id.as_bytes(), number, row_version(pack_id));
        if let Some(key) = keys.get(number) {
            row.body = serde_json::from_slice(&key.open(&place, &body)?)?;
            row.recorded_from = Some(recorded_from);
        }
        if let (Some(key), Some(sealed)) = (keys.get(seal::ADDRESS), whereabouts) {
            let place = self.place("pack", id.as_bytes(), seal::ADDRESS, row_version(pack_id));
            row.whereabouts = Some(serde_json::from_slice(&key.open(&place, &sealed)?)?);
        }
        Ok(row)
    }

    /// Whether the town knows this person.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn person_exists(&mut self, id: PersonId) -> Result<bool, StoreError> {
        let (driver, town) = self.parts()?;
        let found: Option<Uuid> = person::table
            .filter(person::town_id.eq(town))
            .filter(person::person_id.eq(id.uuid()))
            .select(person::person_id)
            .first(driver)
            .await
            .optional()?;
        Ok(found.is_some())
    }

    /// Everybody known to the town, in id order.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn person_ids(&mut self) -> Result<Vec<PersonId>, StoreError> {
        let (driver, town) = self.parts()?;
        let rows: Vec<Uuid> = person::table
            .filter(person::town_id.eq(town))
            .order(person::person_id)
            .select(person::person_id)
            .load(driver)
            .await?;
        Ok(rows.into_iter().map(PersonId::from_uuid).collect())
    }

    /// The person who has this number now.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn person_by_number(&mut self, index: &BlindIndex) -> Result<Option<PersonId>, StoreError> {
        let (driver, town) = self.parts()?;
        let found: Option<Uuid> = identifier::table
            .filter(identifier::town_id.eq(town))
            .filter(identifier::number_index.eq(index.as_bytes().as_slice()))
            .filter(identifier::recorded_to.is_null())
            .select(identifier::person_id)
            .first(driver)
            .await
            .optional()?;
        Ok(found.map(PersonId::from_uuid))
    }

    /// Every number in force: its index and its person.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn identifier_all(&mut self) -> Result<Vec<(Vec<u8>, PersonId)>, StoreError> {
        let (driver, town) = self.parts()?;
        let rows: Vec<(Vec<u8>, Uuid)> = identifier::table
            .filter(identifier::town_id.eq(town))
            .filter(identifier::recorded_to.is_null())
            .select((identifier::number_index, identifier::person_id))
            .load(driver)
            .await?;
        Ok(rows.into_iter().map(|(index, person)| (index, PersonId::from_uuid(person))).collect())
    }
}

/// A person's rows in one statement, beside others on the same connection.
async fn person_found(
    mut driver: &AsyncPgConnection,
    town: String,
    id: PersonId,
) -> Result<Option<Found>, StoreError> {
    Ok(person::table
        .inner_join(version::table.on(version::town_id.eq(town.clone())))
        .left_join(
            keystore::table
                .on(keystore::town_id.eq(town.clone()).and(keystore::subject_id.eq(person::person_id))),
        )
        .left_join(
            pack::table.on(pack::town_id
                .eq(town.clone())
                .and(pack::subject_id.eq(person::person_id))
                .and(pack::category.eq(REGISTER))),
        )
        .left_join(
            membership::table.on(membership::town_id
                .eq(town.clone())
                .and(membership::person_id.eq(person::person_id))
                .and(membership::recorded_to.is_null())),
        )
        .filter(person::town_id.eq(town))
        .filter(person::person_id.eq(id.uuid()))
        // The row in force first, if there is one. Asked for it alone, the server may choose the index
        // of all rows in force, and reads the whole town's for one person.
        .order((pack::recorded_to.desc().nulls_first(), pack::recorded_from.desc()))
        .select((
            (person::person_id, person::created_at),
            (version::auth, version::people, version::protection),
            keystore::keyset.nullable(),
            (pack::pack_id, pack::body, pack::whereabouts, pack::recorded_from, pack::recorded_to).nullable(),
            membership::household_id.nullable(),
        ))
        .first(&mut driver)
        .await
        .optional()?)
}

impl TownTx {
    /// Ties a number to a person; one that is somebody's already stays theirs.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn identifier_insert(
        &mut self,
        index: &BlindIndex,
        person: PersonId,
        taught: Option<(&str, &[u8])>,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        if self.person_by_number(index).await?.is_some() {
            return Ok(());
        }
        let (driver, town) = self.parts()?;
        diesel::insert_into(identifier::table)
            .values((
                identifier::town_id.eq(town),
                identifier::number_index.eq(index.as_bytes().as_slice()),
                identifier::person_id.eq(person.uuid()),
                identifier::recorded_from.eq(at),
                identifier::source.eq(taught.map(|(source, _)| source)),
                identifier::record_key.eq(taught.map(|(_, key)| key)),
            ))
            .execute(driver)
            .await?;
        Ok(())
    }

    /// Gives a number to another person, of whom a source's record says it; whose it was until now. `None` when it was
    /// theirs already, or nobody's.
    ///
    /// # Errors
    /// [`StoreError`] when a statement fails.
    pub async fn identifier_move(
        &mut self,
        index: &BlindIndex,
        person: PersonId,
        taught: (&str, &[u8]),
        at: DateTime<Utc>,
    ) -> Result<Option<PersonId>, StoreError> {
        let held = self.person_by_number(index).await?.filter(|holder| *holder != person);
        let (driver, town) = self.parts()?;
        diesel::update(identifier::table)
            .filter(identifier::town_id.eq(town))
            .filter(identifier::number_index.eq(index.as_bytes().as_slice()))
            .filter(identifier::person_id.ne(person.uuid()))
            .filter(identifier::recorded_to.is_null())
            .set(identifier::recorded_to.eq(at))
            .execute(driver)
            .await?;
        self.identifier_insert(index, person, Some(taught), at).await?;
        Ok(held)
    }

    /// Gives a number back to whoever it was taken from at this very instant, unless it is somebody's.
    ///
    /// # Errors
    /// [`StoreError`] when a statement fails.
    pub async fn identifier_give_back(
        &mut self,
        index: &BlindIndex,
        moved_at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        if self.person_by_number(index).await?.is_some() {
            return Ok(());
        }
        let (driver, town) = self.parts()?;
        diesel::update(identifier::table)
            .filter(identifier::town_id.eq(town))
            .filter(identifier::number_index.eq(index.as_bytes().as_slice()))
            .filter(identifier::recorded_to.eq(moved_at))
            .filter(identifier::recorded_from.lt(moved_at))
            .set(identifier::recorded_to.eq(None::<DateTime<Utc>>))
            .execute(driver)
            .await?;
        Ok(())
    }

    /// Unties a number that was tied to a person at this very instant; one tied before or by somebody
    /// else stays.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn identifier_close(
        &mut self,
        index: &BlindIndex,
        person: PersonId,
        tied_at: DateTime<Utc>,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (driver, town) = self.parts()?;
        diesel::update(identifier::table)
            .filter(identifier::town_id.eq(town))
            .filter(identifier::number_index.eq(index.as_bytes().as_slice()))
            .filter(identifier::person_id.eq(person.uuid()))
            .filter(identifier::recorded_from.eq(tied_at))
            .filter(identifier::recorded_to.is_null())
            .set(identifier::recorded_to.eq(at))
            .execute(driver)
            .await?;
        Ok(())
    }
}
