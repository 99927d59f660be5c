//! 支援措置: whose whereabouts must not reach others, and whether the town's list can be relied on.

use actix_web::{HttpResponse, get, post, web};
use app::Released;
use app::protection::Part;
use app::protections::ProtectionsView;
use chrono::{DateTime, Utc};
use kernel::TownCtx;
use kernel::id::PersonId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::paging::as_of_ja;
use crate::request::{Body, PathId, PurposeHeader, Town};
use crate::schema::{Day, Text};
use crate::{Platform, Problem, schema};

/// The town's protection list (支援措置対象者名簿).
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "as_of": "2026-11-21T01:23:45Z", "as_of_ja": "2026年11月21日時点",
    "list_date": {"date": "2026-11-14", "wareki": "令和8年11月14日"},
    "stale_after_days": 31, "is_current": true,
    "items": [{
        "person_id": "per_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "part": "victim",
        "until": {"date": "2027-03-31", "wareki": "令和9年3月31日"}, "is_past_end": false
    }],
    "withheld": 0
}))]
pub struct Protections {
    /// The instant it was read.
    as_of: DateTime<Utc>,
    /// The day in Japan, as staff read it.
    as_of_ja: String,
    /// The day the newest list shows; null when none was ever loaded.
    #[schema(required = true)]
    list_date: Option<Day>,
    /// Days after that day from which the list is stale.
    stale_after_days: u32,
    /// Whether the list can be relied on. While it cannot, whereabouts of everybody are hidden and
    /// nothing leaves the town.
    is_current: bool,
    /// Everybody protected.
    items: Vec<Protection>,
    /// How many were left out because the caller may not see them (自己・親族・近隣).
    withheld: usize,
}

/// One protected person. The person they are protected from is not listed.
#[derive(Debug, Serialize, ToSchema)]
pub struct Protection {
    /// Who.
    #[schema(value_type = schema::PersonId)]
    person_id: PersonId,
    /// `victim` (被害者) or `child` (同伴児童).
    part: ProtectedPart,
    /// Last day the list gives; null when it gives none.
    #[schema(required = true)]
    until: Option<Day>,
    /// Past its last day. It protects until a person confirms that it has ended (要確認).
    is_past_end: bool,
}

/// The part a protected person plays.
#[derive(Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ProtectedPart {
    /// 被害者.
    Victim,
    /// 同伴児童.
    Child,
}

impl Protections {
    fn of(view: &Released<ProtectionsView>, ctx: &TownCtx) -> Self {
        let today = ctx.today();
        let items = view.list.protected().map(|(person_id, protection)| Protection {
            person_id,
            part: if protection.part == Part::Child { ProtectedPart::Child } else { ProtectedPart::Victim },
            until: protection.until.map(Day::from),
            is_past_end: protection.until.is_some_and(|until| until < today),
        });
        let mut items: Vec<_> = items.collect();
        items.sort_by_key(|item| item.person_id);
        Self {
            as_of: ctx.now,
            as_of_ja: as_of_ja(ctx.now),
            list_date: view.list.as_of.map(Day::from),
            stale_after_days: view.list.stale_after_days,
            is_current: view.list.is_current(today),
            items,
            withheld: view.withheld(),
        }
    }
}

/// Who is protected, and is the list current?
///
/// Ids only; read a person for the name. Each person listed is recorded as read.
#[utoipa::path(
    params(PurposeHeader),
    responses((status = 200, description = "The list as it stands.", body = Protections)),
)]
#[get("/protections")]
pub async fn read_protections(platform: Platform, town: Town) -> Answer<Protections> {
    let view = platform.protections(&town.0).await?;
    Ok(web::Json(Protections::of(&view, &town.0)))
}

/// Why a protection ends.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "延長の申出がないことを本人に確認（架空）"}))]
pub struct ProtectionEnd {
    /// What was checked, and with whom; kept as a commitment in the evidence.
    #[schema(value_type = String, min_length = 1, max_length = 200)]
    reason: Text,
}

/// Ends a protection that has passed its end date.
///
/// Needs the grant `approver` (決裁). A protection past its end date goes on protecting until somebody
/// does this; a row that vanishes from the list ends nothing.
#[utoipa::path(
    params(PurposeHeader),
    request_body = ProtectionEnd,
    responses(
        (status = 204, description = "Ended."),
        (status = 409, description = "`protection_running`: it has not passed its end date."),
    ),
)]
#[post("/protections/{person_id}/end")]
pub async fn end_protection(
    platform: Platform,
    town: Town,
    id: PathId<PersonId>,
    body: Body<ProtectionEnd>,
) -> Result<HttpResponse, Problem> {
    platform.person_require(&town.0, id.0).await?;
    platform.protection_end(&town.0, id.0, body.read()?.reason.as_str()).await?;
    Ok(HttpResponse::NoContent().finish())
}
