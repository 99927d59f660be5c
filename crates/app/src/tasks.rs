//! 仕事: what somebody of the town has to do when the transfer of a case has failed: speak with the other town,
//! by telephone (電話確認済) or face to face (対面引継ぎ済). Each town has its own task and its own record of it;
//! nothing of what one writes down reaches the other.

use chrono::{DateTime, NaiveDate, Utc};
use evidence::Act;
use handover::State;
use kernel::id::{HandoverId, PersonId, StaffId, TaskId};
use kernel::{Code, Fault, TownCode, TownCtx};
use seal::Plain;
use serde::{Deserialize, Serialize};
use store::TownConn;
use store::rows::handover::Direction;
use store::rows::task::{TaskDone, TaskKind, TaskRow};

use crate::error::{internal, store};
use crate::handovers::HANDLERS;
use crate::release::{Hidden, Listed, Resident};
use crate::{App, Released, Result, leaf};

kernel::words! {
    /// How somebody spoke with the other town.
    How {
        /// By telephone.
        Telephone = "telephone", "電話確認済" / "by telephone";
        /// Face to face.
        InPerson = "in_person", "対面引継ぎ済" / "in person";
    }
}

/// What is written down when a task is done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Completion {
    /// How.
    pub how: How,
    /// On which day.
    pub on: NaiveDate,
    /// With whom: section and name in the other town.
    pub spoke_to: String,
    /// What was agreed.
    pub note: Option<String>,
}

/// That a task was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Done {
    /// Who recorded it.
    pub by: StaffId,
    /// When it was recorded.
    pub at: DateTime<Utc>,
    /// What was written down.
    pub completion: Completion,
}

/// One task, with the handover it is about as this town knows it.
#[derive(Debug)]
pub struct TaskView {
    /// Id.
    pub id: TaskId,
    /// What has to be done.
    pub kind: TaskKind,
    /// About which handover.
    pub handover: HandoverId,
    /// Which way it went.
    pub direction: Direction,
    /// The other town, as this town entered it or was offered it.
    pub peer: TownCode,
    /// How the handover ended.
    pub state: State,
    /// About whom, as far as this town knows.
    pub persons: Vec<PersonId>,
    /// Since when.
    pub opened_at: DateTime<Utc>,
    /// That it was done.
    pub done: Option<Done>,
}

impl Resident for TaskView {
    fn persons(&self) -> Vec<PersonId> {
        self.persons.clone()
    }

    fn hide_whereabouts(&mut self, _: &dyn Fn(PersonId) -> Option<Hidden>) {
        // A task tells no whereabouts: the other town is what this town itself entered.
    }
}

kernel::words! {
    /// Which tasks.
    TaskFilter {
        /// Those that wait.
        Open = "open";
        /// Those that were done.
        Done = "done";
        /// All.
        All = "all";
    }
}

impl App {
    /// The town's tasks, oldest first, from after `after`.
    ///
    /// # Errors
    /// What [`App::release`] refuses.
    pub async fn tasks(
        &self,
        ctx: &TownCtx,
        filter: TaskFilter,
        after: Option<TaskId>,
        limit: usize,
    ) -> Result<Released<Listed<TaskView>>> {
        self.admit_reader(ctx, HANDLERS)?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let rows = conn.task_list().await.map_err(store)?;
        let wanted = rows.into_iter().filter(|row| match filter {
            TaskFilter::Open => row.done.is_none(),
            TaskFilter::Done => row.done.is_some(),
            TaskFilter::All => true,
        });
        let from = wanted.filter(|row| after.is_none_or(|after| row.id > after));
        let page = Listed::first(from, limit);
        let mut views = Vec::with_capacity(page.rows.len());
        for row in page.rows {
            views.push(self.task_view(&mut conn, ctx, row).await?);
        }
        drop(conn);
        let page = Listed::of(views, page.more);
        self.release(ctx, "task_list", HANDLERS, page).await
    }

    /// One task.
    ///
    /// # Errors
    /// `task_not_found`, and what [`App::release`] refuses.
    pub async fn task(&self, ctx: &TownCtx, id: TaskId) -> Result<Released<TaskView>> {
        self.admit_reader(ctx, HANDLERS)?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let row = find(&mut conn, id).await?;
        let view = self.task_view(&mut conn, ctx, row).await?;
        drop(conn);
        self.release(ctx, "task_read", HANDLERS, view).await
    }

    /// Records that somebody has spoken with the other town.
    ///
    /// # Errors
    /// `task_not_found`, `task_done`; `invalid_value` for a day to come.
    pub async fn task_complete(
        &self,
        ctx: &TownCtx,
        id: TaskId,
        completion: Completion,
    ) -> Result<Released<TaskView>> {
        self.admit_reader(ctx, HANDLERS)?;
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        let row = find(&mut tx, id).await?;
        let about = self.handover_known(&mut tx, ctx, row.handover).await?.persons;
        self.refuse_denied(&mut tx, ctx, about).await?;
        if completion.on > ctx.today() {
            let fault = Fault::new(Code::InvalidValue).with("name", "on").at_pointer("/on");
            return Err(fault.with_words("why", "まだ来ていない日です", "it lies in the future"));
        }
        let body = serde_json::to_vec(&completion).map_err(|_| internal("a task is not JSON"))?;
        let done = TaskDone { by: ctx.staff, at: ctx.now, body: Plain::from(body) };
        if !tx.task_complete(&row, &done).await.map_err(store)? {
            return Err(Fault::new(Code::TaskDone));
        }
        let subjects = vec![row.id.into(), row.handover.into()];
        tx.commit(leaf::of(ctx, Act::TaskCompleted, subjects, &completion)?).await.map_err(store)?;
        self.task(ctx, id).await
    }

    /// A task with what this town knows of its handover.
    pub(crate) async fn task_view(
        &self,
        conn: &mut TownConn,
        ctx: &TownCtx,
        row: TaskRow,
    ) -> Result<TaskView> {
        let known = self.handover_known(conn, ctx, row.handover).await?;
        let done = row.done.map(|done| -> Result<Done> {
            let completion = serde_json::from_slice(&done.body);
            let completion = completion.map_err(|_| internal("a task is not of the known form"))?;
            Ok(Done { by: done.by, at: done.at, completion })
        });
        Ok(TaskView {
            id: row.id,
            kind: row.kind,
            handover: row.handover,
            direction: known.direction,
            peer: known.peer,
            state: known.state,
            persons: known.persons,
            opened_at: row.opened_at,
            done: done.transpose()?,
        })
    }
}

async fn find(conn: &mut TownConn, id: TaskId) -> Result<TaskRow> {
    conn.task(id).await.map_err(store)?.ok_or_else(|| Fault::new(Code::TaskNotFound))
}
