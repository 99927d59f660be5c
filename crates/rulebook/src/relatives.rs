//! Whose records an input reads, and what those of several people together say. A relation that is not
//! certain proves nothing and rules nothing out.

use kernel::{Absence, ItemCode, Known};

use crate::facts::{ChildFacts, Order, PersonFacts, Relative};
use crate::inputs::{Answer, Ask};
use crate::rulebook::{Of, Shape};

impl Ask<'_> {
    /// The state of an input about the child or its relatives.
    pub(crate) fn item(&self, child: &ChildFacts, item: &ItemCode, of: Of, shape: &Shape) -> Answer {
        let one = |person: &PersonFacts| self.person(child, person, item, of, shape);
        match of {
            Of::Own => one(&child.own),
            Of::Parent => among(child.parents.iter().map(sure), child.parents_complete, one),
            Of::Sibling => {
                let all = child.siblings.members.iter().map(|(_, sibling)| sure(sibling));
                among(all, child.siblings.complete, one)
            }
            Of::YoungerSibling => {
                let perhaps = child.siblings.members.iter().filter(|(order, _)| *order != Order::Older);
                let younger = perhaps
                    .map(|(order, sibling)| (sibling.certain && *order == Order::Younger, &sibling.person));
                among(younger, child.siblings.complete, one)
            }
        }
    }
}

const fn sure(relative: &Relative) -> (bool, &PersonFacts) {
    (relative.certain, &relative.person)
}

/// True if one certain member's is; false if all are known and none's is; not applicable if there is
/// certainly nobody.
fn among<'p>(
    members: impl Iterator<Item = (bool, &'p PersonFacts)>,
    complete: bool,
    one: impl Fn(&'p PersonFacts) -> Answer,
) -> Answer {
    let (mut anybody, mut holds) = (false, false);
    let (mut proof, mut rest, mut open) = (Vec::new(), Vec::new(), Vec::new());
    for (certain, person) in members {
        anybody = true;
        let (value, evidence) = one(person);
        match value {
            Known::Present(1..) if certain => {
                holds = true;
                proof.extend(evidence);
                continue;
            }
            Known::Present(1..) => open.push(Absence::NotCollected),
            Known::Absent(Absence::NotApplicable) | Known::Present(0) => {}
            Known::Absent(reason) => open.push(reason),
        }
        rest.extend(evidence);
    }
    if holds {
        return (Known::Present(1), proof);
    }
    if !complete {
        open.push(Absence::NotCollected);
    }
    match weakest(open.into_iter()) {
        Some(reason) => (Known::Absent(reason), rest),
        None if anybody => (Known::Present(0), rest),
        None => (Known::Absent(Absence::NotApplicable), rest),
    }
}

/// The reason that stands for several: what was declined only if nothing else is open, since only then
/// would the answer be known but for the family's word.
pub(crate) fn weakest(reasons: impl Iterator<Item = Absence>) -> Option<Absence> {
    reasons.min_by_key(|reason| match reason {
        Absence::NotApplicable => 2,
        Absence::Declined => 1,
        _ => 0,
    })
}
