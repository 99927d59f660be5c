//! Whom a bulk act changed: the persons of a load, many a row, and those a run scored. Ids alone, a page at a
//! time, from the primary key's own order.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kernel::id::{LoadId, PersonId, RunId};
use uuid::Uuid;

use crate::schema::{load_changed, score};
use crate::{StoreError, TownConn};

/// Ids of one row: a page of the feed reads one row or two.
pub(crate) const MANY: usize = 1_024;

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
        let after = after.map_or(Uuid::nil(), PersonId::uuid);
        let wanted = usize::try_from(limit).unwrap_or_default();
        // Of the first row some ids may have been told; of the last, fewer than all may be there.
        let rows = i64::try_from(wanted.div_ceil(MANY).saturating_add(1)).unwrap_or(i64::MAX);
        let rows: Vec<Vec<Uuid>> = load_changed::table
            .filter(load_changed::town_id.eq(town))
            .filter(load_changed::load_id.eq(load.uuid()))
            .filter(load_changed::upto.gt(after))
            .order(load_changed::upto)
            .limit(rows)
            .select(load_changed::persons)
            .load(driver)
            .await?;
        let persons = rows.into_iter().flatten().filter(|person| *person > after);
        Ok(persons.take(wanted).map(PersonId::from_uuid).collect())
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
