//! 突合待ち: records that no machine may place. A human says whose they are, and can take it back.

use actix_web::{HttpResponse, get, post, web};
use app::Released;
use app::links::{LinkTask as Task, LinkTasks};
use app::rows::{CandidateNote, LinkDecision, LinkTaskState};
use chrono::{DateTime, Utc};
use kernel::date::PartialDate;
use kernel::id::{LinkTaskId, LoadId, PersonId, StaffId};
use kernel::{Code, Fault};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::answer::Answer;
use crate::paging::{Page, PageParams, Paging};
use crate::request::{Body, Params, PathId, PurposeHeader, Town};
use crate::schema::Text;
use crate::{Platform, Problem, schema};

/// A record that waits for a human (突合待ち).
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "lnk_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "load_id": "lod_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70",
    "source": "attendance", "line": 12, "role": "person", "state": "open",
    "name": "架空　花子", "kana": "カクウ　ハナコ", "birth_date": "2016-06-15", "birth_date_wareki": "平成28年6月15日",
    "reason_ja": "同じ氏名カナ・生年月日の人が二人います", "reason_en": "two persons share kana and birth date",
    "candidates": [], "person_id": null, "created_at": "2026-11-21T01:23:45Z", "decided_by": null, "decided_at": null,
    "reason": null
}))]
pub struct LinkTask {
    /// Id.
    #[schema(value_type = schema::LinkTaskId)]
    id: LinkTaskId,
    /// 取込 that brought it.
    #[schema(value_type = schema::LoadId)]
    load_id: LoadId,
    /// 連携元.
    source: String,
    /// Line of the file, from 1.
    line: i32,
    /// The part the person plays in the row, as long as the record is kept.
    #[schema(required = true)]
    role: Option<String>,
    /// `open`, `linked`, `refused` or `closed` (a later file no longer has the record).
    state: String,
    /// 氏名 as the record states it; null when it does not.
    #[schema(required = true)]
    name: Option<String>,
    /// フリガナ, likewise.
    #[schema(required = true)]
    kana: Option<String>,
    /// 生年月日, likewise; `2016-06` or `2016` where the rest is not known.
    #[schema(required = true, value_type = Option<String>)]
    birth_date: Option<PartialDate>,
    /// The same, as staff write it.
    #[schema(required = true)]
    birth_date_wareki: Option<String>,
    /// Why it waits.
    reason_ja: String,
    /// The same in English.
    reason_en: String,
    /// Who it may be, nearest first.
    candidates: Vec<LinkCandidate>,
    /// Whose a human said it is; null unless linked.
    #[schema(required = true, value_type = Option<schema::PersonId>)]
    person_id: Option<PersonId>,
    /// Since when it waits.
    created_at: DateTime<Utc>,
    /// 職員 who decided; null while it waits.
    #[schema(required = true, value_type = Option<schema::StaffId>)]
    decided_by: Option<StaffId>,
    /// When.
    #[schema(required = true)]
    decided_at: Option<DateTime<Utc>>,
    /// Why numbers were moved with the decision; null where none were, and in lists.
    #[schema(required = true)]
    reason: Option<String>,
}

/// Somebody a record may be.
#[derive(Debug, Serialize, ToSchema)]
pub struct LinkCandidate {
    /// Who.
    #[schema(value_type = schema::PersonId)]
    person_id: PersonId,
    /// What speaks for and against.
    reason_ja: String,
    /// The same in English.
    reason_en: String,
}

impl From<&CandidateNote> for LinkCandidate {
    fn from(note: &CandidateNote) -> Self {
        Self { person_id: note.person, reason_ja: note.reason_ja.clone(), reason_en: note.reason_en.clone() }
    }
}

impl LinkTask {
    fn of(task: &Task) -> Self {
        let (row, body) = (&task.0, task.0.body.as_ref());
        let identity = body.map(|body| &body.identity);
        let born = identity.and_then(|identity| identity.birth_date.value().copied());
        Self {
            id: row.id,
            load_id: row.load,
            source: row.source.clone(),
            line: row.line,
            role: body.map(|body| body.role.clone()),
            state: row.state.as_str().to_owned(),
            name: identity.and_then(kernel::Identity::full_name),
            kana: identity.and_then(kernel::Identity::full_kana),
            birth_date: born,
            birth_date_wareki: born.map(PartialDate::wareki),
            reason_ja: body.map(|body| body.reason_ja.clone()).unwrap_or_default(),
            reason_en: body.map(|body| body.reason_en.clone()).unwrap_or_default(),
            candidates: body
                .iter()
                .flat_map(|body| body.candidates.iter().map(LinkCandidate::from))
                .collect(),
            person_id: row.person,
            created_at: row.created_at,
            decided_by: row.decided_by,
            decided_at: row.decided_at,
            reason: None,
        }
    }

    fn all(released: &Released<LinkTasks>) -> Vec<Self> {
        released.iter().map(Self::of).collect()
    }

    fn one(released: &Released<Task>) -> Self {
        Self::of(released)
    }
}

/// Which records.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct LinkTaskParams {
    /// `open` (the default), `linked`, `refused` or `closed`.
    #[param(example = "open")]
    pub state: Option<String>,
}

/// A decision.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"person_id": "per_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70"}))]
pub struct NewLinkDecision {
    /// Whose record it is; null: nobody's whom the town knows.
    #[serde(default, deserialize_with = "given")]
    #[schema(required = true, value_type = Option<schema::PersonId>)]
    person_id: Option<Option<PersonId>>,
}

/// Whose a record and the numbers in it are, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "person_id": "per_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "reason": "学籍番号の再利用。学校教育課に確認（架空）"
}))]
pub struct NewNumberMove {
    /// Whose record it is, and whose the numbers are from now on.
    #[schema(value_type = schema::PersonId)]
    person_id: PersonId,
    /// Why, and who was asked. Sealed; the evidence commits to it.
    #[schema(value_type = String, min_length = 1, max_length = 200)]
    reason: Text,
}

/// Tells a member that is null from one that is missing: only what was said is a decision.
fn given<'de, D: serde::Deserializer<'de>>(from: D) -> Result<Option<Option<PersonId>>, D::Error> {
    Option::<PersonId>::deserialize(from).map(Some)
}

impl NewLinkDecision {
    fn decision(&self) -> Result<LinkDecision, Fault> {
        match self.person_id {
            Some(Some(person)) => Ok(LinkDecision::Linked(person)),
            Some(None) => Ok(LinkDecision::Refused),
            None => {
                let fault = Fault::new(Code::InvalidValue).with("name", "person_id");
                Err(fault.with_words("why", "この項目は必要です", "it is required").at_pointer("/person_id"))
            }
        }
    }
}

/// Records that wait, oldest first.
///
/// Needs the grant `overall_manager` (総括管理), `holder` (保有・管理) or `case_worker` (活用).
#[utoipa::path(params(PurposeHeader, LinkTaskParams, PageParams), responses((status = 200, description = "Oldest first.", body = Page<LinkTask>)))]
#[get("/link-tasks")]
pub async fn list_link_tasks(platform: Platform, town: Town, params: Params) -> Answer<Page<LinkTask>> {
    let paging = Paging::from_params(&params)?;
    let state = params.get::<LinkTaskState>("state")?.unwrap_or(LinkTaskState::Open);
    let found = platform.link_tasks(&town.0, state, paging.cursor, paging.limit()).await?;
    let page = Page::shown(town.0.now, LinkTask::all(&found), found.next, paging.list);
    Ok(web::Json(page.withholding(found.withheld())))
}

/// One record that waits or waited.
///
/// Needs the grant `overall_manager` (総括管理), `holder` (保有・管理) or `case_worker` (活用).
#[utoipa::path(params(PurposeHeader), responses((status = 200, description = "The record.", body = LinkTask)))]
#[get("/link-tasks/{link_task_id}")]
pub async fn read_link_task(platform: Platform, town: Town, id: PathId<LinkTaskId>) -> Answer<LinkTask> {
    let task = LinkTask::one(&platform.link_task(&town.0, id.0).await?);
    let reason = platform.link_reason(&town.0, id.0).await?;
    Ok(web::Json(LinkTask { reason, ..task }))
}

/// Settles a record.
///
/// A human's decision outranks the machine's and survives every later file of the source.
#[utoipa::path(
    params(PurposeHeader),
    request_body = NewLinkDecision,
    responses(
        (status = 204, description = "Settled."),
        (status = 409, description = "`link_task_decided`: somebody was faster."),
    ),
)]
#[post("/link-tasks/{link_task_id}/decision")]
pub async fn decide_link_task(
    platform: Platform,
    town: Town,
    id: PathId<LinkTaskId>,
    body: Body<NewLinkDecision>,
) -> Result<HttpResponse, Problem> {
    platform.link_task(&town.0, id.0).await?;
    platform.link_decide(&town.0, id.0, body.read()?.decision()?).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Settles a record and moves the numbers it says (番号の付け替え).
///
/// Needs the grant `overall_manager` (総括管理), and a person: a system of the town decides nothing. Of a record that
/// waits because a number of another system is somebody else's (統合キーマスタ): it is this person's, and so is the
/// number from now on. Records joined by the number before stay where they are. To leave the number where it is,
/// settle the record by its decision. Taking the decision back gives the number back.
#[utoipa::path(
    params(PurposeHeader),
    request_body = NewNumberMove,
    responses(
        (status = 204, description = "Settled, and the numbers are this person's."),
        (status = 409, description = "`link_task_decided`: somebody was faster."),
    ),
)]
#[post("/link-tasks/{link_task_id}/number-move")]
pub async fn move_link_task_numbers(
    platform: Platform,
    town: Town,
    id: PathId<LinkTaskId>,
    body: Body<NewNumberMove>,
) -> Result<HttpResponse, Problem> {
    platform.link_task(&town.0, id.0).await?;
    let new = body.read()?;
    platform.link_move_numbers(&town.0, id.0, new.person_id, new.reason.as_str()).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Takes a decision back.
///
/// What it brought is closed, numbers it moved go back, and the record waits again.
#[utoipa::path(
    params(PurposeHeader),
    responses(
        (status = 204, description = "Taken back."),
        (status = 409, description = "`link_task_not_decided`."),
    ),
)]
#[post("/link-tasks/{link_task_id}/undoing")]
pub async fn undo_link_task(
    platform: Platform,
    town: Town,
    id: PathId<LinkTaskId>,
) -> Result<HttpResponse, Problem> {
    platform.link_undo(&town.0, id.0).await?;
    Ok(HttpResponse::NoContent().finish())
}
