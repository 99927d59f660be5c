//! 町村: the members of the cooperative. Which towns take part is known to all of them.

use actix_web::{get, post, web};
use app::rows::MemberRow;
use chrono::{DateTime, Utc};
use kernel::TownCode;
use kernel::slug::TownSlug;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::{Answer, Created};
use crate::idempotency::IdempotencyHeader;
use crate::paging::{Order, Page, PageParams, Paging};
use crate::request::{AnyCaller, Body, Coop, Params, PathId};
use crate::schema::Text;
use crate::{Platform, Problem, schema};

/// A member town (町村).
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "code": "143669", "slug": "kaisei", "name": "開成町", "joined_at": "2026-04-01T00:00:00Z"
}))]
pub struct Town {
    /// 全国地方公共団体コード.
    #[schema(value_type = schema::TownCode)]
    code: TownCode,
    /// Name of its folder of configuration.
    slug: String,
    /// Name, as staff read it.
    name: String,
    /// Since when it is a member.
    joined_at: DateTime<Utc>,
}

impl From<MemberRow> for Town {
    fn from(row: MemberRow) -> Self {
        Self { code: row.town, slug: row.slug.to_string(), name: row.name, joined_at: row.joined_at }
    }
}

/// A town to admit.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"code": "143669", "slug": "kaisei", "name": "開成町"}))]
pub struct NewTown {
    /// 全国地方公共団体コード.
    #[schema(value_type = schema::TownCode)]
    code: TownCode,
    /// Name of its folder of configuration.
    #[schema(value_type = String, pattern = "^[a-z][a-z0-9_]{0,63}$")]
    slug: TownSlug,
    /// Name, as staff read it.
    name: Text,
}

/// The members.
///
/// Every caller may see which towns take part, and so to whom a record can be handed over.
#[utoipa::path(
    params(PageParams),
    responses((status = 200, description = "Members by code.", body = Page<Town>)),
)]
#[get("/towns")]
pub async fn list_towns(platform: Platform, caller: AnyCaller, params: Params) -> Answer<Page<Town>> {
    let paging = Paging::from_params(&params)?;
    let rows = platform.members().await?;
    Ok(web::Json(Page::cut(caller.now(), rows, &paging, Order::Rising, |row| row.town, Town::from)))
}

/// One member.
///
/// A town that is not a member, and a code that is no town's, answer `town_not_found`.
#[utoipa::path(responses((status = 200, description = "The member.", body = Town)))]
#[get("/towns/{town_code}")]
pub async fn read_town(platform: Platform, _caller: AnyCaller, code: PathId<TownCode>) -> Answer<Town> {
    let row = platform.member(code.0).await?.ok_or_else(|| code.not_found())?;
    Ok(web::Json(row.into()))
}

/// Admits a town.
///
/// For the cooperative's operator (組合の運用担当). Makes the town's role, keys and evidence chain, and
/// publishes its public keys. Sent again, it renames the town and changes nothing else.
#[utoipa::path(
    params(IdempotencyHeader),
    request_body = NewTown,
    responses(
        (status = 201, description = "A member now.", body = Town,
         headers(("Location" = String, description = "Where the member can be read."))),
        (status = 409, description = "`slug_taken`: another town has this slug."),
    ),
)]
#[post("/towns")]
pub async fn admit_town(
    platform: Platform,
    coop: Coop,
    body: Body<NewTown>,
) -> Result<Created<Town>, Problem> {
    let new = body.read()?;
    platform.town_admit(&coop.0, new.code, new.slug, new.name.as_str()).await?;
    let code = PathId(new.code);
    let row = platform.member(new.code).await?.ok_or_else(|| code.not_found())?;
    Ok(Created { location: Some(format!("/api/v1/towns/{}", new.code)), body: row.into() })
}
