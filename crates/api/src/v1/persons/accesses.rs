//! 閲覧記録 as an auditor reads it.

use app::accesses::operation_ja;
use chrono::{DateTime, Utc};
use kernel::Purpose;
use kernel::id::StaffId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::schema;

/// One look at a person.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "staff_id": "stf_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "purpose": "support",
    "purpose_ja": "支援の検討・実施", "operation": "person_read",
    "operation_ja": "住民の基本情報", "at": "2026-11-20T02:00:00Z"
}))]
pub struct Access {
    /// 職員 who looked.
    #[schema(value_type = schema::StaffId)]
    staff_id: StaffId,
    /// 利用目的.
    #[schema(value_type = schema::Purpose)]
    purpose: String,
    /// The same, as staff read it.
    purpose_ja: String,
    /// What was looked at: `person_read`, `timeline_read`, `candidate_list` …
    operation: String,
    /// The same, as staff read it.
    operation_ja: String,
    /// When.
    at: DateTime<Utc>,
}

impl From<&app::accesses::AccessRow> for Access {
    fn from(look: &app::accesses::AccessRow) -> Self {
        let purpose_ja = look.purpose.parse::<Purpose>();
        Self {
            staff_id: look.staff,
            purpose_ja: purpose_ja.map_or_else(|_| look.purpose.clone(), |purpose| purpose.ja().to_owned()),
            purpose: look.purpose.clone(),
            operation_ja: operation_ja(&look.operation).to_owned(),
            operation: look.operation.clone(),
            at: look.at,
        }
    }
}
