//! Receiving a handover: the flag first, then the decision, the receipt, and what was kept apart.

use std::collections::BTreeMap;

use actix_web::{get, post, web};
use app::handovers::Taking;
use handover::machine::RefusalCode;
use handover::{Decided, Decision};
use kernel::id::{HandoverId, HandoverItemId, PersonId};
use kernel::{Code, Fault};
use serde::Deserialize;
use utoipa::ToSchema;

use super::content::HandoverContent;
use super::{Handover, as_read, known, shown};
use crate::answer::Answer;
use crate::idempotency::IdempotencyHeader;
use crate::request::{Body, IfMatch, IfMatchHeader, PathId, PurposeHeader, Town};
use crate::{Platform, schema};

/// A refusal (辞退).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"code": "wrong_organ"}))]
pub struct NewRefusal {
    /// Why; coded only, because free words would tell.
    #[schema(value_type = schema::RefusalCode)]
    code: RefusalCode,
}

/// What to answer in the receipt (受領証), or to settle after it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "links": {"per_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70": "per_019a9f3c5b7a7c3e8a1f2b3c4d5e6f71"},
    "decisions": [{"item_id": "hit_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "decision": "refuse", "code": "duplicate"}]
}))]
pub struct NewReceipt {
    /// 突合: who travellers are here, by the sender's id; where a machine may not say, and instead of it.
    #[serde(default)]
    #[schema(value_type = BTreeMap<String, String>)]
    links: BTreeMap<PersonId, PersonId>,
    /// Items decided on. Others are accepted when their person is known here, else quarantined.
    #[serde(default)]
    decisions: Vec<NewDecision>,
}

/// What is decided on one item.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = NewHandoverDecision)]
pub struct NewDecision {
    /// The item.
    #[schema(value_type = String, pattern = "^hit_[0-9a-f]{32}$")]
    item_id: HandoverItemId,
    /// What is done with it.
    decision: DecisionWord,
    /// Why it is refused; required for a refusal, and not otherwise.
    #[serde(default)]
    #[schema(value_type = Option<schema::RefusalCode>)]
    code: Option<RefusalCode>,
}

/// What is done with an item.
#[derive(Debug, Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = HandoverDecision)]
pub enum DecisionWord {
    /// 受け取る.
    Accept,
    /// 辞退: read, then purged.
    Refuse,
    /// 留め置く.
    Quarantine,
}

impl NewReceipt {
    fn taking(self) -> Result<Taking, Fault> {
        let decisions = self.decisions.iter().enumerate().map(|(n, one)| {
            let decision = match (one.decision, one.code) {
                (DecisionWord::Accept, None) => Decision::Accept,
                (DecisionWord::Quarantine, None) => Decision::Quarantine,
                (DecisionWord::Refuse, Some(code)) => Decision::Refuse(code),
                _ => {
                    let fault = Fault::new(Code::InvalidValue).with("name", "code");
                    let (ja, en) =
                        ("辞退するときにだけ、必ず書きます", "needed for a refusal, and only then");
                    return Err(fault.with_words("why", ja, en).at_pointer(format!("/decisions/{n}/code")));
                }
            };
            Ok(Decided { item: one.item_id, decision })
        });
        let decisions = decisions.collect::<Result<_, _>>()?;
        Ok(Taking { links: self.links, decisions })
    }
}

/// Opens the protection flag and acknowledges it (支援措置の有無の確認).
///
/// Needs the grant `case_worker` (活用) or `approver` (決裁). Before anything else of a package is opened. The
/// answer's `flag` says what it was.
#[utoipa::path(
    params(PurposeHeader, IdempotencyHeader),
    responses(
        (status = 200, description = "Acknowledged.", body = Handover),
        (status = 409, description = "`key_not_pinned`, `already_decided`, `handover_expired`, `handover_too_late`, `handover_state`."),
        (status = 422, description = "`package_tampered`."),
    ),
)]
#[post("/handovers/{handover_id}/flag-acknowledgement")]
pub async fn acknowledge_flag(platform: Platform, town: Town, id: PathId<HandoverId>) -> Answer<Handover> {
    Ok(shown(&platform.handover_acknowledge(&town.0, id.0).await?))
}

/// The content of a package.
///
/// Needs the grant `case_worker` (活用) or `approver` (決裁), and the flag acknowledged.
#[utoipa::path(
    params(PurposeHeader),
    responses(
        (status = 200, description = "Who and what travelled.", body = HandoverContent),
        (status = 409, description = "`handover_state`: the flag was not acknowledged, or the package is gone."),
        (status = 422, description = "`package_tampered`, `package_unreadable`."),
    ),
)]
#[get("/handovers/{handover_id}/content")]
pub async fn read_handover_content(
    platform: Platform,
    town: Town,
    id: PathId<HandoverId>,
) -> Answer<HandoverContent> {
    let profile = platform.profile(&town.0).await?;
    let content = platform.handover_content(&town.0, id.0).await?;
    Ok(web::Json(HandoverContent::of(&content, &profile.cooperative.items)))
}

/// Accepts a package (受諾).
///
/// Needs the grant `case_worker` (活用) or `approver` (決裁), and the flag acknowledged. Accepting again answers as
/// the first time, with the receipt once there is one; not once it is completed.
#[utoipa::path(
    params(PurposeHeader, IfMatchHeader, IdempotencyHeader),
    responses(
        (status = 200, description = "Accepted.", body = Handover),
        (status = 409, description = "`handover_too_late`: it was taken back or ended since the flag was acknowledged. `already_decided`, `handover_expired`, `handover_state`."),
        (status = 422, description = "`package_tampered`."),
    ),
)]
#[post("/handovers/{handover_id}/acceptance")]
pub async fn accept_handover(
    platform: Platform,
    town: Town,
    id: PathId<HandoverId>,
    read: IfMatch,
) -> Answer<Handover> {
    let target = as_read(&platform, &town, &id, &read).await?;
    Ok(shown(&platform.handover_accept(&town.0, target).await?))
}

/// Refuses a package (辞退).
///
/// Needs the grant `case_worker` (活用) or `approver` (決裁). What was refused is not refused again.
#[utoipa::path(
    params(PurposeHeader, IfMatchHeader, IdempotencyHeader),
    request_body = NewRefusal,
    responses(
        (status = 200, description = "Refused; the package is gone.", body = Handover),
        (status = 409, description = "`already_decided`, `handover_expired`, `handover_too_late`, `handover_state`."),
    ),
)]
#[post("/handovers/{handover_id}/refusal")]
pub async fn refuse_handover(
    platform: Platform,
    town: Town,
    id: PathId<HandoverId>,
    read: IfMatch,
    body: Body<NewRefusal>,
) -> Answer<Handover> {
    let target = known(&platform, &town, &id, &read).await?;
    Ok(shown(&platform.handover_refuse(&town.0, target, body.read()?.code).await?))
}

/// Takes an accepted package in and gives the receipt (受領).
///
/// Needs the grant `case_worker` (活用) or `approver` (決裁). The lead of a transfer moves with it. A second call
/// answers with the first receipt; not once it is completed.
#[utoipa::path(
    params(PurposeHeader, IfMatchHeader, IdempotencyHeader),
    request_body = NewReceipt,
    responses(
        (status = 200, description = "Taken in.", body = Handover),
        (status = 409, description = "`handover_state`, `link_ambiguous`, `already_decided`."),
    ),
)]
#[post("/handovers/{handover_id}/receipt")]
pub async fn receive_handover(
    platform: Platform,
    town: Town,
    id: PathId<HandoverId>,
    read: IfMatch,
    body: Body<NewReceipt>,
) -> Answer<Handover> {
    let target = known(&platform, &town, &id, &read).await?;
    Ok(shown(&platform.handover_receive(&town.0, target, &body.read()?.taking()?).await?))
}

/// Answers an accepted package that does not open (判読不能).
///
/// Needs the grant `case_worker` (活用) or `approver` (決裁). The platform tries to open it and says why it does not:
/// `tampered`, `malformed` or `key_gone`. The package goes; the sender reads the code and may draft it anew.
#[utoipa::path(
    params(PurposeHeader, IfMatchHeader, IdempotencyHeader),
    responses(
        (status = 200, description = "Answered; the package is gone.", body = Handover),
        (status = 409, description = "`package_readable`: it opens. `handover_state`, `already_decided`, `key_not_pinned`."),
    ),
)]
#[post("/handovers/{handover_id}/unreadable-report")]
pub async fn report_unreadable(
    platform: Platform,
    town: Town,
    id: PathId<HandoverId>,
    read: IfMatch,
) -> Answer<Handover> {
    let target = as_read(&platform, &town, &id, &read).await?;
    Ok(shown(&platform.handover_unreadable(&town.0, target).await?))
}

/// Takes in or refuses items that were kept apart (留め置き).
///
/// Needs the grant `case_worker` (活用) or `approver` (決裁). Of a received handover; the receipt stays as it was given.
/// What is refused was read and is purged: its content is gone, its decision stays. The same again changes nothing.
#[utoipa::path(
    params(PurposeHeader, IfMatchHeader, IdempotencyHeader),
    request_body = NewReceipt,
    responses(
        (status = 200, description = "What there is now.", body = HandoverContent),
        (status = 409, description = "`handover_state`: there is no receipt yet. `link_ambiguous`, `already_decided`."),
    ),
)]
#[post("/handovers/{handover_id}/settlement")]
pub async fn settle_handover(
    platform: Platform,
    town: Town,
    id: PathId<HandoverId>,
    read: IfMatch,
    body: Body<NewReceipt>,
) -> Answer<HandoverContent> {
    let target = known(&platform, &town, &id, &read).await?;
    let profile = platform.profile(&town.0).await?;
    let view = platform.handover_settle(&town.0, target, &body.read()?.taking()?).await?;
    Ok(web::Json(HandoverContent::of(&view, &profile.cooperative.items)))
}
