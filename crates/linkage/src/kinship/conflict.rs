//! Where a record and the register do not agree. The record stands; that they differ is shown, not hidden.

use kernel::code::Words;
use kernel::id::RelationId;
use serde::{Deserialize, Serialize};

use super::household::Household;
use super::recorded::{same_kind, same_two};
use super::relation::{Certainty, Order, Relation, RelationKind};
use super::siblings::order;

/// One disagreement of a record with the register.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Contradiction {
    /// The record.
    pub recorded: RelationId,
    /// How they differ.
    pub conflict: Conflict,
}

/// How a record and the register differ.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Conflict {
    /// The 続柄 makes the two something else for certain.
    Register {
        /// What.
        says: Relation,
    },
    /// A parent or grandparent by the record, but not old enough by the birth dates.
    Age,
    /// The older of two siblings by the record is the younger by the birth dates.
    BirthOrder,
}

impl Conflict {
    /// As staff read it.
    #[must_use]
    pub const fn words(&self) -> Words {
        match self {
            Self::Register { .. } => Words {
                ja: "住民票の続柄と違います",
                en: "The relation to the head in the register says something else",
            },
            Self::Age => Words {
                ja: "記録では親または祖父母ですが、年齢の差が14歳未満です",
                en: "A parent or grandparent by the record, but less than 14 years older",
            },
            Self::BirthOrder => Words {
                ja: "記録の上下と生年月日が合いません",
                en: "Older or younger by the record, but not by the birth dates",
            },
        }
    }
}

impl Household {
    /// Every disagreement of what was recorded with the register, in the order of the records.
    #[must_use]
    pub fn contradictions(&self) -> Vec<Contradiction> {
        let register = if self.recorded.is_empty() { Vec::new() } else { self.by_register().relations() };
        let mut found: Vec<Contradiction> = self
            .recorded
            .iter()
            .filter_map(|known| Some((known, known.recorded?)))
            .flat_map(|(known, recorded)| {
                let says = differs(known, &register).map(|says| Conflict::Register { says });
                let conflicts = says.into_iter().chain(self.implausible(known));
                conflicts.map(move |conflict| Contradiction { recorded, conflict })
            })
            .collect();
        found.sort_unstable();
        found.dedup();
        found
    }

    fn implausible(&self, known: &Relation) -> Option<Conflict> {
        let (from, to) = (self.anybody(known.from)?, self.anybody(known.to)?);
        match known.kind {
            RelationKind::Parent | RelationKind::Grandparent => {
                (!from.may_be_parent_of(to)).then_some(Conflict::Age)
            }
            RelationKind::Sibling { order: said } => {
                let turned = matches!(
                    (said, order(from, to)),
                    (Order::Older, Order::Younger) | (Order::Younger, Order::Older)
                );
                turned.then_some(Conflict::BirthOrder)
            }
            RelationKind::Carer | RelationKind::OtherCarer => None,
        }
    }
}

/// What the register says of the same two for certain, unless what was recorded is at least possible by it.
fn differs(known: &Relation, register: &[Relation]) -> Option<Relation> {
    if known.kind == RelationKind::OtherCarer {
        return None;
    }
    let of_two = || register.iter().filter(|says| same_two(says, known));
    let way = |says: &&Relation| {
        same_kind(says.kind, known.kind)
            && ((says.from, says.to) == (known.from, known.to)
                || matches!(known.kind, RelationKind::Sibling { .. }))
    };
    if of_two().any(|says| way(&says)) {
        return None;
    }
    of_two().find(|says| says.certainty == Certainty::Certain).copied()
}
