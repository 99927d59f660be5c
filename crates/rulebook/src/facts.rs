//! What is known about a child and its household when it is scored. Nothing here prints itself: it
//! says too much about someone to stand in a log.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};
use kernel::date::YearMonth;
use kernel::{Datum, ItemCode, Known, SourceCode, When};
use serde::{Deserialize, Serialize};

use crate::coverage::Standing;

/// Where a fact comes from, as staff are shown it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Origin {
    /// 連携元.
    pub source: SourceCode,
    /// The section that holds it, as staff call it.
    pub holder: String,
    /// When the platform learnt it.
    pub recorded_at: DateTime<Utc>,
}

/// One record: an item's value or its absence, when it was so, and who holds it.
#[derive(Clone)]
pub struct Fact {
    /// データ項目.
    pub item: ItemCode,
    /// The value or the reason.
    pub datum: Datum,
    /// Valid time.
    pub when: When,
    /// Whose record it is.
    pub origin: Origin,
}

/// What is known about one person. Texts need not be handed in: no rule reads one.
#[derive(Clone, Default)]
pub struct PersonFacts {
    /// Where the person belongs.
    pub standing: Standing,
    /// The records known when the run asks.
    pub facts: Vec<Fact>,
}

/// A parent, as far as kinship is certain.
#[derive(Clone)]
pub struct Relative {
    /// Whether the relation is certain.
    pub certain: bool,
    /// The person.
    pub person: PersonFacts,
}

/// Whether a sibling is older.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Order {
    /// 弟妹.
    Younger,
    /// 兄姉, or a twin.
    Older,
    /// A birth date is not known well enough.
    Unknown,
}

/// The siblings of a child.
#[derive(Clone, Default)]
pub struct Siblings {
    /// Each with its order.
    pub members: Vec<(Order, Relative)>,
    /// Whether it is certain that there is no other.
    pub complete: bool,
}

/// ひとり親, by kinship and household. Ambiguous is absent, never false.
#[derive(Clone, Default)]
pub struct SingleParent {
    /// Yes, no, or why it is not known.
    pub state: Known<bool>,
    /// The register it was seen in.
    pub origin: Option<Origin>,
}

/// A child to be scored.
#[derive(Clone, Default)]
pub struct ChildFacts {
    /// The child.
    pub own: PersonFacts,
    /// The parents known.
    pub parents: Vec<Relative>,
    /// Whether these are certainly all.
    pub parents_complete: bool,
    /// The siblings.
    pub siblings: Siblings,
    /// ひとり親.
    pub single_parent: SingleParent,
    /// 授業日数 of the child's school by month, where its other pupils' rows or its calendar tell.
    pub class_days: BTreeMap<YearMonth, i64>,
}
