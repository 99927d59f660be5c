//! 同意: reading consents. Recording and withdrawing stand beside. The shape follows ISO/IEC TS 27560 by way of the
//! words staff use.

pub mod record;
mod shown;
pub mod withdraw;

use actix_web::{get, web};
use kernel::id::{ConsentId, PersonId};
use serde::Deserialize;
use utoipa::IntoParams;

use crate::answer::Answer;
use crate::paging::{Order, Page, PageParams, Paging};
use crate::request::{Params, PathId, PurposeHeader, Town};
use crate::{Platform, schema};

pub use shown::Consent;

/// Whose consents.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ConsentParams {
    /// 本人.
    #[param(value_type = schema::PersonId, example = "per_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70")]
    pub person_id: String,
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
