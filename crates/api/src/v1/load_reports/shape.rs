//! A load's report as clients read it.

use std::collections::BTreeMap;

use app::Released;
use app::loads::{self, Change, Findings, FindingsState, ROWS_MARK, RejectPlace, SHARE_MARK};
use chrono::{DateTime, Utc};
use kernel::id::{LoadId, RejectId, StaffId};
use kernel::{Code, ItemCode, Lang};
use layouts::quality::ColumnCounts;
use serde::Serialize;
use utoipa::ToSchema;

use super::Load;
use super::findings::LoadReportFindings;
use crate::known::Word;
use crate::schema;

/// Where a line was rejected and why, without a word of what it says.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "rej_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "line": 12, "state": "open",
    "reasons": [{"code": "era_bounds", "column": "生年月日"}]
}))]
pub struct RejectedLine {
    /// Id.
    #[schema(value_type = schema::RejectId)]
    id: RejectId,
    /// Line of the file, from 1.
    #[schema(minimum = 1)]
    line: i32,
    /// `open`, `corrected` (its record came in order since) or `superseded` (a later whole file came).
    state: String,
    /// Every reason.
    reasons: Vec<RejectedFor>,
}

/// One reason, without the value.
#[derive(Debug, Serialize, ToSchema)]
pub struct RejectedFor {
    /// The stable code.
    #[schema(value_type = schema::ErrorCode)]
    code: Code,
    /// Column or key, as the layout names it; null where it is about the whole line.
    #[schema(required = true)]
    column: Option<String>,
}

impl From<RejectPlace> for RejectedLine {
    fn from(place: RejectPlace) -> Self {
        let reasons = place.reasons.into_iter().map(|(code, column)| RejectedFor { code, column });
        Self { id: place.id, line: place.line, state: place.state, reasons: reasons.collect() }
    }
}

/// The report of a load (取込品質報告). In every column, of every row that could be cut into cells, the cell is filled,
/// absent for a reason, or refused for one.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "load": {
        "id": "lod_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "upload_id": "upl_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70",
        "source": "attendance", "as_of": "2026-11-20", "as_of_wareki": "令和8年11月20日", "state": "loaded",
        "corrects": null, "rows_read": 310, "rows_loaded": 300, "rows_unchanged": 8, "rows_rejected": 2,
        "rows_closed": 0, "rows_queued": 1, "rejects": {"out_of_range": 2}, "fault": null,
        "started_by": "stf_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "started_at": "2026-11-21T01:23:45Z",
        "finished_at": "2026-11-21T01:23:46Z"
    },
    "source_name": "月別の出欠", "section": "board/gakko", "section_name": "学校教育課", "bytes": 18230,
    "encoding": "cp932", "byte_order_mark": false, "encoding_decided_on_line": 1,
    "persons": {"newcomers": 0, "numbers_learned": 2, "ended_unknown": 0, "orphans": 1, "ambiguous": 0, "link_tasks_open": 1},
    "duplicate_rows": 0, "uncut_rows": {},
    "columns": [{
        "name": "遅刻", "to": "late_days", "item_codes": ["attendance.late_days"], "filled": 301,
        "absent": {"not_collected": 7}, "refused": {"out_of_range": 2}, "unknown_codes": 0, "era_overflow": 0,
        "after_export": 0, "outliers": 0
    }],
    "rejects_open": 2, "rejects_corrected": 0, "rejects_superseded": 0,
    "drift": {"compared": [], "share_mark": 50, "rows_mark": 10, "changes": []},
    "sign_off": null, "findings_state": {"code": "not_asked", "ja": "…", "en": "…"}, "findings": null
}))]
pub struct LoadReport {
    /// 取込.
    load: Load,
    /// The source's name.
    source_name: String,
    /// 保有課; null when the profile no longer has the source.
    #[schema(required = true)]
    section: Option<String>,
    /// Its name.
    #[schema(required = true)]
    section_name: Option<String>,
    /// Bytes of the file.
    #[schema(minimum = 0)]
    bytes: i64,
    /// The encoding it was read in.
    encoding: String,
    /// Whether it began with a byte order mark.
    byte_order_mark: bool,
    /// The line that was held against the encoding; null where every line is ASCII.
    #[schema(required = true, minimum = 1)]
    encoding_decided_on_line: Option<u32>,
    /// Whose records the rows are.
    persons: LoadReportPersons,
    /// Rows whose key an earlier row has.
    #[schema(minimum = 0)]
    duplicate_rows: u64,
    /// Rows that could not be cut into cells, by code.
    uncut_rows: BTreeMap<String, u64>,
    /// Each column.
    columns: Vec<LoadReportColumn>,
    /// Rejects that are as they were.
    #[schema(minimum = 0)]
    rejects_open: i64,
    /// Whose record has come in order since.
    #[schema(minimum = 0)]
    rejects_corrected: i64,
    /// In whose place a later whole file stands.
    #[schema(minimum = 0)]
    rejects_superseded: i64,
    /// What differs from the last loads.
    drift: LoadReportDrift,
    /// 確認; null while nobody has signed.
    #[schema(required = true)]
    sign_off: Option<LoadSignOff>,
    /// Whether lines and values are shown: `shown`, `not_asked`, `town_only`, `gone`, `hidden`.
    findings_state: Word,
    /// They, if they are.
    #[schema(required = true)]
    findings: Option<LoadReportFindings>,
}

/// Whose records a load's new and changed rows are.
#[derive(Debug, Serialize, ToSchema)]
pub struct LoadReportPersons {
    /// Persons the town did not know.
    newcomers: i64,
    /// Numbers learned for known persons.
    numbers_learned: i64,
    /// Rows of a delta that end a record the town does not have: an earlier file may be missing.
    ended_unknown: i64,
    /// 該当者なし: near nobody; they wait in the link queue.
    orphans: i64,
    /// 候補あり: not certain; they wait likewise.
    ambiguous: i64,
    /// 突合待ち of this load that wait today.
    link_tasks_open: i64,
}

/// One column in numbers.
#[derive(Debug, Serialize, ToSchema)]
pub struct LoadReportColumn {
    /// Its name in the file.
    name: String,
    /// What it is read as.
    to: String,
    /// データ項目 taken from it.
    #[schema(value_type = Vec<String>)]
    item_codes: Vec<ItemCode>,
    /// Rows with a value.
    filled: u64,
    /// Rows without one, by reason (値なしの理由).
    absent: BTreeMap<String, u64>,
    /// Rows refused for it, by code.
    refused: BTreeMap<String, u64>,
    /// Cells with a code its list does not know.
    unknown_codes: u64,
    /// Dates past the end of their era.
    era_overflow: u64,
    /// Birth dates after the day of the export.
    after_export: u64,
    /// Values far from all others.
    outliers: u64,
}

/// What differs from the last loads.
#[derive(Debug, Serialize, ToSchema)]
pub struct LoadReportDrift {
    /// 取込 it is held against, newest first.
    #[schema(value_type = Vec<schema::LoadId>)]
    compared: Vec<LoadId>,
    /// Thousandths of the rows by which a share may lie outside of what they had.
    share_mark: i64,
    /// Hundredths by which the number of rows may.
    rows_mark: i64,
    /// What does.
    changes: Vec<LoadReportChange>,
}

/// One thing that differs.
#[derive(Debug, Serialize, ToSchema)]
pub struct LoadReportChange {
    /// What: `rows`, `rejected`, `filled`, `absent`.
    what: Word,
    /// Of which column; null for the whole file.
    #[schema(required = true)]
    column: Option<String>,
    /// For which reason it is absent.
    #[schema(required = true, value_type = Option<schema::Absence>)]
    reason: Option<&'static str>,
    /// Now: rows, or thousandths of them.
    now: i64,
    /// The least before.
    least: i64,
    /// The most before.
    most: i64,
}

/// Who has seen a report.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({"staff_id": "stf_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "at": "2026-11-21T01:23:45Z"}))]
pub struct LoadSignOff {
    /// 職員.
    #[schema(value_type = schema::StaffId)]
    staff_id: StaffId,
    /// When.
    at: DateTime<Utc>,
}

impl LoadReport {
    pub(super) fn of(report: loads::LoadReport, findings: Option<&Released<Findings>>, lang: Lang) -> Self {
        let state = findings.map_or(FindingsState::NotAsked, |findings| findings.state);
        let shown = findings.and_then(LoadReportFindings::of);
        Self::new(report, state, shown, lang)
    }

    pub(super) fn for_operator(report: loads::LoadReport, lang: Lang) -> Self {
        Self::new(report, FindingsState::TownOnly, None, lang)
    }

    fn new(
        report: loads::LoadReport,
        state: FindingsState,
        findings: Option<LoadReportFindings>,
        lang: Lang,
    ) -> Self {
        let rejects = |state: &str| report.rejects.get(state).copied().unwrap_or_default();
        let file = &report.numbers.file;
        Self {
            persons: LoadReportPersons::of(&report),
            rejects_open: rejects("open"),
            rejects_corrected: rejects("corrected"),
            rejects_superseded: rejects("superseded"),
            bytes: report.numbers.bytes,
            encoding: file.reading.encoding.clone(),
            byte_order_mark: file.reading.byte_order_mark,
            encoding_decided_on_line: file.reading.decided_on_line,
            duplicate_rows: file.duplicates,
            uncut_rows: file.uncut.iter().map(|(code, count)| (code.as_str().to_owned(), *count)).collect(),
            columns: file.columns.iter().map(LoadReportColumn::of).collect(),
            drift: LoadReportDrift {
                compared: report.compared.clone(),
                share_mark: SHARE_MARK,
                rows_mark: ROWS_MARK,
                changes: report.drift.iter().map(LoadReportChange::of).collect(),
            },
            sign_off: report.signed.map(LoadSignOff::from),
            section: report.holder.as_ref().map(|(code, _)| code.to_string()),
            section_name: report.holder.map(|(_, name)| name),
            source_name: report.source_name,
            load: Load::new(report.load, None, lang),
            findings_state: Word::new(state.as_str(), state.ja(), state.en()),
            findings,
        }
    }
}

impl LoadReportPersons {
    fn of(report: &loads::LoadReport) -> Self {
        let met = report.numbers.met;
        Self {
            newcomers: met.newcomers,
            numbers_learned: met.numbers_learned,
            ended_unknown: met.ended_unknown,
            orphans: met.orphans,
            ambiguous: met.ambiguous,
            link_tasks_open: report.link_tasks.get("open").copied().unwrap_or_default(),
        }
    }
}

impl LoadReportColumn {
    fn of(column: &ColumnCounts) -> Self {
        Self {
            name: column.name.clone(),
            to: column.to.clone(),
            item_codes: column.items.clone(),
            filled: column.filled,
            absent: column.absent.iter().map(|(why, count)| (why.as_str().to_owned(), *count)).collect(),
            refused: column.refused.iter().map(|(code, count)| (code.as_str().to_owned(), *count)).collect(),
            unknown_codes: column.unknown,
            era_overflow: column.era_overflow,
            after_export: column.after_export,
            outliers: column.outliers,
        }
    }
}

impl LoadReportChange {
    fn of(change: &Change) -> Self {
        Self {
            what: Word::new(change.what.as_str(), change.what.ja(), change.what.en()),
            column: change.column.clone(),
            reason: change.reason.map(kernel::Absence::as_str),
            now: change.now,
            least: change.least,
            most: change.most,
        }
    }
}

impl From<loads::SignOff> for LoadSignOff {
    fn from(signed: loads::SignOff) -> Self {
        Self { staff_id: signed.by, at: signed.at }
    }
}
