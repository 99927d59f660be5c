//! A person's records with how long each is kept.

use std::collections::BTreeMap;

use app::Released;
use app::retention::{KeptRecord, Place, RetentionView};
use chrono::{DateTime, Utc};
use kernel::id::{LoadId, PersonId};
use kernel::{Category, ItemCode, ItemDef, TownCtx};
use retention::Standing;
use serde::Serialize;
use utoipa::ToSchema;

use super::shown::{RetentionDue, RetentionStep};
use crate::known::Word;
use crate::paging::as_of_ja;
use crate::schema;
use crate::schema::Day;

/// How long each record of one person is kept.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "as_of": "2026-11-21T01:23:45Z", "as_of_ja": "2026年11月21日時点",
    "person_id": "per_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70",
    "items": [{
        "category": "attendance", "category_ja": "出欠",
        "items": [{"item": "attendance.late_days", "item_ja": "遅刻の回数"}],
        "source": "attendance", "holder": "学校教育課", "load_id": "lod_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70",
        "link": null, "line": 12, "recorded_at": "2026-10-05T01:00:00Z", "ended_on": null,
        "due": {
            "state": {"code": "dated", "ja": "令和14年3月31日まで保存", "en": "kept to 2032-03-31"},
            "kept_to": {"date": "2032-03-31", "wareki": "令和14年3月31日"}, "waiting": []
        },
        "due_on": {"date": "2032-04-01", "wareki": "令和14年4月1日"},
        "standing": {"code": "running", "ja": "保存期間中", "en": "the period runs"},
        "steps": [{
            "rule": "attendance_book", "record": {"ja": "出席簿", "en": "Attendance book"}, "overrides": false,
            "bound": {"code": "floor", "ja": "下限", "en": "floor"},
            "term": {
                "clock": "fiscal_year_after_completion", "years": 5, "period": {
                    "code": "years", "ja": "完結した年度の翌年度の4月1日から5年",
                    "en": "5 years from 1 April after the fiscal year of completion"
                }
            },
            "source": {
                "article": "学校教育法施行規則28条", "row": "出席簿", "checked": {
                    "code": "secondary", "ja": "二次資料で確認（原文は未確認）",
                    "en": "read about, not in the original"
                }, "note": null
            },
            "decision": null, "decides": true,
            "fact": {
                "fact": {"code": "completed", "ja": "完結の日", "en": "day of completion"}, "state": "on",
                "date": {"date": "2026-09", "wareki": "令和8年9月（日不詳）"}, "absent": null
            },
            "due": {
                "state": {"code": "dated", "ja": "令和14年3月31日まで保存", "en": "kept to 2032-03-31"},
                "kept_to": {"date": "2032-03-31", "wareki": "令和14年3月31日"}, "waiting": []
            },
            "broken": false,
            "trace": {"ja": "出席簿：完結した年度の翌年度の4月1日から5年…", "en": "Attendance book: 5 years…"}
        }]
    }]
}))]
pub struct Retention {
    /// The instant it was read.
    as_of: DateTime<Utc>,
    /// The day in Japan, as staff read it.
    as_of_ja: String,
    /// Whose.
    #[schema(value_type = schema::PersonId)]
    person_id: PersonId,
    /// Records in force by category, then those that have ended, then what no file brought: what staff recorded, and the results of runs.
    items: Vec<RetentionRecord>,
}

/// One record, with the line it came from and how long it is kept. Items of one line under different rules
/// are told apart.
#[derive(Debug, Serialize, ToSchema)]
pub struct RetentionRecord {
    /// 分類.
    #[schema(value_type = schema::Category)]
    category: Category,
    /// The same, as staff read it.
    category_ja: &'static str,
    /// データ項目; empty for the register's own row.
    items: Vec<RetentionItem>,
    /// 連携元; `recorded_relation`, `assessment` or `case` for what staff recorded themselves, `run_result` for a run.
    source: String,
    /// 保有課: the section that holds it.
    holder: String,
    /// 取込 that brought it; null for what no file brought.
    #[schema(required = true, value_type = Option<schema::LoadId>)]
    load_id: Option<LoadId>,
    /// Where it is read; null for what a load brought.
    #[schema(required = true)]
    link: Option<String>,
    /// Line of the file, from 1; 0 when it came from no file.
    #[schema(minimum = 0)]
    line: i32,
    /// When the platform learned it.
    recorded_at: DateTime<Utc>,
    /// The day since which its source names it no more; null while it is in force.
    #[schema(required = true)]
    ended_on: Option<Day>,
    /// When it is due, or why that cannot be told yet.
    due: RetentionDue,
    /// The day from which disposal is due; null without a date.
    #[schema(required = true)]
    due_on: Option<Day>,
    /// `running`, `due`, `held`, `permanent` or `undetermined`.
    standing: Word,
    /// Every rule that bears on it.
    steps: Vec<RetentionStep>,
}

/// A データ項目 of a record.
#[derive(Debug, Serialize, ToSchema)]
pub struct RetentionItem {
    /// Its code.
    #[schema(value_type = String, pattern = "^[a-z][a-z0-9_]{0,63}\\.[a-z][a-z0-9_]{0,63}$")]
    item: ItemCode,
    /// As staff read it; the code where the dictionary no longer has it.
    item_ja: String,
}

impl Retention {
    pub(super) fn of(
        view: &Released<RetentionView>,
        items: &BTreeMap<ItemCode, ItemDef>,
        ctx: &TownCtx,
    ) -> Self {
        Self {
            as_of: ctx.now,
            as_of_ja: as_of_ja(ctx.now),
            person_id: view.person,
            items: view.records.iter().map(|record| RetentionRecord::new(record, items)).collect(),
        }
    }
}

impl RetentionRecord {
    fn new(record: &KeptRecord, items: &BTreeMap<ItemCode, ItemDef>) -> Self {
        let named = |item: &ItemCode| RetentionItem {
            item: item.clone(),
            item_ja: crate::known::item_ja(item, items),
        };
        let (load_id, line, link) = match &record.place {
            Place::Line { load, line } => (Some(*load), *line, None),
            Place::Entry(link) => (None, 0, Some(link.clone())),
        };
        Self {
            category: record.category,
            category_ja: record.category.ja(),
            items: record.items.iter().map(named).collect(),
            source: record.source.clone(),
            holder: record.holder.clone(),
            load_id,
            link,
            line,
            recorded_at: record.recorded_at,
            ended_on: record.ended_on.map(Day::from),
            due: (&record.due).into(),
            due_on: record.due_on.map(Day::from),
            standing: standing(&record.standing),
            steps: record.steps.iter().map(RetentionStep::from).collect(),
        }
    }
}

fn standing(standing: &Standing) -> Word {
    let (code, ja, en) = match standing {
        Standing::Running(_) => ("running", "保存期間中", "the period runs"),
        Standing::Due { .. } => ("due", "廃棄の時期", "disposal is due"),
        Standing::Held(_) => ("held", "廃棄停止中", "held"),
        Standing::Permanent => ("permanent", "永年保存", "kept permanently"),
        Standing::Undetermined(_) => ("undetermined", "期限未定", "not yet determined"),
    };
    Word::new(code, ja, en)
}
