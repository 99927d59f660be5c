//! 処理: long work, as a client watches it.

use actix_web::{get, web};
use app::rows::OperationRow;
use chrono::{DateTime, Utc};
use kernel::id::{LoadId, LoadPlanId, OperationId, RunId};
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::request::{PathId, Town};
use crate::{Platform, schema};

/// A long work (処理).
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "opr_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "kind": "load", "state": "running",
    "done": 1200, "total": 5000, "target_id": "lod_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70",
    "fault_code": null, "created_at": "2026-11-21T01:23:45Z", "updated_at": "2026-11-21T01:23:46Z"
}))]
pub struct Operation {
    /// Id.
    #[schema(value_type = schema::OperationId)]
    id: OperationId,
    /// What it does: `load` (取込), `load_plan` (取込計画), `run` (判定).
    kind: String,
    /// `running`, `done` or `failed`.
    state: String,
    /// Steps done.
    #[schema(minimum = 0)]
    done: i64,
    /// Steps in all; 0 while unknown.
    #[schema(minimum = 0)]
    total: i64,
    /// What it works on or made: the load, the plan or the run.
    #[schema(required = true)]
    target_id: Option<String>,
    /// Why it failed: a stable error code; null unless it did.
    #[schema(required = true)]
    fault_code: Option<String>,
    /// Since when.
    created_at: DateTime<Utc>,
    /// Last heard of.
    updated_at: DateTime<Utc>,
}

impl From<OperationRow> for Operation {
    fn from(row: OperationRow) -> Self {
        let target_id = row.target.and_then(|target| match row.kind.as_str() {
            "load" => Some(LoadId::from_uuid(target).to_string()),
            "load_plan" => Some(LoadPlanId::from_uuid(target).to_string()),
            "run" => Some(RunId::from_uuid(target).to_string()),
            _ => None,
        });
        Self {
            id: row.id,
            kind: row.kind,
            state: row.state,
            done: row.done,
            total: row.total,
            target_id,
            fault_code: row.fault_code,
            created_at: row.created_at,
            updated_at: row.updated_at,
        }
    }
}

/// One long work.
///
/// Ask again until `state` is `done` or `failed`; once a second is plenty.
#[utoipa::path(responses((status = 200, description = "The work as it stands.", body = Operation)))]
#[get("/operations/{operation_id}")]
pub async fn read_operation(platform: Platform, town: Town, id: PathId<OperationId>) -> Answer<Operation> {
    Ok(web::Json(platform.operation(&town.0, id.0).await?.into()))
}
