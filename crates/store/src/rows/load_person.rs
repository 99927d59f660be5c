//! Whom a bulk act changed: the persons of a load, and those a run scored. Ids alone, a page at a time, from
//! the primary key's own order.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kernel::id::{LoadId, PersonId, RunId};
use uuid::Uuid;

use crate::schema::{load_person, score};
use crate::{StoreError, TownConn};

impl TownConn {
    /// Persons that a load changed, in id order, after `after`.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn load_persons(
        &mut self,
        load: LoadId,
        after: Option<PersonId>,
        limit: i64,
    ) -> Result<Vec<PersonId>, StoreError> {
        let (driver, town) = self.parts()?;
        let rows: Vec<Uuid> = load_person::table
            .filter(load_person::town_id.eq(town))
            .filter(load_person::load_id.eq(load.uuid()))
            .filter(load_person::person_id.gt(after.map_or(Uuid::nil(), PersonId::uuid)))
            .order(load_person::person_id)
            .limit(limit)
            .select(load_person::person_id)
            .load(driver)
            .await?;
        Ok(rows.into_iter().map(PersonId::from_uuid).collect())
    }

    /// Persons that a run scored, in id order, after `after`.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn run_persons(
        &mut self,
        run: RunId,
        after: Option<PersonId>,
        limit: i64,
    ) -> Result<Vec<PersonId>, StoreError> {
        let (driver, town) = self.parts()?;
        let rows: Vec<Uuid> = score::table
            .filter(score::town_id.eq(town))
            .filter(score::run_id.eq(run.uuid()))
            .filter(score::person_id.gt(after.map_or(Uuid::nil(), PersonId::uuid)))
            .order(score::person_id)
            .limit(limit)
            .select(score::person_id)
            .load(driver)
            .await?;
        Ok(rows.into_iter().map(PersonId::from_uuid).collect())
    }
}
