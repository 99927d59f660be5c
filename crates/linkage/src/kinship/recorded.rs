//! What people recorded about two persons, and how it stands over the register. A certain record replaces
//! whatever follows from 続柄 about the same two; one that is not certain adds a possibility and changes
//! nothing that is sure.

use kernel::id::{PersonId, RelationId};

use super::household::{Household, Member};
use super::relation::{Certainty, Ground, Order, Relation, RelationKind};

/// The record that does not go together with a new one: another relation of the same two, or one that would
/// make somebody their own ancestor. An other carer may be kin besides.
#[must_use]
pub fn clash(known: &[Relation], new: &Relation) -> Option<RelationId> {
    let others = || known.iter().filter(|known| known.recorded != new.recorded);
    let of_two = others().find(|known| {
        let beside = (known.kind == RelationKind::OtherCarer) != (new.kind == RelationKind::OtherCarer);
        same_two(known, new) && !beside
    });
    let circle = || {
        let mut above = vec![new.from];
        let mut at = 0;
        while let Some(person) = above.get(at).copied() {
            at += 1;
            for known in others().filter(|known| is_ancestor(known.kind) && known.to == person) {
                if known.from == new.to {
                    return Some(known);
                }
                if !above.contains(&known.from) {
                    above.push(known.from);
                }
            }
        }
        None
    };
    of_two.or_else(|| is_ancestor(new.kind).then(circle).flatten())?.recorded
}

const fn is_ancestor(kind: RelationKind) -> bool {
    matches!(kind, RelationKind::Parent | RelationKind::Grandparent)
}

/// Whether two relations are about the same two persons, either way round.
pub(super) fn same_two(a: &Relation, b: &Relation) -> bool {
    (a.from, a.to) == (b.from, b.to) || (a.from, a.to) == (b.to, b.from)
}

/// Whether two kinds are one, whoever of two siblings is older.
pub(super) const fn same_kind(a: RelationKind, b: RelationKind) -> bool {
    use RelationKind::{Carer, Grandparent, OtherCarer, Parent, Sibling};
    matches!(
        (a, b),
        (Parent, Parent)
            | (Carer, Carer)
            | (Grandparent, Grandparent)
            | (OtherCarer, OtherCarer)
            | (Sibling { .. }, Sibling { .. })
    )
}

impl Household {
    /// The certain record of two persons that says how they are kin.
    pub(super) fn told(&self, a: PersonId, b: PersonId) -> Option<&Relation> {
        self.recorded.iter().find(|known| {
            known.certainty == Certainty::Certain
                && known.kind != RelationKind::OtherCarer
                && [(a, b), (b, a)].contains(&(known.from, known.to))
        })
    }

    /// Whether people said for certain who somebody is to a child, other carers included.
    pub(super) fn is_explained(&self, person: PersonId, child: PersonId) -> bool {
        self.recorded.iter().any(|known| {
            known.certainty == Certainty::Certain
                && [(person, child), (child, person)].contains(&(known.from, known.to))
        })
    }

    /// Whether a certain record says of two something else than that the first is in a parent's place.
    pub(super) fn is_overruled(&self, adult: PersonId, child: PersonId) -> bool {
        self.told(adult, child).is_some_and(|known| {
            known.from != adult || !matches!(known.kind, RelationKind::Parent | RelationKind::Carer)
        })
    }

    /// Those recorded above a child as `kind`, this sure.
    pub(super) fn recorded_above(
        &self,
        child: PersonId,
        kind: RelationKind,
        certainty: Certainty,
    ) -> Vec<&Member> {
        self.recorded
            .iter()
            .filter(|known| known.to == child && known.kind == kind && known.certainty == certainty)
            .filter_map(|known| self.anybody(known.from))
            .collect()
    }

    /// What was recorded of two siblings, seen from `from`.
    pub(super) fn recorded_siblings(
        &self,
        from: PersonId,
        to: PersonId,
    ) -> Option<(Certainty, Ground, Order)> {
        let both = self.recorded.iter().flat_map(both_ways);
        both.filter(|known| (known.from, known.to) == (from, to)).find_map(|known| match known.kind {
            RelationKind::Sibling { order } => Some((known.certainty, known.evidence, order)),
            _ => None,
        })
    }

    /// What follows from the register, with what people recorded over it.
    pub(super) fn overlaid(&self, mut derived: Vec<Relation>) -> Vec<Relation> {
        derived.retain(|relation| self.told(relation.from, relation.to).is_none());
        let doubted = |new: &Relation| {
            new.certainty == Certainty::Ambiguous
                && derived.iter().any(|known| {
                    known.certainty == Certainty::Certain
                        && (known.from, known.to) == (new.from, new.to)
                        && same_kind(known.kind, new.kind)
                })
        };
        let added: Vec<Relation> =
            self.recorded.iter().flat_map(both_ways).filter(|new| !doubted(new)).collect();
        derived.extend(added);
        derived
    }
}

/// A relation as it is; siblings from both.
fn both_ways(relation: &Relation) -> impl Iterator<Item = Relation> + use<> {
    let mirrored = match relation.kind {
        RelationKind::Sibling { order } => Some(Relation {
            from: relation.to,
            to: relation.from,
            kind: RelationKind::Sibling { order: turned(order) },
            ..*relation
        }),
        _ => None,
    };
    std::iter::once(*relation).chain(mirrored)
}

const fn turned(order: Order) -> Order {
    match order {
        Order::Older => Order::Younger,
        Order::Younger => Order::Older,
        Order::Unknown => Order::Unknown,
    }
}
