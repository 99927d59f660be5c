//! The versions of a town's profile, for the operator: who applied what when, and what each changed.

use std::collections::BTreeMap;

use actix_web::{get, web};
use kernel::TownCode;
use kernel::id::ProfileId;
use serde::Serialize;
use utoipa::ToSchema;

use super::plans::member;
use super::{ProfileDifference, ProfileVersion};
use crate::answer::Answer;
use crate::paging::{Order, Page, PageParams, Paging};
use crate::request::{Coop, Params, PathId};
use crate::{Platform, schema};

/// One applied version with its files.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "version": {
        "id": "prf_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70",
        "digest": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "applied_at": "2026-04-01T00:00:00Z", "applied_by": "stf_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70"
    },
    "files": {"kaisei/town.toml": "format = 1\ncode = \"143669\"\n…"}
}))]
pub struct ProfileFiles {
    /// Which version, applied by whom.
    version: ProfileVersion,
    /// Path from `tenants/` to content: planned again, it brings the version back.
    files: BTreeMap<String, String>,
}

/// Applied versions of a town's profile.
///
/// For the cooperative's operator (組合の運用担当).
#[utoipa::path(
    params(PageParams),
    responses((status = 200, description = "Versions, newest first.", body = Page<ProfileVersion>)),
)]
#[get("/towns/{town_code}/profiles")]
pub async fn list_town_profiles(
    platform: Platform,
    coop: Coop,
    code: PathId<TownCode>,
    params: Params,
) -> Answer<Page<ProfileVersion>> {
    member(&platform, &code).await?;
    let paging = Paging::from_params(&params)?;
    let rows = platform.profile_versions(&coop.0, code.0).await?;
    Ok(web::Json(Page::cut(coop.0.now, rows, &paging, Order::Falling, |row| row.id, ProfileVersion::from)))
}

/// One applied version with its files.
///
/// For the cooperative's operator.
#[utoipa::path(responses((status = 200, description = "The version.", body = ProfileFiles)))]
#[get("/towns/{town_code}/profiles/{profile_id}")]
pub async fn read_town_profile(
    platform: Platform,
    coop: Coop,
    code: PathId<TownCode>,
    id: PathId<ProfileId>,
) -> Answer<ProfileFiles> {
    member(&platform, &code).await?;
    let found = platform.profile_version(&coop.0, code.0, id.0).await?;
    Ok(web::Json(ProfileFiles { version: found.row.into(), files: found.bundle.files().clone() }))
}

/// What a version changed.
///
/// For the cooperative's operator. Against the version applied before it, or against `from`.
#[utoipa::path(
    params(("from" = Option<schema::ProfileId>, Query, description = "Compare with this version instead.")),
    responses((status = 200, description = "What differs.", body = ProfileDifference)),
)]
#[get("/towns/{town_code}/profiles/{profile_id}/difference")]
pub async fn read_profile_difference(
    platform: Platform,
    coop: Coop,
    code: PathId<TownCode>,
    id: PathId<ProfileId>,
    params: Params,
) -> Answer<ProfileDifference> {
    member(&platform, &code).await?;
    let from = params.get::<ProfileId>("from")?;
    let difference = platform.profile_difference(&coop.0, code.0, from, id.0).await?;
    Ok(web::Json(difference.into()))
}
