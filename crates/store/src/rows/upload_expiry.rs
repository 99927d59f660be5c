//! Files that came whole and were never loaded.

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kernel::id::UploadId;
use uuid::Uuid;

use crate::schema::{load, load_plan, upload};
use crate::{StoreError, TownConn, TownTx};

impl TownConn {
    /// Uploads that had come whole before `before` and that nobody has planned or loaded since. One that a load still
    /// has is among them: [`TownTx::upload_expire`] leaves it.
    ///
    /// # Errors
    /// [`StoreError`] when a statement fails.
    pub async fn uploads_unused(&mut self, before: DateTime<Utc>) -> Result<Vec<UploadId>, StoreError> {
        let (driver, town) = self.parts()?;
        let old: Vec<Uuid> = upload::table
            .filter(upload::town_id.eq(town.clone()))
            .filter(upload::state.eq("received"))
            .filter(upload::created_at.lt(before))
            .select(upload::upload_id)
            .load(driver)
            .await?;
        let planned: Vec<Uuid> = load_plan::table
            .filter(load_plan::town_id.eq(town.clone()))
            .filter(load_plan::created_at.ge(before))
            .select(load_plan::upload_id)
            .load(driver)
            .await?;
        let loaded: Vec<Uuid> = load::table
            .filter(load::town_id.eq(town))
            .filter(load::started_at.ge(before))
            .select(load::upload_id)
            .load(driver)
            .await?;
        let used: BTreeSet<Uuid> = planned.into_iter().chain(loaded).collect();
        Ok(old.into_iter().filter(|id| !used.contains(id)).map(UploadId::from_uuid).collect())
    }
}

impl TownTx {
    /// Lets an upload go: its spool, and with it its plans and its key, unless the reason of a refused load is
    /// sealed under that. False when a load has taken it meanwhile.
    ///
    /// # Errors
    /// [`StoreError`] when a statement fails.
    pub async fn upload_expire(&mut self, id: UploadId) -> Result<bool, StoreError> {
        let (driver, town) = self.parts()?;
        let states: Vec<String> = load::table
            .filter(load::town_id.eq(town.clone()))
            .filter(load::upload_id.eq(id.uuid()))
            .select(load::state)
            .load(driver)
            .await?;
        if states.iter().any(|state| state == "running") {
            return Ok(false);
        }
        let gone = diesel::update(upload::table)
            .filter(upload::town_id.eq(town.clone()))
            .filter(upload::upload_id.eq(id.uuid()))
            .filter(upload::state.eq("received"))
            .set(upload::state.eq("failed"))
            .execute(driver)
            .await?;
        if gone == 0 {
            return Ok(false);
        }
        if states.is_empty() {
            diesel::delete(load_plan::table)
                .filter(load_plan::town_id.eq(town.clone()))
                .filter(load_plan::upload_id.eq(id.uuid()))
                .execute(driver)
                .await?;
            diesel::update(upload::table)
                .filter(upload::town_id.eq(town))
                .filter(upload::upload_id.eq(id.uuid()))
                .set(upload::load_key.eq(None::<Vec<u8>>))
                .execute(driver)
                .await?;
        }
        self.upload_chunks_delete(id).await?;
        Ok(true)
    }
}
