//! Households as kinship is derived from them, and who is whose child.

use std::cell::RefCell;
use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use kernel::Identity;
use kernel::id::{HouseholdId, PersonId};
use linkage::kinship::{Household, Member, Relation, RelationKind};

use super::index::{Entry, Index};
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
        let homes = self.homes.get_or_init(|| Homes::of(index, &self.households));
        let mut named = HashSet::new();
        let mut theirs = vec![false; homes.count];
        for (entry, home) in index.entries().iter().zip(&homes.of) {
            if parent.begins(&index.names(entry)) {
                named.insert(entry.person);
                if let Some(theirs) = home.and_then(|home| theirs.get_mut(home)) {
                    *theirs = true;
                }
            }
        }
        let told = named.iter().flat_map(|person| self.recorded_of(*person));
        let told_of = told.map(|(told, _)| told.to).collect();
        ChildrenOf { people: self, homes, named, theirs, told_of, derived: RefCell::default() }
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

/// Which household each person of the index is in, by a number: whom a search asks about by thousands is not looked up
/// one by one.
pub(super) struct Homes {
    /// In the order of the index; `None` for whom the register puts in no household.
    of: Vec<Option<usize>>,
    /// One more than the highest number.
    count: usize,
}

impl Homes {
    fn of(index: &Index, households: &HashMap<PersonId, HouseholdId>) -> Self {
        let mut numbers = HashMap::new();
        let number = |entry: &Entry| {
            let next = numbers.len();
            Some(*numbers.entry(*households.get(&entry.person)?).or_insert(next))
        };
        let of = index.entries().iter().map(number).collect();
        Self { of, count: numbers.len() }
    }
}

/// Whose parent is named so: asked person by person, so that kinship is derived only for the households that
/// somebody looks at.
pub(super) struct ChildrenOf<'a> {
    people: &'a People,
    homes: &'a Homes,
    named: HashSet<PersonId>,
    /// Of each household's number, whether one of them lives there.
    theirs: Vec<bool>,
    /// Of whom people recorded that one of them is something to them, wherever they live.
    told_of: HashSet<PersonId>,
    /// The children of households asked for before.
    derived: RefCell<HashMap<HouseholdId, HashSet<PersonId>>>,
}

impl ChildrenOf<'_> {
    /// Whether somebody, who stands there in the index, is one of the children.
    pub fn has(&self, person: PersonId, rank: usize) -> bool {
        if self.told_of.contains(&person) && self.children_beside(person).contains(&person) {
            return true;
        }
        let home = self.homes.of.get(rank).copied().flatten();
        if home.and_then(|home| self.theirs.get(home)) != Some(&true) {
            return false;
        }
        let Some(household) = self.people.households.get(&person) else { return false };
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
