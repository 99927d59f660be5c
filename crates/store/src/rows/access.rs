//! 閲覧記録 of a whole town, as its auditor searches it.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kernel::id::{PersonId, StaffId};
use uuid::Uuid;

use crate::access::AccessRow;
use crate::schema::{access, pack};
use crate::{StoreError, TownConn};

/// Which looks to find; what is not said does not matter.
#[derive(Debug, Clone, Default)]
pub struct AccessFilter {
    /// Who looked.
    pub staff: Option<StaffId>,
    /// At people of whom this source has records.
    pub source: Option<String>,
    /// By which operation.
    pub operation: Option<String>,
    /// From this instant on.
    pub from: Option<DateTime<Utc>>,
    /// Before this instant.
    pub until: Option<DateTime<Utc>>,
}

/// Id, person, staff, purpose, operation, time.
type Columns = (Uuid, Uuid, Uuid, String, String, DateTime<Utc>);

impl TownConn {
    /// Who looked at whom, newest first, before the look `before`.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn access_search(
        &mut self,
        asked: &AccessFilter,
        before: Option<Uuid>,
        limit: i64,
    ) -> Result<Vec<(PersonId, AccessRow)>, StoreError> {
        let (driver, town) = self.parts()?;
        let mut query = access::table.filter(access::town_id.eq(town.clone())).into_boxed();
        if let Some(staff) = asked.staff {
            query = query.filter(access::staff_id.eq(staff.uuid()));
        }
        if let Some(source) = &asked.source {
            let held = pack::table
                .filter(pack::town_id.eq(town))
                .filter(pack::subject_id.eq(access::person_id))
                .filter(pack::source.eq(source.clone()));
            query = query.filter(diesel::dsl::exists(held));
        }
        if let Some(operation) = &asked.operation {
            query = query.filter(access::operation.eq(operation.clone()));
        }
        if let Some(from) = asked.from {
            query = query.filter(access::at.ge(from));
        }
        if let Some(until) = asked.until {
            query = query.filter(access::at.lt(until));
        }
        if let Some(before) = before {
            query = query.filter(access::access_id.lt(before));
        }
        let rows: Vec<Columns> = query
            .order(access::access_id.desc())
            .limit(limit)
            .select((
                access::access_id,
                access::person_id,
                access::staff_id,
                access::purpose,
                access::operation,
                access::at,
            ))
            .load(driver)
            .await?;
        let look = |(id, person, staff, purpose, operation, at): Columns| {
            let row = AccessRow { id, staff: StaffId::from_uuid(staff), purpose, operation, at };
            (PersonId::from_uuid(person), row)
        };
        Ok(rows.into_iter().map(look).collect())
    }
}
