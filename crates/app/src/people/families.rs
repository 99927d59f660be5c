//! Households as kinship is derived from them, and who is whose child.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use kernel::id::{HouseholdId, PersonId};
use linkage::kinship::{Household, Member, RelationKind};

use super::name::Name;
use super::{People, Place};

impl People {
    /// The household of a person as kinship is derived from it, with the other households at the same
    /// address beside it (世帯分離 shows only there).
    #[must_use]
    pub fn kinship_of(&self, person: PersonId) -> Option<Household> {
        let own = self.households.get(&person)?;
        let beside = self.place(person).map(|place| self.others_at(place, *own)).unwrap_or_default();
        Some(Household::new(self.as_members(*own), beside))
    }

    /// Those in whose household somebody of this name stands as their parent or in a parent's place, for
    /// sure or perhaps.
    pub(super) fn children_of(&self, parent: &Name) -> ChildrenOf<'_> {
        let index = self.search();
        let named = index.entries().iter().filter(|entry| parent.begins(&index.names(entry)));
        let named: HashSet<PersonId> = named.map(|entry| entry.person).collect();
        let households = named.iter().filter_map(|person| self.households.get(person).copied()).collect();
        ChildrenOf { people: self, named, households, derived: RefCell::default() }
    }

    fn as_members(&self, household: HouseholdId) -> Vec<Member> {
        let persons = self.members.get(&household).map(Vec::as_slice).unwrap_or_default();
        persons
            .iter()
            .filter_map(|person| self.identities.get(person).map(|identity| Member::of(*person, identity)))
            .collect()
    }

    fn others_at(&self, place: &Place, own: HouseholdId) -> Vec<Vec<Member>> {
        let mut households: Vec<HouseholdId> =
            place.households.iter().copied().filter(|household| *household != own).collect();
        households.sort_unstable();
        households.into_iter().map(|household| self.as_members(household)).collect()
    }
}

/// Whose parent is named so: asked person by person, so that kinship is derived only for the households that
/// somebody looks at.
pub(super) struct ChildrenOf<'a> {
    people: &'a People,
    named: HashSet<PersonId>,
    /// Where one of them lives.
    households: HashSet<HouseholdId>,
    /// The children of households asked for before.
    derived: RefCell<HashMap<HouseholdId, HashSet<PersonId>>>,
}

impl ChildrenOf<'_> {
    /// Whether this person is one of the children.
    pub fn has(&self, person: PersonId) -> bool {
        let household = self.people.households.get(&person);
        let Some(household) = household.filter(|household| self.households.contains(household)) else {
            return false;
        };
        let mut derived = self.derived.borrow_mut();
        derived.entry(*household).or_insert_with(|| self.children_beside(person)).contains(&person)
    }

    fn children_beside(&self, person: PersonId) -> HashSet<PersonId> {
        let household = self.people.kinship_of(person);
        let relations = household.map(|household| household.relations()).unwrap_or_default();
        let of_the_named = relations.into_iter().filter(|relation| {
            matches!(relation.kind, RelationKind::Parent | RelationKind::Carer)
                && self.named.contains(&relation.from)
        });
        of_the_named.map(|relation| relation.to).collect()
    }
}
