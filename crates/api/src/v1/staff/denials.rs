//! 閲覧制限: whom a member of staff may not see (自己・親族・近隣).

use actix_web::{HttpResponse, get, post, web};
use app::denials::Reason;
use chrono::{DateTime, NaiveDate, Utc};
use kernel::id::{DenialId, PersonId, StaffId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::{Answer, Created};
use crate::idempotency::IdempotencyHeader;
use crate::paging::{Order, Page, PageParams, Paging};
use crate::request::{Body, Params, PathId, PurposeHeader, Town};
use crate::schema::Day;
use crate::{Platform, Problem, schema};

/// A person whom somebody may not see.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "dny_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "person_id": "per_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70",
    "reason": "kin", "reason_ja": "親族", "from": {"date": "2026-04-01", "wareki": "令和8年4月1日"}, "until": null,
    "entered_by": "stf_019a9f3c5b7a7c3e8a1f2b3c4d5e6f71", "entered_at": "2026-04-01T00:00:00Z", "ended_at": null
}))]
pub struct Denial {
    /// Id.
    #[schema(value_type = schema::DenialId)]
    id: DenialId,
    /// Whom.
    #[schema(value_type = schema::PersonId)]
    person_id: PersonId,
    /// Why.
    #[schema(value_type = schema::DenialReason)]
    reason: Reason,
    /// The same, as staff read it.
    reason_ja: &'static str,
    /// 開始日: the first day.
    from: Day,
    /// 終了日: the last day; null while none is set.
    #[schema(required = true)]
    until: Option<Day>,
    /// 職員 who entered it.
    #[schema(value_type = schema::StaffId)]
    entered_by: StaffId,
    /// When it was entered.
    entered_at: DateTime<Utc>,
    /// When it was ended at once; null otherwise.
    #[schema(required = true)]
    ended_at: Option<DateTime<Utc>>,
}

impl From<&app::denials::Denial> for Denial {
    fn from(denial: &app::denials::Denial) -> Self {
        Self {
            id: denial.id,
            person_id: denial.person,
            reason: denial.terms.reason,
            reason_ja: denial.terms.reason.ja(),
            from: denial.terms.from.into(),
            until: denial.terms.until.map(Day::from),
            entered_by: denial.terms.by,
            entered_at: denial.entered_at,
            ended_at: denial.ended_at,
        }
    }
}

/// A denial to enter.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "person_id": "per_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "reason": "kin", "from": "2026-04-01"
}))]
pub struct NewDenial {
    /// Whom.
    #[schema(value_type = schema::PersonId)]
    person_id: PersonId,
    /// Why.
    #[schema(value_type = schema::DenialReason)]
    reason: Reason,
    /// 開始日: the first day; today if it is not said.
    #[serde(default, deserialize_with = "crate::request::day::read_optional")]
    from: Option<NaiveDate>,
    /// 終了日: the last day, if one is known.
    #[serde(default, deserialize_with = "crate::request::day::read_optional")]
    until: Option<NaiveDate>,
}

/// Whom a member of staff may not see, now or before.
///
/// Needs the grant `town_admin` (町管理者), `approver` (決裁) or `auditor` (監査). Each person named is recorded as
/// read.
#[utoipa::path(
    params(PurposeHeader, PageParams),
    responses((status = 200, description = "Oldest first.", body = Page<Denial>)),
)]
#[get("/staff/{staff_id}/denials")]
pub async fn list_denials(
    platform: Platform,
    town: Town,
    id: PathId<StaffId>,
    params: Params,
) -> Answer<Page<Denial>> {
    let paging = Paging::from_params(&params)?;
    let view = platform.denials(&town.0, id.0).await?;
    let rows = view.denials.iter().map(Denial::from).collect();
    let page = Page::cut(town.0.now, rows, &paging, Order::Rising, |row: &Denial| row.id, |row| row);
    Ok(web::Json(page.withholding(view.withheld())))
}

/// Enters a person whom a member of staff may not see.
///
/// Needs the grant `town_admin` (町管理者) or `approver` (決裁), and not for oneself. From the next request on that
/// member of staff is refused what names the person (`person_denied`), and lists leave the person out and say how
/// many they left out.
#[utoipa::path(
    params(PurposeHeader, IdempotencyHeader),
    request_body = NewDenial,
    responses(
        (status = 201, description = "Entered.", body = Denial),
        (status = 403, description = "`own_denial`: nobody edits their own; `grant_missing`, `person_denied`."),
    ),
)]
#[post("/staff/{staff_id}/denials")]
pub async fn enter_denial(
    platform: Platform,
    town: Town,
    id: PathId<StaffId>,
    body: Body<NewDenial>,
) -> Result<Created<Denial>, Problem> {
    platform.denials_require(&town.0, id.0).await?;
    let NewDenial { person_id: person, reason, from, until } = body.read()?;
    let new = app::denials::NewDenial { person, reason, from: from.unwrap_or(town.0.today()), until };
    let entered = platform.denial_add(&town.0, id.0, new).await?;
    let denial = entered.denials.first().map(Denial::from).ok_or(kernel::Code::Internal)?;
    Ok(Created { location: None, body: denial })
}

/// Ends a denial at once.
///
/// Needs the grant `town_admin` (町管理者) or `approver` (決裁), and not for oneself. Ending it again changes nothing.
#[utoipa::path(
    params(PurposeHeader),
    responses(
        (status = 204, description = "Ended."),
        (status = 403, description = "`own_denial`: nobody edits their own; `grant_missing`, `person_denied`."),
    ),
)]
#[post("/staff/{staff_id}/denials/{denial_id}/end")]
pub async fn end_denial(
    platform: Platform,
    town: Town,
    id: PathId<StaffId>,
    denial: PathId<DenialId>,
) -> Result<HttpResponse, Problem> {
    platform.denial_end(&town.0, id.0, denial.0).await?;
    Ok(HttpResponse::NoContent().finish())
}
