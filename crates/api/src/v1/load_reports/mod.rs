//! 取込品質報告・訂正・入力依頼票: what a load's file was like, what came of its rejects, what sections are asked.

mod asked;
mod findings;
mod shape;

use actix_web::http::header::{ACCEPT, VARY};
use actix_web::{HttpRequest, HttpResponse, Responder, get, post, web};
use app::exports::Charset;
use app::loads::{Begun, Named};
use kernel::id::{LoadId, RejectId, UploadId};
use kernel::{Code, Fault, SectionCode, TownCode};
use serde::Deserialize;
use utoipa::ToSchema;

use super::loads::Load;
use crate::answer::{Accepted, Answer, Download};
use crate::idempotency::IdempotencyHeader;
use crate::paging::{Page, PageParams, Paging};
use crate::problem::in_query;
use crate::request::{Body, Coop, Language, Params, PathId, PurposeHeader, Town, Wanted};
use crate::schema::LongText;
use crate::{Platform, Problem, schema};

use asked::EntryRequests;
use shape::{LoadReport, LoadSignOff, RejectedLine};

/// Lines that were put right.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "upload_id": "upl_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70",
    "settles": [{"reject_id": "rej_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "line": 2}]
}))]
pub struct NewCorrection {
    /// 受付: a file of these lines alone, as the source and of the day of the load they correct.
    #[schema(value_type = schema::UploadId)]
    upload_id: UploadId,
    /// Rejects whose key could not be read, or was wrong, each with the line of this file that stands for it. Others
    /// are known by their key and need not be named.
    #[serde(default)]
    #[schema(max_items = 5000)]
    settles: Vec<SettledReject>,
}

/// A reject and the line that stands for it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct SettledReject {
    /// 取込エラー: an open reject of the load that is corrected.
    #[schema(value_type = schema::RejectId)]
    reject_id: RejectId,
    /// Line of the correction's file, from 1, its header counted. In order, it settles the reject.
    #[schema(minimum = 1)]
    line: u32,
}

impl NewCorrection {
    fn named(&self) -> Result<Vec<Named>, Problem> {
        if self.settles.len() > SETTLES {
            let fault = Fault::new(Code::InvalidValue).with("name", "settles");
            let (ja, en) = (format!("{SETTLES} 件までです"), format!("{SETTLES} at most"));
            return Err(fault.with_words("why", &ja, &en).at_pointer("/settles").into());
        }
        Ok(self.settles.iter().map(|one| Named { reject: one.reject_id, line: one.line }).collect())
    }
}

/// Rejects that one correction names: as many as one file of rejects holds.
const SETTLES: usize = 5000;

/// How rejects are to be written.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"charset": "utf-8"}))]
pub struct NewRejectExport {
    /// How the text is written; `utf-8` if not said.
    #[schema(value_type = Option<schema::ExportCharset>)]
    charset: Option<Charset>,
}

/// That a report was seen.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"remark": "学校コードは次回の取込までに登録"}))]
pub struct NewSignOff {
    /// 所見: what whoever signs has to say; sealed with the findings and gone with them.
    remark: Option<LongText>,
}

/// The report of a load (取込品質報告).
///
/// Needs the grant `holder` (保有・管理), `overall_manager` (総括管理), `approver` (決裁), `town_admin` (町管理者) or
/// `auditor` (監査) for its numbers; lines and values are for the first two, for a purpose. With `Accept: text/html`
/// a page to be printed, which always has both.
#[utoipa::path(
    params(("Tasuki-Purpose" = Option<schema::Purpose>, Header, description = "利用目的: without it the report has numbers alone.")),
    responses(
        (status = 200, description = "The report.", content((LoadReport = "application/json"), (schema::File = "text/html"))),
        (status = 409, description = "`load_not_ready`: the load was not applied."),
    ),
)]
#[get("/loads/{load_id}/report")]
pub async fn read_load_report(
    platform: Platform,
    town: Town,
    lang: Language,
    wanted: Wanted,
    id: PathId<LoadId>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let mut answer = match wanted {
        Wanted::Page => Download::of(&platform.load_report_page(&town.0, id.0).await?).respond_to(&request),
        Wanted::Json => {
            let (report, findings) = platform.load_report_shown(&town.0, id.0).await?;
            HttpResponse::Ok().json(LoadReport::of(report, findings.as_ref(), lang.0))
        }
    };
    answer.headers_mut().append(VARY, ACCEPT.into());
    Ok(answer)
}

/// The report of a town's load, for the cooperative's operator (組合の運用担当).
///
/// Structure, counts and reasons; no line and no value.
#[utoipa::path(responses(
    (status = 200, description = "The report.", body = LoadReport),
    (status = 409, description = "`load_not_ready`: the load was not applied."),
))]
#[get("/towns/{town_code}/loads/{load_id}/report")]
pub async fn read_town_load_report(
    platform: Platform,
    coop: Coop,
    lang: Language,
    code: PathId<TownCode>,
    id: PathId<LoadId>,
) -> Answer<LoadReport> {
    let report = platform.load_report_for_operator(&coop.0, code.0, id.0).await?;
    Ok(web::Json(LoadReport::for_operator(report, lang.0)))
}

/// Rejected lines of a town's load, for the cooperative's operator (組合の運用担当).
///
/// Where each line was rejected and why, as the layout names it, and nothing of what it says: the town's own staff
/// see that.
#[utoipa::path(params(PageParams), responses((status = 200, description = "Rejects in the order of the file.", body = Page<RejectedLine>)))]
#[get("/towns/{town_code}/loads/{load_id}/rejects")]
pub async fn list_town_rejects(
    platform: Platform,
    coop: Coop,
    code: PathId<TownCode>,
    id: PathId<LoadId>,
    params: Params,
) -> Answer<Page<RejectedLine>> {
    let paging = Paging::from_params(&params)?;
    let of = (code.0, id.0);
    let rows = platform.reject_places_for_operator(&coop.0, of, paging.cursor, paging.fetch()).await?;
    Ok(web::Json(Page::of(coop.0.now, rows, &paging, |row| row.id, RejectedLine::from)))
}

/// Says that the report of a load was seen (確認).
///
/// Needs the grant `holder` (保有・管理) or `overall_manager` (総括管理). Once a load; who did so and when stands in
/// the report and in the evidence.
#[utoipa::path(
    params(IdempotencyHeader),
    request_body = NewSignOff,
    responses(
        (status = 200, description = "Signed off.", body = LoadSignOff),
        (status = 409, description = "`load_signed_off`, `load_not_ready`."),
    ),
)]
#[post("/loads/{load_id}/sign-off")]
pub async fn sign_off_load(
    platform: Platform,
    town: Town,
    id: PathId<LoadId>,
    body: Body<NewSignOff>,
) -> Answer<LoadSignOff> {
    platform.load(&town.0, id.0).await?;
    let new = body.read()?;
    let signed = platform.load_sign_off(&town.0, id.0, new.remark.as_ref().map(LongText::as_str)).await?;
    Ok(web::Json(signed.into()))
}

/// Starts the load of lines that correct a load's rejects (訂正の取込).
///
/// Needs the grant `holder` (保有・管理) or `overall_manager` (総括管理). The file has the layout of its source and
/// the corrected lines alone. It closes nothing; a reject whose record comes in order is then `corrected`, and so is
/// one that `settles` names, when its line does.
#[utoipa::path(
    params(IdempotencyHeader),
    request_body = NewCorrection,
    responses(
        (status = 200, description = "This very file was loaded before; nothing changes.", body = Load),
        (status = 202, description = "Under way; `Location` is the operation to watch.", body = Load),
        (status = 404, description = "`load_not_found`, `upload_not_found`; `reject_not_found` for one that is not among the load's open ones."),
        (status = 409, description = "`correction_mismatch`, `load_superseded`, `load_not_ready`, `legal_entry_expired`."),
    ),
)]
#[post("/loads/{load_id}/corrections")]
pub async fn correct_load(
    platform: Platform,
    town: Town,
    lang: Language,
    id: PathId<LoadId>,
    body: Body<NewCorrection>,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    platform.load(&town.0, id.0).await?;
    let new = body.read()?;
    Ok(match platform.correction_begin(&town.0, id.0, new.upload_id, &new.named()?).await? {
        Begun::Same(load) => HttpResponse::Ok().json(Load::new(load, None, lang.0)),
        Begun::Running { load, operation } => {
            Accepted { operation, body: Load::new(load, None, lang.0) }.respond_to(&request)
        }
    })
}

/// The open rejects of a load as a CSV, for the section that puts them right.
///
/// Needs the grant `holder` (保有・管理) or `overall_manager` (総括管理), and a town that has decided to allow exports.
/// Line, columns, reasons and the line as it came; of whoever is under protection (支援措置), or may not be seen by the
/// caller, the line is left out and the file says how many. Nothing in it is taken for a formula.
#[utoipa::path(
    params(PurposeHeader),
    request_body = NewRejectExport,
    responses(
        (status = 200, description = "The file.", content((schema::File = "text/csv")),
         headers(("Content-Disposition" = String, description = "What the file is called."))),
        (status = 403, description = "`export_not_allowed`: the town has not decided to allow exports; `grant_missing`."),
        (status = 409, description = "`protection_list_stale`: nothing leaves without a current list."),
    ),
)]
#[post("/loads/{load_id}/reject-exports")]
pub async fn export_rejects(
    platform: Platform,
    town: Town,
    id: PathId<LoadId>,
    body: Body<NewRejectExport>,
) -> Result<Download, Problem> {
    platform.load(&town.0, id.0).await?;
    let charset = body.read()?.charset.unwrap_or(Charset::Utf8);
    Ok(Download::of(&platform.reject_export(&town.0, id.0, charset).await?))
}

/// What sections are asked to fill in or put right (入力依頼票).
///
/// Needs the grant `holder` (保有・管理) or `overall_manager` (総括管理). One section, or every one that holds a
/// source; by the newest load of each source:
/// lines and columns, why they matter, what to do; nobody's name and no value. With `Accept: text/html` a page to be
/// printed.
#[utoipa::path(
    params(
        PurposeHeader,
        ("section" = Option<String>, Query, description = "課・班, as the profile names it; every one without it.", example = "mayor/kosodate"),
    ),
    responses((status = 200, description = "What is asked.", content((EntryRequests = "application/json"), (schema::File = "text/html")))),
)]
#[get("/entry-requests")]
pub async fn read_entry_request(
    platform: Platform,
    town: Town,
    wanted: Wanted,
    params: Params,
    request: HttpRequest,
) -> Result<HttpResponse, Problem> {
    let section: Option<SectionCode> = params.get("section")?;
    let mut answer = match wanted {
        Wanted::Page => {
            let page = platform.entry_request_page(&town.0, section.as_ref()).await.map_err(in_query)?;
            Download::of(&page).respond_to(&request)
        }
        Wanted::Json => {
            let asked = platform.entry_requests(&town.0, section.as_ref()).await.map_err(in_query)?;
            HttpResponse::Ok().json(EntryRequests::of(&asked))
        }
    };
    answer.headers_mut().append(VARY, ACCEPT.into());
    Ok(answer)
}
