//! ケース: who is on a child's case and with which partners. Every change is a new version.

mod shape;

use actix_web::{get, post, web};
use app::cases::{CaseStep, NewMember};
use app::entries::Change;
use kernel::id::{CaseId, PersonId};

pub use shape::{Case, CaseClosing, CaseMemberEnding, NewCase, NewCaseMember};

use crate::answer::{Answer, Created};
use crate::idempotency::IdempotencyHeader;
use crate::paging::{Order, Page, PageParams, Paging};
use crate::request::{Body, Params, PathId, PurposeHeader, Town};
use crate::{Platform, Problem};

/// Opens a person's case, with the case worker who leads it.
///
/// Needs the grant `case_worker` (活用). A person has one open case at most.
#[utoipa::path(
    params(PurposeHeader, IdempotencyHeader),
    request_body = NewCase,
    responses(
        (status = 201, description = "Opened.", body = Case),
        (status = 409, description = "`case_is_open`: the person has an open case."),
    ),
)]
#[post("/persons/{person_id}/cases")]
pub async fn open_case(
    platform: Platform,
    town: Town,
    person: PathId<PersonId>,
    body: Body<NewCase>,
) -> Result<Created<Case>, Problem> {
    platform.person_require(&town.0, person.0).await?;
    let new = body.read()?;
    let lead = NewMember::Staff { staff: new.staff_id, section: new.section };
    let why = new.why.as_str().to_owned();
    let opened = platform.case_open(&town.0, person.0, new.opened_on, why, lead).await?;
    let body = Case::from(&*opened);
    Ok(Created { location: Some(format!("/api/v1/persons/{}/cases/{}", person.0, body.id)), body })
}

/// A person's cases, each with all its versions.
///
/// Needs the grant `case_worker` (活用), `overall_manager` (総括管理), `holder` (保有・管理) or `approver` (決裁).
#[utoipa::path(
    params(PurposeHeader, PageParams),
    responses((status = 200, description = "Oldest first.", body = Page<Case>)),
)]
#[get("/persons/{person_id}/cases")]
pub async fn list_cases(
    platform: Platform,
    town: Town,
    person: PathId<PersonId>,
    params: Params,
) -> Answer<Page<Case>> {
    let paging = Paging::from_params(&params)?;
    let cases = platform.cases(&town.0, person.0).await?;
    let rows = cases.iter().map(Case::from).collect();
    Ok(web::Json(Page::cut(town.0.now, rows, &paging, Order::Rising, |row| row.id, |row| row)))
}

/// One case with all its versions.
///
/// Needs the grant `case_worker` (活用), `overall_manager` (総括管理), `holder` (保有・管理) or `approver` (決裁).
#[utoipa::path(params(PurposeHeader), responses((status = 200, description = "The case.", body = Case)))]
#[get("/persons/{person_id}/cases/{case_id}")]
pub async fn read_case(
    platform: Platform,
    town: Town,
    person: PathId<PersonId>,
    id: PathId<CaseId>,
) -> Answer<Case> {
    Ok(web::Json((&*platform.case(&town.0, person.0, id.0).await?).into()))
}

/// Puts a case worker or a partner (関係機関) on a case.
///
/// Needs the grant `case_worker` (活用).
#[utoipa::path(
    params(PurposeHeader),
    request_body = NewCaseMember,
    responses(
        (status = 200, description = "Added.", body = Case),
        (status = 409, description = "`version_superseded`: somebody changed it since it was read; `case_is_closed`."),
    ),
)]
#[post("/persons/{person_id}/cases/{case_id}/members")]
pub async fn add_case_member(
    platform: Platform,
    town: Town,
    person: PathId<PersonId>,
    id: PathId<CaseId>,
    body: Body<NewCaseMember>,
) -> Answer<Case> {
    platform.case(&town.0, person.0, id.0).await?;
    let new = body.read()?;
    let change = Change { version: new.version, reason: new.reason.as_str().to_owned() };
    let step = CaseStep::Add(new.who.into(), new.from);
    Ok(web::Json((&*platform.case_change(&town.0, person.0, id.0, change, step).await?).into()))
}

/// Ends somebody's part in a case.
///
/// Needs the grant `case_worker` (活用). Who was on it stays to be read.
#[utoipa::path(
    params(PurposeHeader),
    request_body = CaseMemberEnding,
    responses(
        (status = 200, description = "Ended.", body = Case),
        (status = 409, description = "`version_superseded`: somebody changed it since it was read; `case_is_closed`."),
    ),
)]
#[post("/persons/{person_id}/cases/{case_id}/member-endings")]
pub async fn end_case_member(
    platform: Platform,
    town: Town,
    person: PathId<PersonId>,
    id: PathId<CaseId>,
    body: Body<CaseMemberEnding>,
) -> Answer<Case> {
    platform.case(&town.0, person.0, id.0).await?;
    let new = body.read()?;
    let change = Change { version: new.version, reason: new.reason.as_str().to_owned() };
    let step = CaseStep::End(new.number, new.until);
    Ok(web::Json((&*platform.case_change(&town.0, person.0, id.0, change, step).await?).into()))
}

/// Closes a case with its reason; everybody on it goes.
///
/// Needs the grant `case_worker` (活用). A closed case is not opened again: open a new one.
#[utoipa::path(
    params(PurposeHeader),
    request_body = CaseClosing,
    responses(
        (status = 200, description = "Closed.", body = Case),
        (status = 409, description = "`version_superseded`: somebody changed it since it was read; `case_is_closed`."),
    ),
)]
#[post("/persons/{person_id}/cases/{case_id}/closing")]
pub async fn close_case(
    platform: Platform,
    town: Town,
    person: PathId<PersonId>,
    id: PathId<CaseId>,
    body: Body<CaseClosing>,
) -> Answer<Case> {
    platform.case(&town.0, person.0, id.0).await?;
    let new = body.read()?;
    let change = Change { version: new.version, reason: new.reason.as_str().to_owned() };
    let step = CaseStep::Close(new.on);
    Ok(web::Json((&*platform.case_change(&town.0, person.0, id.0, change, step).await?).into()))
}
