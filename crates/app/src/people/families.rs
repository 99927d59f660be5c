//! Households as kinship is derived from them, and who is whose child.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use kernel::Identity;
use kernel::id::{HouseholdId, PersonId};
use linkage::kinship::{Household, Member, Relation, RelationKind};

use super::name::Name;
use super::{People, Place};

impl People {
    /// The household of a person as kinship is derived from it, with the other households at the same
    /// address beside it (世帯分離 shows only there) and what people recorded about those in it. `None` for whom
    /// the register puts in none and nobody recorded anything.
    #[must_use]
    pub fn kinship_of(&self, person: PersonId) -> Option<Household> {
        let own = self.households.get(&person).copied();
        let members = own.map(|own| self.as_members(own)).unwrap_or_default();
        let about = members.iter().map(|member| member.person).chain(own.is_none().then_some(person));
        let recorded: Vec<Relation> =
            about.flat_map(|one| self.recorded_of(one)).map(|(told, _)| *told).collect();
        if own.is_none() && recorded.is_empty() {
            return None;
        }
        let beside = match (own, self.place(person)) {
            (Some(own), Some(place)) => self.others_at(place, own),
            _ => Vec::new(),
        };
        let elsewhere = recorded
            .iter()
            .flat_map(|told| [told.from, told.to])
            .filter(|named| members.iter().all(|member| member.person != *named))
            .map(|named| Member::of(named, self.identities.get(&named).unwrap_or(&Identity::default())))
            .collect();
        Some(Household::new(members, beside).with_recorded(recorded, elsewhere))
    }

    /// What people recorded about somebody and another, with when.
    pub(crate) fn recorded_of(&self, person: PersonId) -> &[(Relation, DateTime<Utc>)] {
        self.recorded.get(&person).map(Vec::as_slice).unwrap_or_default()
    }

    /// Those in whose household somebody of this name stands as their parent or in a parent's place, for
    /// sure or perhaps.
    pub(super) fn children_of(&self, parent: &Name) -> ChildrenOf<'_> {
        let index = self.search();
        let named = index.entries().iter().filter(|entry| parent.begins(&index.names(entry)));
        let named: HashSet<PersonId> = named.map(|entry| entry.person).collect();
        let households: HashSet<HouseholdId> =
            named.iter().filter_map(|person| self.households.get(person).copied()).collect();
        let told = named.iter().flat_map(|person| self.recorded_of(*person));
        let told_of: HashSet<PersonId> = told.map(|(told, _)| told.to).collect();
        let with_them = |household| self.members.get(household).map(Vec::as_slice).unwrap_or_default();
        let perhaps = told_of.iter().chain(households.iter().flat_map(with_them));
        let mut ranks: Vec<u32> = perhaps.filter_map(|person| index.rank(*person)).collect();
        ranks.sort_unstable();
        ranks.dedup();
        ChildrenOf { people: self, named, households, told_of, ranks, derived: RefCell::default() }
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
    /// Of whom people recorded that one of them is something to them, wherever they live.
    told_of: HashSet<PersonId>,
    /// Where those stand in the index who live with one of them or of whom something was recorded: nobody else can
    /// be a child.
    ranks: Vec<u32>,
    /// The children of households asked for before.
    derived: RefCell<HashMap<HouseholdId, HashSet<PersonId>>>,
}

impl ChildrenOf<'_> {
    /// Those who may be children, where they stand, from there on.
    pub fn ranks_from(&self, from: u32) -> &[u32] {
        let before = self.ranks.partition_point(|rank| *rank < from);
        self.ranks.get(before..).unwrap_or_default()
    }

    /// Whether this person is one of the children.
    pub fn has(&self, person: PersonId) -> bool {
        if self.told_of.contains(&person) && self.children_beside(person).contains(&person) {
            return true;
        }
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
