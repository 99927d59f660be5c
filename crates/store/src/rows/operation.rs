//! Long work, as clients watch it.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kernel::id::OperationId;
use uuid::Uuid;

use crate::schema::operation;
use crate::{StoreError, TownConn};

/// One long work.
#[derive(Debug, Clone)]
pub struct OperationRow {
    /// Id.
    pub id: OperationId,
    /// What it does: `load`, `run`.
    pub kind: String,
    /// `running`, `done` or `failed`.
    pub state: String,
    /// Steps done.
    pub done: i64,
    /// Steps in all; 0 while unknown.
    pub total: i64,
    /// What it works on or made.
    pub target: Option<Uuid>,
    /// Error code when it failed.
    pub fault_code: Option<String>,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// Last heard of.
    pub updated_at: DateTime<Utc>,
}

type Columns = (Uuid, String, String, i64, i64, Option<Uuid>, Option<String>, DateTime<Utc>, DateTime<Utc>);

/// What a row is made of, in [`Columns`]' order.
const COLUMNS: (
    operation::operation_id,
    operation::kind,
    operation::state,
    operation::done,
    operation::total,
    operation::target_id,
    operation::fault_code,
    operation::created_at,
    operation::updated_at,
) = (
    operation::operation_id,
    operation::kind,
    operation::state,
    operation::done,
    operation::total,
    operation::target_id,
    operation::fault_code,
    operation::created_at,
    operation::updated_at,
);

fn row((id, kind, state, done, total, target, fault_code, created_at, updated_at): Columns) -> OperationRow {
    OperationRow {
        id: OperationId::from_uuid(id),
        kind,
        state,
        done,
        total,
        target,
        fault_code,
        created_at,
        updated_at,
    }
}

impl TownConn {
    /// One long work.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn operation(&mut self, id: OperationId) -> Result<Option<OperationRow>, StoreError> {
        let (driver, town) = self.parts()?;
        let found: Option<Columns> = operation::table
            .filter(operation::town_id.eq(town))
            .filter(operation::operation_id.eq(id.uuid()))
            .select(COLUMNS)
            .first(driver)
            .await
            .optional()?;
        Ok(found.map(row))
    }

    /// Long works of a kind that have not ended.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn operations_running(&mut self, kind: &str) -> Result<Vec<OperationRow>, StoreError> {
        let (driver, town) = self.parts()?;
        let rows: Vec<Columns> = operation::table
            .filter(operation::town_id.eq(town))
            .filter(operation::kind.eq(kind))
            .filter(operation::state.eq("running"))
            .select(COLUMNS)
            .load(driver)
            .await?;
        Ok(rows.into_iter().map(row).collect())
    }

    /// Begins or updates a long work. Its own statement, so that progress is seen while the work's
    /// transaction is still open.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn operation_put(&mut self, work: &OperationRow) -> Result<(), StoreError> {
        let (driver, town) = self.parts()?;
        diesel::insert_into(operation::table)
            .values((
                operation::town_id.eq(town),
                operation::operation_id.eq(work.id.uuid()),
                operation::kind.eq(&work.kind),
                operation::state.eq(&work.state),
                operation::done.eq(work.done),
                operation::total.eq(work.total),
                operation::target_id.eq(work.target),
                operation::fault_code.eq(&work.fault_code),
                operation::created_at.eq(work.created_at),
                operation::updated_at.eq(work.updated_at),
            ))
            .on_conflict((operation::town_id, operation::operation_id))
            .do_update()
            .set((
                operation::state.eq(&work.state),
                operation::done.eq(work.done),
                operation::total.eq(work.total),
                operation::target_id.eq(work.target),
                operation::fault_code.eq(&work.fault_code),
                operation::updated_at.eq(work.updated_at),
            ))
            .execute(driver)
            .await?;
        Ok(())
    }
}
