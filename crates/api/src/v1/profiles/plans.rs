//! Checking a bundle, planning it, doing what the plan says: the operator's way to change a town's profile.

use actix_web::{get, post, web};
use app::profiles::{Checked, Plan};
use app::rows::MemberRow;
use chrono::{DateTime, Utc};
use kernel::id::{PlanId, ProfileId, StaffId};
use kernel::{Code, Fault, Lang, Place, TownCode};
use serde::Serialize;
use utoipa::ToSchema;

use super::received::{NewProfile, Received};
use super::{AppliedProfile, ProfileDifference};
use crate::answer::{Answer, Created};
use crate::idempotency::IdempotencyHeader;
use crate::request::{Coop, PathId};
use crate::{Platform, Problem, schema};

/// What was found in a bundle.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "is_valid": false, "digest": null,
    "faults": [{
        "code": "town_code_invalid", "file": "kaisei/town.toml", "line": 4, "key": "code",
        "detail_ja": "kaisei/town.toml の 4行目：全国地方公共団体コード 143660 が正しくありません（検査数字は 9 のはずです）。総務省の一覧で確かめてください。",
        "detail_en": "kaisei/town.toml, line 4: the town code 143660 is not valid (the check digit of this town code should be 9). Check it against the national list."
    }]
}))]
pub struct ProfileCheck {
    /// Whether it could be planned and applied.
    is_valid: bool,
    /// SHA-256 of the files that would be kept; null while there are faults.
    #[schema(required = true)]
    digest: Option<String>,
    /// Every fault, by file and line.
    faults: Vec<ProfileFault>,
}

/// One fault of a bundle.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProfileFault {
    /// The stable code.
    #[schema(value_type = schema::ErrorCode)]
    code: Code,
    /// Path from `tenants/`; null where the fault is of the bundle as a whole.
    #[schema(required = true)]
    file: Option<String>,
    /// Line, from 1.
    #[schema(required = true)]
    line: Option<u32>,
    /// Key of the file.
    #[schema(required = true)]
    key: Option<String>,
    /// What is wrong and what to do, in Japanese.
    detail_ja: String,
    /// The same in English.
    detail_en: String,
}

impl From<&Fault> for ProfileFault {
    fn from(fault: &Fault) -> Self {
        let (file, line, key) = match fault.place() {
            Some(Place::Line { file, line, column }) => (Some(file.clone()), Some(*line), column.clone()),
            _ => (None, None, None),
        };
        let (detail_ja, detail_en) = (fault.detail(Lang::Ja), fault.detail(Lang::En));
        Self { code: fault.code(), file, line, key, detail_ja, detail_en }
    }
}

impl From<Result<Checked, Vec<Fault>>> for ProfileCheck {
    fn from(checked: Result<Checked, Vec<Fault>>) -> Self {
        let digest = checked.as_ref().ok().map(|checked| checked.bundle.digest().to_string());
        let faults = checked.err().unwrap_or_default();
        Self { is_valid: faults.is_empty(), digest, faults: faults.iter().map(ProfileFault::from).collect() }
    }
}

/// A plan (適用計画): what a bundle would change in the town's profile.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "pln_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "town_code": "143669",
    "base_profile_id": "prf_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70",
    "digest": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "is_empty": false, "removes": false,
    "difference": {
        "files": [{"path": "kaisei/overlays/young_carer.toml", "step": "changed"}],
        "changes": [{
            "kind": "rulebook", "kind_ja": "判定基準と町の設定値", "of": "young_carer", "step": "changed",
            "step_ja": "変更", "member": "threshold", "old": "11", "new": "12"
        }],
        "reread_sources": []
    },
    "created_at": "2026-04-01T00:00:00Z", "created_by": "stf_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70",
    "applied_at": null
}))]
pub struct ProfilePlan {
    /// Id.
    #[schema(value_type = schema::PlanId)]
    id: PlanId,
    /// The town.
    #[schema(value_type = schema::TownCode)]
    town_code: TownCode,
    /// The version it was compared with; null when none was ever applied.
    #[schema(required = true, value_type = Option<schema::ProfileId>)]
    base_profile_id: Option<ProfileId>,
    /// SHA-256 of the bundle.
    digest: String,
    /// Whether it changes nothing.
    is_empty: bool,
    /// Whether it takes something away: a source, a column, a rule.
    removes: bool,
    /// What differs.
    difference: ProfileDifference,
    /// When it was made.
    created_at: DateTime<Utc>,
    /// By whom.
    #[schema(value_type = schema::StaffId)]
    created_by: StaffId,
    /// When it was applied; null while it was not.
    #[schema(required = true)]
    applied_at: Option<DateTime<Utc>>,
}

impl ProfilePlan {
    fn new(town_code: TownCode, plan: Plan) -> Self {
        Self {
            id: plan.id,
            town_code,
            base_profile_id: plan.base,
            digest: plan.digest.to_string(),
            is_empty: plan.difference.is_empty(),
            removes: plan.difference.removes(),
            difference: plan.difference.into(),
            created_at: plan.created_at,
            created_by: plan.created_by,
            applied_at: plan.applied_at,
        }
    }
}

/// The member that the path names.
pub(super) async fn member(platform: &Platform, code: &PathId<TownCode>) -> Result<MemberRow, Fault> {
    platform.member(code.0).await?.ok_or_else(|| code.not_found())
}

fn checked(bundle: &Received, member: &MemberRow) -> Result<Checked, Vec<Fault>> {
    Checked::of(&bundle.unpack().map_err(|fault| vec![fault])?, member)
}

/// Checks a bundle and keeps nothing.
///
/// For the cooperative's operator (組合の運用担当). Every fault of every file in one answer, in both
/// languages. The bundle is the folder `tenants/` (`cooperative/` and the town's own) as JSON, as .zip or as
/// .tar.gz: at most 2,000 entries and 16 MiB once unpacked.
#[utoipa::path(
    request_body(content(
        (NewProfile = "application/json"), (Vec<u8> = "application/zip"), (Vec<u8> = "application/gzip")
    )),
    responses((status = 200, description = "What was found.", body = ProfileCheck)),
)]
#[post("/towns/{town_code}/profile-checks")]
pub async fn check_profile(
    platform: Platform,
    _coop: Coop,
    code: PathId<TownCode>,
    bundle: Received,
) -> Answer<ProfileCheck> {
    let member = member(&platform, &code).await?;
    Ok(web::Json(checked(&bundle, &member).into()))
}

/// Plans a bundle: what would change.
///
/// For the cooperative's operator. Compares the bundle (see `check_profile`) with the version in force, file
/// by file and by meaning, and keeps the plan for a week. A plan that changes nothing says so. Sent again
/// without a key, it makes another plan.
#[utoipa::path(
    params(IdempotencyHeader),
    request_body(content(
        (NewProfile = "application/json"), (Vec<u8> = "application/zip"), (Vec<u8> = "application/gzip")
    )),
    responses(
        (status = 201, description = "The plan.", body = ProfilePlan,
         headers(("Location" = String, description = "Where the plan can be read."))),
        (status = 409, description = "`profile_missing`: the files hold no such town."),
    ),
)]
#[post("/towns/{town_code}/profile-plans")]
pub async fn plan_profile(
    platform: Platform,
    coop: Coop,
    code: PathId<TownCode>,
    bundle: Received,
) -> Result<Created<ProfilePlan>, Problem> {
    let member = member(&platform, &code).await?;
    let checked = checked(&bundle, &member)?;
    let plan = platform.profile_plan(&coop.0, &checked).await?;
    let location = format!("/api/v1/towns/{}/profile-plans/{}", code.0, plan.id);
    Ok(Created { location: Some(location), body: ProfilePlan::new(code.0, plan) })
}

/// One plan.
///
/// For the cooperative's operator. What differs is worked out anew against the version it was made for.
#[utoipa::path(responses((status = 200, description = "The plan.", body = ProfilePlan)))]
#[get("/towns/{town_code}/profile-plans/{plan_id}")]
pub async fn read_profile_plan(
    platform: Platform,
    coop: Coop,
    code: PathId<TownCode>,
    id: PathId<PlanId>,
) -> Answer<ProfilePlan> {
    member(&platform, &code).await?;
    let plan = platform.profile_plan_read(&coop.0, code.0, id.0).await?;
    Ok(web::Json(ProfilePlan::new(code.0, plan)))
}

/// Does what a plan says.
///
/// For the cooperative's operator. Once, and only while the version in force is still the one the plan was
/// compared with. To go back to an earlier version, plan its files.
#[utoipa::path(
    params(IdempotencyHeader),
    responses(
        (status = 200, description = "In force.", body = AppliedProfile),
        (status = 409, description = "`profile_plan_used`: it was applied before; `profile_plan_stale`: another \
            version was applied after it was made. Nothing was changed."),
    ),
)]
#[post("/towns/{town_code}/profile-plans/{plan_id}/application")]
pub async fn apply_profile_plan(
    platform: Platform,
    coop: Coop,
    code: PathId<TownCode>,
    id: PathId<PlanId>,
) -> Answer<AppliedProfile> {
    member(&platform, &code).await?;
    let id = platform.profile_plan_apply(&coop.0, code.0, id.0).await?;
    Ok(web::Json(AppliedProfile { id }))
}
