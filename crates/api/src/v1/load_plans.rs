//! 取込計画: what loading a file would change, and doing it.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, Responder, get, post, web};
use app::loads::{Begun, Guard, LoadPlan as Plan, Override, Planned, Tripped, Wanted};
use chrono::{DateTime, NaiveDate, Utc};
use kernel::Lang;
use kernel::id::{LoadId, LoadPlanId, ProfileId, StaffId, UploadId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::loads::{Load, Reason};
use crate::answer::{Accepted, Answer};
use crate::idempotency::IdempotencyHeader;
use crate::request::{Body, Language, PathId, Town};
use crate::schema::{self, Text};
use crate::{Platform, Problem};

/// A load plan (取込計画): counts, codes and what it is bound to; nothing of a resident.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "lpl_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "upload_id": "upl_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70",
    "source": "resident_register", "as_of": "2026-11-20", "state": "ready",
    "base_load_id": "lod_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "same_load_id": null,
    "profile_id": "prf_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70",
    "layout_digest": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "changes": {
        "is_empty": false, "rows_read": 600, "rows_new": 2, "rows_changed": 5, "rows_unchanged": 592,
        "rows_reopened": 0, "rows_closed": 401, "rows_rejected": 1, "rows_queued": 0,
        "rejects": {"era_bounds": 1}, "guards": [{
            "guard": "max_close_ratio", "measured": 41, "limit": 20,
            "detail": "終了する記録の割合（％）が 41 で、決めた限度 20 の外です。"
        }]
    },
    "fault": null, "created_by": "stf_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "created_at": "2026-11-21T01:23:45Z",
    "finished_at": "2026-11-21T01:23:46Z", "applied_at": null, "load_id": null
}))]
pub struct LoadPlan {
    /// Id.
    #[schema(value_type = schema::LoadPlanId)]
    id: LoadPlanId,
    /// The file.
    #[schema(value_type = schema::UploadId)]
    upload_id: UploadId,
    /// 連携元.
    source: String,
    /// The day the export shows.
    as_of: NaiveDate,
    /// `running`, `ready` or `failed`.
    state: String,
    /// The source's last load, with which the file is compared; null when there is none.
    #[schema(required = true, value_type = Option<schema::LoadId>)]
    base_load_id: Option<LoadId>,
    /// The load that took this very file with this very layout; then there is nothing to do.
    #[schema(required = true, value_type = Option<schema::LoadId>)]
    same_load_id: Option<LoadId>,
    /// The version of the town's profile.
    #[schema(value_type = schema::ProfileId)]
    profile_id: ProfileId,
    /// Identity of the layout that read the file.
    layout_digest: String,
    /// What would change; null while the file is being read, and where it cannot be loaded.
    #[schema(required = true)]
    changes: Option<LoadChanges>,
    /// Why the file cannot be loaded as a whole; null unless it cannot.
    #[schema(required = true)]
    fault: Option<Reason>,
    /// 職員: who asked.
    #[schema(value_type = schema::StaffId)]
    created_by: StaffId,
    /// When.
    created_at: DateTime<Utc>,
    /// When it was ready; null before.
    #[schema(required = true)]
    finished_at: Option<DateTime<Utc>>,
    /// When it was applied; null while it was not.
    #[schema(required = true)]
    applied_at: Option<DateTime<Utc>>,
    /// The load that does it.
    #[schema(required = true, value_type = Option<schema::LoadId>)]
    load_id: Option<LoadId>,
}

/// What a file would change.
#[derive(Debug, Serialize, ToSchema)]
pub struct LoadChanges {
    /// Whether it changes nothing. Rejects change nothing.
    is_empty: bool,
    /// Data rows in the file.
    #[schema(minimum = 0)]
    rows_read: i64,
    /// Records that the source never had.
    #[schema(minimum = 0)]
    rows_new: i64,
    /// Records that say something else than before.
    #[schema(minimum = 0)]
    rows_changed: i64,
    /// As they were.
    #[schema(minimum = 0)]
    rows_unchanged: i64,
    /// Records that had ended and are back.
    #[schema(minimum = 0)]
    rows_reopened: i64,
    /// Records that would end.
    #[schema(minimum = 0)]
    rows_closed: i64,
    /// Rejected.
    #[schema(minimum = 0)]
    rows_rejected: i64,
    /// Records that would wait in the link queue (突合待ち).
    #[schema(minimum = 0)]
    rows_queued: i64,
    /// Rejects by reason; a row with two reasons counts under both.
    rejects: BTreeMap<String, i64>,
    /// Guards that trip; each has to be passed over by name.
    guards: Vec<TrippedGuard>,
}

/// A guard (歯止め) that trips.
#[derive(Debug, Serialize, ToSchema)]
pub struct TrippedGuard {
    /// Which.
    #[schema(value_type = schema::LoadGuard)]
    guard: Guard,
    /// What was measured: rows, or per cent rounded up.
    #[schema(minimum = 0)]
    measured: u64,
    /// What the source, or the default, allows.
    #[schema(minimum = 0)]
    limit: u64,
    /// The same in words.
    detail: String,
}

impl TrippedGuard {
    fn new(tripped: &Tripped, lang: Lang) -> Self {
        let detail = tripped.fault().detail(lang);
        Self { guard: tripped.guard, measured: tripped.measured, limit: tripped.limit, detail }
    }
}

impl LoadChanges {
    fn new(planned: &Planned, lang: Lang) -> Self {
        Self {
            is_empty: planned.is_empty(),
            rows_read: planned.read,
            rows_new: planned.new,
            rows_changed: planned.changed,
            rows_unchanged: planned.unchanged,
            rows_reopened: planned.reopened,
            rows_closed: planned.closed,
            rows_rejected: planned.rejected,
            rows_queued: planned.queued,
            rejects: planned.rejects.clone(),
            guards: planned.guards.iter().map(|tripped| TrippedGuard::new(tripped, lang)).collect(),
        }
    }
}

impl LoadPlan {
    fn new(plan: &Plan, lang: Lang) -> Self {
        let row = &plan.row;
        Self {
            id: row.id,
            upload_id: row.upload,
            source: row.source.clone(),
            as_of: row.as_of,
            state: row.state.to_string(),
            base_load_id: row.base,
            same_load_id: row.same,
            profile_id: row.profile,
            layout_digest: row.layout_digest.to_string(),
            changes: plan.planned.as_ref().map(|planned| LoadChanges::new(planned, lang)),
            fault: plan.fault.as_ref().map(|fault| Reason::new(fault, lang)),
            created_by: row.created_by,
            created_at: row.created_at,
            finished_at: row.finished_at,
            applied_at: row.applied_at,
            load_id: row.load,
        }
    }
}

/// A load to plan.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"upload_id": "upl_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70"}))]
pub struct NewLoadPlan {
    /// 受付: the file, received whole.
    #[schema(value_type = schema::UploadId)]
    upload_id: UploadId,
}

/// How a plan is to be applied.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "override": {"guards": ["max_close_ratio"], "reason": "転出が多いことを町民課に確認（架空）"}
}))]
pub struct NewLoadPlanApplication {
    /// The word of whoever applies it that the file is right although guards trip.
    #[serde(default, rename = "override")]
    overriding: Option<NewOverride>,
}

/// A person's word about guards.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOverride {
    /// Every guard that trips, by name.
    #[schema(value_type = Vec<schema::LoadGuard>, min_items = 1)]
    guards: Vec<Guard>,
    /// Why. Stands on the load, and the evidence commits to it.
    #[schema(value_type = String, min_length = 1, max_length = 200)]
    reason: Text,
}

/// Plans the load of a file: what it would change.
///
/// Needs the grant `holder` (保有・管理) or `overall_manager` (総括管理). Reads the file as its load would, and writes
/// nothing of residents. The plan is kept for a week. The same file with the same layout was loaded before: 200
/// with a plan that changes nothing.
#[utoipa::path(
    params(IdempotencyHeader),
    request_body = NewLoadPlan,
    responses(
        (status = 200, description = "This very file was loaded before; there is nothing to do.", body = LoadPlan),
        (status = 202, description = "Being made; `Location` is the operation to watch.", body = LoadPlan),
        (status = 404, description = "`upload_not_found`."),
        (status = 409, description = "`load_not_ready`, `legal_entry_expired`."),
    ),
)]
#[post("/load-plans")]
pub async fn plan_load(
    platform: Platform,
    town: Town,
    lang: Language,
    body: Body<NewLoadPlan>,
    request: actix_web::HttpRequest,
) -> Result<HttpResponse, Problem> {
    let new = body.read()?;
    Ok(match platform.load_plan_begin(&town.0, new.upload_id).await? {
        Wanted::Same(plan) => HttpResponse::Ok().json(LoadPlan::new(&plan, lang.0)),
        Wanted::Running { plan, operation } => {
            Accepted { operation, body: LoadPlan::new(&plan, lang.0) }.respond_to(&request)
        }
    })
}

/// One load plan.
///
/// Needs the grant `holder` (保有・管理), `overall_manager` (総括管理) or `approver` (決裁).
#[utoipa::path(responses((status = 200, description = "The plan as it stands.", body = LoadPlan)))]
#[get("/load-plans/{load_plan_id}")]
pub async fn read_load_plan(
    platform: Platform,
    town: Town,
    lang: Language,
    id: PathId<LoadPlanId>,
) -> Answer<LoadPlan> {
    Ok(web::Json(LoadPlan::new(&platform.load_plan(&town.0, id.0).await?, lang.0)))
}

/// Does what a load plan says.
///
/// Needs the grant `holder` (保有・管理) or `overall_manager` (総括管理). Once, and only while file, layout, profile and
/// the source's last load are what the plan was made with. Where guards trip, `override` names all of them and says
/// why; that takes the grant `overall_manager` or `approver` (決裁) and a person, who stands in the evidence.
#[utoipa::path(
    params(IdempotencyHeader),
    request_body = NewLoadPlanApplication,
    responses(
        (status = 200, description = "This very file was loaded before; nothing changes.", body = Load),
        (status = 202, description = "Under way; `Location` is the operation to watch.", body = Load),
        (status = 409, description = "`load_plan_used`: it was applied before; `load_plan_stale`: something it \
            rests on has changed; `load_not_ready`: it is not ready. Nothing was changed."),
        (status = 422, description = "`guard_tripped`: a guard trips that is not passed over."),
    ),
)]
#[post("/load-plans/{load_plan_id}/application")]
pub async fn apply_load_plan(
    platform: Platform,
    town: Town,
    lang: Language,
    id: PathId<LoadPlanId>,
    body: Body<Option<NewLoadPlanApplication>>,
    request: actix_web::HttpRequest,
) -> Result<HttpResponse, Problem> {
    platform.load_plan(&town.0, id.0).await?;
    let word = body
        .read_optional()?
        .and_then(|new| new.overriding)
        .map(|new| Override { guards: new.guards, reason: new.reason.as_str().to_owned() });
    Ok(match platform.load_plan_apply(&town.0, id.0, word.as_ref()).await? {
        Begun::Same(load) => HttpResponse::Ok().json(Load::new(load, None, lang.0)),
        Begun::Running { load, operation } => {
            Accepted { operation, body: Load::new(load, None, lang.0) }.respond_to(&request)
        }
    })
}
