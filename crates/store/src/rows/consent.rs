//! 同意 of one data subject, sealed under that subject's consent key.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kernel::id::{ConsentId, PersonId};
use seal::{BoxKey, Plain};
use uuid::Uuid;

use super::subject::CONSENT_SLOT;
use crate::schema::{consent, keystore};
use crate::{StoreError, TownConn, TownTx};

/// One consent.
#[derive(Debug)]
pub struct ConsentRow {
    /// Id.
    pub id: ConsentId,
    /// 本人: whose consent it is.
    pub person: PersonId,
    /// From 1; each change moves it on.
    pub version: i32,
    /// The consent as `handover` writes it (JSON).
    pub body: Plain,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// Last changed.
    pub updated_at: DateTime<Utc>,
}

/// Id, person, version, box, times and wrapped key set.
type Found = (Uuid, Uuid, i32, Vec<u8>, DateTime<Utc>, DateTime<Utc>, Option<Vec<u8>>);

/// Which consents are read.
#[derive(Clone, Copy)]
enum Which {
    One(ConsentId),
    Of(PersonId),
    All,
}

impl TownConn {
    /// One consent.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when it does not open or its subject's key was dropped.
    pub async fn consent(&mut self, id: ConsentId) -> Result<Option<ConsentRow>, StoreError> {
        Ok(self.consents_read(Which::One(id)).await?.into_iter().next())
    }

    /// A person's consents, oldest first.
    ///
    /// # Errors
    /// As [`Self::consent`].
    pub async fn consent_list(&mut self, person: PersonId) -> Result<Vec<ConsentRow>, StoreError> {
        self.consents_read(Which::Of(person)).await
    }

    /// Every consent of the town, oldest first.
    ///
    /// # Errors
    /// As [`Self::consent`].
    pub async fn consents_all(&mut self) -> Result<Vec<ConsentRow>, StoreError> {
        self.consents_read(Which::All).await
    }

    async fn consents_read(&mut self, which: Which) -> Result<Vec<ConsentRow>, StoreError> {
        let (driver, town) = self.parts()?;
        let with_keys = keystore::town_id.eq(town.clone()).and(keystore::subject_id.eq(consent::person_id));
        let mut query = consent::table
            .left_join(keystore::table.on(with_keys))
            .filter(consent::town_id.eq(town))
            .order(consent::consent_id)
            .select((
                consent::consent_id,
                consent::person_id,
                consent::version,
                consent::body,
                consent::created_at,
                consent::updated_at,
                keystore::keyset.nullable(),
            ))
            .into_boxed();
        match which {
            Which::One(id) => query = query.filter(consent::consent_id.eq(id.uuid())),
            Which::Of(person) => query = query.filter(consent::person_id.eq(person.uuid())),
            Which::All => {}
        }
        let rows: Vec<Found> = query.load(driver).await?;
        rows.into_iter().map(|found| self.consent_open(found)).collect()
    }

    fn consent_open(
        &self,
        (id, person, version, sealed, created_at, updated_at, keyset): Found,
    ) -> Result<ConsentRow, StoreError> {
        let keys = self.keyset_open(person, &keyset.ok_or(StoreError::Sealed)?)?;
        let place = self.place("consent", id.as_bytes(), CONSENT_SLOT, version.unsigned_abs());
        let body = keys.get(CONSENT_SLOT).ok_or(StoreError::Sealed)?.open(&place, &sealed)?;
        let (id, person) = (ConsentId::from_uuid(id), PersonId::from_uuid(person));
        Ok(ConsentRow { id, person, version, body, created_at, updated_at })
    }

    fn consent_seal(&self, key: &BoxKey, row: &ConsentRow, version: i32) -> Vec<u8> {
        let id = row.id.uuid();
        key.seal(&self.place("consent", id.as_bytes(), CONSENT_SLOT, version.unsigned_abs()), &row.body)
    }
}

impl TownTx {
    /// Holds consents as they are until the transaction ends: whoever changes one waits.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn consents_hold(&mut self, ids: &[ConsentId]) -> Result<(), StoreError> {
        let ids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
        let (driver, town) = self.parts()?;
        let _: Vec<Uuid> = consent::table
            .filter(consent::town_id.eq(town))
            .filter(consent::consent_id.eq_any(ids))
            .order(consent::consent_id)
            .select(consent::consent_id)
            .for_share()
            .load(driver)
            .await?;
        Ok(())
    }

    /// Adds a consent.
    ///
    /// # Errors
    /// [`StoreError`] when the town does not know the person or the statement fails.
    pub async fn consent_insert(&mut self, new: &ConsentRow) -> Result<(), StoreError> {
        let key = self.subject_key_ensure(new.person.uuid(), CONSENT_SLOT).await?;
        let sealed = self.consent_seal(&key, new, new.version);
        let (driver, town) = self.parts()?;
        diesel::insert_into(consent::table)
            .values((
                consent::town_id.eq(town),
                consent::consent_id.eq(new.id.uuid()),
                consent::person_id.eq(new.person.uuid()),
                consent::version.eq(new.version),
                consent::body.eq(sealed),
                consent::created_at.eq(new.created_at),
                consent::updated_at.eq(new.updated_at),
            ))
            .execute(driver)
            .await?;
        Ok(())
    }

    /// Replaces a consent's content and moves its version on by one. `changed` carries the version
    /// that was read; false when the consent has moved on since, is not there, or lost its key.
    ///
    /// # Errors
    /// [`StoreError`] when a statement fails.
    pub async fn consent_update(&mut self, changed: &ConsentRow) -> Result<bool, StoreError> {
        let next = changed.version.saturating_add(1);
        let Some(key) = self.subject_key(changed.person.uuid(), CONSENT_SLOT).await? else {
            return Ok(false);
        };
        let sealed = self.consent_seal(&key, changed, next);
        let (driver, town) = self.parts()?;
        let rows = diesel::update(consent::table)
            .filter(consent::town_id.eq(town))
            .filter(consent::consent_id.eq(changed.id.uuid()))
            .filter(consent::person_id.eq(changed.person.uuid()))
            .filter(consent::version.eq(changed.version))
            .set((
                consent::version.eq(next),
                consent::body.eq(sealed),
                consent::updated_at.eq(changed.updated_at),
            ))
            .execute(driver)
            .await?;
        Ok(rows == 1)
    }
}
