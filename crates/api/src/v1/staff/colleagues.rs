//! 職員の氏名: what a screen needs to say by name what records say by id.

use actix_web::{get, web};
use app::staff::Colleague as View;
use kernel::id::StaffId;
use serde::Serialize;
use utoipa::ToSchema;

use super::AccountKind;
use crate::Platform;
use crate::answer::Answer;
use crate::paging::{Order, Page, PageParams, Paging};
use crate::request::{Params, Town};
use crate::schema;

/// Somebody who works in the town, or did, or a system of it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "stf_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "kind": "member", "name": "架空 見守",
    "sections": ["子育て健康課"]
}))]
pub struct Colleague {
    /// 職員.
    #[schema(value_type = schema::StaffId)]
    id: StaffId,
    /// `member` (職員) or `service` (連携用).
    kind: AccountKind,
    /// 氏名.
    name: String,
    /// 課 in which they are posted today, by name; empty for who has left or is yet to come.
    sections: Vec<String>,
}

impl From<View> for Colleague {
    fn from(view: View) -> Self {
        Self { id: view.id, kind: view.kind.into(), name: view.name, sections: view.sections }
    }
}

/// Who works in the town, by name.
///
/// For everybody who works there: records name staff by id. Whoever has left stays with their name. 職員番号 and
/// what somebody may do are in `/staff`, for administrator and auditor.
#[utoipa::path(
    params(PageParams),
    responses(
        (status = 200, description = "Accounts, those added first first.", body = Page<Colleague>),
        (status = 409, description = "`profile_missing`: no profile was ever applied."),
    ),
)]
#[get("/colleagues")]
pub async fn list_colleagues(platform: Platform, town: Town, params: Params) -> Answer<Page<Colleague>> {
    let paging = Paging::from_params(&params)?;
    let views = platform.colleagues(&town.0).await?;
    Ok(web::Json(Page::cut(town.0.now, views, &paging, Order::Rising, |view| view.id, Colleague::from)))
}
