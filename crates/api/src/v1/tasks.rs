//! 仕事: what somebody of the town has to do when the transfer of a case has failed.

use actix_web::{get, post, web};
use app::Released;
use app::handovers::Direction;
use app::release::Listed;
use app::tasks::{Completion, Done, How, TaskFilter, TaskView};
use chrono::{DateTime, NaiveDate, Utc};
use handover::State;
use kernel::TownCode;
use kernel::id::{HandoverId, PersonId, StaffId, TaskId};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::answer::Answer;
use crate::known::Word;
use crate::paging::{Page, PageParams, Paging};
use crate::request::{Body, Params, PathId, PurposeHeader, Town};
use crate::schema::{Day, Text};
use crate::{Platform, schema};

/// A task (仕事).
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "tsk_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70",
    "kind": {"code": "call_peer", "ja": "相手の町に確認する", "en": "speak with the other town"},
    "handover_id": "hov_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "direction": "out", "peer": "143626",
    "why": {"code": "refused", "ja": "辞退", "en": "refused"},
    "person_ids": ["per_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70"], "opened_at": "2026-11-21T01:23:45Z",
    "completion": null
}))]
pub struct Task {
    /// Id.
    #[schema(value_type = schema::TaskId)]
    id: TaskId,
    /// What has to be done: `call_peer`.
    kind: Word,
    /// 引継ぎ it is about.
    #[schema(value_type = schema::HandoverId)]
    handover_id: HandoverId,
    /// `out` (送信) or `in` (受信), seen from this town.
    direction: String,
    /// 町村: the other town.
    #[schema(value_type = schema::TownCode)]
    peer: TownCode,
    /// How the handover ended.
    why: Word,
    /// 対象者, as far as this town knows them.
    #[schema(value_type = Vec<schema::PersonId>)]
    person_ids: Vec<PersonId>,
    /// Since when.
    opened_at: DateTime<Utc>,
    /// What was done; null while it waits.
    #[schema(required = true)]
    completion: Option<TaskCompletion>,
}

/// What was done.
#[derive(Debug, Serialize, ToSchema)]
pub struct TaskCompletion {
    /// How: `telephone` (電話確認済) or `in_person` (対面引継ぎ済).
    how: Word,
    /// On which day.
    on: Day,
    /// With whom.
    spoke_to: String,
    /// What was agreed.
    #[schema(required = true)]
    note: Option<String>,
    /// 職員 who recorded it.
    #[schema(value_type = schema::StaffId)]
    recorded_by: StaffId,
    /// When it was recorded.
    recorded_at: DateTime<Utc>,
}

impl From<&Done> for TaskCompletion {
    fn from(done: &Done) -> Self {
        let said = &done.completion;
        Self {
            how: Word::new(said.how.as_str(), said.how.ja(), said.how.en()),
            on: said.on.into(),
            spoke_to: said.spoke_to.clone(),
            note: said.note.clone(),
            recorded_by: done.by,
            recorded_at: done.at,
        }
    }
}

impl Task {
    fn of(view: &TaskView) -> Self {
        Self {
            id: view.id,
            kind: Word::new(view.kind.as_str(), "相手の町に確認する", "speak with the other town"),
            handover_id: view.handover,
            direction: if view.direction == Direction::Out { "out" } else { "in" }.to_owned(),
            peer: view.peer,
            why: ended(view.state),
            person_ids: view.persons.clone(),
            opened_at: view.opened_at,
            completion: view.done.as_ref().map(TaskCompletion::from),
        }
    }

    fn one(released: &Released<TaskView>) -> Self {
        Self::of(released)
    }

    fn all(released: &Released<Listed<TaskView>>) -> Vec<Self> {
        released.rows.iter().map(Self::of).collect()
    }
}

/// How a handover ended, with the code of a refusal or of an unreadable package in the words.
fn ended(state: State) -> Word {
    let (ja, en) = match state {
        State::Refused(code) => {
            (format!("{}（{}）", state.ja(), code.ja()), format!("refused: {}", code.en()))
        }
        State::Unreadable(code) => {
            (format!("{}（{}）", state.ja(), code.ja()), format!("unreadable: {}", code.en()))
        }
        _ => (state.ja().to_owned(), state.as_str().replace('_', " ")),
    };
    Word::new(state.as_str(), ja, en)
}

/// Which tasks.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TaskParams {
    /// `open` (the default), `done` or `all`.
    #[param(value_type = Option<schema::TaskFilter>, example = "open")]
    pub state: Option<String>,
}

/// That a task was done.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "how": "telephone", "on": "2026-11-21", "spoke_to": "大井町 子育て健康課 架空係長", "note": "来週、対面で引き継ぐ（架空）"
}))]
pub struct NewTaskCompletion {
    /// How.
    #[schema(value_type = schema::TaskHow)]
    how: How,
    /// On which day; not in the future.
    #[serde(deserialize_with = "crate::request::day::read")]
    on: NaiveDate,
    /// With whom: section and name in the other town. Kept sealed.
    spoke_to: Text,
    /// What was agreed. Kept sealed.
    #[serde(default)]
    note: Option<Text>,
}

impl From<NewTaskCompletion> for Completion {
    fn from(new: NewTaskCompletion) -> Self {
        let text = |text: &Text| text.as_str().to_owned();
        Self { how: new.how, on: new.on, spoke_to: text(&new.spoke_to), note: new.note.as_ref().map(text) }
    }
}

/// The town's tasks.
///
/// Needs the grant `case_worker` (活用) or `approver` (決裁). One opens in each of the two towns when the transfer of a
/// case fails: here by this town's register or inbox, there by the other's.
#[utoipa::path(
    params(PurposeHeader, TaskParams, PageParams),
    responses((status = 200, description = "Oldest first.", body = Page<Task>)),
)]
#[get("/tasks")]
pub async fn list_tasks(platform: Platform, town: Town, params: Params) -> Answer<Page<Task>> {
    let paging = Paging::<TaskId>::from_params(&params)?;
    let filter = params.get("state")?.unwrap_or(TaskFilter::Open);
    let page = platform.tasks(&town.0, filter, paging.cursor, paging.limit()).await?;
    let next = page.rows.last().filter(|_| page.more).map(|last| last.id);
    Ok(web::Json(Page::shown(town.0.now, Task::all(&page), next, paging.list)))
}

/// One task.
///
/// Needs the grant `case_worker` (活用) or `approver` (決裁).
#[utoipa::path(params(PurposeHeader), responses((status = 200, description = "The task.", body = Task)))]
#[get("/tasks/{task_id}")]
pub async fn read_task(platform: Platform, town: Town, id: PathId<TaskId>) -> Answer<Task> {
    Ok(web::Json(Task::one(&platform.task(&town.0, id.0).await?)))
}

/// Records that somebody spoke with the other town (電話確認済・対面引継ぎ済).
///
/// Needs the grant `case_worker` (活用) or `approver` (決裁). The record is this town's own and cannot be changed.
#[utoipa::path(
    params(PurposeHeader),
    request_body = NewTaskCompletion,
    responses(
        (status = 200, description = "Done.", body = Task),
        (status = 409, description = "`task_done`: it was done before."),
    ),
)]
#[post("/tasks/{task_id}/completion")]
pub async fn complete_task(
    platform: Platform,
    town: Town,
    id: PathId<TaskId>,
    body: Body<NewTaskCompletion>,
) -> Answer<Task> {
    platform.task(&town.0, id.0).await?;
    Ok(web::Json(Task::one(&platform.task_complete(&town.0, id.0, body.read()?.into()).await?)))
}
