//! One observation, compiled: of whom, which item, from which field, when.

use kernel::{Datum, ItemCode};
use serde::Serialize;

use super::target::RecordPart;

/// One observation each row gives of one of its persons.
#[derive(Debug, Clone, Serialize)]
pub(crate) struct ObservationPlan {
    /// The person, as an index into the layout's roles.
    pub role: usize,
    pub item: ItemCode,
    pub seen: Seen,
    pub when: WhenPlan,
}

/// Where its value comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Seen {
    /// From this local field, as an index into the layout's locals.
    Local(usize),
    /// From the layout: the row itself says it.
    Constant(Datum),
}

/// Where its valid time comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum WhenPlan {
    AsOf,
    At(RecordPart),
    /// So many months after the record's own.
    Month {
        plus: u32,
    },
    Period {
        from: Option<RecordPart>,
        until: Option<RecordPart>,
    },
}
