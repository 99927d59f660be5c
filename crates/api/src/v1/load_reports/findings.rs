//! What was found in a load's file: lines and values, for the town's own staff.

use std::collections::BTreeMap;

use app::Released;
use app::loads::Findings;
use kernel::Code;
use layouts::quality::{Column, Lines};
use serde::Serialize;
use utoipa::ToSchema;

/// Lines and values; of each finding the first lines.
#[derive(Debug, Serialize, ToSchema)]
pub struct LoadReportFindings {
    /// 所見 of whoever signed.
    #[schema(required = true)]
    remark: Option<String>,
    /// Lines whose key an earlier line has.
    duplicate_rows: Vec<u32>,
    /// Lines that could not be cut, by code.
    uncut_rows: BTreeMap<String, Vec<u32>>,
    /// Columns in which something was found.
    columns: Vec<LoadReportFound>,
}

/// What was found in one column.
#[derive(Debug, Serialize, ToSchema)]
pub struct LoadReportFound {
    /// Its name.
    name: String,
    /// What it is read as.
    to: String,
    /// Lines refused for it, by code.
    refused: BTreeMap<String, Vec<u32>>,
    /// Codes its list does not know, the commonest first.
    unknown_codes: Vec<LoadReportCode>,
    /// Cells with further codes.
    unknown_beyond: u64,
    /// 外字 nobody said the meaning of.
    gaiji: Vec<LoadReportValue>,
    /// Lines with a date past the end of its era.
    era_overflow: Vec<u32>,
    /// Lines with a birth date after the day of the export.
    after_export: Vec<u32>,
    /// Values far from all others.
    #[schema(required = true)]
    outliers: Option<LoadReportOutliers>,
}

/// A code that a list does not know.
#[derive(Debug, Serialize, ToSchema)]
pub struct LoadReportCode {
    /// The code.
    value: String,
    /// Cells with it.
    count: u64,
    /// The first line.
    line: u32,
}

/// A value and its line.
#[derive(Debug, Serialize, ToSchema)]
pub struct LoadReportValue {
    /// The line.
    line: u32,
    /// The value.
    value: String,
}

/// Values beyond three times the distance of the quartiles (Tukey's outer fence).
#[derive(Debug, Serialize, ToSchema)]
pub struct LoadReportOutliers {
    /// The lowest value that is not told.
    low: String,
    /// The highest.
    high: String,
    /// The values.
    values: Vec<LoadReportValue>,
    /// Whether there may be more.
    is_capped: bool,
}

impl LoadReportFindings {
    /// `None` where nothing was found or the caller may not see it.
    pub(super) fn of(findings: &Released<Findings>) -> Option<Self> {
        let quality = findings.quality.as_ref()?;
        Some(Self {
            remark: findings.remark.clone(),
            duplicate_rows: quality.duplicates.first.clone(),
            uncut_rows: lines(&quality.uncut),
            columns: quality
                .columns
                .iter()
                .map(LoadReportFound::of)
                .filter(LoadReportFound::is_any)
                .collect(),
        })
    }
}

impl LoadReportFound {
    fn of(column: &Column) -> Self {
        let codes = column.unknown.codes.iter();
        let values = |line, value: &str| LoadReportValue { line, value: value.to_owned() };
        Self {
            name: column.name.clone(),
            to: column.to.clone(),
            refused: lines(&column.refused),
            unknown_codes: codes
                .map(|one| LoadReportCode { value: one.value.clone(), count: one.count, line: one.line })
                .collect(),
            unknown_beyond: column.unknown.beyond,
            gaiji: column.gaiji.iter().map(|one| values(one.line, &one.code)).collect(),
            era_overflow: column.era_overflow.first.clone(),
            after_export: column.after_export.first.clone(),
            outliers: column.outliers.as_ref().map(|outliers| LoadReportOutliers {
                low: outliers.low.clone(),
                high: outliers.high.clone(),
                values: outliers.values.iter().map(|one| values(one.line, &one.value)).collect(),
                is_capped: outliers.is_capped,
            }),
        }
    }

    fn is_any(&self) -> bool {
        !(self.refused.is_empty()
            && self.unknown_codes.is_empty()
            && self.gaiji.is_empty()
            && self.era_overflow.is_empty()
            && self.after_export.is_empty()
            && self.outliers.is_none())
    }
}

fn lines(by_code: &BTreeMap<Code, Lines>) -> BTreeMap<String, Vec<u32>> {
    by_code.iter().map(|(code, lines)| (code.as_str().to_owned(), lines.first.clone())).collect()
}
