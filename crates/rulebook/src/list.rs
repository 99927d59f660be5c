//! 判定区分: which list a child is on. Nobody is certain by default, nobody is dropped for lack of data,
//! and what a family declined to give puts no child on any list.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::scorer::{Pass, Scorer};

/// Where a child's interval puts it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum List {
    /// The least is at the threshold or above.
    Certain,
    /// It may reach the threshold, depending on what is absent.
    Possible,
    /// It may, but nearly everything is absent: ask the previous town first.
    NotAssessable,
    /// It cannot reach the threshold, declined inputs at their least.
    Out,
    /// 気になる状況 is certainly none.
    OutOfScope,
    /// Not of the rulebook's grades.
    NotInPopulation,
}

impl List {
    /// Every list.
    pub const ALL: [Self; 6] = [
        Self::Certain,
        Self::Possible,
        Self::NotAssessable,
        Self::Out,
        Self::OutOfScope,
        Self::NotInPopulation,
    ];

    /// The name used in code and API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Certain => "certain",
            Self::Possible => "possible",
            Self::NotAssessable => "not_assessable",
            Self::Out => "out",
            Self::OutOfScope => "out_of_scope",
            Self::NotInPopulation => "not_in_population",
        }
    }

    /// The name staff see.
    #[must_use]
    pub const fn ja(self) -> &'static str {
        match self {
            Self::Certain => "該当",
            Self::Possible => "該当の可能性（確認が必要）",
            Self::NotAssessable => "判定できない（前住所地に照会）",
            Self::Out => "非該当",
            Self::OutOfScope => "対象外",
            Self::NotInPopulation => "対象外（年齢）",
        }
    }
}

impl fmt::Display for List {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Scorer {
    /// The list for a total's least, greatest and greatest for membership. `unknown_percent` is asked
    /// only where it matters.
    pub(crate) fn list(&self, low: u8, high: u8, member: u8, unknown_percent: impl FnOnce() -> u8) -> List {
        if low >= self.threshold {
            List::Certain
        } else if high == 0 {
            List::OutOfScope
        } else if member < self.threshold {
            List::Out
        } else if unknown_percent() > self.max_unknown_percent {
            List::NotAssessable
        } else {
            List::Possible
        }
    }

    /// The list these cells put a child on.
    pub(crate) fn list_of(&self, cells: &[u8]) -> List {
        let [low, high, member] = Pass::ALL.map(|pass| self.pass(cells, pass).total);
        self.list(low, high, member, || self.unknown_percent(cells.iter().copied()))
    }

    /// Whether one value of this input, could it be learnt, would settle a possible child.
    pub(crate) fn settles(&self, cells: &[u8], input: usize) -> bool {
        let max = self.slots.get(input).map_or(1, |slot| slot.max);
        // The total is monotone, so no value between these two can do what neither does.
        [0, max].into_iter().any(|value| {
            let mut learnt = cells.to_vec();
            if let Some(cell) = learnt.get_mut(input) {
                *cell = value;
            }
            !matches!(self.list_of(&learnt), List::Possible | List::NotAssessable)
        })
    }
}
