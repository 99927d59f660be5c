//! 閲覧記録 as an auditor reads it.

use app::Released;
use app::accesses::AccessesView;
use chrono::{DateTime, Utc};
use kernel::id::{PersonId, StaffId};
use kernel::{Purpose, TownCtx};
use serde::Serialize;
use utoipa::ToSchema;

use crate::paging::as_of_ja;
use crate::schema;

/// Who looked at one person.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "as_of": "2026-11-21T01:23:45Z", "as_of_ja": "2026年11月21日時点",
    "person_id": "per_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70",
    "items": [{
        "staff_id": "stf_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "purpose": "support",
        "purpose_ja": "支援の検討・実施", "operation": "person_read", "at": "2026-11-20T02:00:00Z"
    }]
}))]
pub struct Accesses {
    /// The instant it was read.
    as_of: DateTime<Utc>,
    /// The day in Japan, as staff read it.
    as_of_ja: String,
    /// Who was looked at.
    #[schema(value_type = schema::PersonId)]
    person_id: PersonId,
    /// Looks, newest first.
    items: Vec<Access>,
}

/// One look at a person.
#[derive(Debug, Serialize, ToSchema)]
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
    /// When.
    at: DateTime<Utc>,
}

impl Accesses {
    pub(super) fn of(view: &Released<AccessesView>, ctx: &TownCtx) -> Self {
        let items = view.looks.iter().map(|look| Access {
            staff_id: look.staff,
            purpose_ja: look
                .purpose
                .parse::<Purpose>()
                .map_or_else(|_| look.purpose.clone(), |p| p.ja().to_owned()),
            purpose: look.purpose.clone(),
            operation: look.operation.clone(),
            at: look.at,
        });
        Self { as_of: ctx.now, as_of_ja: as_of_ja(ctx.now), person_id: view.person, items: items.collect() }
    }
}
