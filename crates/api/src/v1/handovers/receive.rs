//! Receiving a handover: the flag first, then the content, the decision and the receipt.

use std::collections::BTreeMap;

use actix_web::{get, post, web};
use app::Released;
use app::handovers::{Arrival, ArrivedItem, Content, ItemDecision, Link, Taking};
use handover::machine::RefusalCode;
use handover::{Decided, Decision, Role};
use kernel::date::PartialDate;
use kernel::id::{HandoverId, HandoverItemId, PersonId};
use kernel::{Category, Code, Datum, Fault, Identity, Observation, SectionCode, SourceCode, When};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::{Handover, require_read};
use crate::answer::Answer;
use crate::request::{Body, IfMatch, IfMatchHeader, PathId, PurposeHeader, Town};
use crate::schema::Day;
use crate::{Platform, schema};

/// The content of a handover.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"travellers": [], "items": []}))]
pub struct HandoverContent {
    /// 対象者: who travelled.
    travellers: Vec<Traveller>,
    /// What travelled; once received, without what was refused.
    items: Vec<HandoverItem>,
}

/// One person who travelled, and who they are here.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = HandoverTraveller)]
pub struct Traveller {
    /// The sender's id of the person.
    #[schema(value_type = schema::PersonId)]
    sender_person_id: PersonId,
    /// In what role.
    #[schema(value_type = schema::HandoverRole)]
    role: Role,
    /// The same as staff read it.
    role_ja: String,
    /// 氏名.
    #[schema(required = true)]
    name: Option<String>,
    /// フリガナ.
    #[schema(required = true)]
    kana: Option<String>,
    /// 生年月日; `2016-06` or `2016` where the rest is not known.
    #[schema(required = true, value_type = Option<String>)]
    birth_date: Option<PartialDate>,
    /// 突合: `linked`, `ambiguous` (a human has to say) or `unknown` (nobody comes near).
    link: String,
    /// The person here; null unless linked.
    #[schema(required = true, value_type = Option<schema::PersonId>)]
    person_id: Option<PersonId>,
    /// Who it may be, nearest first.
    candidates: Vec<TravellerCandidate>,
}

/// Somebody a traveller may be.
#[derive(Debug, Serialize, ToSchema)]
pub struct TravellerCandidate {
    /// Who.
    #[schema(value_type = schema::PersonId)]
    person_id: PersonId,
    /// What speaks for and against.
    reason_ja: String,
    /// The same in English.
    reason_en: String,
}

impl Traveller {
    fn of(arrival: &Arrival) -> Self {
        let identity: &Identity = &arrival.traveller.identity;
        let (link, person_id) = match &arrival.link {
            Link::Linked(person) => ("linked", Some(*person)),
            Link::Ambiguous(_) => ("ambiguous", None),
            Link::Unknown => ("unknown", None),
        };
        let candidates = match &arrival.link {
            Link::Ambiguous(candidates) => candidates.as_slice(),
            _ => &[],
        };
        let candidates = candidates.iter().map(|near| TravellerCandidate {
            person_id: near.person,
            reason_ja: near.reasons.iter().map(|reason| reason.words().ja).collect::<Vec<_>>().join("、"),
            reason_en: near.reasons.iter().map(|reason| reason.words().en).collect::<Vec<_>>().join("; "),
        });
        Self {
            sender_person_id: arrival.traveller.person,
            role: arrival.traveller.role,
            role_ja: arrival.traveller.role.ja().to_owned(),
            name: identity.full_name(),
            kana: identity.full_kana(),
            birth_date: identity.birth_date.value().copied(),
            link: link.to_owned(),
            person_id,
            candidates: candidates.collect(),
        }
    }
}

/// One item: what one source of the sending town says of one person in one category.
#[derive(Debug, Serialize, ToSchema)]
pub struct HandoverItem {
    /// Id; decisions name it.
    #[schema(value_type = String, pattern = "^hit_[0-9a-f]{32}$")]
    id: HandoverItemId,
    /// The sender's id of the person.
    #[schema(value_type = schema::PersonId)]
    sender_person_id: PersonId,
    /// 分類.
    #[schema(value_type = schema::Category)]
    category: Category,
    /// The same as staff read it.
    category_ja: String,
    /// 連携元 there.
    #[schema(value_type = schema::SourceCode)]
    source: SourceCode,
    /// Its name.
    source_name: String,
    /// 保有課 there.
    #[schema(value_type = String)]
    holder: SectionCode,
    /// Its name.
    holder_name: String,
    /// The day as of which the source was last taken in there.
    as_of: Day,
    /// `pending`, `accepted` (受け取った) or `quarantined` (留め置き中).
    decision: String,
    /// The facts.
    observations: Vec<HandoverObservation>,
}

/// One fact.
#[derive(Debug, Serialize, ToSchema)]
pub struct HandoverObservation {
    /// データ項目.
    item: String,
    /// The value, or the reason there is none: `{"present": …}` or `{"absent": "…"}`.
    #[schema(value_type = Object)]
    datum: Datum,
    /// When it was so.
    #[schema(value_type = Object)]
    when: When,
}

impl From<&Observation> for HandoverObservation {
    fn from(observation: &Observation) -> Self {
        Self {
            item: observation.item.to_string(),
            datum: observation.datum.clone(),
            when: observation.when.clone(),
        }
    }
}

impl HandoverItem {
    fn of(arrived: &ArrivedItem) -> Self {
        let item = &arrived.item;
        Self {
            id: item.id,
            sender_person_id: item.subject,
            category: item.category,
            category_ja: item.category.ja().to_owned(),
            source: item.source.clone(),
            source_name: item.source_name.clone(),
            holder: item.holder.clone(),
            holder_name: item.holder_name.clone(),
            as_of: item.as_of.into(),
            decision: arrived.decision.unwrap_or(ItemDecision::Pending).as_str().to_owned(),
            observations: item.observations.iter().map(HandoverObservation::from).collect(),
        }
    }
}

impl HandoverContent {
    fn of(content: &Released<Content>) -> Self {
        Self {
            travellers: content.travellers.iter().map(Traveller::of).collect(),
            items: content.items.iter().map(HandoverItem::of).collect(),
        }
    }
}

/// A refusal (辞退).
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"code": "wrong_organ"}))]
pub struct NewRefusal {
    /// Why; coded only, because free words would tell.
    #[schema(value_type = schema::RefusalCode)]
    code: RefusalCode,
}

/// What to answer in the receipt (受領証).
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
    params(PurposeHeader),
    responses(
        (status = 200, description = "Acknowledged.", body = Handover),
        (status = 409, description = "`key_not_pinned`, `already_decided`, `handover_expired`, `handover_state`."),
        (status = 422, description = "`package_tampered`."),
    ),
)]
#[post("/handovers/{handover_id}/flag-acknowledgement")]
pub async fn acknowledge_flag(platform: Platform, town: Town, id: PathId<HandoverId>) -> Answer<Handover> {
    Ok(web::Json(Handover::of(&platform.handover_acknowledge(&town.0, id.0).await?)))
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
    Ok(web::Json(HandoverContent::of(&platform.handover_content(&town.0, id.0).await?)))
}

/// Accepts a package (受諾).
///
/// Needs the grant `case_worker` (活用) or `approver` (決裁), and the flag acknowledged. Accepting again answers as
/// the first time, with the receipt once there is one.
#[utoipa::path(
    params(PurposeHeader, IfMatchHeader),
    responses(
        (status = 200, description = "Accepted.", body = Handover),
        (status = 409, description = "`already_decided`, `handover_expired`, `handover_state`."),
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
    require_read(&platform, &town, &id, &read).await?;
    Ok(web::Json(Handover::of(&platform.handover_accept(&town.0, id.0).await?)))
}

/// Refuses a package (辞退).
///
/// Needs the grant `case_worker` (活用) or `approver` (決裁). Refusing again for the same reason changes nothing.
#[utoipa::path(
    params(PurposeHeader, IfMatchHeader),
    request_body = NewRefusal,
    responses(
        (status = 200, description = "Refused; the package is gone.", body = Handover),
        (status = 409, description = "`already_decided`, `handover_expired`, `handover_state`."),
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
    platform.handover(&town.0, id.0).await?;
    require_read(&platform, &town, &id, &read).await?;
    let view = platform.handover_refuse(&town.0, id.0, body.read()?.code).await?;
    Ok(web::Json(Handover::of(&view)))
}

/// Takes an accepted package in and gives the receipt (受領).
///
/// Needs the grant `case_worker` (活用) or `approver` (決裁). The lead of a transfer moves with it. A second call
/// answers with the first receipt.
#[utoipa::path(
    params(PurposeHeader, IfMatchHeader),
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
    platform.handover(&town.0, id.0).await?;
    require_read(&platform, &town, &id, &read).await?;
    let view = platform.handover_receive(&town.0, id.0, &body.read()?.taking()?).await?;
    Ok(web::Json(Handover::of(&view)))
}
