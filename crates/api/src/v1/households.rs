//! 世帯: who lives together, by the register.

use actix_web::{get, web};
use app::Released;
use app::persons::HouseholdView;
use chrono::{DateTime, Utc};
use kernel::TownCtx;
use kernel::id::HouseholdId;
use serde::Serialize;
use utoipa::ToSchema;

use super::persons::{Member, members};
use crate::answer::Answer;
use crate::paging::as_of_ja;
use crate::request::{PathId, PurposeHeader, Town};
use crate::{Platform, schema};

/// A household (世帯).
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "as_of": "2026-11-21T01:23:45Z", "as_of_ja": "2026年11月21日時点",
    "id": "hh_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70",
    "members": [{
        "person": {
            "id": "per_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70",
            "name": {"value": "架空　花子"}, "kana": {"value": "カクウ　ハナコ"},
            "birth_date": {"value": {
                "date": "2016-06-15", "wareki": "平成28年6月15日",
                "grade": {"code": "elementary_5", "ja": "小5"}, "age": 10
            }},
            "status": {"value": "resident"}
        },
        "relation_to_head": {"value": ["child"]}
    }]
}))]
pub struct Household {
    /// The instant it was read.
    as_of: DateTime<Utc>,
    /// The day in Japan, as staff read it.
    as_of_ja: String,
    /// Id.
    #[schema(value_type = schema::HouseholdId)]
    id: HouseholdId,
    /// Its members.
    members: Vec<Member>,
}

impl Household {
    fn of(view: &Released<HouseholdView>, ctx: &TownCtx) -> Self {
        Self { as_of: ctx.now, as_of_ja: as_of_ja(ctx.now), id: view.id, members: members(view, ctx) }
    }
}

/// One household and its members.
///
/// Without whereabouts. Each member is recorded as read.
#[utoipa::path(
    params(PurposeHeader),
    responses((status = 200, description = "The household.", body = Household)),
)]
#[get("/households/{household_id}")]
pub async fn read_household(platform: Platform, town: Town, id: PathId<HouseholdId>) -> Answer<Household> {
    Ok(web::Json(Household::of(&platform.household(&town.0, id.0).await?, &town.0)))
}
