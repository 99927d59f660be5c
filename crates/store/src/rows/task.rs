//! 仕事: what people of a town have to do about a handover. Who was spoken to is sealed under the handover's
//! key, so that the two can be forgotten together.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kernel::id::{HandoverId, StaffId, TaskId};
use seal::Plain;
use uuid::Uuid;

use crate::schema::{handover, task};
use crate::word::words;
use crate::{StoreError, TownConn, TownTx};

words! {
    /// What has to be done.
    TaskKind("task.kind") {
        /// Speak with the other town: a transfer has failed.
        CallPeer = "call_peer";
    }
}

/// One task.
#[derive(Debug)]
pub struct TaskRow {
    /// Id.
    pub id: TaskId,
    /// What has to be done.
    pub kind: TaskKind,
    /// About which handover.
    pub handover: HandoverId,
    /// Since when.
    pub opened_at: DateTime<Utc>,
    /// Who did it, and what they say of it as `app` writes it (JSON).
    pub done: Option<TaskDone>,
}

/// That a task was done.
#[derive(Debug)]
pub struct TaskDone {
    /// Who recorded it.
    pub by: StaffId,
    /// When it was recorded.
    pub at: DateTime<Utc>,
    /// How it was done.
    pub body: Plain,
}

/// Id, kind, handover, times and boxes, and the handover's wrapped key.
type Found =
    (Uuid, String, Uuid, DateTime<Utc>, Option<Uuid>, Option<DateTime<Utc>>, Option<Vec<u8>>, Vec<u8>);

impl TownConn {
    /// One task.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when it does not open.
    pub async fn task(&mut self, id: TaskId) -> Result<Option<TaskRow>, StoreError> {
        Ok(self.tasks_read(Some(id)).await?.into_iter().next())
    }

    /// Every task of the town, oldest first.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when one does not open.
    pub async fn task_list(&mut self) -> Result<Vec<TaskRow>, StoreError> {
        self.tasks_read(None).await
    }

    async fn tasks_read(&mut self, id: Option<TaskId>) -> Result<Vec<TaskRow>, StoreError> {
        let (driver, town) = self.parts()?;
        let with_key = handover::town_id.eq(town.clone()).and(handover::handover_id.eq(task::handover_id));
        let mut query = task::table
            .inner_join(handover::table.on(with_key))
            .filter(task::town_id.eq(town))
            .order(task::task_id)
            .select((
                task::task_id,
                task::kind,
                task::handover_id,
                task::opened_at,
                task::done_by,
                task::done_at,
                task::completion,
                handover::handover_key,
            ))
            .into_boxed();
        if let Some(id) = id {
            query = query.filter(task::task_id.eq(id.uuid()));
        }
        let rows: Vec<Found> = query.load(driver).await?;
        rows.into_iter().map(|found| self.task_open_row(found)).collect()
    }

    fn task_open_row(
        &self,
        (id, kind, handover, opened_at, by, at, sealed, wrapped): Found,
    ) -> Result<TaskRow, StoreError> {
        let done = match (by, at, sealed) {
            (Some(by), Some(at), Some(sealed)) => {
                let key = self.handover_key_open(handover, &wrapped)?;
                let body = key.boxes().open(&self.place("task", id.as_bytes(), 0, 0), &sealed)?;
                Some(TaskDone { by: StaffId::from_uuid(by), at, body })
            }
            _ => None,
        };
        Ok(TaskRow {
            id: TaskId::from_uuid(id),
            kind: kind.parse()?,
            handover: HandoverId::from_uuid(handover),
            opened_at,
            done,
        })
    }
}

impl TownTx {
    /// Opens a task about a handover; a second of its kind changes nothing.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails, as it does when the town has no such handover.
    pub async fn task_open(
        &mut self,
        handover: HandoverId,
        kind: TaskKind,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (driver, town) = self.parts()?;
        diesel::insert_into(task::table)
            .values((
                task::town_id.eq(town),
                task::task_id.eq(TaskId::new().uuid()),
                task::kind.eq(kind.as_str()),
                task::handover_id.eq(handover.uuid()),
                task::opened_at.eq(at),
            ))
            .on_conflict_do_nothing()
            .execute(driver)
            .await?;
        Ok(())
    }

    /// Records that an open task was done; false when it was done before, or is not there.
    ///
    /// # Errors
    /// [`StoreError`] when a statement fails.
    pub async fn task_complete(&mut self, task: &TaskRow, done: &TaskDone) -> Result<bool, StoreError> {
        let Some(key) = self.handover_key(task.handover).await? else { return Ok(false) };
        let id = task.id.uuid();
        let sealed = key.boxes().seal(&self.place("task", id.as_bytes(), 0, 0), &done.body);
        let (driver, town) = self.parts()?;
        let rows = diesel::update(task::table)
            .filter(task::town_id.eq(town))
            .filter(task::task_id.eq(id))
            .filter(task::done_at.is_null())
            .set((task::done_by.eq(done.by.uuid()), task::done_at.eq(done.at), task::completion.eq(sealed)))
            .execute(driver)
            .await?;
        Ok(rows == 1)
    }
}
