//! 住民: who a person is, what is recorded about them and where it came from, who is related to them, and
//! who has looked.

mod accesses;
mod relations;
mod shown;
mod timeline;

use actix_web::{get, web};
use kernel::Category;
use kernel::id::PersonId;
use serde::Deserialize;
use utoipa::IntoParams;

pub use accesses::Accesses;
pub use relations::Relations;
pub(crate) use shown::members;
pub use shown::{BirthDate, Member, Person, PersonSummary, Who};
pub use timeline::Timeline;

use crate::answer::Answer;
use crate::paging::{Page, PageParams, Paging};
use crate::request::{Params, PathId, PurposeHeader, Town};
use crate::{Platform, schema};

/// Which persons.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PersonParams {
    /// 宛名番号: only the person who has this number now, so one item or none.
    #[param(example = "0000001234")]
    pub number: Option<String>,
}

/// Which part of a time-line.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct TimelineParams {
    /// 分類: only what is of this category.
    #[param(value_type = Option<schema::Category>, example = "consultation")]
    pub category: Option<String>,
}

/// Everybody the town knows.
///
/// Without whereabouts. Each person listed is recorded as read.
#[utoipa::path(
    params(PurposeHeader, PersonParams, PageParams),
    responses((status = 200, description = "Persons in the order of their ids.", body = Page<PersonSummary>)),
)]
#[get("/persons")]
pub async fn list_persons(platform: Platform, town: Town, params: Params) -> Answer<Page<PersonSummary>> {
    let paging = Paging::from_params(&params)?;
    let found = match params.get::<String>("number")? {
        Some(number) => PersonSummary::found(&platform.person_by_number(&town.0, &number).await?, &town.0),
        None => {
            let fetch = usize::try_from(paging.fetch()).unwrap_or(usize::MAX);
            PersonSummary::all(&platform.person_list(&town.0, paging.cursor, fetch).await?, &town.0)
        }
    };
    Ok(web::Json(Page::of(town.0.now, found, &paging, PersonSummary::id, |person| person)))
}

/// One person.
///
/// Whereabouts are hidden for a protected person (支援措置), and for everybody while the town's protection
/// list is missing or stale; `banner` says so.
#[utoipa::path(
    params(PurposeHeader),
    responses((status = 200, description = "The person.", body = Person)),
)]
#[get("/persons/{person_id}")]
pub async fn read_person(platform: Platform, town: Town, id: PathId<PersonId>) -> Answer<Person> {
    Ok(web::Json(Person::of(&platform.person(&town.0, id.0).await?, &town.0)))
}

/// What is recorded about a person.
///
/// Each entry leads back to the line of the file it came from.
#[utoipa::path(
    params(PurposeHeader, TimelineParams),
    responses((status = 200, description = "Records in force, by category.", body = Timeline)),
)]
#[get("/persons/{person_id}/timeline")]
pub async fn read_timeline(
    platform: Platform,
    town: Town,
    id: PathId<PersonId>,
    params: Params,
) -> Answer<Timeline> {
    let category = params.get::<Category>("category")?;
    let timeline = platform.timeline(&town.0, id.0, category).await?;
    let profile = platform.profile(&town.0).await?;
    Ok(web::Json(Timeline::of(&timeline, &profile.cooperative.items, &town.0)))
}

/// Who is whose parent, carer, grandparent or sibling.
///
/// Derived from 続柄 to the 世帯主. What may be so is ambiguous, and ambiguous counts as unknown.
#[utoipa::path(
    params(PurposeHeader),
    responses((status = 200, description = "Relations within the household.", body = Relations)),
)]
#[get("/persons/{person_id}/relations")]
pub async fn read_relations(platform: Platform, town: Town, id: PathId<PersonId>) -> Answer<Relations> {
    Ok(web::Json(Relations::of(&platform.relations(&town.0, id.0).await?, &town.0)))
}

/// Who looked at a person (閲覧記録).
///
/// Needs the grant `auditor` (監査) or `town_admin` (町管理者). Reading it is recorded too.
#[utoipa::path(
    params(PurposeHeader),
    responses((status = 200, description = "Looks, newest first, 1,000 at most.", body = Accesses)),
)]
#[get("/persons/{person_id}/accesses")]
pub async fn list_accesses(platform: Platform, town: Town, id: PathId<PersonId>) -> Answer<Accesses> {
    Ok(web::Json(Accesses::of(&platform.accesses(&town.0, id.0).await?, &town.0)))
}
