//! 町の設定: what a town has applied. It holds no resident's data: sources, who holds them, on what legal
//! ground, how old they may be, and which rules hold in the town.

mod shown;

use std::collections::BTreeMap;

use actix_web::{get, put, web};
use app::rows::ProfileRow;
use chrono::{DateTime, Utc};
use kernel::id::{ProfileId, StaffId};
use kernel::{Code, Fault, TownCode};
use profiles::{Bundle, TownBundle};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::paging::{Order, Page, PageParams, Paging};
use crate::request::{Body, Coop, Params, PathId, Town};
use crate::{Platform, Problem, schema};

pub use shown::Profile;

/// Bytes of a profile sent as JSON: 16 MiB. The largest town's folder with the cooperative's is a
/// twentieth of it.
const PROFILE_LIMIT: usize = 16 << 20;

/// One applied version of the profile.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "prf_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70",
    "digest": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "applied_at": "2026-04-01T00:00:00Z", "applied_by": "stf_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70"
}))]
pub struct ProfileVersion {
    /// Which.
    #[schema(value_type = String, pattern = "^prf_[0-9a-f]{32}$")]
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

/// A profile to put in force: the files of `tenants/`, of the cooperative and of the town.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"files": {"kaisei/town.toml": "format = 1\ncode = \"143669\"\n…"}}))]
pub struct NewProfile {
    /// Path from `tenants/` (`kaisei/town.toml`) to content.
    files: BTreeMap<String, String>,
}

impl NewProfile {
    /// The files that belong to the town, once they are known to be this town's.
    fn of_town(self, town: TownCode, slug: &str) -> Result<TownBundle, Vec<Fault>> {
        let files = self.files.into_iter().map(|(path, text)| (path, text.into_bytes())).collect();
        let bundle = Bundle::new(files).of_town(slug)?;
        let (_, profile) = bundle.read()?;
        if profile.code == town {
            return Ok(bundle);
        }
        let fault = Fault::new(Code::InvalidValue).with("name", "code");
        let ja = format!("{slug}/town.toml は {} の設定です", profile.code);
        let en = format!("{slug}/town.toml is the profile of {}", profile.code);
        Err(vec![fault.with_words("why", &ja, &en).at_pointer("/files")])
    }
}

/// Which version is in force now.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"id": "prf_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70"}))]
pub struct AppliedProfile {
    /// The version.
    #[schema(value_type = String, pattern = "^prf_[0-9a-f]{32}$")]
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

/// Puts a profile in force.
///
/// For the cooperative's operator (組合の運用担当). Every fault of every file is answered at once, with file
/// and line. The same files again change nothing.
#[utoipa::path(
    request_body = NewProfile,
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
    body: Body<NewProfile, PROFILE_LIMIT>,
) -> Result<web::Json<AppliedProfile>, Problem> {
    let member = platform.member(code.0).await?.ok_or_else(|| code.not_found())?;
    let bundle = body.read()?.of_town(code.0, member.slug.as_str())?;
    let id = platform.profile_apply(&coop.0, &bundle).await?;
    Ok(web::Json(AppliedProfile { id }))
}

#[cfg(test)]
mod tests;
