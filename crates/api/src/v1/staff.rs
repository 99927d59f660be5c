//! 職員: who acts in a town.

use actix_web::{get, post, web};
use app::rows::StaffRow;
use chrono::{DateTime, Utc};
use kernel::SectionCode;
use kernel::id::StaffId;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::{Answer, Created};
use crate::idempotency::IdempotencyHeader;
use crate::paging::{Order, Page, PageParams, Paging};
use crate::request::{Body, Params, Town};
use crate::schema::Text;
use crate::{Platform, Problem, schema};

/// A member of staff (職員).
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "stf_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "section": "mayor/kosodate",
    "name": "架空 花子", "created_at": "2026-04-01T00:00:00Z"
}))]
pub struct Staff {
    /// Id.
    #[schema(value_type = schema::StaffId)]
    id: StaffId,
    /// 課・班: `<organ>/<section>` of the town's profile.
    section: String,
    /// Name.
    name: String,
    /// Since when.
    created_at: DateTime<Utc>,
}

impl From<StaffRow> for Staff {
    fn from(row: StaffRow) -> Self {
        Self { id: row.id, section: row.section, name: row.name, created_at: row.created_at }
    }
}

/// A member of staff to add.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"section": "mayor/kosodate", "name": "架空 花子"}))]
pub struct NewStaff {
    /// 課・班: `<organ>/<section>` of the town's profile.
    #[schema(value_type = String, pattern = "^[a-z][a-z0-9_]{0,63}/[a-z][a-z0-9_]{0,63}$")]
    section: SectionCode,
    /// Name; sealed at rest.
    name: Text,
}

/// All staff of the town.
///
/// Needs the grant `town_admin` (町管理者) or `auditor` (監査).
#[utoipa::path(
    params(PageParams),
    responses((status = 200, description = "Staff, those added first first.", body = Page<Staff>)),
)]
#[get("/staff")]
pub async fn list_staff(platform: Platform, town: Town, params: Params) -> Answer<Page<Staff>> {
    let paging = Paging::from_params(&params)?;
    let rows = platform.staff_list(&town.0).await?;
    Ok(web::Json(Page::cut(town.0.now, rows, &paging, Order::Rising, |row| row.id, Staff::from)))
}

/// Adds a member of staff.
///
/// Needs the grant `town_admin` (町管理者). What they may do is decided with each token.
#[utoipa::path(
    params(IdempotencyHeader),
    request_body = NewStaff,
    responses((status = 201, description = "Added.", body = Staff)),
)]
#[post("/staff")]
pub async fn add_staff(
    platform: Platform,
    town: Town,
    body: Body<NewStaff>,
) -> Result<Created<Staff>, Problem> {
    let new = body.read()?;
    let row = platform.staff_add(&town.0, new.section.as_str(), new.name.as_str()).await?;
    Ok(Created { location: None, body: row.into() })
}
