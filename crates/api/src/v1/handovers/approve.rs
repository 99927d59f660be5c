//! Deciding on a handover (決裁): approving, giving back, handing in again, looking at what was decided on one's
//! behalf.

use actix_web::post;
use app::handovers::{Approval, OnBehalf, Paper};
use chrono::NaiveDate;
use kernel::id::HandoverId;
use serde::Deserialize;
use utoipa::ToSchema;

use super::send::NewHandover;
use super::{Handover, as_read, known, shown};
use crate::Platform;
use crate::answer::Answer;
use crate::idempotency::IdempotencyHeader;
use crate::request::{Body, IfMatch, IfMatchHeader, PathId, PurposeHeader, Town};
use crate::schema::Text;

/// What the one who decides says of the decision; left out when they decided themselves, and not on paper.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "on_behalf": {"position": "子育て健康課長", "absence": "出張のため（架空）", "review_due": "2026-12-04"},
    "paper": {"number": "開子第123号", "decided_on": "2026-11-20"}
}))]
pub struct NewHandoverApproval {
    /// 代決: decided in the place of somebody who was away.
    #[serde(default)]
    on_behalf: Option<NewOnBehalf>,
    /// 決裁文書: decided on paper.
    #[serde(default)]
    paper: Option<NewPaper>,
}

/// On whose behalf (代決).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewOnBehalf {
    /// 職名: the position whose decision it is.
    position: Text,
    /// 不在の理由: why they were away.
    absence: Text,
    /// 後閲の期限: by when they are to look at it themselves; not in the past.
    #[serde(deserialize_with = "crate::request::day::read")]
    review_due: NaiveDate,
}

/// Where it was decided on paper.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewPaper {
    /// 起案番号.
    number: Text,
    /// 決裁日; not in the future.
    #[serde(deserialize_with = "crate::request::day::read")]
    decided_on: NaiveDate,
}

impl From<NewHandoverApproval> for Approval {
    fn from(new: NewHandoverApproval) -> Self {
        Self {
            on_behalf: new.on_behalf.map(|by| OnBehalf {
                position: by.position.as_str().to_owned(),
                absence: by.absence.as_str().to_owned(),
                review_due: by.review_due,
            }),
            paper: new.paper.map(|paper| Paper {
                number: paper.number.as_str().to_owned(),
                decided_on: paper.decided_on,
            }),
        }
    }
}

/// Why a handover is given back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "相談の記録の範囲を絞ってください（架空）"}))]
pub struct NewHandoverReturn {
    /// What has to be put right; kept sealed with the handover.
    #[schema(value_type = String, min_length = 1, max_length = 200)]
    reason: Text,
}

/// Approves a draft (決裁).
///
/// Needs the grant `approver` (決裁); the drafter cannot, on nobody's behalf either. The body may be left out.
/// The same decision again by the same person changes nothing; another one is refused.
#[utoipa::path(
    params(PurposeHeader, IfMatchHeader, IdempotencyHeader),
    request_body(
        content = Option<NewHandoverApproval>,
        example = json!({"paper": {"number": "開子第123号", "decided_on": "2026-11-20"}}),
    ),
    responses(
        (status = 200, description = "Approved.", body = Handover),
        (status = 409, description = "`protected_person`; `handover_state`: it was decided otherwise or has ended."),
    ),
)]
#[post("/handovers/{handover_id}/approval")]
pub async fn approve_handover(
    platform: Platform,
    town: Town,
    id: PathId<HandoverId>,
    read: IfMatch,
    body: Body<Option<NewHandoverApproval>>,
) -> Answer<Handover> {
    let target = known(&platform, &town, &id, &read).await?;
    let approval = body.read_optional()?.unwrap_or_default();
    Ok(shown(&platform.handover_approve(&town.0, target, approval.into()).await?))
}

/// Gives a handover back to its drafter (差戻し).
///
/// Needs the grant `approver` (決裁). Of a draft, or of what was approved and not yet offered: the approval is undone.
/// The same again by the same person changes nothing; for another reason it is refused.
#[utoipa::path(
    params(PurposeHeader, IfMatchHeader, IdempotencyHeader),
    request_body = NewHandoverReturn,
    responses(
        (status = 200, description = "Given back.", body = Handover),
        (status = 409, description = "`handover_state`."),
    ),
)]
#[post("/handovers/{handover_id}/return")]
pub async fn return_handover(
    platform: Platform,
    town: Town,
    id: PathId<HandoverId>,
    read: IfMatch,
    body: Body<NewHandoverReturn>,
) -> Answer<Handover> {
    let target = known(&platform, &town, &id, &read).await?;
    Ok(shown(&platform.handover_return(&town.0, target, body.read()?.reason.as_str()).await?))
}

/// Hands in again what was given back (出し直し).
///
/// Needs the grant `case_worker` (活用), and is its drafter's to do. It waits for approval again. To another town it
/// is taken back and drafted anew.
#[utoipa::path(
    params(PurposeHeader, IfMatchHeader, IdempotencyHeader),
    request_body = NewHandover,
    responses(
        (status = 200, description = "A draft again.", body = Handover),
        (status = 404, description = "`handover_not_found`, `person_not_found`, `consent_not_found`."),
        (status = 409, description = "`handover_state`, `protected_person`, `nothing_to_hand_over`, `consent_expired`, `consent_other_person`, `consent_withdrawn`, `consent_scope`."),
    ),
)]
#[post("/handovers/{handover_id}/redraft")]
pub async fn redraft_handover(
    platform: Platform,
    town: Town,
    id: PathId<HandoverId>,
    read: IfMatch,
    body: Body<NewHandover>,
) -> Answer<Handover> {
    let target = known(&platform, &town, &id, &read).await?;
    Ok(shown(&platform.handover_redraft(&town.0, target, body.read()?.terms()?).await?))
}

/// Records that the head has looked at a decision made on their behalf (後閲).
///
/// Needs the grant `approver` (決裁); whoever drafted or decided it cannot. A second time changes nothing; after
/// somebody else it is refused.
#[utoipa::path(
    params(PurposeHeader, IfMatchHeader, IdempotencyHeader),
    responses(
        (status = 200, description = "Looked at.", body = Handover),
        (status = 409, description = "`review_not_waiting`: it was not decided on anybody's behalf, or somebody else has looked."),
    ),
)]
#[post("/handovers/{handover_id}/review")]
pub async fn review_handover(
    platform: Platform,
    town: Town,
    id: PathId<HandoverId>,
    read: IfMatch,
) -> Answer<Handover> {
    let target = as_read(&platform, &town, &id, &read).await?;
    Ok(shown(&platform.handover_review(&town.0, target).await?))
}
