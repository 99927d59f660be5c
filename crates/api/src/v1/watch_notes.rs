//! 見守り情報: what staff noticed and wrote down. A correction is a new version; nothing is rewritten.

use actix_web::{get, post, web};
use app::watch_notes::{Correction, Noticed, Version, WatchNoteView};
use chrono::{DateTime, NaiveDate, Utc};
use kernel::SectionCode;
use kernel::id::{PersonId, StaffId, WatchNoteId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::{Answer, Created};
use crate::idempotency::IdempotencyHeader;
use crate::paging::{Order, Page, PageParams, Paging};
use crate::request::{Body, Params, PathId, PurposeHeader, Town};
use crate::schema::{Day, LongText, Text};
use crate::{Platform, Problem, schema};

/// A note (見守り情報).
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "wnt_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "person_id": "per_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70",
    "version": 2,
    "versions": [{
        "version": 1, "seen_on": {"date": "2026-11-19", "wareki": "令和8年11月19日"}, "text": "昼休みに一人でいる（架空の例）",
        "section": "mayor/kosodate", "section_name": "子育て健康課",
        "written_by": "stf_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "written_at": "2026-11-20T01:23:45Z", "reason": null
    }, {
        "version": 2, "seen_on": {"date": "2026-11-18", "wareki": "令和8年11月18日"}, "text": "昼休みに一人でいる（架空の例）",
        "section": "mayor/kosodate", "section_name": "子育て健康課",
        "written_by": "stf_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "written_at": "2026-11-21T01:23:45Z",
        "reason": "日付の書き誤り"
    }]
}))]
pub struct WatchNote {
    /// Id, the same in all versions.
    #[schema(value_type = schema::WatchNoteId)]
    id: WatchNoteId,
    /// Whom it is about.
    #[schema(value_type = schema::PersonId)]
    person_id: PersonId,
    /// The version in force.
    version: u32,
    /// Every version, oldest first; the last is in force.
    versions: Vec<WatchNoteVersion>,
}

/// One version of a note.
#[derive(Debug, Serialize, ToSchema)]
pub struct WatchNoteVersion {
    /// Which, from 1.
    version: u32,
    /// When it was seen.
    #[schema(required = true)]
    seen_on: Option<Day>,
    /// What was seen.
    text: String,
    /// 保有課: `<organ>/<section>`.
    section: String,
    /// Its name, as it was then.
    section_name: String,
    /// 職員 who wrote it.
    #[schema(value_type = schema::StaffId)]
    written_by: StaffId,
    /// When it was written.
    written_at: DateTime<Utc>,
    /// Why it was corrected; null for the first version.
    #[schema(required = true)]
    reason: Option<String>,
}

impl From<&Version> for WatchNoteVersion {
    fn from(version: &Version) -> Self {
        Self {
            version: version.number,
            seen_on: version.seen_on.map(Day::from),
            text: version.text.clone(),
            section: version.section.to_string(),
            section_name: version.section_name.clone(),
            written_by: version.by,
            written_at: version.at,
            reason: version.reason.clone(),
        }
    }
}

impl From<&WatchNoteView> for WatchNote {
    fn from(note: &WatchNoteView) -> Self {
        let versions: Vec<WatchNoteVersion> = note.versions.iter().map(WatchNoteVersion::from).collect();
        let version = versions.last().map_or(0, |latest| latest.version);
        Self { id: note.id, person_id: note.person, version, versions }
    }
}

/// A note to write.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "seen_on": "2026-11-19", "text": "昼休みに一人でいる（架空の例）", "section": "mayor/kosodate"
}))]
pub struct NewWatchNote {
    /// When it was seen; not a day to come.
    #[serde(deserialize_with = "crate::request::day::read")]
    seen_on: NaiveDate,
    /// What was seen.
    text: LongText,
    /// 課・班 that holds the note: `<organ>/<section>` of the town's profile.
    #[schema(value_type = String, example = "mayor/kosodate")]
    section: SectionCode,
}

/// A correction of a note.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "version": 1, "reason": "日付の書き誤り",
    "seen_on": "2026-11-18", "text": "昼休みに一人でいる（架空の例）", "section": "mayor/kosodate"
}))]
pub struct WatchNoteCorrection {
    /// The version that was read: a correction of another is refused.
    version: u32,
    /// Why it is corrected.
    reason: Text,
    /// When it was seen; not a day to come.
    #[serde(deserialize_with = "crate::request::day::read")]
    seen_on: NaiveDate,
    /// What was seen.
    text: LongText,
    /// 課・班 that holds the note.
    #[schema(value_type = String, example = "mayor/kosodate")]
    section: SectionCode,
}

/// Writes a note about a person.
///
/// Needs the grant `case_worker` (活用) or `holder` (保有・管理).
#[utoipa::path(
    params(PurposeHeader, IdempotencyHeader),
    request_body = NewWatchNote,
    responses((status = 201, description = "Written.", body = WatchNote)),
)]
#[post("/persons/{person_id}/watch-notes")]
pub async fn write_watch_note(
    platform: Platform,
    town: Town,
    person: PathId<PersonId>,
    body: Body<NewWatchNote>,
) -> Result<Created<WatchNote>, Problem> {
    platform.person_require(&town.0, person.0).await?;
    let new = body.read()?;
    let noticed = Noticed { seen_on: new.seen_on, text: new.text.as_str().to_owned(), section: new.section };
    let written = WatchNote::from(&*platform.watch_note_write(&town.0, person.0, noticed).await?);
    let location = format!("/api/v1/persons/{}/watch-notes/{}", person.0, written.id);
    Ok(Created { location: Some(location), body: written })
}

/// A person's notes, each with all its versions.
///
/// Needs the grant `case_worker` (活用), `overall_manager` (総括管理), `holder` (保有・管理) or `approver` (決裁).
#[utoipa::path(
    params(PurposeHeader, PageParams),
    responses((status = 200, description = "The notes, oldest first.", body = Page<WatchNote>)),
)]
#[get("/persons/{person_id}/watch-notes")]
pub async fn list_watch_notes(
    platform: Platform,
    town: Town,
    person: PathId<PersonId>,
    params: Params,
) -> Answer<Page<WatchNote>> {
    let paging = Paging::from_params(&params)?;
    let notes = platform.watch_notes(&town.0, person.0).await?;
    let rows = notes.iter().map(WatchNote::from).collect();
    Ok(web::Json(Page::cut(town.0.now, rows, &paging, Order::Rising, |row| row.id, |row| row)))
}

/// One note with all its versions.
///
/// Needs the grant `case_worker` (活用), `overall_manager` (総括管理), `holder` (保有・管理) or `approver` (決裁).
#[utoipa::path(params(PurposeHeader), responses((status = 200, description = "The note.", body = WatchNote)))]
#[get("/persons/{person_id}/watch-notes/{watch_note_id}")]
pub async fn read_watch_note(
    platform: Platform,
    town: Town,
    person: PathId<PersonId>,
    id: PathId<WatchNoteId>,
) -> Answer<WatchNote> {
    Ok(web::Json(WatchNote::from(&*platform.watch_note(&town.0, person.0, id.0).await?)))
}

/// Corrects a note by a new version with its reason.
///
/// Needs the grant `case_worker` (活用) or `holder` (保有・管理). Earlier versions stay to be read.
#[utoipa::path(
    params(PurposeHeader),
    request_body = WatchNoteCorrection,
    responses(
        (status = 200, description = "Corrected.", body = WatchNote),
        (status = 409, description = "`version_superseded`: somebody corrected it since it was read."),
    ),
)]
#[post("/persons/{person_id}/watch-notes/{watch_note_id}/corrections")]
pub async fn correct_watch_note(
    platform: Platform,
    town: Town,
    person: PathId<PersonId>,
    id: PathId<WatchNoteId>,
    body: Body<WatchNoteCorrection>,
) -> Answer<WatchNote> {
    platform.watch_note(&town.0, person.0, id.0).await?;
    let new = body.read()?;
    let correction = Correction {
        version: new.version,
        reason: new.reason.as_str().to_owned(),
        noticed: Noticed { seen_on: new.seen_on, text: new.text.as_str().to_owned(), section: new.section },
    };
    let note = platform.watch_note_correct(&town.0, person.0, id.0, correction).await?;
    Ok(web::Json(WatchNote::from(&*note)))
}
