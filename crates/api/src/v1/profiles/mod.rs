//! 町の設定: what a town has applied. It holds no resident's data: sources, who holds them, on what legal
//! ground, how old they may be, and which rules hold in the town.

mod difference;
mod plans;
mod received;
mod shown;
mod versions;

use actix_web::{get, put, web};
use app::profiles::Checked;
use app::rows::ProfileRow;
use chrono::{DateTime, Utc};
use kernel::TownCode;
use kernel::id::{ProfileId, StaffId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::paging::{Order, Page, PageParams, Paging};
use crate::request::{Coop, Params, PathId, Town};
use crate::{Platform, Problem, schema};

pub use difference::ProfileDifference;
pub use plans::*;
pub use received::{NewProfile, Received};
pub use shown::Profile;
pub use versions::*;

/// One applied version of the profile.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "prf_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70",
    "digest": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "applied_at": "2026-04-01T00:00:00Z", "applied_by": "stf_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70"
}))]
pub struct ProfileVersion {
    /// Which.
    #[schema(value_type = schema::ProfileId)]
    id: ProfileId,
    /// SHA-256 of the applied files.
    digest: String,
    /// When it came into force.
    applied_at: DateTime<Utc>,
    /// Who applied it.
    #[schema(value_type = schema::StaffId)]
    applied_by: StaffId,
}

impl From<ProfileRow> for ProfileVersion {
    fn from(row: ProfileRow) -> Self {
        Self {
            id: row.id,
            digest: row.digest.to_string(),
            applied_at: row.applied_at,
            applied_by: row.applied_by,
        }
    }
}

/// Which version is in force now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"id": "prf_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70"}))]
pub struct AppliedProfile {
    /// The version.
    #[schema(value_type = schema::ProfileId)]
    id: ProfileId,
}

/// The profile in force in the caller's town.
///
/// Any member of staff may read it: it says what data the town takes in, from whom, and on what legal
/// ground, and nothing about a resident.
#[utoipa::path(responses(
    (status = 200, description = "The profile.", body = Profile),
    (status = 409, description = "`profile_missing`: none was ever applied."),
))]
#[get("/profile")]
pub async fn read_profile(platform: Platform, town: Town) -> Answer<Profile> {
    let applied = platform.profile(&town.0).await?;
    Ok(web::Json(Profile::from(&*applied)))
}

/// Applied versions of the caller's town's profile.
///
/// The last hundred, each with the digest of its files and who applied it.
#[utoipa::path(
    params(PageParams),
    responses((status = 200, description = "Versions, newest first.", body = Page<ProfileVersion>)),
)]
#[get("/profiles")]
pub async fn list_profiles(platform: Platform, town: Town, params: Params) -> Answer<Page<ProfileVersion>> {
    let paging = Paging::from_params(&params)?;
    let rows = platform.profile_history(&town.0).await?;
    Ok(web::Json(Page::cut(town.0.now, rows, &paging, Order::Falling, |row| row.id, ProfileVersion::from)))
}

/// Puts a profile in force without a plan.
///
/// For the cooperative's operator (組合の運用担当), at a first admission and from scripts; `plan_profile` shows
/// first what would change. Every fault of every file is answered at once, with file and line. The same files
/// again change nothing.
#[utoipa::path(
    request_body(content(
        (NewProfile = "application/json"), (Vec<u8> = "application/zip"), (Vec<u8> = "application/gzip")
    )),
    responses(
        (status = 200, description = "In force.", body = AppliedProfile),
        (status = 409, description = "`profile_missing`: the files hold no such town."),
    ),
)]
#[put("/towns/{town_code}/profile")]
pub async fn apply_profile(
    platform: Platform,
    coop: Coop,
    code: PathId<TownCode>,
    bundle: Received,
) -> Result<web::Json<AppliedProfile>, Problem> {
    let member = member(&platform, &code).await?;
    let checked = Checked::of(&bundle.unpack()?, &member)?;
    let id = platform.profile_apply(&coop.0, &checked.bundle).await?;
    Ok(web::Json(AppliedProfile { id }))
}
