//! A person as clients see one: who, in a list and in full, and where, or why not.

use app::Released;
use app::persons::{HouseholdView, PersonBrief, PersonView, Shown};
use app::release::{Hidden, Listed};
use chrono::{DateTime, NaiveDate, Utc};
use kernel::date::{PartialDate, age_on};
use kernel::id::{HouseholdId, PersonId};
use kernel::{Absence, Identity as KernelIdentity, Kin, Known, ResidentStatus, Sex, TownCtx};
use serde::Serialize;
use utoipa::ToSchema;

use crate::known::{Grade, Part, PartialDay};
use crate::paging::as_of_ja;
use crate::schema;

/// A birth date with what follows from it on the day of the request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct BirthDate {
    /// The date as far as it is known.
    #[serde(flatten)]
    date: PartialDay,
    /// 学年 by age; null while the date is not known well enough.
    #[schema(required = true)]
    grade: Option<Grade>,
    /// 満年齢: in the law's count a year is complete the day before the birthday. Null while the date is
    /// not known well enough, and before birth.
    #[schema(required = true, example = 10)]
    age: Option<u32>,
}

impl BirthDate {
    fn new(date: PartialDate, today: NaiveDate) -> Self {
        let [first, last] = [date.earliest(), date.latest()];
        let age = age_on(last, today).filter(|age| age_on(first, today) == Some(*age));
        Self { date: date.into(), grade: grade(date, today), age }
    }
}

/// The grade, where every day the date may be gives the same.
fn grade(date: PartialDate, today: NaiveDate) -> Option<Grade> {
    let [first, last] = [date.earliest(), date.latest()].map(|day| kernel::date::Grade::of(day, today));
    (first == last).then(|| first.into())
}

/// A person in a list. Every part is a value or the reason there is none.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "per_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "name": {"value": "架空　花子"}, "kana": {"value": "カクウ　ハナコ"},
    "birth_date": {"value": {
        "date": "2016-06-15", "wareki": "平成28年6月15日", "grade": {"code": "elementary_5", "ja": "小5"}, "age": 10
    }},
    "status": {"value": "resident"}, "household_id": "hh_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70"
}))]
pub struct PersonSummary {
    /// Who.
    #[serde(flatten)]
    who: Who,
    /// 世帯; null for whom the register puts in none.
    #[schema(required = true, value_type = Option<schema::HouseholdId>)]
    household_id: Option<HouseholdId>,
}

/// Who a person is, in few words. Every part is a value or the reason there is none.
#[derive(Debug, Serialize, ToSchema)]
pub struct Who {
    /// Id.
    #[schema(value_type = schema::PersonId)]
    id: PersonId,
    /// 氏名.
    name: Part<String>,
    /// フリガナ.
    kana: Part<String>,
    /// 生年月日.
    birth_date: Part<BirthDate>,
    /// 住民状態.
    #[schema(value_type = Part<schema::ResidentStatus>)]
    status: Part<ResidentStatus>,
}

impl PersonSummary {
    /// Everybody on a page of a list.
    pub(super) fn all(released: &Released<Listed<PersonBrief>>, ctx: &TownCtx) -> Vec<Self> {
        released.rows.iter().map(|brief| Self::of(brief, ctx.today())).collect()
    }

    fn of(brief: &PersonBrief, today: NaiveDate) -> Self {
        Self { who: Who::new(brief.id, &brief.identity, today), household_id: brief.household }
    }
}

impl Who {
    /// Of an identity that was released; grade and age are those of `on`.
    pub(crate) fn new(id: PersonId, identity: &KernelIdentity, on: NaiveDate) -> Self {
        Self {
            id,
            name: joined(identity.full_name(), &identity.family_name),
            kana: joined(identity.full_kana(), &identity.family_kana),
            birth_date: Part::of(&identity.birth_date, |date| BirthDate::new(*date, on)),
            status: Part::of(&identity.status, |status| *status),
        }
    }
}

/// A name of both parts, or the reason the family name has.
fn joined(name: Option<String>, family: &Known<String>) -> Part<String> {
    match name {
        Some(value) => Part::Present { value },
        None => Part::absent(family.absence().unwrap_or(Absence::NotCollected)),
    }
}

/// 続柄 to the 世帯主, step by step: 「子の妻」 is `child`, `spouse`.
#[derive(Debug, Serialize, ToSchema)]
#[serde(transparent)]
#[schema(value_type = Vec<schema::Kin>)]
pub struct RelationToHead(Vec<Kin>);

/// Who a person is, by the register. Every part is a value or the reason there is none.
#[derive(Debug, Serialize, ToSchema)]
pub struct Identity {
    /// 宛名番号 in the town's own system.
    local_id: Part<String>,
    /// 氏.
    family_name: Part<String>,
    /// 名.
    given_name: Part<String>,
    /// 氏（フリガナ）.
    family_kana: Part<String>,
    /// 名（フリガナ）.
    given_kana: Part<String>,
    /// 生年月日.
    birth_date: Part<BirthDate>,
    /// 性別, as the source states it.
    #[schema(value_type = Part<schema::Sex>)]
    sex: Part<Sex>,
    /// 世帯番号 in the town's own system.
    household_no: Part<String>,
    /// 続柄 to the 世帯主.
    relation_to_head: Part<RelationToHead>,
    /// 住民状態.
    #[schema(value_type = Part<schema::ResidentStatus>)]
    status: Part<ResidentStatus>,
    /// 住民となった日.
    resident_since: Part<PartialDay>,
    /// 転出年月日.
    moved_out_on: Part<PartialDay>,
    /// 転入前の市区町村コード.
    moved_in_from: Part<String>,
}

impl Identity {
    fn new(who: &KernelIdentity, today: NaiveDate) -> Self {
        let day = |date: &PartialDate| PartialDay::from(*date);
        Self {
            local_id: Part::text(&who.local_id),
            family_name: Part::text(&who.family_name),
            given_name: Part::text(&who.given_name),
            family_kana: Part::text(&who.family_kana),
            given_kana: Part::text(&who.given_kana),
            birth_date: Part::of(&who.birth_date, |date| BirthDate::new(*date, today)),
            sex: Part::of(&who.sex, |sex| *sex),
            household_no: Part::text(&who.household_no),
            relation_to_head: Part::of(&who.relation_to_head, |steps| RelationToHead(steps.clone())),
            status: Part::of(&who.status, |status| *status),
            resident_since: Part::of(&who.resident_since, day),
            moved_out_on: Part::of(&who.moved_out_on, day),
            moved_in_from: Part::text(&who.moved_in_from),
        }
    }
}

/// Where a person is.
#[derive(Debug, Serialize, ToSchema)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Whereabouts {
    /// May be seen.
    Shown {
        /// 郵便番号.
        postal_code: Part<String>,
        /// 住所.
        address: Part<String>,
        /// 電話番号.
        phone: Part<String>,
    },
    /// May not.
    Hidden {
        /// Why.
        reason: HiddenReason,
        /// Why, as staff read it.
        reason_ja: &'static str,
    },
    /// The register never said.
    Unknown,
}

/// Why whereabouts are not shown.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum HiddenReason {
    /// The person is under 支援措置.
    Protected,
    /// The town's protection list is missing or stale, so everybody's are hidden.
    ListStale,
}

impl From<&Shown> for Whereabouts {
    fn from(shown: &Shown) -> Self {
        let part = |text: &Option<String>| match text {
            Some(value) => Part::Present { value: value.clone() },
            None => Part::absent(Absence::NotCollected),
        };
        match shown {
            Shown::Open(open) => Self::Shown {
                postal_code: part(&open.postal_code),
                address: part(&open.address),
                phone: part(&open.phone),
            },
            Shown::Hidden(Hidden::Protected) => {
                Self::Hidden { reason: HiddenReason::Protected, reason_ja: "支援措置の対象者です" }
            }
            Shown::Hidden(Hidden::ListStale) => Self::Hidden {
                reason: HiddenReason::ListStale,
                reason_ja: "支援措置対象者名簿が古いか、ありません",
            },
            Shown::Unknown => Self::Unknown,
        }
    }
}

/// What staff must see above everything else.
#[derive(Debug, Serialize, ToSchema)]
pub struct Banner {
    /// `list_stale`.
    code: &'static str,
    /// What to know and what to do.
    ja: &'static str,
    /// The same in English.
    en: &'static str,
}

const LIST_STALE: Banner = Banner {
    code: "list_stale",
    ja: "支援措置対象者名簿が古いか、ありません。全員の居所を隠しています。新しい名簿を取り込んでください。",
    en: "The protection list is missing or stale. Everybody's whereabouts are hidden. Load a new list.",
};

/// A person (住民) as the town's register knows them.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "as_of": "2026-11-21T01:23:45Z", "as_of_ja": "2026年11月21日時点",
    "id": "per_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70",
    "identity": {
        "local_id": {"value": "0000001234"}, "family_name": {"value": "架空"}, "given_name": {"value": "花子"},
        "family_kana": {"value": "カクウ"}, "given_kana": {"value": "ハナコ"},
        "birth_date": {"value": {
            "date": "2016-06-15", "wareki": "平成28年6月15日", "grade": {"code": "elementary_5", "ja": "小5"}, "age": 10
        }},
        "sex": {"value": "female"}, "household_no": {"value": "0000000567"}, "relation_to_head": {"value": ["child"]},
        "status": {"value": "resident"},
        "resident_since": {"value": {"date": "2016-06-15", "wareki": "平成28年6月15日"}},
        "moved_out_on": {"absent": "not_applicable", "absent_ja": "対象外"},
        "moved_in_from": {"absent": "not_collected", "absent_ja": "未収集"}
    },
    "whereabouts": {"state": "hidden", "reason": "protected", "reason_ja": "支援措置の対象者です"},
    "household_id": "hh_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70",
    "known_since": "2026-04-01T00:00:00Z", "recorded_at": "2026-11-20T01:00:00Z", "banner": null
}))]
pub struct Person {
    /// The instant it was read.
    as_of: DateTime<Utc>,
    /// The day in Japan, as staff read it.
    as_of_ja: String,
    /// Id.
    #[schema(value_type = schema::PersonId)]
    id: PersonId,
    /// Who.
    identity: Identity,
    /// Where.
    whereabouts: Whereabouts,
    /// 世帯; null for whom the register puts in none.
    #[schema(required = true, value_type = Option<schema::HouseholdId>)]
    household_id: Option<HouseholdId>,
    /// Since when the platform knows the person.
    known_since: DateTime<Utc>,
    /// When the register's row was recorded; null for a person whom the register never had.
    #[schema(required = true)]
    recorded_at: Option<DateTime<Utc>>,
    /// What must be shown above the person; null when there is nothing.
    #[schema(required = true)]
    banner: Option<Banner>,
}

impl Person {
    pub(super) fn of(view: &Released<PersonView>, ctx: &TownCtx) -> Self {
        Self::new(view, ctx)
    }

    /// Of a person who was released, alone or on a page.
    pub(super) fn new(view: &PersonView, ctx: &TownCtx) -> Self {
        let stale = matches!(view.whereabouts, Shown::Hidden(Hidden::ListStale));
        let nobody = KernelIdentity::default();
        Self {
            as_of: ctx.now,
            as_of_ja: as_of_ja(ctx.now),
            id: view.id,
            identity: Identity::new(view.identity.as_ref().unwrap_or(&nobody), ctx.today()),
            whereabouts: (&view.whereabouts).into(),
            household_id: view.household,
            known_since: view.known_since,
            recorded_at: view.recorded_at,
            banner: stale.then_some(LIST_STALE),
        }
    }
}

/// One member of a household.
#[derive(Debug, Serialize, ToSchema)]
pub struct Member {
    /// Who.
    person: Who,
    /// 続柄 to the 世帯主.
    relation_to_head: Part<RelationToHead>,
}

/// The members of a household.
pub(crate) fn members(view: &Released<HouseholdView>, ctx: &TownCtx) -> Vec<Member> {
    view.members.iter().map(|(id, who)| Member::new(*id, who, ctx.today())).collect()
}

impl Member {
    /// Of an identity that was released.
    pub(super) fn new(id: PersonId, who: &KernelIdentity, today: NaiveDate) -> Self {
        let relation_to_head = Part::of(&who.relation_to_head, |steps| RelationToHead(steps.clone()));
        Self { person: Who::new(id, who, today), relation_to_head }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn birth(date: &str, today: &str) -> Value {
        serde_json::to_value(BirthDate::new(date.parse().unwrap(), today.parse().unwrap())).unwrap()
    }

    #[test]
    fn age_and_grade_follow_from_the_birth_date_as_the_law_counts() {
        // Ten is complete the day before the birthday; 4月1日 is 早生まれ.
        assert_eq!(birth("2016-06-15", "2026-06-13")["age"], 9);
        assert_eq!(birth("2016-06-15", "2026-06-14")["age"], 10);
        assert_eq!(birth("2019-04-01", "2026-11-21")["grade"], json!({"code": "elementary_2", "ja": "小2"}));
        assert_eq!(birth("2019-04-02", "2026-11-21")["grade"], json!({"code": "elementary_1", "ja": "小1"}));
        assert_eq!(birth("2016-06-15", "2026-11-21")["wareki"], "平成28年6月15日");
    }

    #[test]
    fn what_does_not_follow_from_a_partial_date_is_not_said() {
        let unclear = birth("2019", "2026-11-21");
        assert_eq!((&unclear["age"], &unclear["grade"]), (&Value::Null, &Value::Null));
        assert_eq!(unclear["date"], "2019");
        let clear = birth("2019-05", "2026-11-21");
        assert_eq!((&clear["age"], &clear["grade"]["ja"]), (&json!(7), &json!("小1")));
        assert_eq!(birth("2027-01-10", "2026-11-21")["age"], Value::Null);
    }

    #[test]
    fn whereabouts_are_shown_or_say_why_not() {
        let shown = |shown: Shown| serde_json::to_value(Whereabouts::from(&shown)).unwrap();
        assert_eq!(shown(Shown::Hidden(Hidden::Protected))["reason"], "protected");
        assert_eq!(shown(Shown::Hidden(Hidden::ListStale))["reason"], "list_stale");
        assert_eq!(shown(Shown::Unknown), json!({"state": "unknown"}));
    }

    #[test]
    fn a_summary_shows_one_name_or_why_there_is_none() {
        let mut who =
            KernelIdentity { family_name: Known::Present("架空".into()), ..KernelIdentity::default() };
        who.family_kana = Known::Absent(Absence::Unreadable);
        let today = "2026-11-21".parse().unwrap();
        let summary = serde_json::to_value(Who::new(PersonId::new(), &who, today)).unwrap();
        assert_eq!(summary["name"], json!({"value": "架空"}));
        assert_eq!(summary["kana"]["absent"], "unreadable");
        assert_eq!(summary["birth_date"]["absent"], "not_collected");
    }
}
