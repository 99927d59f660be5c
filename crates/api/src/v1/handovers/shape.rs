//! A handover as clients see it.

use std::collections::{BTreeMap, BTreeSet};

use app::Released;
use app::handovers::{Direction, HandoverView, Subject as Drafted, Summary, Terms};
use chrono::{DateTime, Utc};
use handover::basis::FamilyTold;
use handover::machine::RefusalCode;
use handover::{Decision, Flag, Kind, OrganCode, Receipt as Said, Role, SignedReceipt, State};
use kernel::id::{ConsentId, HandoverId, HandoverItemId, PersonId, StaffId};
use kernel::{Category, Digest, TownCode};
use serde::Serialize;
use utoipa::ToSchema;

use super::decided::{HandoverApproval, HandoverReturn, HandoverTakenBack};
use crate::schema;

/// A handover in a list: between whom, and how far.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "hov_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "direction": "out", "peer": "143626", "kind": "transfer",
    "kind_ja": "ケース移管", "state": "offered", "state_ja": "申し出中", "code": null, "code_ja": null,
    "lead": "143669", "offered_at": "2026-11-21T01:23:45Z", "expires_at": "2026-12-05T01:23:45Z",
    "changed_at": "2026-11-21T01:23:45Z"
}))]
pub struct HandoverSummary {
    /// Id, the same in both towns.
    #[schema(value_type = schema::HandoverId)]
    id: HandoverId,
    /// `out` (送信) or `in` (受信), seen from this town.
    direction: String,
    /// 町村: the other town.
    #[schema(value_type = schema::TownCode)]
    peer: TownCode,
    /// What kind.
    #[schema(value_type = schema::HandoverKind)]
    kind: Kind,
    /// The same as staff read it.
    kind_ja: String,
    /// `draft`, `returned`, `approved`, `offered`, `accepting`, `accepted`, `received`, `completed`, `too_late`, `refused`,
    /// `unreadable`, `withdrawn` or `expired`.
    state: String,
    /// The same as staff read it.
    state_ja: String,
    /// Why it was refused or could not be read; null otherwise.
    #[schema(required = true)]
    code: Option<String>,
    /// The same as staff read it.
    #[schema(required = true)]
    code_ja: Option<String>,
    /// 主担当: the town that keeps the case in hand.
    #[schema(value_type = schema::TownCode)]
    lead: TownCode,
    /// Since when it is on offer; null before.
    #[schema(required = true)]
    offered_at: Option<DateTime<Utc>>,
    /// When it lapses unanswered; null before it is offered.
    #[schema(required = true)]
    expires_at: Option<DateTime<Utc>>,
    /// Last moved.
    changed_at: DateTime<Utc>,
}

impl From<&Summary> for HandoverSummary {
    fn from(summary: &Summary) -> Self {
        let code = match summary.state {
            State::Refused(code) => Some((code.as_str(), code.ja())),
            State::Unreadable(code) => Some((code.as_str(), code.ja())),
            _ => None,
        };
        Self {
            id: summary.id,
            direction: if summary.direction == Direction::Out { "out" } else { "in" }.to_owned(),
            peer: summary.peer,
            kind: summary.kind,
            kind_ja: summary.kind.ja().to_owned(),
            state: summary.state.as_str().to_owned(),
            state_ja: summary.state.ja().to_owned(),
            code: code.map(|(code, _)| code.to_owned()),
            code_ja: code.map(|(_, ja)| ja.to_owned()),
            lead: summary.lead,
            offered_at: summary.offered_at,
            expires_at: summary.expires_at,
            changed_at: summary.changed_at,
        }
    }
}

/// A handover with everything this town knows of it but the content.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "hov_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "direction": "out", "peer": "143626", "kind": "transfer",
    "kind_ja": "ケース移管", "state": "offered", "state_ja": "申し出中", "code": null, "code_ja": null,
    "lead": "143669", "offered_at": "2026-11-21T01:23:45Z", "expires_at": "2026-12-05T01:23:45Z",
    "changed_at": "2026-11-21T01:23:45Z",
    "drafted_by": "stf_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "approved_by": "stf_019a9f3c5b7a7c3e8a1f2b3c4d5e6f71",
    "approval": {
        "decided_by": "stf_019a9f3c5b7a7c3e8a1f2b3c4d5e6f71", "at": "2026-11-21T01:20:00Z", "on_behalf": null,
        "paper": {"number": "開子第123号", "decided_on": {"date": "2026-11-20", "wareki": "令和8年11月20日"}}
    },
    "returned": [], "withdrawn": null, "terms": null, "flag": null,
    "flag_ja": null, "acknowledged_at": null, "accepted_at": null, "links": {}, "receipt": null
}))]
pub struct Handover {
    /// Between whom, and how far.
    #[serde(flatten)]
    summary: HandoverSummary,
    /// 職員 who drafted it; null of a received one.
    #[schema(required = true, value_type = Option<schema::StaffId>)]
    drafted_by: Option<StaffId>,
    /// 職員 who approved it.
    #[schema(required = true, value_type = Option<schema::StaffId>)]
    approved_by: Option<StaffId>,
    /// 決裁 in full; null before it, and of a received one.
    #[schema(required = true)]
    approval: Option<HandoverApproval>,
    /// 差戻し, in order.
    returned: Vec<HandoverReturn>,
    /// 取下げ; null when it was not taken back, and of a received one.
    #[schema(required = true)]
    withdrawn: Option<HandoverTakenBack>,
    /// What was drafted; null of a received one.
    #[schema(required = true)]
    terms: Option<HandoverTerms>,
    /// 支援措置の有無: `none` or `protected`; null until the receiver has acknowledged it.
    #[schema(required = true)]
    flag: Option<String>,
    /// The same as staff read it.
    #[schema(required = true)]
    flag_ja: Option<String>,
    /// When the flag was acknowledged.
    #[schema(required = true)]
    acknowledged_at: Option<DateTime<Utc>>,
    /// When it was accepted; of a received one.
    #[schema(required = true)]
    accepted_at: Option<DateTime<Utc>>,
    /// 突合: who each traveller is in this town, by the sender's id of them.
    #[schema(value_type = BTreeMap<String, String>)]
    links: BTreeMap<PersonId, PersonId>,
    /// 受領証; null before it was given.
    #[schema(required = true)]
    receipt: Option<HandoverReceipt>,
}

impl Handover {
    /// The shape of a handover that passed the door.
    pub(super) fn of(view: &Released<HandoverView>) -> Self {
        Self {
            summary: HandoverSummary::from(&view.summary),
            drafted_by: view.drafted_by,
            approved_by: view.approved_by,
            approval: view.approval.as_ref().map(HandoverApproval::from),
            returned: view.returned.iter().map(HandoverReturn::from).collect(),
            withdrawn: view.withdrawn.as_ref().map(HandoverTakenBack::from),
            terms: view.terms.as_ref().map(HandoverTerms::of),
            flag: view.flag.map(Flag::as_str).map(str::to_owned),
            flag_ja: view.flag.map(Flag::ja).map(str::to_owned),
            acknowledged_at: view.acknowledged_at,
            accepted_at: view.accepted_at,
            links: view.links.clone(),
            receipt: view.receipt.as_ref().and_then(HandoverReceipt::of),
        }
    }
}

/// What was drafted.
#[derive(Debug, Serialize, ToSchema)]
pub struct HandoverTerms {
    /// 機関 that hands over.
    #[schema(value_type = String, example = "mayor")]
    sender_organ: OrganCode,
    /// 機関 that is to receive.
    #[schema(value_type = String, example = "mayor")]
    receiver_organ: OrganCode,
    /// 対象者.
    subjects: Vec<HandoverSubject>,
    /// 同意 it rests on.
    #[schema(value_type = Vec<schema::ConsentId>)]
    consent_ids: Vec<ConsentId>,
    /// 根拠条文.
    article: String,
    /// 必要性.
    necessity: String,
    /// Whether the family is told.
    family_told: bool,
    /// Why not.
    #[schema(required = true)]
    not_told_reason: Option<String>,
}

impl HandoverTerms {
    fn of(terms: &Terms) -> Self {
        let reason = match &terms.grounds.family_told {
            FamilyTold::Told => None,
            FamilyTold::NotTold { reason } => Some(reason.clone()),
        };
        Self {
            sender_organ: terms.sender.clone(),
            receiver_organ: terms.receiver.organ.clone(),
            subjects: terms.subjects.iter().map(HandoverSubject::of).collect(),
            consent_ids: terms.consents.clone(),
            article: terms.grounds.article.clone(),
            necessity: terms.grounds.necessity.clone(),
            family_told: reason.is_none(),
            not_told_reason: reason,
        }
    }
}

/// One data subject of a handover.
#[derive(Debug, Serialize, ToSchema)]
pub struct HandoverSubject {
    /// 本人.
    #[schema(value_type = schema::PersonId)]
    person_id: PersonId,
    /// In what role.
    #[schema(value_type = schema::HandoverRole)]
    role: Role,
    /// The same as staff read it.
    role_ja: String,
    /// 分類 that travel.
    #[schema(value_type = Vec<schema::Category>)]
    categories: BTreeSet<Category>,
}

impl HandoverSubject {
    fn of(subject: &Drafted) -> Self {
        Self {
            person_id: subject.person,
            role: subject.role,
            role_ja: subject.role.ja().to_owned(),
            categories: subject.categories.clone(),
        }
    }
}

/// 受領証: the receiver's signed answer.
#[derive(Debug, Serialize, ToSchema)]
pub struct HandoverReceipt {
    /// The signed text, exactly.
    receipt: String,
    /// The receiver's signature over it (Ed25519, base64).
    signature: String,
    /// SHA-256 of the text.
    #[schema(value_type = String, pattern = "^[0-9a-f]{64}$")]
    digest: Digest,
    /// When it was given.
    at: DateTime<Utc>,
    /// Every item's decision.
    decisions: Vec<ReceiptDecision>,
}

/// What the receipt says of one item.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReceiptDecision {
    /// The item.
    #[schema(value_type = String, pattern = "^hit_[0-9a-f]{32}$")]
    item_id: HandoverItemId,
    /// `accept` (受け取る), `refuse` (辞退) or `quarantine` (留め置く).
    decision: String,
    /// Why it was refused.
    #[schema(required = true, value_type = Option<schema::RefusalCode>)]
    code: Option<RefusalCode>,
}

impl HandoverReceipt {
    fn of(signed: &SignedReceipt) -> Option<Self> {
        let said: Said = serde_json::from_str(&signed.receipt).ok()?;
        let decisions = said.decisions.iter().map(|decided| {
            let (decision, code) = match decided.decision {
                Decision::Accept => ("accept", None),
                Decision::Refuse(code) => ("refuse", Some(code)),
                Decision::Quarantine => ("quarantine", None),
            };
            ReceiptDecision { item_id: decided.item, decision: decision.to_owned(), code }
        });
        Some(Self {
            receipt: signed.receipt.clone(),
            signature: signed.signature.to_string(),
            digest: signed.digest(),
            at: said.at,
            decisions: decisions.collect(),
        })
    }
}
