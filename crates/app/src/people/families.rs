//! Households as kinship is derived from them, and who is whose child.

use std::collections::HashSet;

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
    pub(super) fn children_of(&self, parent: &Name) -> HashSet<PersonId> {
        let index = self.search();
        let named: HashSet<PersonId> = index
            .entries()
            .iter()
            .filter(|entry| parent.begins(&index.names(entry)))
            .map(|entry| entry.person)
            .collect();
        let mut seen = HashSet::new();
        let households = named
            .iter()
            .filter(|person| self.households.get(person).is_some_and(|household| seen.insert(*household)))
            .filter_map(|person| self.kinship_of(*person));
        households
            .flat_map(|household| household.relations())
            .filter(|relation| matches!(relation.kind, RelationKind::Parent | RelationKind::Carer))
            .filter(|relation| named.contains(&relation.from))
            .map(|relation| relation.to)
            .collect()
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
