//! A person's time-line: each record with the line of the file it came from.

use std::collections::BTreeMap;

use app::Released;
use app::persons::{Timeline as View, TimelineEntry};
use chrono::{DateTime, Utc};
use kernel::id::{LoadId, PersonId};
use kernel::{Category, ItemCode, ItemDef, TownCtx};
use serde::Serialize;
use utoipa::ToSchema;

use crate::known::{Datum, When, item_ja};
use crate::paging::as_of_ja;
use crate::schema;

/// What is recorded about one person.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "as_of": "2026-11-21T01:23:45Z", "as_of_ja": "2026年11月21日時点",
    "person_id": "per_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70",
    "items": [{
        "category": "attendance", "category_ja": "出欠", "item": "attendance.late_days", "item_ja": "遅刻の回数",
        "unit": "回", "datum": {"kind": "int", "value": 3}, "value_ja": null,
        "when": {"kind": "month", "month": "2026-09", "wareki": "令和8年9月"},
        "source": "attendance", "holder": "学校教育課", "load_id": "lod_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70",
        "line": 12, "recorded_at": "2026-10-05T01:00:00Z"
    }]
}))]
pub struct Timeline {
    /// The instant it was read.
    as_of: DateTime<Utc>,
    /// The day in Japan, as staff read it.
    as_of_ja: String,
    /// Whose.
    #[schema(value_type = schema::PersonId)]
    person_id: PersonId,
    /// Records in force, by category.
    items: Vec<Entry>,
}

/// One record (記録), with the line it came from.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = TimelineEntry)]
pub struct Entry {
    /// 分類.
    #[schema(value_type = schema::Category)]
    category: Category,
    /// The same, as staff read it.
    category_ja: &'static str,
    /// データ項目.
    #[schema(value_type = String, pattern = "^[a-z][a-z0-9_]{0,63}\\.[a-z][a-z0-9_]{0,63}$")]
    item: ItemCode,
    /// The same, as staff read it; the item itself where the dictionary no longer has it.
    item_ja: String,
    /// The unit of a whole number (回, 日); null for what has none.
    #[schema(required = true)]
    unit: Option<String>,
    /// What it says, or why it says nothing.
    datum: Datum,
    /// What staff call a code (県立); null for other values, and for a code without such words.
    #[schema(required = true)]
    value_ja: Option<String>,
    /// When it was so.
    when: When,
    /// 連携元.
    source: String,
    /// 保有課: the section that holds it.
    holder: String,
    /// 取込 that brought it.
    #[schema(value_type = schema::LoadId)]
    load_id: LoadId,
    /// Line of the file, from 1.
    #[schema(minimum = 1)]
    line: i32,
    /// When the platform learned it.
    recorded_at: DateTime<Utc>,
}

impl Timeline {
    pub(super) fn of(view: &Released<View>, items: &BTreeMap<ItemCode, ItemDef>, ctx: &TownCtx) -> Self {
        Self {
            as_of: ctx.now,
            as_of_ja: as_of_ja(ctx.now),
            person_id: view.person,
            items: view.entries.iter().map(|entry| Entry::new(entry, items)).collect(),
        }
    }
}

impl Entry {
    /// Of an entry that was released.
    pub(super) fn new(entry: &TimelineEntry, items: &BTreeMap<ItemCode, ItemDef>) -> Self {
        let item = &entry.observation.item;
        let known = items.get(item);
        Self {
            category: entry.category,
            category_ja: entry.category.ja(),
            item: item.clone(),
            item_ja: item_ja(item, items),
            unit: known.and_then(|def| def.unit.clone()),
            datum: (&entry.observation.datum).into(),
            value_ja: known.and_then(|def| def.called(&entry.observation.datum)).map(str::to_owned),
            when: entry.observation.when.clone().into(),
            source: entry.source.clone(),
            holder: entry.holder.clone(),
            load_id: entry.load,
            line: entry.line,
            recorded_at: entry.recorded_at,
        }
    }
}

#[cfg(test)]
mod tests {
    use kernel::{Known, Observation, Value, ValueKind, When as KernelWhen};
    use serde_json::json;

    use super::*;

    fn entry(item: &str) -> TimelineEntry {
        TimelineEntry {
            category: Category::Attendance,
            observation: Observation {
                item: item.parse().unwrap(),
                datum: Known::Present(Value::Int(3)),
                when: KernelWhen::Month("2026-09".parse().unwrap()),
            },
            source: "attendance".into(),
            holder: "学校教育課".into(),
            load: LoadId::new(),
            line: 12,
            recorded_at: Utc::now(),
        }
    }

    #[test]
    fn a_record_is_named_by_the_dictionary_and_leads_back_to_its_line() {
        let code: ItemCode = "attendance.late_days".parse().unwrap();
        let def = ItemDef {
            code: code.clone(),
            category: Category::Attendance,
            kind: ValueKind::Int,
            ja: "遅刻の回数".into(),
            en: "Times late".into(),
            unit: Some("回".into()),
            values: BTreeMap::new(),
        };
        let items = BTreeMap::from([(code, def)]);
        let shown = serde_json::to_value(Entry::new(&entry("attendance.late_days"), &items)).unwrap();
        assert_eq!((&shown["item_ja"], &shown["unit"]), (&json!("遅刻の回数"), &json!("回")));
        assert_eq!((&shown["line"], &shown["holder"]), (&json!(12), &json!("学校教育課")));
        assert_eq!(shown["when"]["month"], "2026-09");
        let gone = serde_json::to_value(Entry::new(&entry("attendance.gone"), &items)).unwrap();
        assert_eq!((&gone["item_ja"], &gone["unit"]), (&json!("attendance.gone"), &json!(null)));
    }
}
