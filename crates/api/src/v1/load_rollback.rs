//! 取込の取消: the town knows again what it knew before a load.

use actix_web::{post, web};
use kernel::id::LoadId;
use serde::Deserialize;
use utoipa::ToSchema;

use super::loads::Load;
use crate::Platform;
use crate::answer::Answer;
use crate::idempotency::IdempotencyHeader;
use crate::request::{Body, Language, PathId, Town};
use crate::schema::Text;

/// Why a load is rolled back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"reason": "先月のファイルを誤って取り込んだ（架空）"}))]
pub struct NewRollback {
    /// Why. Stands on the load, and the evidence commits to it.
    #[schema(value_type = String, min_length = 1, max_length = 200)]
    reason: Text,
}

/// Rolls a source's last load back.
///
/// Needs the grant `overall_manager` (総括管理) or `approver` (決裁), and a person: a system of the town decides
/// nothing. In one transaction, what the load brought ends and what it closed stands again. What people have decided
/// since stays decided. Persons whom the load brought remain without a record in force. The same file can be loaded
/// again afterwards.
#[utoipa::path(
    params(IdempotencyHeader),
    request_body = NewRollback,
    responses(
        (status = 200, description = "Rolled back.", body = Load),
        (status = 409, description = "`load_not_ready`: it was not applied, or is rolled back already; \
            `load_not_latest`: the source has a later load. Nothing was changed."),
    ),
)]
#[post("/loads/{load_id}/rollback")]
pub async fn roll_back_load(
    platform: Platform,
    town: Town,
    lang: Language,
    id: PathId<LoadId>,
    body: Body<NewRollback>,
) -> Answer<Load> {
    platform.load(&town.0, id.0).await?;
    let new = body.read()?;
    let row = platform.load_rollback(&town.0, id.0, new.reason.as_str()).await?;
    let reasons = platform.load_reasons(&town.0, &row).await?;
    Ok(web::Json(Load::new(row, None, lang.0).because(reasons)))
}
