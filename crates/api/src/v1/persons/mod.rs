//! 住民: who a person is, what is recorded about them and where it came from, who is related to them, and
//! who has looked.

mod accesses;
mod page;
mod relations;
mod shown;
mod timeline;

use actix_web::{get, web};
use app::people::{Asked, Search};
use kernel::id::PersonId;
use kernel::{Category, Code, Fault};
use serde::Deserialize;
use utoipa::IntoParams;

pub use accesses::Access;
pub use page::PersonPage;
pub use relations::Relations;
pub(crate) use relations::kind_word;
pub(crate) use shown::members;
pub use shown::{BirthDate, Member, Person, PersonSummary, Who};
pub use timeline::Timeline;

use crate::answer::Answer;
use crate::paging::{Page, PageParams, Paging};
use crate::problem::at_parameter;
use crate::request::{Params, PathId, PurposeHeader, Town};
use crate::{Platform, Problem, schema};

/// Which persons: those who meet every condition given.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PersonParams {
    /// The beginning of 氏, of 名 or of both: in kana of any kind, in Roman letters (Hepburn or 訓令式), or as
    /// it is written. ヂ and ジ, ー and the vowel it stands for, small and large letters are one. A blank parts
    /// 氏 and 名. One kana or letter only beside another condition.
    #[param(example = "なかむ")]
    pub name: Option<String>,
    /// 生年月日, western or of an era: `H27.4.1`, `平成27年4月1日`, `2015-04-01`, `20150401`. A month (`2015-04`)
    /// or year alone, too. Who may be meant is found: what is not known of a birth date excludes nobody.
    #[param(example = "H27.4.1")]
    pub birth_date: Option<String>,
    /// 生年: `2015`, `H27`.
    #[param(example = "2015")]
    pub birth_year: Option<String>,
    /// 学年 by age, today.
    #[param(value_type = Option<String>, example = "elementary_5")]
    pub grade: Option<String>,
    /// 町字: the beginning of the address. Nobody under 支援措置 is found by it.
    #[param(example = "想像")]
    pub town_block: Option<String>,
    /// The beginning of the name of a parent, or of who stands in a parent's place, in the household. As
    /// `name`.
    #[param(example = "なかむら はな")]
    pub parent: Option<String>,
    /// 宛名番号: the person who has this number now.
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

/// Finds people, or lists everybody the town knows.
///
/// In 五十音順, who has no reading last. Without whereabouts. Each person listed is recorded as read, and nobody
/// else.
#[utoipa::path(
    params(PurposeHeader, PersonParams, PageParams),
    responses(
        (status = 200, description = "Persons by their reading.", body = Page<PersonSummary>),
        (status = 409, description = "`whereabouts_hidden`: 町字 was asked for without a current protection list."),
    ),
)]
#[get("/persons")]
pub async fn list_persons(platform: Platform, town: Town, params: Params) -> Answer<Page<PersonSummary>> {
    let paging = Paging::from_params(&params)?;
    let search = Search::read(&asked(&params)?, &town.0).map_err(located)?;
    let found = platform.person_search(&town.0, &search, paging.cursor, paging.limit()).await;
    let found = found.map_err(|fault| match fault.code() {
        Code::InvalidCursor => at_parameter(fault, "cursor"),
        Code::WhereaboutsHidden => at_parameter(fault, "town_block"),
        _ => fault,
    })?;
    let items = PersonSummary::all(&found, &town.0);
    let page = Page::shown(town.0.now, items, found.next(&search), paging.list);
    Ok(web::Json(page.withholding(found.withheld())))
}

fn asked(params: &Params) -> Result<Asked, Fault> {
    Ok(Asked {
        name: params.get("name")?,
        birth_date: params.get("birth_date")?,
        birth_year: params.get("birth_year")?,
        grade: params.get("grade")?,
        town_block: params.get("town_block")?,
        parent: params.get("parent")?,
        number: params.get("number")?,
    })
}

/// Faults of conditions, each at its query parameter.
fn located(faults: Vec<(&'static str, Fault)>) -> Problem {
    faults.into_iter().map(|(name, fault)| at_parameter(fault, name)).collect::<Vec<_>>().into()
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

/// Everything about one person on one page (一人の画面).
///
/// Who and where (or why not), household and relations with certainty, records by category with source, holder
/// and line, what is absent and why, the newest results with their traces, assessments, cases, notes, handovers,
/// the last looks. Recorded as one look, `person_page`, at everybody named on it.
#[utoipa::path(
    params(PurposeHeader),
    responses(
        (status = 200, description = "The page.", body = PersonPage),
        (status = 409, description = "`profile_missing`: no profile was ever applied."),
    ),
)]
#[get("/persons/{person_id}/page")]
pub async fn read_person_page(platform: Platform, town: Town, id: PathId<PersonId>) -> Answer<PersonPage> {
    let page = platform.person_page(&town.0, id.0).await?;
    Ok(web::Json(PersonPage::of(&page, &town.0)?))
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
/// As people recorded them (戸籍, 聞き取り), and as they follow from 続柄 to the 世帯主. What may be so is
/// ambiguous, and ambiguous counts as unknown. Where a record and the register do not agree, the record stands
/// and `contradictions` says so.
#[utoipa::path(
    params(PurposeHeader),
    responses((status = 200, description = "Relations, recorded and within the household.", body = Relations)),
)]
#[get("/persons/{person_id}/relations")]
pub async fn read_relations(platform: Platform, town: Town, id: PathId<PersonId>) -> Answer<Relations> {
    Ok(web::Json(Relations::of(&platform.relations(&town.0, id.0).await?, &town.0)))
}

/// Who looked at a person (閲覧記録).
///
/// Needs the grant `auditor` (監査) or `town_admin` (町管理者). Reading it is recorded too.
#[utoipa::path(
    params(PurposeHeader, PageParams),
    responses((status = 200, description = "Looks, newest first.", body = Page<Access>)),
)]
#[get("/persons/{person_id}/accesses")]
pub async fn list_accesses(
    platform: Platform,
    town: Town,
    id: PathId<PersonId>,
    params: Params,
) -> Answer<Page<Access>> {
    let paging = Paging::from_params(&params)?;
    let view = platform.accesses(&town.0, id.0, paging.cursor, paging.fetch()).await?;
    let looks = view.looks.iter().collect();
    Ok(web::Json(Page::of(town.0.now, looks, &paging, |look| look.id, Access::from)))
}
