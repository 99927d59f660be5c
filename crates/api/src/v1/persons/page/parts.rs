//! The parts of a child's page.

use std::collections::BTreeMap;

use app::page::{AbsentItem as Missing, LatestResult as Latest, PageView, RetentionSummary};
use app::protection::{Part, Protection};
use chrono::{DateTime, Utc};
use kernel::id::{HouseholdId, RunId, StaffId};
use kernel::{Absence, Category, Fault, ItemCode, ItemDef};
use rulebook::{Contact, List};
use serde::Serialize;
use utoipa::ToSchema;

use super::super::shown::Member;
use super::super::timeline::Entry;
use crate::schema;
use crate::schema::Day;
use crate::v1::runs::{Interval, Trace, whole};

/// The person's 支援措置.
#[derive(Debug, Serialize, ToSchema)]
pub struct PageProtection {
    /// `victim` (被害者) or `child` (同伴児童).
    part: &'static str,
    /// Last day the list gives; null when it gives none. It protects until a person confirms the end.
    #[schema(required = true)]
    until: Option<Day>,
}

impl From<&Protection> for PageProtection {
    fn from(protection: &Protection) -> Self {
        Self {
            part: if protection.part == Part::Child { "child" } else { "victim" },
            until: protection.until.map(Day::from),
        }
    }
}

/// Somebody of the town's staff whom the page names by id.
#[derive(Debug, Serialize, ToSchema)]
pub struct PageStaff {
    /// 職員.
    #[schema(value_type = schema::StaffId)]
    id: StaffId,
    /// 氏名.
    name: String,
}

impl From<&(StaffId, String)> for PageStaff {
    fn from((id, name): &(StaffId, String)) -> Self {
        Self { id: *id, name: name.clone() }
    }
}

/// A household on a page.
#[derive(Debug, Serialize, ToSchema)]
pub struct PageHousehold {
    /// Id.
    #[schema(value_type = schema::HouseholdId)]
    pub(super) id: HouseholdId,
    /// Its members.
    pub(super) members: Vec<Member>,
}

/// Records of one category.
#[derive(Debug, Serialize, ToSchema)]
pub struct CategoryRecords {
    /// 分類.
    #[schema(value_type = schema::Category)]
    category: Category,
    /// The same, as staff read it.
    category_ja: &'static str,
    /// In the order they were recorded.
    items: Vec<Entry>,
}

/// What has no value in one category.
#[derive(Debug, Serialize, ToSchema)]
pub struct CategoryAbsent {
    /// 分類.
    #[schema(value_type = schema::Category)]
    category: Category,
    /// The same, as staff read it.
    category_ja: &'static str,
    /// Its items without a value.
    items: Vec<AbsentItem>,
}

/// An item without a value.
#[derive(Debug, Serialize, ToSchema)]
pub struct AbsentItem {
    /// データ項目.
    #[schema(value_type = String, pattern = "^[a-z][a-z0-9_]{0,63}\\.[a-z][a-z0-9_]{0,63}$")]
    item: ItemCode,
    /// The same, as staff read it.
    item_ja: String,
    /// 値なしの理由.
    #[schema(value_type = schema::Absence)]
    absent: Absence,
    /// The same, as staff read it.
    absent_ja: &'static str,
    /// 保有課 that would know; null where no source of the town gives the item.
    #[schema(required = true)]
    holder: Option<String>,
}

/// A result on a page.
#[derive(Debug, Serialize, ToSchema)]
pub struct PageScore {
    /// 判定.
    #[schema(value_type = schema::RunId)]
    run_id: RunId,
    /// 判定基準.
    #[schema(value_type = schema::RulebookCode)]
    rulebook: String,
    /// The day the run looks at.
    run_as_of: Day,
    /// Only what was recorded by then counted.
    known_at: DateTime<Utc>,
    /// 判定区分.
    #[schema(value_type = schema::CandidateList)]
    list: List,
    /// The same, as staff read it.
    list_ja: &'static str,
    /// リスク値: the exact total; null for a child who is not of the rulebook's grades.
    #[schema(required = true)]
    interval: Option<Interval>,
    /// 気になる状況; null likewise.
    #[schema(required = true)]
    concern: Option<Interval>,
    /// 相談のつながり; null likewise.
    #[schema(required = true, value_type = Option<schema::Contact>)]
    contact: Option<Contact>,
    /// 判定根拠.
    trace: Trace,
}

/// How a person's records in force stand by the rules of retention.
#[derive(Debug, Serialize, ToSchema)]
pub struct PageRetention {
    /// 保存期間中.
    running: usize,
    /// 廃棄の時期.
    due: usize,
    /// 廃棄停止中.
    held: usize,
    /// 永年保存.
    permanent: usize,
    /// 期限未定.
    undetermined: usize,
    /// The first day on which one that runs falls due; null without one.
    #[schema(required = true)]
    next_due_on: Option<Day>,
}

impl From<&RetentionSummary> for PageRetention {
    fn from(summary: &RetentionSummary) -> Self {
        Self {
            running: summary.running,
            due: summary.due,
            held: summary.held,
            permanent: summary.permanent,
            undetermined: summary.undetermined,
            next_due_on: summary.next_due_on.map(Day::from),
        }
    }
}

impl PageScore {
    pub(super) fn new(latest: &Latest) -> Result<Self, Fault> {
        let scored = &latest.scored;
        Ok(Self {
            run_id: latest.run,
            rulebook: latest.rulebook.clone(),
            run_as_of: latest.as_of.into(),
            known_at: latest.known_at,
            list: scored.list,
            list_ja: scored.list.ja(),
            interval: scored.interval.map(Interval::from),
            concern: scored.concern.map(Interval::from),
            contact: scored.contact,
            trace: whole(&scored.trace)?,
        })
    }
}

/// Records by category; they come in the order of categories.
pub(super) fn records(page: &PageView, items: &BTreeMap<ItemCode, ItemDef>) -> Vec<CategoryRecords> {
    let by_category = page.timeline.entries.chunk_by(|a, b| a.category == b.category);
    by_category
        .filter_map(|entries| Some((entries.first()?.category, entries)))
        .map(|(category, entries)| CategoryRecords {
            category,
            category_ja: category.ja(),
            items: entries.iter().map(|entry| Entry::new(entry, items)).collect(),
        })
        .collect()
}

/// What has no value, by category.
pub(super) fn absent(missing: &[Missing], items: &BTreeMap<ItemCode, ItemDef>) -> Vec<CategoryAbsent> {
    let shown = |missing: &Missing| AbsentItem {
        item: missing.item.clone(),
        item_ja: crate::known::item_ja(&missing.item, items),
        absent: missing.reason,
        absent_ja: missing.reason.ja(),
        holder: missing.holder.clone(),
    };
    let by_category = missing.chunk_by(|a, b| a.category == b.category);
    by_category
        .filter_map(|missing| Some((missing.first()?.category, missing)))
        .map(|(category, missing)| CategoryAbsent {
            category,
            category_ja: category.ja(),
            items: missing.iter().map(shown).collect(),
        })
        .collect()
}
