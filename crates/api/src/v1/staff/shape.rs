//! Accounts and postings as clients read and write them.

use std::collections::BTreeSet;

use app::rows::{PostingRow, StaffKind};
use app::sign_in::NewSetupCode;
use app::staff::StaffView;
use chrono::{DateTime, NaiveDate, Utc};
use kernel::id::{PostingId, StaffId};
use kernel::{Grant, SectionCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::schema;
use crate::schema::{Day, Text};

/// What kind of account it is: `member` 職員, `service` 連携用.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum AccountKind {
    /// 職員: a person.
    #[default]
    Member,
    /// 連携用: a system of the town.
    Service,
}

impl From<StaffKind> for AccountKind {
    fn from(kind: StaffKind) -> Self {
        match kind {
            StaffKind::Member => Self::Member,
            StaffKind::Service => Self::Service,
        }
    }
}

impl From<AccountKind> for StaffKind {
    fn from(kind: AccountKind) -> Self {
        match kind {
            AccountKind::Member => Self::Member,
            AccountKind::Service => Self::Service,
        }
    }
}

/// An account: a member of staff (職員) or a service client (連携用).
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "stf_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "kind": "member", "staff_number": "001234",
    "name": "架空 花子", "grants": ["case_worker"],
    "postings": [{
        "id": "pst_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "section": "mayor/kosodate", "grants": ["case_worker"],
        "from": {"date": "2026-04-01", "wareki": "令和8年4月1日"},
        "until": {"date": "2027-03-31", "wareki": "令和9年3月31日"},
        "is_in_force": true, "created_at": "2026-03-20T00:00:00Z", "ended_at": null
    }],
    "created_at": "2026-03-20T00:00:00Z", "left_at": null
}))]
pub struct Staff {
    /// Id.
    #[schema(value_type = schema::StaffId)]
    id: StaffId,
    /// 職員 or 連携用.
    kind: AccountKind,
    /// 職員番号: what they sign in with; null for a service client and for whoever has none yet.
    #[schema(required = true)]
    staff_number: Option<String>,
    /// Name.
    name: String,
    /// 権限: what the postings in force today allow together.
    #[schema(value_type = Vec<schema::Grant>)]
    grants: Vec<Grant>,
    /// 所属: past, present and to come, in the order they were entered.
    postings: Vec<Posting>,
    /// Since when.
    created_at: DateTime<Utc>,
    /// When they left; null for whoever has not.
    #[schema(required = true)]
    left_at: Option<DateTime<Utc>>,
}

impl Staff {
    /// An account as it stands on a day in Japan.
    pub(crate) fn of(view: StaffView, today: NaiveDate) -> Self {
        Self {
            id: view.row.id,
            kind: view.row.kind.into(),
            grants: view.allowed(today).iter().collect(),
            postings: view.postings.into_iter().map(|posting| Posting::of(posting, today)).collect(),
            staff_number: view.row.number,
            name: view.row.name,
            created_at: view.row.created_at,
            left_at: view.row.left_at,
        }
    }
}

/// 所属: in which section somebody may do what, from which day to which.
#[derive(Debug, Serialize, ToSchema)]
pub struct Posting {
    /// Id.
    #[schema(value_type = schema::PostingId)]
    id: PostingId,
    /// 課・班: `<organ>/<section>` of the town's profile.
    section: String,
    /// 権限 there.
    #[schema(value_type = Vec<schema::Grant>)]
    grants: Vec<Grant>,
    /// 開始日: the first day.
    from: Day,
    /// 終了日: the last day; null while none is set.
    #[schema(required = true)]
    until: Option<Day>,
    /// Whether it holds today.
    is_in_force: bool,
    /// When it was entered.
    created_at: DateTime<Utc>,
    /// When it was ended at once, whatever its last day; null otherwise.
    #[schema(required = true)]
    ended_at: Option<DateTime<Utc>>,
}

impl Posting {
    fn of(row: PostingRow, today: NaiveDate) -> Self {
        Self {
            id: row.id,
            is_in_force: row.in_force(today),
            section: row.section,
            grants: row.grants.iter().collect(),
            from: row.from.into(),
            until: row.until.map(Day::from),
            created_at: row.created_at,
            ended_at: row.ended_at,
        }
    }
}

/// An account to add, with its first posting.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "staff_number": "001234", "name": "架空 花子", "section": "mayor/kosodate", "grants": ["case_worker"],
    "from": "2026-04-01", "until": "2027-03-31"
}))]
pub struct NewStaff {
    /// 職員 (`member`, if it is not said) or 連携用 (`service`).
    #[serde(default)]
    kind: AccountKind,
    /// 職員番号; sealed at rest. Nobody signs in without one.
    staff_number: Option<Text>,
    /// Name; sealed at rest.
    name: Text,
    /// 課・班: `<organ>/<section>` of the town's profile.
    #[schema(value_type = String, pattern = "^[a-z][a-z0-9_]{0,63}/[a-z][a-z0-9_]{0,63}$")]
    section: SectionCode,
    /// 権限; at least one. A service client holds neither `approver` nor `town_admin`.
    #[schema(value_type = Vec<schema::Grant>, min_items = 1)]
    grants: BTreeSet<Grant>,
    /// 開始日: the first day; today if it is not said.
    #[serde(default, deserialize_with = "crate::request::day::read_optional")]
    from: Option<NaiveDate>,
    /// 終了日: the last day, if one is known.
    #[serde(default, deserialize_with = "crate::request::day::read_optional")]
    until: Option<NaiveDate>,
}

impl NewStaff {
    pub(super) fn read(self, today: NaiveDate) -> app::staff::NewStaff {
        app::staff::NewStaff {
            kind: self.kind.into(),
            number: self.staff_number.map(|number| number.as_str().to_owned()),
            name: self.name.as_str().to_owned(),
            posting: app::staff::NewPosting {
                section: self.section,
                grants: self.grants.into_iter().collect(),
                from: self.from.unwrap_or(today),
                until: self.until,
            },
        }
    }
}

/// A 職員番号 for whoever has none yet.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"staff_number": "001234"}))]
pub struct NewStaffNumber {
    /// 職員番号; sealed at rest.
    staff_number: Text,
}

impl NewStaffNumber {
    pub(super) fn as_str(&self) -> &str {
        self.staff_number.as_str()
    }
}

/// A posting to enter.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "section": "mayor/fukushi", "grants": ["case_worker", "holder"], "from": "2027-04-01", "until": null
}))]
pub struct NewPosting {
    /// 課・班: `<organ>/<section>` of the town's profile.
    #[schema(value_type = String, pattern = "^[a-z][a-z0-9_]{0,63}/[a-z][a-z0-9_]{0,63}$")]
    section: SectionCode,
    /// 権限; at least one.
    #[schema(value_type = Vec<schema::Grant>, min_items = 1)]
    grants: BTreeSet<Grant>,
    /// 開始日: the first day; today if it is not said.
    #[serde(default, deserialize_with = "crate::request::day::read_optional")]
    from: Option<NaiveDate>,
    /// 終了日: the last day, if one is known.
    #[serde(default, deserialize_with = "crate::request::day::read_optional")]
    until: Option<NaiveDate>,
}

impl NewPosting {
    pub(super) fn read(self, today: NaiveDate) -> app::staff::NewPosting {
        app::staff::NewPosting {
            section: self.section,
            grants: self.grants.into_iter().collect(),
            from: self.from.unwrap_or(today),
            until: self.until,
        }
    }
}

/// When a posting ends.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"until": "2027-03-31"}))]
pub struct PostingEnd {
    /// 終了日: the last day; at once if it is not said.
    #[serde(default, deserialize_with = "crate::request::day::read_optional")]
    until: Option<NaiveDate>,
}

impl PostingEnd {
    pub(super) const fn until(&self) -> Option<NaiveDate> {
        self.until
    }
}

/// A one-time code with which somebody sets a password.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({"setup_code": "K7QM-2V9D-H4XT-0RCE", "expires_at": "2026-04-02T00:00:00Z"}))]
pub struct SetupCode {
    /// The code. Shown this once and kept nowhere.
    setup_code: String,
    /// Until when it holds.
    expires_at: DateTime<Utc>,
}

impl From<NewSetupCode> for SetupCode {
    fn from(issued: NewSetupCode) -> Self {
        Self { setup_code: issued.code, expires_at: issued.expires_at }
    }
}
