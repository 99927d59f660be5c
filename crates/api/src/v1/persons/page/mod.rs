//! 一人の画面: everything about one child on one page, from one release.

mod parts;

use app::Released;
use app::page::PageView;
use kernel::{Fault, TownCtx};
use serde::Serialize;
use utoipa::ToSchema;

use super::accesses::Access;
use super::relations::Relations;
use super::shown::{Member, Person, Who};
use super::timeline::Entry;
use crate::v1::cases::Case;
use crate::v1::handovers::HandoverSummary;
use crate::v1::runs::assessments::Assessment;
use crate::v1::watch_notes::WatchNote;
use parts::{
    CategoryAbsent, CategoryRecords, PageHousehold, PageProtection, PageRetention, PageScore, PageStaff,
    absent, records,
};

/// Everything about one person (一人の画面).
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
    "known_since": "2026-04-01T00:00:00Z", "recorded_at": "2026-11-20T01:00:00Z", "banner": null,
    "protection": {"part": "child", "until": {"date": "2027-03-31", "wareki": "令和9年3月31日"}},
    "household": null,
    "relations": {
        "as_of": "2026-11-21T01:23:45Z", "as_of_ja": "2026年11月21日時点",
        "person_id": "per_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "items": [], "single_parent": null, "contradictions": []
    },
    "relatives": [], "school": null,
    "records": [{
        "category": "attendance", "category_ja": "出欠", "items": [{
            "category": "attendance", "category_ja": "出欠", "item": "attendance.late_days", "item_ja": "遅刻の回数",
            "unit": "回", "datum": {"kind": "int", "value": 3},
            "when": {"kind": "month", "month": "2026-09", "wareki": "令和8年9月"},
            "source": "attendance", "holder": "学校教育課", "load_id": "lod_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70",
            "line": 12, "recorded_at": "2026-10-05T01:00:00Z"
        }]
    }],
    "absent": [{
        "category": "consultation", "category_ja": "相談", "items": [{
            "item": "consultation.sc_ssw", "item_ja": "SC・SSW 相談", "absent": "not_collected", "absent_ja": "未収集",
            "holder": "学校教育課"
        }]
    }],
    "scores": [], "assessments": [], "cases": [], "watch_notes": [], "handovers": [],
    "accesses": [{
        "staff_id": "stf_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "purpose": "support",
        "purpose_ja": "支援の検討・実施", "operation": "person_page",
        "operation_ja": "一人の画面", "at": "2026-11-20T02:00:00Z"
    }],
    "staff": [{"id": "stf_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "name": "架空 見守"}],
    "retention": {
        "running": 12, "due": 0, "held": 0, "permanent": 0, "undetermined": 3,
        "next_due_on": {"date": "2032-04-01", "wareki": "令和14年4月1日"}
    }
}))]
pub struct PersonPage {
    /// Who, and where or why not; as of when.
    #[serde(flatten)]
    person: Person,
    /// 支援措置; null for whom is under none.
    #[schema(required = true)]
    protection: Option<PageProtection>,
    /// 世帯; null for whom the register puts in none.
    #[schema(required = true)]
    household: Option<PageHousehold>,
    /// 親族関係, recorded and derived, with certainty; ひとり親; where record and register do not agree.
    relations: Relations,
    /// Whom the relations name outside the household.
    relatives: Vec<Who>,
    /// 在籍校 as the newest record says; null where there is none (see `absent`).
    #[schema(required = true)]
    school: Option<Entry>,
    /// Records in force, by category, each with source, holder, time and the line of its file.
    records: Vec<CategoryRecords>,
    /// What has no value, by category, and why.
    absent: Vec<CategoryAbsent>,
    /// リスク値: the newest result of each rulebook, with its trace.
    scores: Vec<PageScore>,
    /// 候補の確認, by run, oldest first.
    assessments: Vec<Assessment>,
    /// ケース, oldest first: who is on it and was.
    cases: Vec<Case>,
    /// 見守り情報, oldest first.
    watch_notes: Vec<WatchNote>,
    /// 引継ぎ that name the person, newest first.
    handovers: Vec<HandoverSummary>,
    /// 閲覧記録: the last looks before this one, newest first.
    accesses: Vec<Access>,
    /// 職員 whom the page names by id (who is on a case, wrote or looked), by name.
    staff: Vec<PageStaff>,
    /// 保存期間 of the records in force, of what staff recorded and of the results shown, in numbers.
    retention: PageRetention,
}

/// 在籍校.
const SCHOOL: &str = "attendance.school";

impl PersonPage {
    /// Of a page that was released.
    ///
    /// # Errors
    /// `internal` for a trace that does not read.
    pub(super) fn of(page: &Released<PageView>, ctx: &TownCtx) -> Result<Self, Fault> {
        let (items, today) = (&page.profile.cooperative.items, ctx.today());
        let household = page.household.as_ref().map(|household| PageHousehold {
            id: household.id,
            members: household.members.iter().map(|(id, who)| Member::new(*id, who, today)).collect(),
        });
        let schooled = page.timeline.entries.iter().rfind(|entry| entry.observation.item.as_str() == SCHOOL);
        Ok(Self {
            person: Person::new(&page.person, ctx),
            protection: page.protection.as_ref().map(PageProtection::from),
            household,
            relations: Relations::new(&page.relations, ctx),
            relatives: page.relatives.iter().map(|(id, who)| Who::new(*id, who, today)).collect(),
            school: schooled.map(|entry| Entry::new(entry, items)),
            records: records(page, items),
            absent: absent(&page.absent, items),
            scores: page.scores.iter().map(PageScore::new).collect::<Result<_, _>>()?,
            assessments: page.assessments.iter().map(Assessment::from).collect(),
            cases: page.cases.iter().map(Case::from).collect(),
            watch_notes: page.notes.iter().map(WatchNote::from).collect(),
            handovers: page.handovers.iter().map(HandoverSummary::from).collect(),
            accesses: page.looks.iter().map(Access::from).collect(),
            staff: page.staff.iter().map(PageStaff::from).collect(),
            retention: (&page.retention).into(),
        })
    }
}
