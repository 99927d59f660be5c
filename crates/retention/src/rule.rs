//! One rule of a schedule and a town's override of it, each with where it comes from.

use std::fmt;
use std::str::FromStr;

use chrono::NaiveDate;
use kernel::slug::{SlugError, is_slug};
use kernel::{Category, ItemCode, Lang};

use crate::term::Term;
use crate::words::Words;

/// A rule's name, the same in every town's override of it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RuleCode(String);

impl RuleCode {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl FromStr for RuleCode {
    type Err = SlugError;

    fn from_str(text: &str) -> Result<Self, SlugError> {
        if is_slug(text) { Ok(Self(text.to_owned())) } else { Err(SlugError) }
    }
}

impl fmt::Display for RuleCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

kernel::words! {
    /// Which way a rule binds.
    Bound {
        /// No town may dispose earlier: a period of law or national standard.
        Floor = "floor", "下限" / "floor";
        /// No town may keep longer.
        Ceiling = "ceiling", "上限" / "ceiling";
        /// Holds where the town says nothing; a town may choose otherwise in both directions.
        Guide = "guide", "目安" / "guide";
    }
}

kernel::words! {
    /// How far a source was checked. Nobody should dispose on one that was not read in the original.
    Checked {
        /// The original text was read.
        Original = "original", "原文を確認済み" / "read in the original";
        /// A description of it was read.
        Secondary = "secondary", "二次資料で確認（原文は未確認）" / "read about, not in the original";
        /// From memory or assumed.
        Unchecked = "unchecked", "未確認" / "not checked";
    }
}

/// 根拠: where a period comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// The article, notice or regulation.
    pub article: String,
    /// The row of its table or of the cooperative's legal table: the record as it is called there.
    pub row: String,
    /// How far that was checked.
    pub checked: Checked,
    /// What a reader has to know besides.
    pub note: Option<String>,
}

impl Source {
    /// Where it comes from and how far that was checked, as a bracketed remark.
    pub(crate) fn say(&self, lang: Lang) -> String {
        match lang {
            Lang::Ja => format!("{}「{}」・{}", self.article, self.row, self.checked.say(lang)),
            Lang::En => format!("{} / {}, {}", self.article, self.row, self.checked.say(lang)),
        }
    }
}

/// Who in a town answers for a choice.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision {
    /// By whom.
    pub by: String,
    /// When.
    pub on: NaiveDate,
}

/// One version of one rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rule {
    /// Its name.
    pub code: RuleCode,
    /// The record it is about, as staff call it.
    pub record: Words,
    /// Categories it covers whole.
    pub categories: Vec<Category>,
    /// Single items it covers. With no category either, no data item comes from this record yet.
    pub items: Vec<ItemCode>,
    /// How long.
    pub term: Term,
    /// Which way it binds.
    pub bound: Bound,
    /// Where it comes from.
    pub source: Source,
    /// The first day on which this version holds; the next version of the same code ends it.
    pub effective_from: NaiveDate,
    /// Who decided a rule of the town's own; `None` for the cooperative's.
    pub decision: Option<Decision>,
}

impl Rule {
    /// Whether it covers this item, or a record of this category that is no single item.
    #[must_use]
    pub fn covers(&self, category: Category, item: Option<&ItemCode>) -> bool {
        self.categories.contains(&category) || item.is_some_and(|item| self.items.contains(item))
    }

    /// Whether it goes on binding a town that has decided for itself.
    pub(crate) fn binds(&self) -> bool {
        self.bound != Bound::Guide && self.term != Term::Undecided
    }
}

/// A town's own period for a record of the cooperative's schedule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    /// Which rule.
    pub rule: RuleCode,
    /// How long in this town.
    pub term: Term,
    /// Where that comes from.
    pub source: Source,
    /// The first day on which it holds.
    pub effective_from: NaiveDate,
    /// Who decided.
    pub decision: Decision,
}
