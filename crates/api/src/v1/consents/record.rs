//! Recording a consent: whose, to what, given by whom.

use std::collections::BTreeSet;

use actix_web::post;
use app::consents::NewConsent as Recorded;
use chrono::{DateTime, NaiveDate, Utc};
use handover::OrganCode;
use handover::consent::{Authority, Giver, Processing, Representative, SecondHolder, SoleActReason};
use kernel::id::PersonId;
use kernel::{Category, Code, Fault, Known, Purpose, TownCode};
use serde::Deserialize;
use utoipa::ToSchema;

use super::Consent;
use crate::answer::Created;
use crate::idempotency::IdempotencyHeader;
use crate::request::{Body, PurposeHeader, Town};
use crate::schema::Text;
use crate::{Platform, Problem, schema};

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
    #[serde(deserialize_with = "crate::request::day::read")]
    until: NaiveDate,
    /// When it was given; now, when left out.
    #[serde(default, deserialize_with = "crate::request::day::read_time_optional")]
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
