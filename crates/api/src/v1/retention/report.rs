//! What falls due in a town, in counts.

use app::Released;
use app::retention::DueReport;
use chrono::{DateTime, Utc};
use kernel::{Category, TownCtx};
use serde::Serialize;
use utoipa::ToSchema;

use super::shown::RetentionWaiting;
use crate::known::Month;
use crate::paging::as_of_ja;
use crate::schema;

/// What falls due, by month and category: counts, nobody named.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "as_of": "2026-11-21T01:23:45Z", "as_of_ja": "2026年11月21日時点",
    "from": {"month": "2026-11", "wareki": "令和8年11月"}, "until": {"month": "2027-10", "wareki": "令和9年10月"},
    "records": 1204,
    "months": [{
        "month": {"month": "2027-04", "wareki": "令和9年4月"}, "category": "attendance", "category_ja": "出欠",
        "records": 31
    }],
    "earlier": 0, "later": 812, "permanent": 0, "undetermined": 361,
    "waiting": [{
        "category": "register", "category_ja": "住民登録", "records": 361,
        "reason": {"code": "not_yet", "ja": "まだ住民である", "en": "the person is still a resident"},
        "fact": {
            "code": "moved_out", "ja": "住民でなくなった日", "en": "day the person ceased to be a resident"
        },
        "absent": null
    }]
}))]
pub struct RetentionReport {
    /// The instant it was counted.
    as_of: DateTime<Utc>,
    /// The day in Japan, as staff read it.
    as_of_ja: String,
    /// The first month.
    from: Month,
    /// The last month.
    until: Month,
    /// All records: each is in exactly one of the counts below.
    records: u64,
    /// Due within the months; a month and category without any is left out.
    months: Vec<RetentionMonth>,
    /// Due before the first month.
    earlier: u64,
    /// Due after the last month.
    later: u64,
    /// 永年.
    permanent: u64,
    /// Without a date as long as something is not known.
    undetermined: u64,
    /// What those wait for. A record that waits for two things is counted at both.
    waiting: Vec<RetentionWaitingCount>,
}

/// Records of one category that fall due in one month.
#[derive(Debug, Serialize, ToSchema)]
pub struct RetentionMonth {
    /// The month of the day from which disposal is due.
    month: Month,
    /// 分類.
    #[schema(value_type = schema::Category)]
    category: Category,
    /// The same, as staff read it.
    category_ja: &'static str,
    /// How many.
    records: u64,
}

/// Records of one category that wait for the same thing.
#[derive(Debug, Serialize, ToSchema)]
pub struct RetentionWaitingCount {
    /// 分類.
    #[schema(value_type = schema::Category)]
    category: Category,
    /// The same, as staff read it.
    category_ja: &'static str,
    /// How many.
    records: u64,
    /// For what.
    #[serde(flatten)]
    waiting: RetentionWaiting,
}

impl RetentionReport {
    pub(super) fn of(report: &Released<DueReport>, ctx: &TownCtx) -> Self {
        let months = report.months.iter().map(|((month, category), records)| RetentionMonth {
            month: (*month).into(),
            category: *category,
            category_ja: category.ja(),
            records: *records,
        });
        let waiting = report.waiting.iter().map(|(category, waiting, records)| RetentionWaitingCount {
            category: *category,
            category_ja: category.ja(),
            records: *records,
            waiting: (*waiting).into(),
        });
        Self {
            as_of: ctx.now,
            as_of_ja: as_of_ja(ctx.now),
            from: report.from.into(),
            until: report.until.into(),
            records: report.records,
            months: months.collect(),
            earlier: report.earlier,
            later: report.later,
            permanent: report.permanent,
            undetermined: report.undetermined,
            waiting: waiting.collect(),
        }
    }
}
