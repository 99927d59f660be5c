//! Brothers and sisters, and which of them are younger.

use kernel::Kin;
use kernel::id::PersonId;
use serde::{Deserialize, Serialize};

use super::household::{Household, Member};
use super::relation::{Certainty, Ground, Order};

/// The younger brothers and sisters of a child in the same household.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct YoungerSiblings {
    /// Certainly siblings and certainly younger.
    pub certain: Vec<PersonId>,
    /// Perhaps: perhaps cousins, perhaps twins, or with a birth date or 続柄 not known well enough.
    pub maybe: Vec<PersonId>,
}

impl Household {
    /// The younger siblings of a member; `None` when the child is not in this household, which is not the
    /// same as having none.
    #[must_use]
    pub fn younger_siblings(&self, child: PersonId) -> Option<YoungerSiblings> {
        let child = self.member(child)?;
        let mut younger = YoungerSiblings::default();
        for other in self.here().filter(|other| other.person != child.person) {
            let certainty = match self.siblings(child, other) {
                Some((certainty, _)) => certainty,
                None if may_hide_siblings(child, other) => Certainty::Ambiguous,
                None => continue,
            };
            match (certainty, order(other, child)) {
                (_, Order::Older) => {}
                (Certainty::Certain, Order::Younger) => younger.certain.push(other.person),
                _ => younger.maybe.push(other.person),
            }
        }
        Some(younger)
    }

    /// Whether two members are siblings by their 続柄.
    pub(super) fn siblings(&self, a: &Member, b: &Member) -> Option<(Certainty, Ground)> {
        use Kin::{Child, Head, Sibling, Spouse, UnregisteredSpouse};
        let named = match (a.chain.as_slice(), b.chain.as_slice()) {
            ([Child], [Child]) | ([Head], [Sibling]) | ([Sibling], [Head]) => true,
            ([Spouse, Child], [Spouse, Child])
            | ([UnregisteredSpouse, Child], [UnregisteredSpouse, Child]) => true,
            ([Child], [Spouse | UnregisteredSpouse, Child])
            | ([Spouse | UnregisteredSpouse, Child], [Child])
            | ([Sibling], [Sibling]) => false,
            ([above @ .., Child], [beside @ .., Child]) if above == beside => false,
            _ => return None,
        };
        // Two heads: whose child 「子」 is cannot be told.
        if named && self.holders(&[]).len() < 2 {
            Some((Certainty::Certain, Ground::SameParent))
        } else {
            Some((Certainty::Ambiguous, Ground::SameGeneration))
        }
    }
}

/// Whether the 続柄 of two says too little to rule out that they are siblings.
fn may_hide_siblings(a: &Member, b: &Member) -> bool {
    a.chain.is_empty() || b.chain.is_empty() || (a.is_opaque() && b.is_opaque())
}

/// Whether `a` is older than `b`; birth dates known in part decide when they do not overlap.
pub(super) fn order(a: &Member, b: &Member) -> Order {
    match (a.birth, b.birth) {
        (Some(own), Some(other)) if own.latest() < other.earliest() => Order::Older,
        (Some(own), Some(other)) if other.latest() < own.earliest() => Order::Younger,
        _ => Order::Unknown,
    }
}
