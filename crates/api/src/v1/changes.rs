//! What changed since: a feed for systems that keep themselves up to date with a town.

use actix_web::{get, web};
use app::changes::{Change as View, Changes as Found, Noun, Position, Start};
use chrono::{DateTime, Utc};
use kernel::{Code, Fault};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::answer::Answer;
use crate::paging::{PageParams, Paging, as_of_ja, opaque};
use crate::problem::at_parameter;
use crate::request::{Params, Town};
use crate::{Platform, schema};

/// One thing that an act changed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "place": 12, "at": "2026-11-21T01:23:45Z", "act": "watch_note_written", "act_ja": "見守り情報の記入",
    "noun": "person", "id": "per_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70"
}))]
pub struct Change {
    /// The act's place in the town's chain (証跡). With `id` it tells one change from any other.
    #[schema(minimum = 1)]
    place: i64,
    /// When the act began. Not the order of the feed: what took long comes after what began later and was
    /// done sooner.
    at: DateTime<Utc>,
    /// What was done.
    act: String,
    /// The same as staff say it.
    act_ja: String,
    /// To what kind of thing.
    #[schema(value_type = schema::ChangedNoun)]
    noun: Noun,
    /// To which: its opaque id; null for `protection_list`, of which a town has one.
    #[schema(required = true)]
    id: Option<String>,
}

impl From<View> for Change {
    fn from(change: View) -> Self {
        Self {
            place: change.place,
            at: change.at,
            act: change.act.as_str().to_owned(),
            act_ja: change.act.ja().to_owned(),
            noun: change.noun,
            id: change.id.map(|id| id.to_string()),
        }
    }
}

/// A page of the feed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "as_of": "2026-11-21T01:23:45Z", "as_of_ja": "2026年11月21日時点",
    "items": [{
        "place": 12, "at": "2026-11-21T01:23:45Z", "act": "watch_note_written", "act_ja": "見守り情報の記入",
        "noun": "person", "id": "per_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70"
    }],
    "next_cursor": "MTIuOWY4NmQwODE4ODRjN2Q2NQ", "more": false
}))]
pub struct Changes {
    /// The instant it was read.
    as_of: DateTime<Utc>,
    /// The day in Japan, as staff read it (何月何日時点).
    as_of_ja: String,
    /// In the order in which the acts were committed; of one act each thing once.
    items: Vec<Change>,
    /// `cursor` of the next request, at once or tomorrow. Never null: a feed has no last page.
    next_cursor: String,
    /// Whether more is there already, so that it is worth asking at once.
    more: bool,
}

/// Where the feed is read from.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct FeedParams {
    /// Where to begin without a cursor: `beginning`, before the town's first act, or `now`, behind the newest.
    #[param(example = "now")]
    pub from: Option<String>,
    /// Changes of this kind of thing alone.
    #[param(value_type = Option<schema::ChangedNoun>, example = "person")]
    pub noun: Option<String>,
}

fn start(params: &Params, cursor: Option<Position>) -> Result<Start, Fault> {
    let invalid = |ja: &str, en: &str| {
        let fault = Fault::new(Code::InvalidValue).with("name", "from").with_words("why", ja, en);
        at_parameter(fault, "from")
    };
    let from = params.get::<String>("from")?;
    match (from.as_deref(), cursor) {
        (None, Some(position)) => Ok(Start::At(position)),
        (None | Some("beginning"), None) => Ok(Start::Beginning),
        (Some("now"), None) => Ok(Start::Now),
        (Some(_), Some(_)) => Err(invalid("cursor と一緒には使えません", "it does not go with a cursor")),
        (Some(_), None) => Err(invalid("beginning か now です", "it is beginning or now")),
    }
}

/// What changed since?
///
/// Needs the grant `case_worker` (活用), `overall_manager` (総括管理), `holder` (保有・管理) or `approver` (決裁).
/// Follow `next_cursor` for ever: every change comes once, in the order of commit, also of what was under way
/// while the feed was read. Begin with `from=now`, keep the cursor, read what you need, then follow. Ids alone:
/// who reads what an id names says why and is recorded.
#[utoipa::path(
    params(PageParams, FeedParams),
    responses((status = 200, description = "The changes after the cursor.", body = Changes)),
)]
#[get("/changes")]
pub async fn list_changes(platform: Platform, town: Town, params: Params) -> Answer<Changes> {
    let paging: Paging<Position> = Paging::from_params(&params)?;
    let noun = params.get::<Noun>("noun")?;
    let limit = paging.limit();
    let found: Found = platform.changes(&town.0, start(&params, paging.cursor)?, noun, limit).await?;
    Ok(web::Json(Changes {
        as_of: town.0.now,
        as_of_ja: as_of_ja(town.0.now),
        items: found.items.into_iter().map(Change::from).collect(),
        next_cursor: opaque(&found.next, paging.list),
        more: found.more,
    }))
}
