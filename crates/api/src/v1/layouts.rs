//! レイアウト: how files are read in the caller's town, and a fictional file of each.

use actix_web::{get, web};
use app::layouts::LayoutRow;
use kernel::ctx::jst_date;
use profiles::LayoutId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::{Answer, Download};
use crate::paging::{Order, Page, PageParams, Paging};
use crate::request::{GivenDay, Params, PathId, Town};
use crate::{Platform, Problem, schema};

/// A layout (レイアウト): how a file is read.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "attendance", "name": "月別の出欠", "holder": "学校教育課", "is_shared": false,
    "digest": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
}))]
pub struct Layout {
    /// Its name: a source's code, or a shared layout's path with dots.
    #[schema(value_type = schema::LayoutId)]
    id: String,
    /// What staff call it.
    name: String,
    /// The section that holds the source; null for a shared layout.
    #[schema(required = true)]
    holder: Option<String>,
    /// Whether it is one of the cooperative's, that sources may extend.
    is_shared: bool,
    /// SHA-256 of what it says; null for a shared layout that only a town's own code lists complete.
    #[schema(required = true)]
    digest: Option<String>,
}

impl From<LayoutRow> for Layout {
    fn from(row: LayoutRow) -> Self {
        let is_shared = row.id.shared().is_some();
        Self { id: row.id.to_string(), name: row.name, holder: row.holder, is_shared, digest: row.digest }
    }
}

/// The layouts of the caller's town.
///
/// Its sources', and the cooperative's that sources may extend. Nothing here tells of a resident.
#[utoipa::path(
    params(PageParams),
    responses(
        (status = 200, description = "Layouts by name.", body = Page<Layout>),
        (status = 409, description = "`profile_missing`: the town has no applied profile."),
    ),
)]
#[get("/layouts")]
pub async fn list_layouts(platform: Platform, town: Town, params: Params) -> Answer<Page<Layout>> {
    let paging = Paging::from_params(&params)?;
    let mut rows = platform.layouts(&town.0).await?;
    rows.sort_by(|one, other| one.id.cmp(&other.id));
    let id = |row: &LayoutRow| row.id.to_string();
    Ok(web::Json(Page::cut(town.0.now, rows, &paging, Order::Rising, id, Layout::from)))
}

/// A fictional file of a layout.
///
/// In the layout's own format and encoding, as the system would export it; everybody in it is made up. The same
/// layout and day give the same bytes. Where a layout changes in the middle of a year, the day decides.
#[utoipa::path(
    params(
        ("as_of" = Option<String>, Query, description = "何月何日時点; today in Japan without it.", example = "2026-11-20"),
    ),
    responses(
        (status = 200, description = "The file.", content(
            (schema::File = "text/csv"),
            (schema::File = "text/tab-separated-values"),
            (schema::File = "application/jsonl"),
            (schema::File = "application/octet-stream"),
            (schema::File = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        ), headers(("Content-Disposition" = String, description = "What the file is called."))),
        (status = 409, description = "`layout_sample_unavailable`: such files are read and not written; `profile_missing`."),
    ),
)]
#[get("/layouts/{layout_id}/sample")]
pub async fn read_layout_sample(
    platform: Platform,
    town: Town,
    id: PathId<LayoutId>,
    params: Params,
) -> Result<Download, Problem> {
    let as_of = params.get::<GivenDay>("as_of")?.map_or_else(|| jst_date(town.0.now), Into::into);
    Ok(Download::fictional(platform.layout_sample(&town.0, &id.0, as_of).await?))
}
