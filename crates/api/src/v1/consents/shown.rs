//! A consent as clients see it.

use std::collections::BTreeSet;

use app::Released;
use app::consents::ConsentView;
use chrono::{DateTime, NaiveDate, Utc};
use handover::consent::{Authority, ConsentEvent, Entity, EventKind, Giver};
use kernel::id::{ConsentId, PersonId, StaffId};
use kernel::{Category, Digest, Fault, Purpose, TownCode};
use serde::Serialize;
use utoipa::ToSchema;

use crate::schema;
use crate::schema::Day;

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
    pub(super) id: ConsentId,
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

    pub(super) fn one(released: &Released<ConsentView>, today: NaiveDate) -> Result<Self, Fault> {
        Self::of(released, today)
    }

    pub(super) fn all(released: &Released<Vec<ConsentView>>, today: NaiveDate) -> Result<Vec<Self>, Fault> {
        released.iter().map(|view| Self::of(view, today)).collect()
    }
}
