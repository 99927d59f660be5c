//! Whose child someone is, and whether they have one parent only, as far as the register can tell.

use kernel::Kin;
use kernel::code::Words;
use kernel::id::PersonId;
use serde::{Deserialize, Serialize};

use super::doubt::Doubt;
use super::household::{Household, Member};
use super::place::{Place, SPOUSES, Unplaced};
use super::relation::{Certainty, RelationKind};

/// The parents of a child.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Parents {
    /// The register or a record names at least one.
    Known {
        /// Certainly parents (by birth or adoption). Recorded ones may live elsewhere.
        parents: Vec<PersonId>,
        /// Certainly in a parent's place beside them, not certainly parents: the spouse of a parent.
        carers: Vec<PersonId>,
    },
    /// It does not.
    Unknown {
        /// Why.
        why: Vec<Doubt>,
        /// Who may be one; empty when nobody is seen.
        candidates: Vec<PersonId>,
    },
}

/// Whether a child has one parent only (ひとり親), by the register and what people recorded. Receipts of an
/// allowance tell more, and count besides.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SingleParent {
    /// One parent in the household, and no sign in the register of another. A spouse who was never
    /// registered in this town leaves no sign.
    Yes {
        /// The parent.
        parent: PersonId,
    },
    /// Two adults in a parent's place.
    No {
        /// Who.
        adults: Vec<PersonId>,
    },
    /// It cannot be told.
    Unknown {
        /// Why: every reason.
        why: Vec<Doubt>,
    },
}

impl SingleParent {
    /// As staff read it; the reasons have words of their own.
    #[must_use]
    pub const fn words(&self) -> Words {
        match self {
            Self::Yes { .. } => {
                Words { ja: "住民票上はひとり親", en: "One parent only, by the resident register" }
            }
            Self::No { .. } => {
                Words { ja: "親の立場の大人が二人いる", en: "Two adults in a parent's place" }
            }
            Self::Unknown { .. } => {
                Words { ja: "ひとり親かどうか不明", en: "Unknown whether one parent only" }
            }
        }
    }
}

impl Household {
    /// The parents of a member.
    #[must_use]
    pub fn parents_of(&self, child: PersonId) -> Parents {
        let Some(child) = self.member(child) else {
            return Parents::Unknown { why: vec![Doubt::NotInHousehold], candidates: Vec::new() };
        };
        match self.place_above(child) {
            Ok(place) => Parents::Known { parents: ids(&place.parents), carers: ids(&place.carers) },
            Err(unplaced) => {
                Parents::Unknown { why: vec![unplaced.why], candidates: ids(&unplaced.candidates) }
            }
        }
    }

    /// Whether a member has one parent only.
    #[must_use]
    pub fn single_parent(&self, child: PersonId) -> SingleParent {
        let Some(child) = self.member(child) else {
            return SingleParent::Unknown { why: vec![Doubt::NotInHousehold] };
        };
        let place = match self.place_above(child) {
            Ok(place) => place,
            Err(unplaced) => return SingleParent::Unknown { why: vec![unplaced.why] },
        };
        let adults: Vec<&Member> =
            place.adults().into_iter().filter(|adult| self.is_near(adult.person)).collect();
        let parent = match adults.as_slice() {
            [] => return SingleParent::Unknown { why: vec![Doubt::ParentElsewhere] },
            [parent] => parent,
            _ => return SingleParent::No { adults: ids(&adults) },
        };
        let why = [self.signs_of_another(child, parent), self.signs_recorded(child, parent, &place)].concat();
        if why.is_empty() {
            SingleParent::Yes { parent: parent.person }
        } else {
            SingleParent::Unknown { why }
        }
    }

    /// The adults in a parent's place to a member, by the member's 続柄 alone.
    pub(super) fn named_above<'a>(&'a self, child: &Member) -> Result<Place<'a>, Unplaced<'a>> {
        match child.chain.as_slice() {
            [] => Err(Doubt::RelationUnstated.alone()),
            [Kin::Head] => self.above(child, &[]),
            [Kin::Spouse] => self.above(child, &[Kin::Spouse]),
            [Kin::Child] => {
                let carers = self.spouses(&[]);
                let parents = vec![self.head_as_parent(child)?];
                Ok(Place { parents, perhaps: carers.clone(), carers })
            }
            [spouse @ (Kin::Spouse | Kin::UnregisteredSpouse), Kin::Child] => {
                let carers = vec![self.head()?];
                let parents = self.holders(&[*spouse]);
                match parents.as_slice() {
                    [parent] if !parent.may_be_parent_of(child) => {
                        Err(Unplaced { why: Doubt::AgeImplausible, candidates: parents })
                    }
                    [_] => Ok(Place { parents, carers, perhaps: Vec::new() }),
                    [] => Err(Doubt::NamedParentAbsent.alone()),
                    _ => Err(Unplaced { why: Doubt::SeveralCandidates, candidates: parents }),
                }
            }
            [Kin::Sibling] => Err(self.undecided(child, &[Kin::Parent])),
            [Kin::Relative | Kin::Cohabitant, ..] => Err(Doubt::NotDerivable.alone()),
            [above @ .., Kin::Child] => Err(self.undecided(child, above)),
            _ => Err(Doubt::NotDerivable.alone()),
        }
    }

    /// The one 世帯主.
    fn head(&self) -> Result<&Member, Unplaced<'_>> {
        let heads = self.holders(&[]);
        match heads.as_slice() {
            [head] => Ok(head),
            [] => Err(Doubt::HeadMissing.alone()),
            _ => Err(Unplaced { why: Doubt::SeveralHeads, candidates: heads }),
        }
    }

    /// 「子」 is a child of the head by birth or adoption; a stepchild would be 妻の子 or 夫の子.
    fn head_as_parent(&self, child: &Member) -> Result<&Member, Unplaced<'_>> {
        let head = self.head()?;
        if head.may_be_parent_of(child) {
            Ok(head)
        } else {
            Err(Unplaced { why: Doubt::AgeImplausible, candidates: vec![head] })
        }
    }

    /// Parents of the head or of the head's spouse: 父・母, 妻の父 … name them.
    fn above<'a>(&'a self, child: &Member, own: &[Kin]) -> Result<Place<'a>, Unplaced<'a>> {
        let above = [own, &[Kin::Parent]].concat();
        let parents = self.plausible(child, &above);
        match parents.len() {
            0 => Err(Doubt::NoCandidate.alone()),
            1 | 2 => {
                let carers = self.spouses(&above);
                Ok(Place { parents, carers, perhaps: Vec::new() })
            }
            _ => Err(Unplaced { why: Doubt::SeveralCandidates, candidates: parents }),
        }
    }

    /// 「子の子」 names no parent: any 子 may be, here or elsewhere.
    fn undecided<'a>(&'a self, child: &Member, above: &[Kin]) -> Unplaced<'a> {
        let mut candidates = self.plausible(child, above);
        let why = match candidates.len() {
            0 => Doubt::NoCandidate,
            1 => Doubt::OneCandidate,
            _ => Doubt::SeveralCandidates,
        };
        candidates.extend(self.spouses(above));
        Unplaced { why, candidates }
    }

    fn plausible<'a>(&'a self, child: &Member, chain: &[Kin]) -> Vec<&'a Member> {
        self.holders(chain).into_iter().filter(|member| member.may_be_parent_of(child)).collect()
    }

    /// Present spouses, registered or not, of those with this 続柄.
    fn spouses(&self, of: &[Kin]) -> Vec<&Member> {
        SPOUSES.into_iter().flat_map(|spouse| self.holders(&[of, &[spouse]].concat())).collect()
    }

    /// Signs that the only parent in the household is not the only parent.
    fn signs_of_another(&self, child: &Member, parent: &Member) -> Vec<Doubt> {
        let partner_left = self.left().any(|gone| is_partner_gone(gone, child, parent));
        let other_adult = self.here().any(|other| {
            ![child.person, parent.person].contains(&other.person)
                && other.is_opaque()
                && other.may_be_parent_of(child)
                && !self.is_explained(other.person, child.person)
        });
        let next_door = self.singles_next_door().any(|neighbour| {
            neighbour.person != parent.person
                && !self.is_explained(neighbour.person, child.person)
                && neighbour.may_be_parent_of(child)
                && (may_share(neighbour, parent) || may_share(neighbour, child))
        });
        [
            (partner_left, Doubt::PartnerLeft),
            (next_door, Doubt::SameAddress),
            (other_adult, Doubt::OtherAdult),
        ]
        .into_iter()
        .filter_map(|(seen, doubt)| seen.then_some(doubt))
        .collect()
    }

    /// The same signs in what people recorded.
    fn signs_recorded(&self, child: &Member, parent: &Member, place: &Place<'_>) -> Vec<Doubt> {
        let perhaps = |kind| self.recorded_above(child.person, kind, Certainty::Ambiguous);
        let known = place.adults();
        let in_doubt = [perhaps(RelationKind::Parent), perhaps(RelationKind::Carer)]
            .concat()
            .iter()
            .any(|one| known.iter().all(|adult| adult.person != one.person));
        let is_elsewhere = self.member(parent.person).is_none() || !self.elsewhere_of(place).is_empty();
        let is_recorded = self.told(parent.person, child.person).is_some();
        [
            (is_elsewhere, Doubt::ParentElsewhere),
            (in_doubt, Doubt::PerhapsRecorded),
            (is_recorded && self.spouse_of(parent).is_none(), Doubt::SpouseUnclear),
        ]
        .into_iter()
        .filter_map(|(seen, doubt)| seen.then_some(doubt))
        .collect()
    }
}

/// Whether one who left may be the other parent or the parent's spouse. A former head is one: when he
/// goes, his wife becomes the head, and her former 続柄 is no longer in the rows.
fn is_partner_gone(gone: &Member, child: &Member, parent: &Member) -> bool {
    match (parent.chain.as_slice(), gone.chain.as_slice()) {
        ([Kin::Head], [Kin::Spouse | Kin::UnregisteredSpouse]) => true,
        (_, [] | [Kin::Head]) => gone.may_be_parent_of(child),
        (above, [rest @ .., Kin::Spouse | Kin::UnregisteredSpouse]) => above == rest,
        (above, other) => above.ends_with(&[Kin::Parent]) && above == other,
    }
}

/// Whether two have the same 氏; one that is not stated may be.
fn may_share(a: &Member, b: &Member) -> bool {
    a.surname.is_none() || b.surname.is_none() || a.surname == b.surname
}

fn ids(members: &[&Member]) -> Vec<PersonId> {
    members.iter().map(|member| member.person).collect()
}
