//! Why a load failed, and why a person passed over its guards or rolled it back: sealed under the load's key.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kernel::Fault;
use kernel::id::LoadId;
use seal::LoadKey;

use crate::schema::load;
use crate::{StoreError, TownConn};

/// Why a person did something about a load, sealed under the load's key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LoadReason {
    /// Why guards were passed over.
    Override,
    /// Why it was rolled back.
    Rollback,
}

impl LoadReason {
    /// Keeps the boxes of one load's row apart; 0 is the fault's.
    const fn category(self) -> u8 {
        match self {
            Self::Override => 1,
            Self::Rollback => 2,
        }
    }
}

impl TownConn {
    /// Ends a load that could not be done, with the reason sealed under the load key.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn load_failed(
        &mut self,
        id: LoadId,
        key: &LoadKey,
        fault: &Fault,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let uuid = id.uuid();
        let sealed =
            key.boxes().seal(&self.place("load", uuid.as_bytes(), 0, 0), &serde_json::to_vec(fault)?);
        let (driver, town) = self.parts()?;
        diesel::update(load::table)
            .filter(load::town_id.eq(town))
            .filter(load::load_id.eq(uuid))
            .set((load::state.eq("failed"), load::fault.eq(sealed), load::finished_at.eq(at)))
            .execute(driver)
            .await?;
        Ok(())
    }

    /// Why a load failed.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when it does not open.
    pub async fn load_fault(&mut self, id: LoadId, key: &LoadKey) -> Result<Option<Fault>, StoreError> {
        let (driver, town) = self.parts()?;
        let sealed: Option<Option<Vec<u8>>> = load::table
            .filter(load::town_id.eq(town))
            .filter(load::load_id.eq(id.uuid()))
            .select(load::fault)
            .first(driver)
            .await
            .optional()?;
        let Some(sealed) = sealed.flatten() else { return Ok(None) };
        let uuid = id.uuid();
        let plain = key.boxes().open(&self.place("load", uuid.as_bytes(), 0, 0), &sealed)?;
        Ok(Some(serde_json::from_slice(&plain)?))
    }

    /// Writes down why a person did something about a load.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn load_reason_put(
        &mut self,
        id: LoadId,
        key: &LoadKey,
        what: LoadReason,
        reason: &str,
    ) -> Result<(), StoreError> {
        let uuid = id.uuid();
        let place = self.place("load", uuid.as_bytes(), what.category(), 0);
        let sealed = key.boxes().seal(&place, reason.as_bytes());
        let (driver, town) = self.parts()?;
        let this = load::table.filter(load::town_id.eq(town)).filter(load::load_id.eq(uuid));
        match what {
            LoadReason::Override => {
                diesel::update(this).set(load::override_reason.eq(sealed)).execute(driver).await?
            }
            LoadReason::Rollback => {
                diesel::update(this).set(load::rollback_reason.eq(sealed)).execute(driver).await?
            }
        };
        Ok(())
    }

    /// Why guards were passed over and why the load was rolled back, where it was.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when one does not open.
    pub async fn load_reasons(
        &mut self,
        id: LoadId,
        key: &LoadKey,
    ) -> Result<(Option<String>, Option<String>), StoreError> {
        let (driver, town) = self.parts()?;
        let (overriding, rollback): (Option<Vec<u8>>, Option<Vec<u8>>) = load::table
            .filter(load::town_id.eq(town))
            .filter(load::load_id.eq(id.uuid()))
            .select((load::override_reason, load::rollback_reason))
            .first(driver)
            .await?;
        let uuid = id.uuid();
        let open = |what: LoadReason, sealed: Option<Vec<u8>>| {
            let place = self.place("load", uuid.as_bytes(), what.category(), 0);
            let text = |sealed: Vec<u8>| -> Result<String, StoreError> {
                let plain = key.boxes().open(&place, &sealed)?;
                String::from_utf8(plain.to_vec()).map_err(|_| StoreError::Malformed("a reason is no text"))
            };
            sealed.map(text).transpose()
        };
        Ok((open(LoadReason::Override, overriding)?, open(LoadReason::Rollback, rollback)?))
    }
}
