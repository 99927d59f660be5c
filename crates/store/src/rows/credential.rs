//! Passwords and set-up codes of accounts, and how often signing in failed. A password rests as a slow hash,
//! sealed besides under its owner's key.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::upsert::excluded;
use diesel_async::RunQueryDsl;
use kernel::id::StaffId;
use seal::{BlindIndex, Plain};
use uuid::Uuid;

use super::subject::STAFF_SLOT;
use crate::schema::{credential, sign_in_failure, staff};
use crate::{StoreError, TownConn, TownTx};

/// What somebody who says a 職員番号 can prove themselves by.
#[derive(Debug)]
pub struct Account {
    /// Whose.
    pub staff: StaffId,
    /// The password's hash, if one was set.
    pub password: Option<Plain>,
    /// The set-up code's hash and until when it holds, if one is waiting.
    pub code: Option<(Vec<u8>, DateTime<Utc>)>,
}

/// Failed sign-ins with one number, without a success since.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Failures {
    /// How many.
    pub count: i32,
    /// When the last was.
    pub last_at: DateTime<Utc>,
}

type Found = (Uuid, Option<Vec<u8>>, Option<Vec<u8>>, Option<DateTime<Utc>>);

impl TownConn {
    /// The account with a 職員番号, if there is one.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when its password's box does not open.
    pub async fn account(&mut self, number: &BlindIndex) -> Result<Option<Account>, StoreError> {
        let (driver, town) = self.parts()?;
        let of_it = credential::town_id.eq(town.clone()).and(credential::staff_id.eq(staff::staff_id));
        let found: Option<Found> = staff::table
            .left_join(credential::table.on(of_it))
            .filter(staff::town_id.eq(town))
            .filter(staff::number_index.eq(number.as_bytes().as_slice()))
            .select((
                staff::staff_id,
                credential::password.nullable(),
                credential::code_hash.nullable(),
                credential::code_expires_at.nullable(),
            ))
            .first(driver)
            .await
            .optional()?;
        let Some((id, sealed, code, code_until)) = found else { return Ok(None) };
        let password = match sealed {
            Some(sealed) => {
                let key = self.subject_key(id, STAFF_SLOT).await?.ok_or(StoreError::Sealed)?;
                Some(key.open(&self.place("credential", id.as_bytes(), STAFF_SLOT, 0), &sealed)?)
            }
            None => None,
        };
        Ok(Some(Account { staff: StaffId::from_uuid(id), password, code: code.zip(code_until) }))
    }
}

impl TownTx {
    /// Keeps a set-up code's hash in place of any before it. The password stays until the code is used.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn setup_code_put(
        &mut self,
        of: StaffId,
        hash: &[u8; 32],
        until: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (driver, town) = self.parts()?;
        diesel::insert_into(credential::table)
            .values((
                credential::town_id.eq(town),
                credential::staff_id.eq(of.uuid()),
                credential::code_hash.eq(hash.as_slice()),
                credential::code_expires_at.eq(until),
            ))
            .on_conflict((credential::town_id, credential::staff_id))
            .do_update()
            .set((
                credential::code_hash.eq(excluded(credential::code_hash)),
                credential::code_expires_at.eq(excluded(credential::code_expires_at)),
            ))
            .execute(driver)
            .await?;
        Ok(())
    }

    /// Sets a password by a code that is waiting, and takes the code away; false when somebody used or
    /// replaced the code in between.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn password_set(
        &mut self,
        of: StaffId,
        code: &[u8],
        password: &[u8],
        at: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let id = of.uuid();
        let sealed = self.password_sealed(id, password).await?;
        let (driver, town) = self.parts()?;
        let changed = diesel::update(credential::table)
            .filter(credential::town_id.eq(town))
            .filter(credential::staff_id.eq(id))
            .filter(credential::code_hash.eq(code))
            .set((
                credential::password.eq(sealed),
                credential::password_set_at.eq(at),
                credential::code_hash.eq(None::<Vec<u8>>),
                credential::code_expires_at.eq(None::<DateTime<Utc>>),
            ))
            .execute(driver)
            .await?;
        Ok(changed == 1)
    }

    /// A password's hash as it rests, under the account's key.
    async fn password_sealed(&mut self, of: Uuid, password: &[u8]) -> Result<Vec<u8>, StoreError> {
        let key = self.subject_key_ensure(of, STAFF_SLOT).await?;
        Ok(key.seal(&self.place("credential", of.as_bytes(), STAFF_SLOT, 0), password))
    }

    /// Puts a password in the place of the one there is, and takes a code that waits away.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn password_replace(
        &mut self,
        of: StaffId,
        password: &[u8],
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let id = of.uuid();
        let sealed = self.password_sealed(id, password).await?;
        let (driver, town) = self.parts()?;
        diesel::update(credential::table)
            .filter(credential::town_id.eq(town))
            .filter(credential::staff_id.eq(id))
            .set((
                credential::password.eq(sealed),
                credential::password_set_at.eq(at),
                credential::code_hash.eq(None::<Vec<u8>>),
                credential::code_expires_at.eq(None::<DateTime<Utc>>),
            ))
            .execute(driver)
            .await?;
        Ok(())
    }

    /// Forgets password and code of an account.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn credential_drop(&mut self, of: StaffId) -> Result<(), StoreError> {
        let (driver, town) = self.parts()?;
        diesel::delete(credential::table)
            .filter(credential::town_id.eq(town))
            .filter(credential::staff_id.eq(of.uuid()))
            .execute(driver)
            .await?;
        Ok(())
    }

    /// Failures with a number, held until the transaction ends, so that of many attempts at once each sees
    /// the ones before it.
    ///
    /// # Errors
    /// [`StoreError`] when a statement fails.
    pub async fn failures_hold(
        &mut self,
        number: &BlindIndex,
        now: DateTime<Utc>,
    ) -> Result<Failures, StoreError> {
        let (driver, town) = self.parts()?;
        diesel::insert_into(sign_in_failure::table)
            .values((
                sign_in_failure::town_id.eq(town.clone()),
                sign_in_failure::number_index.eq(number.as_bytes().as_slice()),
                sign_in_failure::failures.eq(0),
                sign_in_failure::last_at.eq(now),
            ))
            .on_conflict_do_nothing()
            .execute(driver)
            .await?;
        let (count, last_at) = sign_in_failure::table
            .filter(sign_in_failure::town_id.eq(town))
            .filter(sign_in_failure::number_index.eq(number.as_bytes().as_slice()))
            .select((sign_in_failure::failures, sign_in_failure::last_at))
            .for_update()
            .first(driver)
            .await?;
        Ok(Failures { count, last_at })
    }

    /// Writes how many failures there are with a number.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn failures_put(&mut self, number: &BlindIndex, failures: Failures) -> Result<(), StoreError> {
        let (driver, town) = self.parts()?;
        diesel::update(sign_in_failure::table)
            .filter(sign_in_failure::town_id.eq(town))
            .filter(sign_in_failure::number_index.eq(number.as_bytes().as_slice()))
            .set((
                sign_in_failure::failures.eq(failures.count),
                sign_in_failure::last_at.eq(failures.last_at),
            ))
            .execute(driver)
            .await?;
        Ok(())
    }

    /// Forgets the failures with a number, and those with any that nobody has tried since `before`.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn failures_forget(
        &mut self,
        number: &BlindIndex,
        before: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (driver, town) = self.parts()?;
        let old = sign_in_failure::last_at.lt(before);
        let own = sign_in_failure::number_index.eq(number.as_bytes().as_slice());
        diesel::delete(sign_in_failure::table)
            .filter(sign_in_failure::town_id.eq(town))
            .filter(own.or(old))
            .execute(driver)
            .await?;
        Ok(())
    }
}
