//! 同意: recording, reading and withdrawing consents. The shape follows ISO/IEC TS 27560 by way of the
//! words staff use.

use std::collections::BTreeSet;

use actix_web::{get, post, web};
use app::Released;
use app::consents::{ConsentView, NewConsent as Recorded};
use chrono::{DateTime, NaiveDate, Utc};
use handover::OrganCode;
use handover::consent::{
    Authority, ConsentEvent, Entity, EventKind, Giver, Processing, Representative, SecondHolder,
    SoleActReason,
};
use kernel::id::{ConsentId, PersonId, StaffId};
use kernel::{Category, Code, Digest, Fault, Known, Purpose, TownCode};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::answer::{Answer, Created};
use crate::idempotency::IdempotencyHeader;
use crate::paging::{Order, Page, PageParams, Paging};
use crate::request::{Body, IfMatch, IfMatchHeader, Params, PathId, PurposeHeader, Town};
use crate::schema::{Day, Text};
use crate::{Platform, Problem, schema};

/// A consent (同意).
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "con_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "person_id": "per_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70",
    "purpose": "handover", "categories": ["attendance", "consultation"], "receivers": ["143626"],
    "until": {"date": "2027-03-31", "wareki": "令和9年3月31日"}, "state": "given", "given_by": "representative",
    "representative_id": null, "representative_name": "架空 花子", "authority": "divorced_sole",
    "privacy_notice": "引継ぎの説明書 第1版", "withdrawal_method": "開成町 子育て健康課の窓口",
    "epoch": 1, "digest": "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
    "events": [{
        "at": "2026-11-21T01:23:45Z", "kind": "given", "by": "representative",
        "recorded_by": "stf_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70"
    }]
}))]
pub struct Consent {
    /// Id.
    #[schema(value_type = schema::ConsentId)]
    id: ConsentId,
    /// 本人: whose consent it is.
    #[schema(value_type = schema::PersonId)]
    person_id: PersonId,
    /// 利用目的 it is for.
    #[schema(value_type = schema::Purpose)]
    purpose: Purpose,
    /// 分類 it reaches.
    #[schema(value_type = Vec<schema::Category>)]
    categories: BTreeSet<Category>,
    /// 町村 that may receive.
    #[schema(value_type = Vec<schema::TownCode>)]
    receivers: BTreeSet<TownCode>,
    /// Its last day, in Japan.
    #[schema(required = true)]
    until: Option<Day>,
    /// `given`, `expired` or `withdrawn`.
    state: String,
    /// `subject` (本人) or `representative` (法定代理人).
    given_by: String,
    /// The representative, when a resident of the town.
    #[schema(required = true, value_type = Option<schema::PersonId>)]
    representative_id: Option<PersonId>,
    /// The representative's name.
    #[schema(required = true)]
    representative_name: Option<String>,
    /// By what authority.
    #[schema(required = true, value_type = Option<schema::Authority>)]
    authority: Option<Authority>,
    /// 説明書: title and version of the explanation that was given.
    privacy_notice: String,
    /// How it can be withdrawn.
    withdrawal_method: String,
    /// Number of events; another epoch is another state of the consent.
    epoch: u64,
    /// SHA-256 of the record at this epoch, which a package names.
    #[schema(value_type = String, pattern = "^[0-9a-f]{64}$")]
    digest: Digest,
    /// What happened to it, in order.
    events: Vec<Event>,
}

/// Something that happened to a consent.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = ConsentEvent)]
pub struct Event {
    /// When.
    at: DateTime<Utc>,
    /// `given`, `withdrawn` or `expired`.
    kind: String,
    /// `subject` (本人), `representative` (法定代理人), `second_holder` (もう一方の親権者) or `clock`.
    by: String,
    /// 職員 who wrote it down; null when its time was over.
    #[schema(required = true, value_type = Option<schema::StaffId>)]
    recorded_by: Option<StaffId>,
}

impl From<&ConsentEvent> for Event {
    fn from(event: &ConsentEvent) -> Self {
        let kind = match event.kind {
            EventKind::Given { .. } => "given",
            EventKind::Withdrawn => "withdrawn",
            EventKind::Expired => "expired",
        };
        let by = match event.entity {
            Entity::Subject => "subject",
            Entity::Representative => "representative",
            Entity::SecondHolder => "second_holder",
            Entity::Clock => "clock",
        };
        Self { at: event.at, kind: kind.to_owned(), by: by.to_owned(), recorded_by: event.recorded_by }
    }
}

impl Consent {
    fn of(view: &ConsentView, today: NaiveDate) -> Result<Self, Fault> {
        let consent = &view.0;
        let processing = consent.processing();
        let representative = match &consent.parties().giver {
            Giver::Representative(by) => Some(by),
            Giver::Subject => None,
        };
        let state = if consent.is_withdrawn() {
            "withdrawn"
        } else if consent.until().is_some_and(|until| until < today) {
            "expired"
        } else {
            "given"
        };
        Ok(Self {
            id: consent.id(),
            person_id: consent.subject(),
            purpose: processing.purpose,
            categories: processing.pii_information.clone(),
            receivers: processing.recipient_third_parties.clone(),
            until: consent.until().map(Day::from),
            state: state.to_owned(),
            given_by: if representative.is_some() { "representative" } else { "subject" }.to_owned(),
            representative_id: representative.and_then(|by| by.person),
            representative_name: representative.map(|by| by.name.clone()),
            authority: representative.map(|by| by.authority),
            privacy_notice: processing.privacy_notice.clone(),
            withdrawal_method: processing.withdrawal_method.clone(),
            epoch: consent.epoch(),
            digest: consent.digest()?,
            events: consent.events().iter().map(Event::from).collect(),
        })
    }

    fn one(released: &Released<ConsentView>, today: NaiveDate) -> Result<Self, Fault> {
        Self::of(released, today)
    }

    fn all(released: &Released<Vec<ConsentView>>, today: NaiveDate) -> Result<Vec<Self>, Fault> {
        released.iter().map(|view| Self::of(view, today)).collect()
    }
}

/// A consent to record.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "person_id": "per_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "purpose": "handover",
    "categories": ["attendance", "consultation"], "receivers": ["143626"], "until": "2027-03-31",
    "controller_organ": "mayor", "controller_contact": "開成町 子育て健康課",
    "privacy_notice": "引継ぎの説明書 第1版", "storage_locations": "両町の庁内",
    "retention_period": "受け取った町の保存期間による", "withdrawal_method": "開成町 子育て健康課の窓口",
    "giver": {"by": "representative", "representative": {
        "name": "架空 花子", "authority": "divorced_sole", "evidence_seen": "戸籍全部事項証明書",
        "own_view": "引っ越しても続けてほしい"
    }}
}))]
pub struct NewConsent {
    /// 本人: whose consent it is.
    #[schema(value_type = schema::PersonId)]
    person_id: PersonId,
    /// 利用目的; `handover` for a handover.
    #[schema(value_type = schema::Purpose)]
    purpose: Purpose,
    /// 分類; at least one.
    #[schema(value_type = Vec<schema::Category>, min_items = 1)]
    categories: BTreeSet<Category>,
    /// 町村 that may receive; at least one.
    #[schema(value_type = Vec<schema::TownCode>, min_items = 1)]
    receivers: BTreeSet<TownCode>,
    /// Its last day, in Japan; it counts in full.
    until: NaiveDate,
    /// When it was given; now, when left out.
    #[serde(default)]
    given_at: Option<DateTime<Utc>>,
    /// 機関 of this town that holds the data.
    #[schema(value_type = String, example = "mayor")]
    controller_organ: OrganCode,
    /// Its name, address and telephone, as the explanation said.
    controller_contact: Text,
    /// 説明書: title and version.
    privacy_notice: Text,
    /// The language of the explanation (BCP 47); `ja` when left out.
    #[serde(default)]
    language: Option<Text>,
    /// Where the data is kept.
    storage_locations: Text,
    /// How long the receiver keeps it.
    retention_period: Text,
    /// How the consent can be withdrawn.
    withdrawal_method: Text,
    /// Who gave it.
    giver: NewGiver,
}

/// Who gives a consent.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewGiver {
    /// `subject` (本人) or `representative` (法定代理人).
    by: GivenBy,
    /// The representative; required for one, and for nobody else.
    #[serde(default)]
    representative: Option<NewRepresentative>,
}

/// Who gives a consent.
#[derive(Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum GivenBy {
    /// 本人.
    Subject,
    /// 法定代理人.
    Representative,
}

/// A 法定代理人.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewRepresentative {
    /// The person, when a resident of the town.
    #[serde(default)]
    #[schema(value_type = Option<schema::PersonId>)]
    person_id: Option<PersonId>,
    /// Name.
    name: Text,
    /// By what authority.
    #[schema(value_type = schema::Authority)]
    authority: Authority,
    /// What was seen of it (戸籍全部事項証明書).
    evidence_seen: Text,
    /// The other holder of joint authority; required where it is joint.
    #[serde(default)]
    second_holder: Option<NewSecondHolder>,
    /// What the child said; left out when it was not asked.
    #[serde(default)]
    own_view: Option<Text>,
}

/// The other holder of joint parental authority: consented too, or need not.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewSecondHolder {
    /// Name, of one who consented.
    #[serde(default)]
    name: Option<Text>,
    /// Why their consent is not needed, of one who did not.
    #[serde(default)]
    #[schema(value_type = Option<schema::SoleActReason>)]
    reason: Option<SoleActReason>,
    /// What was seen of either.
    evidence: Text,
}

fn invalid(pointer: &str, ja: &str, en: &str) -> Fault {
    let name = pointer.rsplit('/').next().unwrap_or(pointer);
    Fault::new(Code::InvalidValue).with("name", name).with_words("why", ja, en).at_pointer(pointer)
}

fn text(text: &Text) -> String {
    text.as_str().to_owned()
}

impl NewSecondHolder {
    fn holder(&self) -> Result<SecondHolder, Fault> {
        let evidence = text(&self.evidence);
        match (&self.name, self.reason) {
            (Some(name), None) => Ok(SecondHolder::Consented { name: text(name), evidence }),
            (None, Some(reason)) => Ok(SecondHolder::NotNeeded { reason, evidence }),
            _ => Err(invalid(
                "/giver/representative/second_holder",
                "name（同意した人）か reason（要らない理由）のどちらか一つが必要です",
                "exactly one of name and reason is needed",
            )),
        }
    }
}

impl NewGiver {
    fn giver(&self) -> Result<Giver, Fault> {
        match (self.by, &self.representative) {
            (GivenBy::Subject, None) => Ok(Giver::Subject),
            (GivenBy::Representative, Some(by)) => Ok(Giver::Representative(Representative {
                person: by.person_id,
                name: text(&by.name),
                authority: by.authority,
                evidence_seen: text(&by.evidence_seen),
                second_holder: by
                    .second_holder
                    .as_ref()
                    .map_or(Ok(SecondHolder::None), NewSecondHolder::holder)?,
                own_view: by
                    .own_view
                    .as_ref()
                    .map_or(Known::NOT_COLLECTED, |said| Known::Present(text(said))),
            })),
            _ => Err(invalid(
                "/giver/representative",
                "法定代理人による同意にだけ、必ず書きます",
                "it is needed for a representative, and for nobody else",
            )),
        }
    }
}

impl NewConsent {
    fn recorded(self) -> Result<Recorded, Fault> {
        for (empty, pointer) in
            [(self.categories.is_empty(), "/categories"), (self.receivers.is_empty(), "/receivers")]
        {
            if empty {
                return Err(invalid(pointer, "一つ以上必要です", "at least one is needed"));
            }
        }
        Ok(Recorded {
            person: self.person_id,
            giver: self.giver.giver()?,
            processing: Processing {
                privacy_notice: text(&self.privacy_notice),
                language: self.language.as_ref().map_or_else(|| "ja".to_owned(), text),
                purpose: self.purpose,
                pii_information: self.categories,
                recipient_third_parties: self.receivers,
                storage_locations: text(&self.storage_locations),
                retention_period: text(&self.retention_period),
                jurisdiction: "JP".to_owned(),
                withdrawal_method: text(&self.withdrawal_method),
            },
            controller: self.controller_organ,
            controller_contact: text(&self.controller_contact),
            given_at: self.given_at,
            until: self.until,
        })
    }
}

/// A withdrawal.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"by": "representative"}))]
pub struct NewWithdrawal {
    /// Who takes it back.
    by: WithdrawnBy,
}

/// Who takes a consent back.
#[derive(Clone, Copy, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WithdrawnBy {
    /// 本人.
    Subject,
    /// 法定代理人.
    Representative,
    /// もう一方の親権者.
    SecondHolder,
}

impl From<WithdrawnBy> for Entity {
    fn from(by: WithdrawnBy) -> Self {
        match by {
            WithdrawnBy::Subject => Self::Subject,
            WithdrawnBy::Representative => Self::Representative,
            WithdrawnBy::SecondHolder => Self::SecondHolder,
        }
    }
}

/// Whose consents.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ConsentParams {
    /// 本人.
    #[param(value_type = schema::PersonId, example = "per_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70")]
    pub person_id: String,
}

/// Records a consent.
///
/// Needs the grant `case_worker` (活用). One consent is of one data subject (本人), given by them or by their
/// 法定代理人.
#[utoipa::path(
    params(PurposeHeader, IdempotencyHeader),
    request_body = NewConsent,
    responses(
        (status = 201, description = "Recorded.", body = Consent),
        (status = 404, description = "`person_not_found`: the town does not know the person."),
    ),
)]
#[post("/consents")]
pub async fn record_consent(
    platform: Platform,
    town: Town,
    body: Body<NewConsent>,
) -> Result<Created<Consent>, Problem> {
    let view = platform.consent_record(&town.0, body.read()?.recorded()?).await?;
    let body = Consent::one(&view, town.0.today())?;
    Ok(Created { location: Some(format!("/api/v1/consents/{}", body.id)), body })
}

/// A person's consents.
///
/// Needs the grant `case_worker` (活用), `overall_manager` (総括管理), `holder` (保有・管理) or `approver` (決裁).
#[utoipa::path(
    params(PurposeHeader, ConsentParams, PageParams),
    responses(
        (status = 200, description = "Oldest first.", body = Page<Consent>),
        (status = 404, description = "`person_not_found`: the town does not know the person."),
    ),
)]
#[get("/consents")]
pub async fn list_consents(platform: Platform, town: Town, params: Params) -> Answer<Page<Consent>> {
    let paging = Paging::from_params(&params)?;
    let person = params.need::<PersonId>("person_id")?;
    let rows = Consent::all(&platform.consents(&town.0, person).await?, town.0.today())?;
    Ok(web::Json(Page::cut(town.0.now, rows, &paging, Order::Rising, |row| row.id, |row| row)))
}

/// One consent.
///
/// Needs the grant `case_worker` (活用), `overall_manager` (総括管理), `holder` (保有・管理) or `approver` (決裁).
#[utoipa::path(params(PurposeHeader), responses((status = 200, description = "The consent.", body = Consent)))]
#[get("/consents/{consent_id}")]
pub async fn read_consent(platform: Platform, town: Town, id: PathId<ConsentId>) -> Answer<Consent> {
    Ok(web::Json(Consent::one(&platform.consent(&town.0, id.0).await?, town.0.today())?))
}

/// Takes a consent back.
///
/// Needs the grant `case_worker` (活用). Offers that rest on it and that nobody has accepted are withdrawn with
/// it. Nothing brings it back: a new consent is a new record.
#[utoipa::path(
    params(PurposeHeader, IfMatchHeader),
    request_body = NewWithdrawal,
    responses(
        (status = 200, description = "Withdrawn.", body = Consent),
        (status = 409, description = "`consent_withdrawn`: it was withdrawn before."),
    ),
)]
#[post("/consents/{consent_id}/withdrawal")]
pub async fn withdraw_consent(
    platform: Platform,
    town: Town,
    id: PathId<ConsentId>,
    read: IfMatch,
    body: Body<NewWithdrawal>,
) -> Answer<Consent> {
    let before = platform.consent(&town.0, id.0).await?;
    read.require(&Consent::one(&before, town.0.today())?)?;
    // What was compared is what is withdrawn: the use case asks for the same epoch in its transaction.
    let epoch = read.is_given().then(|| before.0.epoch());
    let view = platform.consent_withdraw_at(&town.0, id.0, body.read()?.by.into(), epoch).await?;
    Ok(web::Json(Consent::one(&view, town.0.today())?))
}
