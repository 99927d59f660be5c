//! 親族関係の記録: relations seen in 戸籍 or told, written down by case workers. They stand over what the
//! register says of the same two, until they are ended or corrected by a new version.

mod shape;

use actix_web::{get, post, web};
use app::entries::Change;
use kernel::id::{PersonId, RelationId};

pub use shape::{NewRecordedRelation, RecordedRelation, RelationCorrection, RelationEnding};

use crate::answer::{Answer, Created};
use crate::idempotency::IdempotencyHeader;
use crate::paging::{Order, Page, PageParams, Paging};
use crate::request::{Body, Params, PathId, PurposeHeader, Town};
use crate::{Platform, Problem};

/// Records a relation of a person, seen or told.
///
/// Needs the grant `case_worker` (活用). It stands over what the register says of the same two, in every run and
/// after every load. What the register says otherwise is shown among the person's relations.
#[utoipa::path(
    params(PurposeHeader, IdempotencyHeader),
    request_body = NewRecordedRelation,
    responses(
        (status = 201, description = "Recorded.", body = RecordedRelation),
        (status = 409, description = "`relation_contradicts`: the two have a recorded relation already, or somebody \
            would become their own ancestor."),
    ),
)]
#[post("/persons/{person_id}/recorded-relations")]
pub async fn record_relation(
    platform: Platform,
    town: Town,
    person: PathId<PersonId>,
    body: Body<NewRecordedRelation>,
) -> Result<Created<RecordedRelation>, Problem> {
    platform.person_require(&town.0, person.0).await?;
    let recorded = platform.relation_record(&town.0, person.0, body.read()?.into()).await?;
    let body = RecordedRelation::from(&*recorded);
    let location = format!("/api/v1/persons/{}/recorded-relations/{}", person.0, body.id);
    Ok(Created { location: Some(location), body })
}

/// What was recorded about a person's relations, each with all its versions.
///
/// Needs the grant `case_worker` (活用), `overall_manager` (総括管理), `holder` (保有・管理) or `approver` (決裁).
#[utoipa::path(
    params(PurposeHeader, PageParams),
    responses((status = 200, description = "Oldest first; ended ones too.", body = Page<RecordedRelation>)),
)]
#[get("/persons/{person_id}/recorded-relations")]
pub async fn list_recorded_relations(
    platform: Platform,
    town: Town,
    person: PathId<PersonId>,
    params: Params,
) -> Answer<Page<RecordedRelation>> {
    let paging = Paging::from_params(&params)?;
    let found = platform.relations_recorded(&town.0, person.0).await?;
    let rows = found.iter().map(RecordedRelation::from).collect();
    Ok(web::Json(Page::cut(town.0.now, rows, &paging, Order::Rising, |row| row.id, |row| row)))
}

/// One recorded relation with all its versions.
///
/// Needs the grant `case_worker` (活用), `overall_manager` (総括管理), `holder` (保有・管理) or `approver` (決裁).
#[utoipa::path(
    params(PurposeHeader),
    responses((status = 200, description = "The recorded relation.", body = RecordedRelation)),
)]
#[get("/persons/{person_id}/recorded-relations/{relation_id}")]
pub async fn read_recorded_relation(
    platform: Platform,
    town: Town,
    person: PathId<PersonId>,
    id: PathId<RelationId>,
) -> Answer<RecordedRelation> {
    Ok(web::Json((&*platform.relation_recorded(&town.0, person.0, id.0).await?).into()))
}

/// Corrects a recorded relation by a new version with its reason.
///
/// Needs the grant `case_worker` (活用). Earlier versions stay to be read; one that was ended stands again.
#[utoipa::path(
    params(PurposeHeader),
    request_body = RelationCorrection,
    responses(
        (status = 200, description = "Corrected.", body = RecordedRelation),
        (status = 409, description = "`version_superseded`: somebody changed it since it was read; \
            `relation_contradicts`: it cannot be beside another."),
    ),
)]
#[post("/persons/{person_id}/recorded-relations/{relation_id}/corrections")]
pub async fn correct_relation(
    platform: Platform,
    town: Town,
    person: PathId<PersonId>,
    id: PathId<RelationId>,
    body: Body<RelationCorrection>,
) -> Answer<RecordedRelation> {
    platform.relation_recorded(&town.0, person.0, id.0).await?;
    let new = body.read()?;
    let change = Change { version: new.version, reason: new.reason.as_str().to_owned() };
    let corrected = platform.relation_correct(&town.0, person.0, id.0, change, new.relation.into()).await?;
    Ok(web::Json((&*corrected).into()))
}

/// Ends a recorded relation, or takes it back.
///
/// Needs the grant `case_worker` (活用). From then on the register alone tells; every version stays to be read.
#[utoipa::path(
    params(PurposeHeader),
    request_body = RelationEnding,
    responses(
        (status = 200, description = "Ended.", body = RecordedRelation),
        (status = 409, description = "`version_superseded`: somebody changed it since it was read."),
    ),
)]
#[post("/persons/{person_id}/recorded-relations/{relation_id}/ending")]
pub async fn end_relation(
    platform: Platform,
    town: Town,
    person: PathId<PersonId>,
    id: PathId<RelationId>,
    body: Body<RelationEnding>,
) -> Answer<RecordedRelation> {
    platform.relation_recorded(&town.0, person.0, id.0).await?;
    let new = body.read()?;
    let change = Change { version: new.version, reason: new.reason.as_str().to_owned() };
    Ok(web::Json((&*platform.relation_end(&town.0, person.0, id.0, change, new.on).await?).into()))
}
