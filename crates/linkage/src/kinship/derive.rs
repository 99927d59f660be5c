//! All relations within a household at once.

use kernel::Kin;

use super::doubt::Doubt;
use super::household::{Household, Member};
use super::relation::{Certainty, Ground, Relation, RelationKind};
use super::siblings::order;

impl Household {
    /// Every relation that people recorded or that the 続柄 of those present tell or allow, in the order of
    /// persons and kind. A pair has at most one relation of a kind, the surest. Siblings are given both ways.
    #[must_use]
    pub fn relations(&self) -> Vec<Relation> {
        let derived: Vec<Relation> =
            self.here().flat_map(|to| [self.above_of(to), self.beside(to)].concat()).collect();
        let mut relations = self.overlaid(derived);
        relations.sort_unstable();
        relations.dedup_by_key(|relation| (relation.from, relation.to, relation.kind));
        relations
    }

    /// Parents, carers and grandparents of a member.
    fn above_of(&self, to: &Member) -> Vec<Relation> {
        let mut above = self.parents_or_carers(to);
        let parents: Vec<_> =
            above.iter().filter(|relation| relation.kind == RelationKind::Parent).copied().collect();
        for parent in parents {
            let Some(member) = self.member(parent.from) else { continue };
            let beyond = self.parents_or_carers(member);
            above.extend(beyond.into_iter().filter(|beyond| beyond.kind == RelationKind::Parent).map(
                |beyond| Relation {
                    to: to.person,
                    kind: RelationKind::Grandparent,
                    certainty: parent.certainty.max(beyond.certainty),
                    evidence: Ground::TwoGenerations,
                    ..beyond
                },
            ));
        }
        above.extend(self.named_grandparents(to));
        above
    }

    fn parents_or_carers(&self, to: &Member) -> Vec<Relation> {
        use Certainty::{Ambiguous, Certain};
        use RelationKind::{Carer, Parent};
        let relation = |from: &Member, kind, certainty, evidence| Relation {
            from: from.person,
            to: to.person,
            kind,
            certainty,
            evidence,
            recorded: None,
        };
        match self.place_above(to) {
            Ok(place) => {
                let parents = place.parents.iter().map(|from| relation(from, Parent, Certain, Ground::Named));
                let carers =
                    place.carers.iter().map(|from| relation(from, Carer, Certain, Ground::SpouseOfParent));
                let maybe = place.perhaps.iter();
                let maybe = maybe.map(|from| relation(from, Parent, Ambiguous, Ground::SpouseOfParent));
                parents.chain(carers).chain(maybe).collect()
            }
            Err(unplaced) => {
                let ground = match unplaced.why {
                    Doubt::AgeImplausible | Doubt::SeveralHeads => Ground::Named,
                    _ => Ground::GenerationAbove,
                };
                unplaced.candidates.iter().map(|from| relation(from, Parent, Ambiguous, ground)).collect()
            }
        }
    }

    /// The head above 子の子, and 祖父母 above the head: sure although the parent between is not.
    fn named_grandparents(&self, to: &Member) -> Vec<Relation> {
        let from = match to.chain.as_slice() {
            [Kin::Child, Kin::Child] => self.holders(&[]),
            [Kin::Head] => self.holders(&[Kin::Grandparent]),
            _ => Vec::new(),
        };
        let two_heads = self.holders(&[]).len() > 1;
        from.into_iter()
            .map(|from| Relation {
                from: from.person,
                to: to.person,
                kind: RelationKind::Grandparent,
                certainty: if two_heads { Certainty::Ambiguous } else { Certainty::Certain },
                evidence: Ground::TwoGenerations,
                recorded: None,
            })
            .collect()
    }

    /// Siblings of a member.
    fn beside(&self, to: &Member) -> Vec<Relation> {
        self.here()
            .filter(|from| from.person != to.person)
            .filter_map(|from| {
                let (certainty, evidence) = self.siblings(from, to)?;
                let kind = RelationKind::Sibling { order: order(from, to) };
                Some(Relation { from: from.person, to: to.person, kind, certainty, evidence, recorded: None })
            })
            .collect()
    }
}
