//! What the town's auditor asks: who looked at whom, by whom and in which period, and who may see what.

use actix_web::{get, web};
use app::accesses::{Look, LookFilter};
use app::entitlements::{Asked, Entitlement as Row};
use chrono::NaiveDate;
use kernel::id::{PersonId, PostingId, StaffId};
use kernel::{Grant, SectionCode, SourceCode};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::persons::Access;
use super::staff::AccountKind;
use crate::answer::Answer;
use crate::paging::{Order, Page, PageParams, Paging};
use crate::problem::in_query;
use crate::request::{GivenDay, Params, PurposeHeader, Town};
use crate::schema::Day;
use crate::{Platform, schema};

/// Which looks.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct AccessParams {
    /// 職員 or 連携用 who looked.
    #[param(value_type = Option<schema::StaffId>)]
    pub staff_id: Option<String>,
    /// 連携元: looks at people of whom this source has records. A look does not say which records it showed.
    #[param(example = "attendance")]
    pub source: Option<String>,
    /// What was looked at: `person_read`, `timeline_read`, `candidate_list` …
    #[param(example = "timeline_read")]
    pub operation: Option<String>,
    /// The first day, in Japan.
    #[param(example = "2026-04-01")]
    pub from: Option<NaiveDate>,
    /// The last day, in Japan.
    #[param(example = "2026-04-30")]
    pub until: Option<NaiveDate>,
}

/// One look at one person.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "person_id": "per_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70",
    "staff_id": "stf_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "purpose": "support",
    "purpose_ja": "支援の検討・実施", "operation": "person_read",
    "operation_ja": "住民の基本情報", "at": "2026-11-20T02:00:00Z"
}))]
pub struct PersonAccess {
    /// At whom.
    #[schema(value_type = schema::PersonId)]
    person_id: PersonId,
    /// By whom, why and when.
    #[serde(flatten)]
    access: Access,
}

impl From<&Look> for PersonAccess {
    fn from(look: &Look) -> Self {
        Self { person_id: look.person, access: Access::from(&look.access) }
    }
}

/// Who looked at whom (閲覧記録), of the whole town.
///
/// Needs the grant `auditor` (監査) or `town_admin` (町管理者). Reading it is a look at each person named, and is
/// recorded too.
#[utoipa::path(
    params(PurposeHeader, AccessParams, PageParams),
    responses((status = 200, description = "Looks, newest first.", body = Page<PersonAccess>)),
)]
#[get("/accesses")]
pub async fn search_accesses(platform: Platform, town: Town, params: Params) -> Answer<Page<PersonAccess>> {
    let paging = Paging::from_params(&params)?;
    let filter = LookFilter {
        staff: params.get("staff_id")?,
        source: params.get("source")?,
        operation: params.get("operation")?,
        from: params.get::<GivenDay>("from")?.map(Into::into),
        until: params.get::<GivenDay>("until")?.map(Into::into),
    };
    let found = platform.looks(&town.0, &filter, paging.cursor, paging.limit()).await.map_err(in_query)?;
    let items = found.looks.iter().map(PersonAccess::from).collect();
    Ok(web::Json(Page::shown(town.0.now, items, found.next, paging.list).withholding(found.withheld())))
}

/// Whose entitlements.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct EntitlementParams {
    /// On which day, in Japan; today if it is not said.
    #[param(example = "2027-04-01")]
    pub on: Option<NaiveDate>,
    /// 課・班: only those posted there.
    #[param(example = "mayor/kosodate")]
    pub section: Option<String>,
    /// 連携元: only those who may read its records.
    #[param(example = "attendance")]
    pub source: Option<String>,
}

/// What one posting lets its owner see.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "posting_id": "pst_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "staff_id": "stf_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70",
    "kind": "member", "name": "架空 花子", "section": "mayor/kosodate", "section_name": "子育て健康課",
    "grants": ["case_worker"], "from": {"date": "2026-04-01", "wareki": "令和8年4月1日"}, "until": null,
    "reads_residents": true, "holds": ["childcare", "maternal_child_health"]
}))]
pub struct Entitlement {
    /// 所属.
    #[schema(value_type = schema::PostingId)]
    posting_id: PostingId,
    /// Whose.
    #[schema(value_type = schema::StaffId)]
    staff_id: StaffId,
    /// 職員 or 連携用.
    kind: AccountKind,
    /// Name.
    name: String,
    /// 課・班: `<organ>/<section>`.
    section: String,
    /// Its name.
    section_name: String,
    /// 権限.
    #[schema(value_type = Vec<schema::Grant>)]
    grants: Vec<Grant>,
    /// 開始日.
    from: Day,
    /// 終了日; null while none is set.
    #[schema(required = true)]
    until: Option<Day>,
    /// Whether it lets them read residents' records. Then it is those of every source: grants are not limited to
    /// a section.
    reads_residents: bool,
    /// 連携元 that the section holds.
    holds: Vec<String>,
}

impl From<Row> for Entitlement {
    fn from(row: Row) -> Self {
        Self {
            posting_id: row.posting,
            staff_id: row.staff,
            kind: row.kind.into(),
            name: row.name,
            section: row.section,
            section_name: row.section_name,
            grants: row.grants.iter().collect(),
            from: row.from.into(),
            until: row.until.map(Day::from),
            reads_residents: row.reads_residents,
            holds: row.holds,
        }
    }
}

/// Who may see what: every posting in force on a day.
///
/// Needs the grant `auditor` (監査) or `town_admin` (町管理者).
#[utoipa::path(
    params(EntitlementParams, PageParams),
    responses((status = 200, description = "Postings, those entered first first.", body = Page<Entitlement>)),
)]
#[get("/entitlements")]
pub async fn list_entitlements(platform: Platform, town: Town, params: Params) -> Answer<Page<Entitlement>> {
    let paging = Paging::from_params(&params)?;
    let section = params.get::<SectionCode>("section")?;
    let on = params.get::<GivenDay>("on")?.map(Into::into);
    let asked = Asked { on, section, source: params.get::<SourceCode>("source")? };
    let rows = platform.entitlements(&town.0, &asked).await.map_err(in_query)?;
    Ok(web::Json(Page::cut(town.0.now, rows, &paging, Order::Rising, |row| row.posting, Entitlement::from)))
}
