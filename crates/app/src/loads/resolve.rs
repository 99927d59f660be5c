//! From a row to persons: by number, by reading and birth date, or to the link queue. Households and
//! new persons come from the register alone.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use kernel::code::Words;
use kernel::id::{HouseholdId, PersonId};
use kernel::{Category, Identity, ItemCode, Known as Stated, Observation};
use layouts::{Layout, RoleId};
use linkage::{Decision, HumanDecisions, Key, LinkCandidate, Rule, decide, verified};
use seal::KeySet;
use store::TownKeys;
use store::load::{Key16, KeyedMap, Known, TaskPlace};
use store::rows::link_task::{CandidateNote, LinkDecision, LinkTaskBody};
use store::rows::pack::PackBody;

use super::numbers;
use super::piece::Decoded;
use super::resolved::{Pack, Registered, Resolved, without_whereabouts};
use crate::Result;
use crate::error::internal;
use crate::ids::Ids;
use crate::people::People;

/// The number space of 宛名番号: every member of it is known from the register.
const ATENA: &str = "atena";

/// Why a record waits that comes near nobody.
const NOBODY: Words = Words {
    ja: "近い住民が見つかりません（住登外・未登録・転出の可能性）",
    en: "nobody comes near (unregistered, not yet registered, or moved)",
};

/// Resolves rows of one source. Whom it asks about is filled in before (`lookup`).
pub(super) struct Resolver<'a> {
    layout: &'a Layout,
    categories: &'a HashMap<ItemCode, Category>,
    ids: Ids,
    households: String,
    /// Everybody, once a row cannot be told without.
    pub people: Option<Arc<People>>,
    /// Who the register says the holders of numbers are.
    pub holders: KeyedMap<PersonId, Vec<Identity>>,
}

/// What a number in a row says.
pub(super) enum Numbered {
    /// It is this person's, whom the row may or may not be about.
    Held(PersonId),
    /// It is a new person's.
    New(Key16),
    /// It says nothing, or there is none: everybody is asked.
    Anybody,
}

impl<'a> Resolver<'a> {
    pub fn new(layout: &'a Layout, categories: &'a HashMap<ItemCode, Category>, ids: Ids) -> Self {
        let households = format!("{}:household", layout.system);
        Self { layout, categories, ids, households, people: None, holders: KeyedMap::default() }
    }

    /// Whether ids follow from numbers.
    pub fn has_fixed_ids(&self) -> bool {
        self.ids == Ids::Fixed
    }

    /// Whether rows say numbers of other systems.
    pub fn teaches(&self) -> bool {
        self.layout.numbers().next().is_some()
    }

    /// Whose number a row gives.
    pub fn numbered(&self, keys: &TownKeys, known: &Known, role: RoleId, identity: &Identity) -> Numbered {
        let number = self.number(keys, identity);
        match number.map(|number| (number, known.numbers.get(&number))) {
            Some((_, Some(person))) => Numbered::Held(*person),
            Some((number, None)) if self.layout.creates && role == RoleId::Person => Numbered::New(number),
            _ => Numbered::Anybody,
        }
    }

    /// Whether the row is plainly about the holder of its number.
    pub fn is_verified(&self, identity: &Identity, holder: PersonId) -> bool {
        self.holders.get(&holder).is_some_and(|identities| verified(identity, identities))
    }

    fn number(&self, keys: &TownKeys, identity: &Identity) -> Option<Key16> {
        let index = identity.local_id.value().and_then(|n| keys.blind.identifier(&self.layout.system, n));
        index.map(|index| *index.as_bytes())
    }

    /// Resolves one row, whose observations go on; `known` learns what the row adds.
    pub fn resolve(
        &self,
        keys: &TownKeys,
        known: &mut Known,
        row: &mut Decoded,
        tasks: &[TaskPlace],
    ) -> Result<Resolved> {
        let mut resolved = Resolved::default();
        let mut observations = std::mem::take(&mut row.observations);
        let row = &*row;
        for (role, identity) in &row.persons {
            let said: Vec<Observation> = observations
                .extract_if(.., |(of, _)| of == role)
                .map(|(_, observation)| observation)
                .collect();
            let is_register = self.layout.creates && *role == RoleId::Person;
            let number = self.number(keys, identity);
            let mut who = self.who(known, *role, identity, number)?;
            let further = numbers::further(self.layout, keys, *role, &said);
            resolved.stated.extend(&further);
            let part = (!tasks.is_empty()).then(|| keys.part(&row.record_key, role.as_str()));
            let before = tasks.iter().find(|task| Some(task.part) == part);
            if let Some((task, decision)) = before.and_then(|task| Some((task.id, task.decided?))) {
                let note = LinkTaskBody {
                    identity: identity.clone(),
                    observations: said.clone(),
                    ..who.into_note()
                };
                resolved.waits(keys, row, *role, note, Some(task));
                match decision {
                    LinkDecision::Linked(person) => who = Who::Known(person),
                    LinkDecision::Refused => continue,
                }
            } else {
                who = who.unless_taken(known, &further);
            }
            let (person, newcomer) = match who {
                Who::Known(person) => {
                    let mut learned = |number: &Key16| match known.numbers.entry(*number) {
                        Entry::Vacant(free) => {
                            free.insert(person);
                            true
                        }
                        Entry::Occupied(_) => false,
                    };
                    let own = number.into_iter().filter(&mut learned);
                    resolved.numbers.extend(own.map(|number| (person, number)));
                    let taught = further.into_iter().filter(&mut learned);
                    resolved.taught.extend(taught.map(|number| (person, number)));
                    (person, None)
                }
                Who::New(number) => {
                    let id = self.ids.of(&self.layout.system, &identity.local_id);
                    let person = PersonId::from_uuid(id);
                    known.numbers.insert(number, person);
                    if known.persons.contains(&person) {
                        // Back after their load was taken back, under the id that follows from the number.
                        resolved.numbers.push((person, number));
                        (person, None)
                    } else {
                        known.keysets.insert(person.uuid(), KeySet::new());
                        (person, Some(number))
                    }
                }
                Who::Waits(body) => {
                    let body = LinkTaskBody { identity: identity.clone(), observations: said, ..*body };
                    resolved.waits(keys, row, *role, body, None);
                    continue;
                }
            };
            if is_register {
                let registered = self.registered(keys, known, identity, person, newcomer);
                resolved.registered = Some(registered).filter(|registered| !registered.is_nothing());
            }
            self.packs(*role, is_register.then_some(identity), person, said, &mut resolved)?;
        }
        Ok(resolved)
    }

    /// Whom the machine takes the record for.
    fn who(&self, known: &Known, role: RoleId, identity: &Identity, number: Option<Key16>) -> Result<Who> {
        let found = number.and_then(|number| known.numbers.get(&number).copied());
        let key = match (found, number) {
            (Some(person), _) if self.is_verified(identity, person) => return Ok(Who::Known(person)),
            (Some(person), _) => Key::Found(person),
            (None, Some(number)) if self.layout.creates && role == RoleId::Person => {
                return Ok(Who::New(number));
            }
            (None, Some(_)) if self.layout.system == ATENA => Key::Unknown,
            _ => Key::None,
        };
        let people = self.people.as_ref().ok_or_else(|| internal("a row was resolved without the people"))?;
        Ok(match decide(identity, key, &people.index, &HumanDecisions::none()) {
            Decision::Linked { person, .. } => Who::Known(person),
            Decision::Queue { why, candidates } => Who::Waits(Box::new(waiting(why.words(), candidates))),
            Decision::Unknown => Who::Waits(Box::new(waiting(NOBODY, Vec::new()))),
        })
    }

    fn registered(
        &self,
        keys: &TownKeys,
        known: &mut Known,
        identity: &Identity,
        person: PersonId,
        newcomer: Option<Key16>,
    ) -> Registered {
        let stays = Registered { person, newcomer, household: None, household_number: None, left: None };
        let Stated::Present(number) = &identity.household_no else { return stays };
        let Some(index) = keys.blind.identifier(&self.households, number) else { return stays };
        let index = *index.as_bytes();
        let mut new = None;
        let household = *known.households.entry(index).or_insert_with(|| {
            new = Some(index);
            HouseholdId::from_uuid(self.ids.of(&self.households, &identity.household_no))
        });
        let left = known.memberships.insert(person, household);
        if left == Some(household) {
            return stays;
        }
        Registered { household: Some(household), household_number: new, left, ..stays }
    }

    /// One pack a category; the register's own holds the identity, whereabouts apart.
    fn packs(
        &self,
        role: RoleId,
        register: Option<&Identity>,
        person: PersonId,
        said: Vec<Observation>,
        resolved: &mut Resolved,
    ) -> Result<()> {
        let mut by_category: BTreeMap<Category, PackBody> = BTreeMap::new();
        for observation in said {
            let category = self.categories.get(&observation.item);
            let category =
                category.ok_or_else(|| internal("an item of a layout is not in the dictionary"))?;
            by_category.entry(*category).or_default().observations.push(observation);
        }
        let mut whereabouts = None;
        if let Some(identity) = register {
            let (identity, apart) = without_whereabouts(identity);
            whereabouts = Some(apart);
            by_category.entry(Category::Register).or_default().identity = Some(identity);
        }
        for (category, mut body) in by_category {
            role.as_str().clone_into(&mut body.role);
            let whereabouts = if category == Category::Register { whereabouts.take() } else { None };
            resolved.packs.push(Pack { person, category, body, whereabouts });
        }
        Ok(())
    }
}

enum Who {
    Known(PersonId),
    New(Key16),
    Waits(Box<LinkTaskBody>),
}

impl Who {
    /// Nobody's number becomes another's: where one of the further numbers is somebody else's, a human looks.
    fn unless_taken(self, known: &Known, further: &[Key16]) -> Self {
        match self {
            Self::Known(person) => match numbers::holder(known, further, person) {
                Some(holder) => Self::Waits(Box::new(numbers::conflict(person, holder))),
                None => Self::Known(person),
            },
            who => who,
        }
    }

    /// What to tell whoever takes back the decision that stands over the machine's.
    fn into_note(self) -> LinkTaskBody {
        match self {
            Self::Waits(body) => *body,
            Self::Known(_) | Self::New(_) => waiting(Rule::Human.words(), Vec::new()),
        }
    }
}

fn waiting(why: Words, candidates: Vec<LinkCandidate>) -> LinkTaskBody {
    let candidates = candidates
        .into_iter()
        .map(|candidate| CandidateNote {
            person: candidate.person,
            reason_ja: candidate.reasons.iter().map(|r| r.words().ja).collect::<Vec<_>>().join("、"),
            reason_en: candidate.reasons.iter().map(|r| r.words().en).collect::<Vec<_>>().join("; "),
        })
        .collect();
    LinkTaskBody {
        role: String::new(),
        identity: Identity::default(),
        observations: Vec::new(),
        candidates,
        reason_ja: why.ja.to_owned(),
        reason_en: why.en.to_owned(),
    }
}
