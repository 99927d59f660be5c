//! Taking a consent back.

use actix_web::{post, web};
use handover::consent::Entity;
use kernel::id::ConsentId;
use serde::Deserialize;
use utoipa::ToSchema;

use super::Consent;
use crate::Platform;
use crate::answer::Answer;
use crate::request::{Body, IfMatch, IfMatchHeader, PathId, PurposeHeader, Town};

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
