//! 判定根拠 as clients read it: the sealed trace, member for member, so that the document describes it.

use chrono::{DateTime, NaiveDate, Utc};
use kernel::{Absence, Code, Fault};
use rulebook::{Contact, List};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

use crate::known::When;
use crate::schema;
use crate::v1::rulebooks::Said;

/// The exact least and greatest a number can be over everything the absent inputs may turn out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Interval {
    /// Least.
    low: u8,
    /// Greatest.
    high: u8,
}

impl From<rulebook::Interval> for Interval {
    fn from(interval: rulebook::Interval) -> Self {
        Self { low: interval.low, high: interval.high }
    }
}

/// A child's result with everything it rests on (判定根拠).
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Trace {
    /// 判定基準.
    #[schema(value_type = schema::RulebookCode)]
    rulebook: String,
    /// 版: SHA-256 of the shared rules.
    release: String,
    /// SHA-256 of the town's choices.
    overlay: String,
    /// The reading of the final label that the town chose.
    variant: String,
    /// 何月何日時点.
    as_of: NaiveDate,
    /// 学年 by age on that day: `elementary_4`; null where the birth date is not known well enough.
    #[schema(required = true)]
    grade: Option<String>,
    /// 判定区分.
    #[schema(value_type = schema::CandidateList)]
    list: List,
    /// The total from which a child is on the list.
    threshold: u8,
    /// The score; null for a child who is not of the rulebook's grades.
    #[schema(required = true)]
    score: Option<Score>,
}

/// What follows only for a child of the population.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Score {
    /// リスク値: the exact total.
    interval: Interval,
    /// The greatest total with what the family declined at its least: what membership goes by.
    member_high: u8,
    /// 気になる状況.
    concern: Interval,
    /// 相談のつながり.
    #[schema(value_type = schema::Contact)]
    contact: Contact,
    /// Each indicator, in the rulebook's order.
    indicators: Vec<TracedIndicator>,
    /// Inputs of which any one would settle a possible child, could it be learnt.
    settles: Vec<Missing>,
}

/// One indicator.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct TracedIndicator {
    /// Its id.
    id: String,
    /// Its group.
    group: String,
    /// What it says.
    say: Said,
    /// Whether it holds.
    state: Holds,
    /// What it earns by itself.
    points: Interval,
    /// What it adds to the totals; of the parts of a 最大値 group only one does.
    counted: Counted,
    /// What its inputs rest on.
    evidence: Vec<Evidence>,
    /// Its inputs that are absent.
    missing: Vec<Missing>,
}

/// Whether a condition holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Holds {
    /// It does.
    True,
    /// It does not.
    False,
    /// It depends on what is absent.
    Unknown,
}

/// What an indicator adds to the least and to the greatest total. Over all indicators these add up to the
/// interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Counted {
    /// To the least.
    in_low: u8,
    /// To the greatest.
    in_high: u8,
}

/// What an input's state rests on: a record, or a complete load without one. Never the record's text.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Evidence {
    /// Whose record.
    of: Of,
    /// How it is known.
    kind: EvidenceKind,
    /// 連携元.
    #[schema(value_type = schema::SourceCode)]
    source: String,
    /// 保有課: the section that holds it.
    holder: String,
    /// When it was so; null for what follows from kinship.
    #[schema(required = true)]
    when: Option<When>,
    /// When the platform learned it; null for a complete load without a record.
    #[schema(required = true)]
    recorded_at: Option<DateTime<Utc>>,
}

/// Whose record an input reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum Of {
    /// 本人.
    #[serde(rename = "self")]
    Own,
    /// 父母.
    Parent,
    /// 兄弟姉妹.
    Sibling,
    /// 弟妹.
    YoungerSibling,
}

/// How an input's state is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceKind {
    /// There is a record.
    Record,
    /// A complete load has no row: a collected zero.
    Coverage,
}

/// An input without value.
#[derive(Debug, Serialize, Deserialize, ToSchema)]
pub struct Missing {
    /// Its name.
    input: String,
    /// What staff call it.
    label: Said,
    /// Why: a stable code.
    #[schema(value_type = schema::Absence)]
    reason: Absence,
    /// Why, as staff read it.
    reason_ja: String,
    /// 保有課: sections to ask.
    holders: Vec<String>,
}

/// The whole trace.
///
/// # Errors
/// `internal` for a trace that this version did not write.
pub(crate) fn whole(trace: &Value) -> Result<Trace, Fault> {
    Trace::deserialize(trace).map_err(|error| unreadable(&error))
}

/// Only what would settle the child; nothing outside the population.
///
/// # Errors
/// As [`whole`].
pub(super) fn settles(trace: &Value) -> Result<Vec<Missing>, Fault> {
    let found = trace.pointer("/score/settles");
    found.map_or(Ok(Vec::new()), |settles| Vec::deserialize(settles).map_err(|error| unreadable(&error)))
}

fn unreadable(error: &serde_json::Error) -> Fault {
    // Of the error only its place: its text may quote what a trace holds.
    tracing::error!(line = error.line(), column = error.column(), "a sealed trace does not read");
    Fault::new(Code::Internal)
}

#[cfg(test)]
#[path = "trace_tests.rs"]
mod tests;
