//! Sending a handover: draft, offer, withdrawal, closing. What is decided on it stands beside.

use std::collections::BTreeSet;

use actix_web::post;
use app::handovers::{Subject, Terms};
use handover::basis::FamilyTold;
use handover::{Grounds, Kind, Organ, OrganCode, Role};
use kernel::id::{ConsentId, HandoverId, PersonId};
use kernel::{Category, Code, Fault, TownCode};
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Handover, as_read, known, shown};
use crate::answer::{Answer, Created};
use crate::idempotency::IdempotencyHeader;
use crate::request::{Body, IfMatch, IfMatchHeader, PathId, PurposeHeader, Town};
use crate::schema::Text;
use crate::{Platform, Problem, schema};

/// One data subject (対象者), and what of theirs is to travel.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSubject {
    /// 本人.
    #[schema(value_type = schema::PersonId)]
    person_id: PersonId,
    /// In what role, seen from the child.
    #[schema(value_type = schema::HandoverRole)]
    role: Role,
    /// 分類; in a preview none means every one.
    #[serde(default)]
    #[schema(value_type = Vec<schema::Category>)]
    categories: BTreeSet<Category>,
}

impl From<NewSubject> for Subject {
    fn from(subject: NewSubject) -> Self {
        Self { person: subject.person_id, role: subject.role, categories: subject.categories }
    }
}

/// A handover to draft (起案).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "kind": "transfer", "sender_organ": "mayor", "receiver": {"town_code": "143626", "organ": "mayor"},
    "subjects": [{
        "person_id": "per_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "role": "child",
        "categories": ["attendance", "consultation"]
    }],
    "consent_ids": ["con_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70"],
    "grounds": {"article": "個人情報保護法69条2項1号", "necessity": "転校後も支援を続けるため", "family_told": true}
}))]
pub struct NewHandover {
    /// What kind.
    #[schema(value_type = schema::HandoverKind)]
    kind: Kind,
    /// 機関 of this town that hands over.
    #[schema(value_type = String, example = "mayor")]
    sender_organ: OrganCode,
    /// To whom.
    receiver: NewReceiver,
    /// About whom.
    #[schema(min_items = 1)]
    subjects: Vec<NewSubject>,
    /// 同意 it rests on.
    #[schema(value_type = Vec<schema::ConsentId>, min_items = 1)]
    consent_ids: Vec<ConsentId>,
    /// On what ground.
    grounds: NewGrounds,
}

/// To which organ of which town.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewReceiver {
    /// 町村.
    #[schema(value_type = schema::TownCode)]
    town_code: TownCode,
    /// 機関.
    #[schema(value_type = String, example = "mayor")]
    organ: OrganCode,
}

/// On what ground (根拠).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGrounds {
    /// 根拠条文, as the town cites it.
    article: Text,
    /// 必要性: why it is necessary.
    necessity: Text,
    /// Whether the family is told.
    family_told: bool,
    /// Why not; required when it is not, and not otherwise.
    #[serde(default)]
    not_told_reason: Option<Text>,
}

impl NewGrounds {
    fn grounds(&self) -> Result<Grounds, Fault> {
        let family_told = match (self.family_told, &self.not_told_reason) {
            (true, None) => FamilyTold::Told,
            (false, Some(reason)) => FamilyTold::NotTold { reason: reason.as_str().to_owned() },
            _ => {
                let fault = Fault::new(Code::InvalidValue).with("name", "not_told_reason");
                let (ja, en) = (
                    "家族に知らせないときにだけ、必ず書きます",
                    "needed when the family is not told, and only then",
                );
                return Err(fault.with_words("why", ja, en).at_pointer("/grounds/not_told_reason"));
            }
        };
        let text = |text: &Text| text.as_str().to_owned();
        Ok(Grounds { article: text(&self.article), necessity: text(&self.necessity), family_told })
    }
}

impl NewHandover {
    pub(super) fn terms(self) -> Result<Terms, Fault> {
        Ok(Terms {
            kind: self.kind,
            sender: self.sender_organ,
            receiver: Organ { town: self.receiver.town_code, organ: self.receiver.organ },
            grounds: self.grounds.grounds()?,
            subjects: self.subjects.into_iter().map(Subject::from).collect(),
            consents: self.consent_ids,
        })
    }
}

/// Drafts a handover.
///
/// Needs the grant `case_worker` (活用). It waits for a second person's approval.
#[utoipa::path(
    params(PurposeHeader, IdempotencyHeader),
    request_body = NewHandover,
    responses(
        (status = 201, description = "Drafted.", body = Handover),
        (status = 404, description = "`person_not_found`, `consent_not_found`."),
        (status = 409, description = "`protected_person`, `nothing_to_hand_over`, `consent_expired`, `consent_other_person`, `consent_withdrawn`, `consent_scope`."),
    ),
)]
#[post("/handovers")]
pub async fn draft_handover(
    platform: Platform,
    town: Town,
    body: Body<NewHandover>,
) -> Result<Created<Handover>, Problem> {
    let view = platform.handover_draft(&town.0, body.read()?.terms()?).await?;
    let location = Some(format!("/api/v1/handovers/{}", view.summary.id));
    Ok(Created { location, body: Handover::of(&view) })
}

/// Seals an approved handover and offers it (申し出).
///
/// Needs the grant `case_worker` (活用) or `approver` (決裁). Consents, protection and keys are asked anew.
/// While it is on offer, offering again changes nothing.
#[utoipa::path(
    params(PurposeHeader, IfMatchHeader, IdempotencyHeader),
    responses(
        (status = 200, description = "On offer.", body = Handover),
        (status = 409, description = "`handover_state`, `protection_list_stale`, `protected_person`, `key_not_pinned`, `nothing_to_hand_over`, `consent_…`."),
        (status = 422, description = "`receiver_not_member`."),
    ),
)]
#[post("/handovers/{handover_id}/offer")]
pub async fn offer_handover(
    platform: Platform,
    town: Town,
    id: PathId<HandoverId>,
    read: IfMatch,
) -> Answer<Handover> {
    let target = as_read(&platform, &town, &id, &read).await?;
    Ok(shown(&platform.handover_offer(&town.0, target).await?))
}

/// Why a handover is taken back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "転出が取りやめになったため（架空）"}))]
pub struct NewHandoverWithdrawal {
    /// Why; kept sealed with the handover.
    #[schema(value_type = String, min_length = 1, max_length = 200)]
    reason: Text,
}

/// Takes a handover back (取下げ).
///
/// Before the offer: its drafter, or the grant `approver` (決裁). After it: the grant `case_worker` (活用) or `approver`
/// (決裁), until the receiver has accepted. A receiver who was about to accept finds it too late. What was taken back
/// or has ended is not taken back again.
#[utoipa::path(
    params(PurposeHeader, IfMatchHeader, IdempotencyHeader),
    request_body = NewHandoverWithdrawal,
    responses(
        (status = 200, description = "Withdrawn.", body = Handover),
        (status = 409, description = "`already_decided`: the receiver was first. `handover_state`."),
    ),
)]
#[post("/handovers/{handover_id}/withdrawal")]
pub async fn withdraw_handover(
    platform: Platform,
    town: Town,
    id: PathId<HandoverId>,
    read: IfMatch,
    body: Body<NewHandoverWithdrawal>,
) -> Answer<Handover> {
    let target = known(&platform, &town, &id, &read).await?;
    Ok(shown(&platform.handover_withdraw(&town.0, target, body.read()?.reason.as_str()).await?))
}

/// Verifies the receipt and closes (完了).
///
/// Needs the grant `case_worker` (活用) or `approver` (決裁). The platform does the same by itself; closing what was
/// closed shows how it ended.
#[utoipa::path(
    params(PurposeHeader, IfMatchHeader, IdempotencyHeader),
    responses(
        (status = 200, description = "Completed; or how it ended without a receipt: refused, unreadable, too late or expired.", body = Handover),
        (status = 409, description = "`handover_state`: there is no answer yet. `key_not_pinned`."),
        (status = 422, description = "`receipt_invalid`."),
    ),
)]
#[post("/handovers/{handover_id}/closing")]
pub async fn close_handover(
    platform: Platform,
    town: Town,
    id: PathId<HandoverId>,
    read: IfMatch,
) -> Answer<Handover> {
    let target = as_read(&platform, &town, &id, &read).await?;
    Ok(shown(&platform.handover_close(&town.0, target).await?))
}
