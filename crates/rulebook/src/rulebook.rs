//! What a rulebook says, as read from its file. Its canonical JSON is the release; where a thing stood
//! in the file is no part of it.

use std::collections::BTreeMap;

use chrono::NaiveDate;
use kernel::canonical::CanonicalError;
use kernel::date::Grade;
use kernel::slug::RulebookCode;
use kernel::{Absence, Digest, ItemCode};
use serde::{Serialize, Serializer};

use crate::list::List;
use crate::predicate::Predicate;
use crate::scorer::Contact;

/// 判定基準: the shared rules for one 困難の類型. Made only by [`Rulebook::parse`], so its references
/// hold, its inputs are used one way each and its own tests pass.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Rulebook {
    /// Its name.
    pub code: RulebookCode,
    /// Its version, as the cooperative counts.
    pub version: String,
    /// What staff call it.
    pub title: Words,
    /// 困難の類型.
    pub difficulty: String,
    /// What its result may be used for.
    pub purpose: String,
    /// Where it was published.
    pub source: String,
    /// The days it governs, both included.
    pub effective: [NaiveDate; 2],
    /// The youngest and the oldest grade it is about.
    pub population: [Grade; 2],
    /// Days after which a load's claim to be complete no longer makes an absent row a zero.
    pub stale_after_days: Amount,
    /// What a town may choose.
    pub params: BTreeMap<String, Param>,
    /// What it asks about a child.
    pub inputs: Vec<Input>,
    /// What earns points.
    pub indicators: Vec<Indicator>,
    /// How points combine; a group's parts stand before it.
    pub groups: Vec<Group>,
    /// How groups make the total.
    pub total: Total,
    /// Readings of its final label, of which each town chooses one.
    pub variants: Vec<Variant>,
    /// Its own tests.
    pub tests: Vec<Case>,
}

impl Rulebook {
    /// The release's identity: the digest of its canonical JSON.
    ///
    /// # Errors
    /// Never for a rulebook that was parsed: it holds no float and no number beyond the bounds.
    pub fn digest(&self) -> Result<Digest, CanonicalError> {
        Digest::of_canonical(self)
    }

    pub(crate) fn input_index(&self, name: &str) -> Option<usize> {
        self.inputs.iter().position(|input| input.name == name)
    }

    pub(crate) fn group_index(&self, id: &str) -> Option<usize> {
        self.groups.iter().position(|group| group.id == id)
    }

    /// The least and greatest a number can be under any overlay.
    pub(crate) fn amount_bounds(&self, amount: &Amount) -> [i64; 2] {
        match amount {
            Amount::Number(number) => [*number; 2],
            Amount::Param(name) => self.params.get(name).map_or([0; 2], Param::reach),
        }
    }
}

/// The same in both languages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Words {
    /// 日本語.
    pub ja: String,
    /// English.
    pub en: String,
}

/// A number, or the name of the parameter that gives it (`"$late_count"`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Amount {
    /// Written out.
    Number(i64),
    /// A parameter's.
    Param(String),
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Number(number) => to.serialize_i64(*number),
            Self::Param(name) => to.collect_str(&format_args!("${name}")),
        }
    }
}

/// A number that a town may choose within bounds, or that is locked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Param {
    /// What holds where the town says nothing.
    pub default: i64,
    /// Least and greatest; `None` when locked.
    pub bounds: Option<[i64; 2]>,
    /// 回, 日, 点.
    pub unit: String,
    /// Where the number comes from.
    pub why: String,
}

impl Param {
    /// The least and greatest it can be.
    pub(crate) fn reach(&self) -> [i64; 2] {
        self.bounds.unwrap_or([self.default; 2])
    }
}

/// One thing asked about a child: existence, date and holder of records, never their text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Input {
    /// The name the rules use.
    pub name: String,
    /// What staff call it.
    pub label: Words,
    /// What it reads.
    pub meaning: Meaning,
}

impl Input {
    /// Whether it counts rather than being true or false.
    #[must_use]
    pub const fn is_count(&self) -> bool {
        matches!(self.meaning, Meaning::Item { shape: Shape::MonthCount { .. }, .. })
    }

    /// The greatest value it can have: 1 unless it counts.
    #[must_use]
    pub const fn max(&self) -> u8 {
        match self.meaning {
            Meaning::Item { shape: Shape::MonthCount { max, .. }, .. } => max,
            _ => 1,
        }
    }
}

/// Where an input comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Meaning {
    /// From records of an item.
    Item {
        /// データ項目.
        item: ItemCode,
        /// Whose records.
        of: Of,
        /// How they are read.
        shape: Shape,
    },
    /// `household.single_parent`: from kinship as far as it is certain.
    SingleParent,
}

/// Whose records an input reads.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
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

impl Of {
    /// The name staff see.
    #[must_use]
    pub const fn ja(self) -> &'static str {
        match self {
            Self::Own => "本人",
            Self::Parent => "父母",
            Self::Sibling => "兄弟姉妹",
            Self::YoungerSibling => "弟妹",
        }
    }
}

/// How records of an item become a state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Shape {
    /// True when in force on the day: 有, or a code (one of `codes` where they are given).
    InForce {
        /// The codes that count; empty means any.
        codes: Vec<String>,
    },
    /// True when a record lies within the window up to the day.
    ExistsWithin {
        /// How far back.
        within: Window,
    },
    /// The count of one of the two last months with enough 授業日数.
    MonthCount {
        /// 0 is the last such month, 1 the one before it.
        back: u8,
        /// The item that tells a month's 授業日数.
        class_days: ItemCode,
        /// 授業日数 from which a month counts.
        min_class_days: Amount,
        /// Months at the end that nobody has reported yet and that are passed over.
        lag_months: Amount,
        /// The greatest count a month can have.
        max: u8,
    },
}

/// How far back a record counts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Window {
    /// From 4月1日 of the day's fiscal year.
    FiscalYear,
    /// The last so many days, the day included.
    Days(Amount),
}

/// A condition that earns points.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Indicator {
    /// Its id in traces.
    pub id: String,
    /// The group its points go to.
    pub group: String,
    /// The condition.
    pub when: Predicate,
    /// What it earns.
    pub points: Amount,
    /// What it says to staff and family.
    pub say: Words,
    /// Where in the publication it stands, and what was read into it.
    pub source: String,
}

/// How the points of a group combine.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Combine {
    /// 加算方式.
    Sum,
    /// 最大値.
    Max,
}

/// 中分類: indicators and earlier groups combined.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Group {
    /// Its id.
    pub id: String,
    /// What staff call it.
    pub label: Words,
    /// How its parts combine.
    pub combine: Combine,
    /// Earlier groups that are parts of it.
    pub of: Vec<String>,
}

/// 総合判別.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Total {
    /// 気になる状況: added up; 0 is out of scope.
    pub gate: Vec<String>,
    /// Added when the gate is 1 or more.
    pub add: Vec<String>,
    /// 相談のつながり: the indicator that says there is none.
    pub no_contact: String,
    /// Share of unknown inputs of the gate, in percent, above which a possible child is not assessable.
    pub max_unknown_percent: Amount,
}

/// One reading of the final label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Variant {
    /// Its name.
    pub name: String,
    /// What it says.
    pub say: Words,
    /// The total from which a child is on the list.
    pub threshold: Threshold,
    /// Why it exists.
    pub why: String,
}

/// The total from which a child is on the list.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Threshold {
    /// The same in every town.
    Locked(u8),
    /// Chosen by each town, from and to.
    Within([u8; 2]),
}

/// A test of the rulebook, in its file, run whenever it is read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Case {
    /// What it shows.
    pub name: String,
    /// The variant it runs under.
    pub variant: String,
    /// Parameters other than the defaults; the threshold among them.
    pub params: BTreeMap<String, i64>,
    /// Inputs.
    pub given: BTreeMap<String, CaseValue>,
    /// Every other input.
    pub otherwise: CaseValue,
    /// What must come out.
    pub expect: Expectation,
    #[serde(skip)]
    pub(crate) line: u32,
}

/// An input's state in a test.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum CaseValue {
    /// False or true as 0 or 1, or a count.
    Value(u8),
    /// No value, for this reason.
    Absent(Absence),
}

/// What a test expects; `None` is not compared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Expectation {
    /// The exact interval.
    pub interval: [u8; 2],
    /// The list.
    pub list: List,
    /// 気になる状況.
    pub concern: Option<[u8; 2]>,
    /// 相談のつながり.
    pub contact: Option<Contact>,
    /// The inputs of which any one would settle it.
    pub settles: Option<Vec<String>>,
}
