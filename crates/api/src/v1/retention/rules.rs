//! The rules in force in a town, as clients read them.

use chrono::{DateTime, Utc};
use kernel::{Category, ItemCode, Lang, TownCtx};
use retention::{Override, Rule, Schedule};
use serde::Serialize;
use utoipa::ToSchema;

use super::shown::{RetentionDecision, RetentionSource, RetentionTerm, RetentionWords};
use crate::known::Word;
use crate::paging::as_of_ja;
use crate::schema;
use crate::schema::Day;

/// 保存期間表: the rules in force in the caller's town.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "as_of": "2026-11-21T01:23:45Z", "as_of_ja": "2026年11月21日時点",
    "items": [{
        "rule": "attendance_book", "record": {"ja": "出席簿", "en": "Attendance book"},
        "categories": [], "items": ["attendance.late_days"],
        "bound": {"code": "floor", "ja": "下限", "en": "floor"},
        "term": {
            "clock": "fiscal_year_after_completion", "years": 5, "period": {
                "code": "years", "ja": "完結した年度の翌年度の4月1日から5年",
                "en": "5 years from 1 April after the fiscal year of completion"
            }
        },
        "source": {
            "article": "学校教育法施行規則28条", "row": "出席簿", "checked": {
                "code": "secondary", "ja": "二次資料で確認（原文は未確認）", "en": "read about, not in the original"
            }, "note": null
        },
        "effective_from": {"date": "2026-04-01", "wareki": "令和8年4月1日"}, "decision": null, "own": null
    }]
}))]
pub struct RetentionRules {
    /// The instant it was read.
    as_of: DateTime<Utc>,
    /// The day in Japan, as staff read it.
    as_of_ja: String,
    /// Rules by code.
    items: Vec<RetentionRuleInForce>,
}

/// One rule with what the town has decided about it.
#[derive(Debug, Serialize, ToSchema)]
pub struct RetentionRuleInForce {
    /// Its code.
    rule: String,
    /// The record it is about.
    record: RetentionWords,
    /// 分類 it covers whole.
    #[schema(value_type = Vec<schema::Category>)]
    categories: Vec<Category>,
    /// データ項目 it covers. Where both are empty no item comes from this record yet.
    #[schema(value_type = Vec<String>)]
    items: Vec<ItemCode>,
    /// `floor` (下限), `ceiling` (上限) or `guide` (目安).
    bound: Word,
    /// How long.
    term: RetentionTerm,
    /// Where that comes from.
    source: RetentionSource,
    /// The first day on which it holds.
    effective_from: Day,
    /// Who in the town decided a rule of its own; null for the cooperative's.
    #[schema(required = true)]
    decision: Option<RetentionDecision>,
    /// The town's override; null where it has none.
    #[schema(required = true)]
    own: Option<RetentionOverride>,
}

/// A town's own period for a shared rule.
#[derive(Debug, Serialize, ToSchema)]
pub struct RetentionOverride {
    /// How long.
    term: RetentionTerm,
    /// Where that comes from.
    source: RetentionSource,
    /// The first day on which it holds.
    effective_from: Day,
    /// Who decided.
    decision: RetentionDecision,
}

impl RetentionRules {
    pub(super) fn of(schedule: &Schedule, ctx: &TownCtx) -> Self {
        let items = schedule.in_force(ctx.today()).map(RetentionRuleInForce::from).collect();
        Self { as_of: ctx.now, as_of_ja: as_of_ja(ctx.now), items }
    }
}

impl From<(&Rule, Option<&Override>)> for RetentionRuleInForce {
    fn from((rule, own): (&Rule, Option<&Override>)) -> Self {
        Self {
            rule: rule.code.to_string(),
            record: (&rule.record).into(),
            categories: rule.categories.clone(),
            items: rule.items.clone(),
            bound: Word::new(rule.bound.as_str(), rule.bound.say(Lang::Ja), rule.bound.say(Lang::En)),
            term: (&rule.term).into(),
            source: (&rule.source).into(),
            effective_from: rule.effective_from.into(),
            decision: rule.decision.as_ref().map(RetentionDecision::from),
            own: own.map(RetentionOverride::from),
        }
    }
}

impl From<&Override> for RetentionOverride {
    fn from(own: &Override) -> Self {
        Self {
            term: (&own.term).into(),
            source: (&own.source).into(),
            effective_from: own.effective_from.into(),
            decision: (&own.decision).into(),
        }
    }
}
