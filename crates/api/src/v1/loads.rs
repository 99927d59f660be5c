//! 取込 and 取込エラー: starting the load of a file that was handed in, watching it, reading its rejects.

use std::collections::BTreeMap;

use actix_web::{HttpResponse, Responder, get, post, web};
use app::Released;
use app::loads::{Begun, Reasons, Rejects};
use app::rows::{LoadRow, RejectRow};
use chrono::{DateTime, NaiveDate, Utc};
use kernel::id::{LoadId, LoadPlanId, RejectId, StaffId, UploadId};
use kernel::{Fault, Lang, Place};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::{Accepted, Answer};
use crate::idempotency::IdempotencyHeader;
use crate::paging::{Page, PageParams, Paging};
use crate::request::{Body, Language, Params, PathId, PurposeHeader, Town};
use crate::{Platform, Problem, schema};

/// A load (取込). `rows_read = rows_loaded + rows_unchanged + rows_rejected`, always.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "lod_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "upload_id": "upl_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70",
    "source": "resident_register", "as_of": "2026-11-20", "as_of_wareki": "令和8年11月20日", "state": "loaded",
    "corrects": null, "rows_read": 1000, "rows_loaded": 990, "rows_unchanged": 7, "rows_rejected": 3, "rows_closed": 0,
    "rows_queued": 0, "rejects": {"era_bounds": 2, "blank_undeclared": 1}, "fault": null,
    "started_by": "stf_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "started_at": "2026-11-21T01:23:45Z",
    "finished_at": "2026-11-21T01:23:46Z", "load_plan_id": null, "overridden_guards": [],
    "override_reason": null, "rolled_back_by": null, "rolled_back_at": null, "rollback_reason": null
}))]
pub struct Load {
    /// Id.
    #[schema(value_type = schema::LoadId)]
    id: LoadId,
    /// The file.
    #[schema(value_type = schema::UploadId)]
    upload_id: UploadId,
    /// 連携元.
    source: String,
    /// The day the export shows.
    as_of: NaiveDate,
    /// The same, as staff write it.
    as_of_wareki: String,
    /// `running`, `loaded`, `unchanged`, `failed` or `rolled_back`.
    state: String,
    /// The load whose rejected lines it brings anew (訂正); null for a whole file.
    #[schema(required = true, value_type = Option<schema::LoadId>)]
    corrects: Option<LoadId>,
    /// Data rows in the file.
    #[schema(minimum = 0)]
    rows_read: i64,
    /// New or changed.
    #[schema(minimum = 0)]
    rows_loaded: i64,
    /// As they were.
    #[schema(minimum = 0)]
    rows_unchanged: i64,
    /// Rejected.
    #[schema(minimum = 0)]
    rows_rejected: i64,
    /// Records of an earlier file that this one no longer has.
    #[schema(minimum = 0)]
    rows_closed: i64,
    /// Records that wait in the link queue (突合待ち).
    #[schema(minimum = 0)]
    rows_queued: i64,
    /// Rejects by reason; a row with two reasons counts under both.
    rejects: BTreeMap<String, i64>,
    /// Why it failed as a whole; null unless it did.
    #[schema(required = true)]
    fault: Option<Reason>,
    /// 職員: who began it.
    #[schema(value_type = schema::StaffId)]
    started_by: StaffId,
    /// When.
    started_at: DateTime<Utc>,
    /// When it ended; null while it runs.
    #[schema(required = true)]
    finished_at: Option<DateTime<Utc>>,
    /// The plan it does; null when it was not planned.
    #[schema(required = true, value_type = Option<schema::LoadPlanId>)]
    load_plan_id: Option<LoadPlanId>,
    /// Guards that whoever began it passed over.
    #[schema(value_type = Vec<schema::LoadGuard>)]
    overridden_guards: Vec<String>,
    /// Why; null where none was, and in lists.
    #[schema(required = true)]
    override_reason: Option<String>,
    /// 職員: who rolled it back; null unless somebody did.
    #[schema(required = true, value_type = Option<schema::StaffId>)]
    rolled_back_by: Option<StaffId>,
    /// When.
    #[schema(required = true)]
    rolled_back_at: Option<DateTime<Utc>>,
    /// Why; null unless it was, and in lists.
    #[schema(required = true)]
    rollback_reason: Option<String>,
}

impl Load {
    pub(super) fn new(row: LoadRow, fault: Option<&Fault>, lang: Lang) -> Self {
        Self {
            id: row.id,
            upload_id: row.upload,
            source: row.source,
            as_of: row.as_of,
            as_of_wareki: kernel::date::wareki(row.as_of),
            state: row.state,
            corrects: row.corrects,
            rows_read: row.counts.read,
            rows_loaded: row.counts.loaded,
            rows_unchanged: row.counts.unchanged,
            rows_rejected: row.counts.rejected,
            rows_closed: row.counts.closed,
            rows_queued: row.counts.queued,
            rejects: row.counts.rejects,
            fault: fault.map(|fault| Reason::new(fault, lang)),
            started_by: row.started_by,
            started_at: row.started_at,
            finished_at: row.finished_at,
            load_plan_id: row.plan,
            overridden_guards: row.overridden,
            override_reason: None,
            rolled_back_by: row.rolled_back.map(|(by, _)| by),
            rolled_back_at: row.rolled_back.map(|(_, at)| at),
            rollback_reason: None,
        }
    }

    pub(super) fn because(self, reasons: Reasons) -> Self {
        Self { override_reason: reasons.overriding, rollback_reason: reasons.rollback, ..self }
    }
}

/// One reason, in the language asked for.
#[derive(Debug, Serialize, ToSchema)]
pub struct Reason {
    /// The stable code.
    #[schema(value_type = schema::ErrorCode)]
    code: kernel::Code,
    /// Column or key, as the holding section names it; null where it is about the whole row or file.
    #[schema(required = true)]
    column: Option<String>,
    /// What happened, where, what to do.
    detail: String,
}

impl Reason {
    pub(super) fn new(fault: &Fault, lang: Lang) -> Self {
        let column = match fault.place() {
            Some(Place::Line { column, .. }) => column.clone(),
            _ => None,
        };
        Self { code: fault.code(), column, detail: fault.detail(lang) }
    }
}

/// A rejected line (取込エラー).
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "rej_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "line": 12, "state": "open", "settled_by": null,
    "reasons": [{"code": "era_bounds", "column": "生年月日", "detail": "12行目『生年月日』が読めません（5010430：令和は2019年5月1日からです）。元の課に確認してください。原本は変更していません。"}],
    "raw_base64": "MDAwMDAwMTIzNA=="
}))]
pub struct Reject {
    /// Id.
    #[schema(value_type = schema::RejectId)]
    id: RejectId,
    /// Line of the file, from 1.
    #[schema(minimum = 1)]
    line: i32,
    /// `open`, `corrected` (its record came in order since) or `superseded` (a later whole file came).
    state: String,
    /// The load that settled it; null while it is open.
    #[schema(required = true, value_type = Option<schema::LoadId>)]
    settled_by: Option<LoadId>,
    /// Every reason.
    reasons: Vec<Reason>,
    /// The line's bytes as they came, base64; empty while the protection list is missing or stale, and of somebody who is on it or whom
    /// the caller may not see.
    raw_base64: String,
}

impl Reject {
    fn new(row: &RejectRow, lang: Lang) -> Self {
        use base64::Engine as _;
        Self {
            id: row.id,
            line: row.line,
            state: row.state.clone(),
            settled_by: row.settled_by,
            reasons: row.detail.reasons.iter().map(|fault| Reason::new(fault, lang)).collect(),
            raw_base64: base64::prelude::BASE64_STANDARD.encode(&row.detail.raw),
        }
    }

    fn all(released: &Released<Rejects>, lang: Lang) -> Vec<Self> {
        released.0.iter().map(|row| Self::new(row, lang)).collect()
    }
}

/// A load to start.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"upload_id": "upl_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70"}))]
pub struct NewLoad {
    /// 受付: the file, received whole.
    #[schema(value_type = schema::UploadId)]
    upload_id: UploadId,
}

/// Starts a load.
///
/// Needs the grant `holder` (保有・管理) or `overall_manager` (総括管理). The same file with the same
/// layout was loaded before: 200 with that load, and nothing changes. A file that a guard stops
/// (`guard_tripped` on the load) stays where it is: plan it, and have the plan applied by whoever may.
#[utoipa::path(
    params(IdempotencyHeader),
    request_body = NewLoad,
    responses(
        (status = 200, description = "This very file was loaded before; nothing changes.", body = Load),
        (status = 202, description = "Under way; `Location` is the operation to watch.", body = Load),
        (status = 404, description = "`upload_not_found`."),
        (status = 409, description = "`load_not_ready`, `legal_entry_expired`."),
    ),
)]
#[post("/loads")]
pub async fn start_load(
    platform: Platform,
    town: Town,
    lang: Language,
    body: Body<NewLoad>,
    request: actix_web::HttpRequest,
) -> Result<HttpResponse, Problem> {
    let new = body.read()?;
    Ok(match platform.load_begin(&town.0, new.upload_id).await? {
        Begun::Same(load) => HttpResponse::Ok().json(Load::new(load, None, lang.0)),
        Begun::Running { load, operation } => {
            Accepted { operation, body: Load::new(load, None, lang.0) }.respond_to(&request)
        }
    })
}

/// Loads, newest first.
///
/// Needs the grant `holder` (保有・管理) or `overall_manager` (総括管理).
#[utoipa::path(params(PageParams), responses((status = 200, description = "Loads, newest first.", body = Page<Load>)))]
#[get("/loads")]
pub async fn list_loads(
    platform: Platform,
    town: Town,
    lang: Language,
    params: Params,
) -> Answer<Page<Load>> {
    let paging = Paging::from_params(&params)?;
    let rows = platform.load_list(&town.0, paging.cursor, paging.fetch()).await?;
    Ok(web::Json(Page::of(town.0.now, rows, &paging, |row| row.id, |row| Load::new(row, None, lang.0))))
}

/// One load, and why it failed if it did.
///
/// Needs the grant `holder` (保有・管理), `overall_manager` (総括管理) or `approver` (決裁). Rows read are always loaded,
/// unchanged and rejected rows together.
#[utoipa::path(responses((status = 200, description = "The load as it stands.", body = Load)))]
#[get("/loads/{load_id}")]
pub async fn read_load(platform: Platform, town: Town, lang: Language, id: PathId<LoadId>) -> Answer<Load> {
    let (row, fault) = platform.load(&town.0, id.0).await?;
    let reasons = platform.load_reasons(&town.0, &row).await?;
    Ok(web::Json(Load::new(row, fault.as_ref(), lang.0).because(reasons)))
}

/// Rejected lines of a load with every reason, in the order of the file.
///
/// Needs the grant `holder` (保有・管理) or `overall_manager` (総括管理).
#[utoipa::path(params(PurposeHeader, PageParams), responses((status = 200, description = "Rejects in the order of the file.", body = Page<Reject>)))]
#[get("/loads/{load_id}/rejects")]
pub async fn list_rejects(
    platform: Platform,
    town: Town,
    lang: Language,
    id: PathId<LoadId>,
    params: Params,
) -> Answer<Page<Reject>> {
    let paging = Paging::from_params(&params)?;
    let rows = platform.reject_list(&town.0, id.0, paging.cursor, paging.fetch()).await?;
    let items = Reject::all(&rows, lang.0);
    Ok(web::Json(Page::of(town.0.now, items, &paging, |reject| reject.id, |reject| reject)))
}
