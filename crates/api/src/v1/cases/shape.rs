//! Cases as clients write and read them.

use app::cases::{Case as View, Member, NewMember, Who};
use chrono::{DateTime, NaiveDate, Utc};
use kernel::SectionCode;
use kernel::id::{CaseId, PersonId, StaffId};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::schema;
use crate::schema::{Day, Text};

/// A child's case (ケース) as its newest version says it.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "cas_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "person_id": "per_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70",
    "version": 2, "open": true, "opened_on": {"date": "2026-11-20", "wareki": "令和8年11月20日"},
    "why": "欠席が続く（架空の例）", "closed_on": null, "closed_why": null,
    "members": [{
        "number": 1, "kind": "staff", "staff_id": "stf_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70",
        "section": "mayor/kosodate", "section_name": "子育て健康課",
        "from": {"date": "2026-11-20", "wareki": "令和8年11月20日"}, "until": null
    }, {
        "number": 2, "kind": "partner", "name": "架空児童相談所", "contact": "担当 000-0000-0000",
        "from": {"date": "2026-11-21", "wareki": "令和8年11月21日"}, "until": null
    }],
    "changes": [{
        "version": 1, "written_by": "stf_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "written_at": "2026-11-20T01:23:45Z",
        "reason": null
    }, {
        "version": 2, "written_by": "stf_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "written_at": "2026-11-21T01:23:45Z",
        "reason": "児童相談所と連携を始めた"
    }]
}))]
pub struct Case {
    /// Id.
    #[schema(value_type = schema::CaseId)]
    pub(super) id: CaseId,
    /// Whose.
    #[schema(value_type = schema::PersonId)]
    person_id: PersonId,
    /// The newest version.
    version: u32,
    /// Whether it is open.
    open: bool,
    /// First day.
    opened_on: Day,
    /// Why it was opened.
    why: String,
    /// Last day; null while it is open.
    #[schema(required = true)]
    closed_on: Option<Day>,
    /// Why it was closed; null while it is open.
    #[schema(required = true)]
    closed_why: Option<String>,
    /// Who is on it or was, in the order they came.
    members: Vec<CaseMember>,
    /// Every change, oldest first.
    changes: Vec<CaseChange>,
}

/// Somebody on a case.
#[derive(Debug, Serialize, ToSchema)]
pub struct CaseMember {
    /// Which, from 1.
    number: usize,
    /// Who.
    #[serde(flatten)]
    who: CaseMemberWho,
    /// First day.
    from: Day,
    /// Last day; null while on it.
    #[schema(required = true)]
    until: Option<Day>,
}

/// A case worker of the town, or a partner.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum CaseMemberWho {
    /// 担当の職員.
    Staff {
        /// Who.
        #[schema(value_type = schema::StaffId)]
        staff_id: StaffId,
        /// 課・班: `<organ>/<section>`.
        section: String,
        /// Its name, as it was then.
        section_name: String,
    },
    /// 関係機関.
    Partner {
        /// Its name.
        name: String,
        /// Whom to call there and how; null if not known.
        #[schema(required = true)]
        contact: Option<String>,
    },
}

/// One change of a case.
#[derive(Debug, Serialize, ToSchema)]
pub struct CaseChange {
    /// The version it made.
    version: u32,
    /// 職員 who made it.
    #[schema(value_type = schema::StaffId)]
    written_by: StaffId,
    /// When.
    written_at: DateTime<Utc>,
    /// Why; null for the first.
    #[schema(required = true)]
    reason: Option<String>,
}

impl From<&View> for Case {
    fn from(view: &View) -> Self {
        let said = &view.newest.said;
        let change = |version: &app::entries::Version<_>| CaseChange {
            version: version.number,
            written_by: version.by,
            written_at: version.at,
            reason: version.reason.clone(),
        };
        Self {
            id: CaseId::from_uuid(view.id),
            person_id: view.person,
            version: view.newest.number,
            open: said.closed.is_none(),
            opened_on: said.opened_on.into(),
            why: said.why.clone(),
            closed_on: said.closed.as_ref().map(|closed| closed.on.into()),
            closed_why: said.closed.as_ref().map(|closed| closed.why.clone()),
            members: (1..)
                .zip(&said.members)
                .map(|(number, member)| CaseMember::of(number, member))
                .collect(),
            changes: view.versions().map(change).collect(),
        }
    }
}

impl CaseMember {
    fn of(number: usize, member: &Member) -> Self {
        let who = match &member.who {
            Who::Staff { staff, section, section_name } => CaseMemberWho::Staff {
                staff_id: *staff,
                section: section.to_string(),
                section_name: section_name.clone(),
            },
            Who::Partner { name, contact } => {
                CaseMemberWho::Partner { name: name.clone(), contact: contact.clone() }
            }
        };
        Self { number, who, from: member.from.into(), until: member.until.map(Day::from) }
    }
}

/// A case to open.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "opened_on": "2026-11-20", "why": "欠席が続く（架空の例）",
    "staff_id": "stf_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "section": "mayor/kosodate"
}))]
pub struct NewCase {
    /// First day; not a day to come.
    #[serde(deserialize_with = "crate::request::day::read")]
    pub(super) opened_on: NaiveDate,
    /// Why it is opened.
    pub(super) why: Text,
    /// 担当の職員.
    #[schema(value_type = schema::StaffId)]
    pub(super) staff_id: StaffId,
    /// 課・班 of the town's profile: `<organ>/<section>`.
    #[schema(value_type = String, example = "mayor/kosodate")]
    pub(super) section: SectionCode,
}

/// Somebody to put on a case.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "version": 1, "reason": "児童相談所と連携を始めた", "from": "2026-11-21",
    "who": {"kind": "partner", "name": "架空児童相談所", "contact": "担当 000-0000-0000"}
}))]
pub struct NewCaseMember {
    /// The version that was read: a change of another is refused.
    pub(super) version: u32,
    /// Why.
    pub(super) reason: Text,
    /// First day; not before the case was opened, not a day to come.
    #[serde(deserialize_with = "crate::request::day::read")]
    pub(super) from: NaiveDate,
    /// Who.
    pub(super) who: NewCaseMemberWho,
}

/// A case worker of the town, or a partner.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum NewCaseMemberWho {
    /// 担当の職員.
    Staff {
        /// Who.
        #[schema(value_type = schema::StaffId)]
        staff_id: StaffId,
        /// 課・班 of the town's profile: `<organ>/<section>`.
        #[schema(value_type = String, example = "mayor/kosodate")]
        section: SectionCode,
    },
    /// 関係機関: 児童相談所, 県保健福祉事務所, 社会福祉協議会 …
    Partner {
        /// Its name.
        name: Text,
        /// Whom to call there and how.
        #[serde(default)]
        contact: Option<Text>,
    },
}

impl From<NewCaseMemberWho> for NewMember {
    fn from(who: NewCaseMemberWho) -> Self {
        match who {
            NewCaseMemberWho::Staff { staff_id, section } => Self::Staff { staff: staff_id, section },
            NewCaseMemberWho::Partner { name, contact } => Self::Partner {
                name: name.as_str().to_owned(),
                contact: contact.map(|contact| contact.as_str().to_owned()),
            },
        }
    }
}

/// The end of somebody's part in a case.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"version": 2, "reason": "異動", "number": 1, "until": "2027-03-31"}))]
pub struct CaseMemberEnding {
    /// The version that was read: a change of another is refused.
    pub(super) version: u32,
    /// Why.
    pub(super) reason: Text,
    /// Which member.
    #[schema(minimum = 1)]
    pub(super) number: usize,
    /// Last day; not before the first, not a day to come.
    #[serde(deserialize_with = "crate::request::day::read")]
    pub(super) until: NaiveDate,
}

/// The end of a case.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"version": 3, "reason": "学校に戻り、落ち着いた（架空の例）", "on": "2027-03-20"}))]
pub struct CaseClosing {
    /// The version that was read: a change of another is refused.
    pub(super) version: u32,
    /// Why.
    pub(super) reason: Text,
    /// Last day; not before anybody on it came, not a day to come.
    #[serde(deserialize_with = "crate::request::day::read")]
    pub(super) on: NaiveDate,
}
