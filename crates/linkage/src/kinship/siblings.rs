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
            match (certainty, self.order_told(other, child)) {
                (_, Order::Older) => {}
                (Certainty::Certain, Order::Younger) => younger.certain.push(other.person),
                _ => younger.maybe.push(other.person),
            }
        }
        Some(younger)
    }

    /// Whether two members are siblings: by what people recorded, by a parent they have in common, or by their
    /// 続柄.
    pub(super) fn siblings(&self, a: &Member, b: &Member) -> Option<(Certainty, Ground)> {
        if self.recorded.is_empty() {
            return self.siblings_by_register(a, b);
        }
        let recorded =
            self.recorded_siblings(a.person, b.person).map(|(certainty, ground, _)| (certainty, ground));
        if self.told(a.person, b.person).is_some() {
            return recorded.filter(|(certainty, _)| *certainty == Certainty::Certain);
        }
        if self.have_parent_in_common(a, b) {
            return Some((Certainty::Certain, Ground::SameParent));
        }
        let by_register = self.siblings_by_register(a, b);
        match by_register {
            Some((Certainty::Certain, _)) => by_register,
            _ => recorded.or(by_register),
        }
    }

    fn have_parent_in_common(&self, a: &Member, b: &Member) -> bool {
        let (Ok(of_a), Ok(of_b)) = (self.place_above(a), self.place_above(b)) else { return false };
        of_a.parents.iter().any(|one| of_b.parents.iter().any(|other| one.person == other.person))
    }

    /// Whether `a` is older than `b`: as people recorded it, or by the birth dates.
    fn order_told(&self, a: &Member, b: &Member) -> Order {
        match self.recorded_siblings(a.person, b.person) {
            Some((Certainty::Certain, _, told @ (Order::Older | Order::Younger))) => told,
            _ => order(a, b),
        }
    }

    fn siblings_by_register(&self, a: &Member, b: &Member) -> Option<(Certainty, Ground)> {
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
