//! From a row to persons: by number, by reading and birth date, or to the link queue. Households and
//! new persons come from the register alone.

use std::collections::BTreeMap;

use kernel::code::Words;
use kernel::id::{HouseholdId, PersonId};
use kernel::{Category, Identity, ItemCode, Known as Stated, Observation};
use layouts::{Layout, RoleId};
use linkage::{Decision, HumanDecisions, Key, LinkCandidate, Rule, decide};
use store::TownKeys;
use store::load::{Key16, Known, StagedPack, TaskPlace};
use store::rows::link_task::{CandidateNote, LinkDecision, LinkTaskBody};
use store::rows::pack::{PackBody, Whereabouts};
use uuid::Uuid;

use super::intake::Decoded;
use crate::Result;
use crate::error::internal;
use crate::people::People;

/// The number space of 宛名番号: every member of it is known from the register.
const ATENA: &str = "atena";

/// Why a record waits that comes near nobody.
const NOBODY: Words = Words {
    ja: "近い住民が見つかりません（住登外・未登録・転出の可能性）",
    en: "nobody comes near (unregistered, not yet registered, or moved)",
};

/// What one row comes to.
#[derive(Default)]
pub(super) struct Resolved {
    /// A person made, with the index of their number.
    pub new_person: Option<(PersonId, Key16)>,
    /// Numbers learned for persons already known.
    pub numbers: Vec<(PersonId, Key16)>,
    /// A household made, with the index of its number.
    pub new_household: Option<(HouseholdId, Key16)>,
    /// A change of household.
    pub moved: Option<Moved>,
    /// Packs to seal.
    pub packs: Vec<Pack>,
    /// Records that wait for a human, with their roles.
    pub waiting: Vec<(RoleId, LinkTaskBody)>,
    /// Records on which a human decided before: the task, the role, what the record says now.
    pub decided: Vec<(Uuid, RoleId, LinkTaskBody)>,
}

/// A person's change of household.
#[derive(Clone, Copy)]
pub(super) struct Moved {
    /// Who.
    pub person: PersonId,
    /// Where they were, if anywhere.
    pub from: Option<HouseholdId>,
    /// Where they are.
    pub to: HouseholdId,
}

/// A pack before sealing.
pub(super) struct Pack {
    pub person: PersonId,
    pub category: Category,
    pub role: RoleId,
    pub body: PackBody,
    pub whereabouts: Option<Whereabouts>,
}

impl Pack {
    /// The pack as the stage takes it.
    pub fn staged<'a>(&'a self, row: &Decoded) -> StagedPack<'a> {
        StagedPack {
            person: self.person,
            category: self.category.number(),
            line: i32::try_from(row.line).unwrap_or(i32::MAX),
            role: self.role.as_str(),
            record_key: row.record_key,
            row_hash: row.row_hash,
            body: &self.body,
            whereabouts: self.whereabouts.as_ref(),
        }
    }
}

/// Resolves rows of one source.
pub(super) struct Resolver<'a> {
    layout: &'a Layout,
    people: &'a People,
    categories: &'a BTreeMap<ItemCode, Category>,
    households: String,
}

impl<'a> Resolver<'a> {
    pub fn new(layout: &'a Layout, people: &'a People, categories: &'a BTreeMap<ItemCode, Category>) -> Self {
        Self { layout, people, categories, households: format!("{}:household", layout.system) }
    }

    /// Resolves one row; `known` learns what the row adds.
    pub fn resolve(
        &self,
        keys: &TownKeys,
        known: &mut Known,
        row: &Decoded,
        tasks: &[TaskPlace],
    ) -> Result<Resolved> {
        let mut resolved = Resolved::default();
        for (role, identity) in &row.persons {
            let said: Vec<Observation> =
                row.observations.iter().filter(|(of, _)| of == role).map(|(_, o)| o.clone()).collect();
            let is_register = self.layout.creates && *role == RoleId::Person;
            let number =
                identity.local_id.value().and_then(|n| keys.blind.identifier(&self.layout.system, n));
            let number: Option<Key16> = number.map(|index| *index.as_bytes());
            let mut who = self.who(known, *role, identity, number);
            let before = tasks.iter().find(|task| task.role == role.as_str());
            if let Some((task, decision)) = before.and_then(|task| Some((task.id, task.decided?))) {
                let note = LinkTaskBody {
                    identity: identity.clone(),
                    observations: said.clone(),
                    ..who.into_note()
                };
                resolved.decided.push((task, *role, note));
                match decision {
                    LinkDecision::Linked(person) => who = Who::Known(person),
                    LinkDecision::Refused => continue,
                }
            }
            let person = match who {
                Who::Known(person) => {
                    if let Some(number) = number
                        && !known.numbers.contains_key(&number)
                    {
                        known.numbers.insert(number, person);
                        resolved.numbers.push((person, number));
                    }
                    person
                }
                Who::New(number) => {
                    let person = PersonId::new();
                    known.numbers.insert(number, person);
                    resolved.new_person = Some((person, number));
                    person
                }
                Who::Waits(mut body) => {
                    body.identity = identity.clone();
                    body.observations = said;
                    resolved.waiting.push((*role, *body));
                    continue;
                }
            };
            if is_register {
                self.household(keys, known, identity, person, &mut resolved);
            }
            self.packs(*role, is_register.then_some(identity), person, said, &mut resolved)?;
        }
        Ok(resolved)
    }

    /// Whom the machine takes the record for.
    fn who(&self, known: &Known, role: RoleId, identity: &Identity, number: Option<Key16>) -> Who {
        let found = number.and_then(|number| known.numbers.get(&number).copied());
        let key = match (found, number) {
            (Some(person), _) => Key::Found(person),
            (None, Some(number)) if self.layout.creates && role == RoleId::Person => return Who::New(number),
            (None, Some(_)) if self.layout.system == ATENA => Key::Unknown,
            _ => Key::None,
        };
        match decide(identity, key, &self.people.index, &HumanDecisions::none()) {
            Decision::Linked { person, .. } => Who::Known(person),
            Decision::Queue { why, candidates } => Who::Waits(Box::new(waiting(why.words(), candidates))),
            Decision::Unknown => Who::Waits(Box::new(waiting(NOBODY, Vec::new()))),
        }
    }

    fn household(
        &self,
        keys: &TownKeys,
        known: &mut Known,
        identity: &Identity,
        person: PersonId,
        resolved: &mut Resolved,
    ) {
        let Stated::Present(number) = &identity.household_no else { return };
        let Some(index) = keys.blind.identifier(&self.households, number) else { return };
        let index = *index.as_bytes();
        let household = *known.households.entry(index).or_insert_with(|| {
            let made = HouseholdId::new();
            resolved.new_household = Some((made, index));
            made
        });
        let from = known.memberships.insert(person, household);
        if from != Some(household) {
            resolved.moved = Some(Moved { person, from, to: household });
        }
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
        for (category, body) in by_category {
            let whereabouts = if category == Category::Register { whereabouts.take() } else { None };
            resolved.packs.push(Pack { person, category, role, body, whereabouts });
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
        identity: Identity::default(),
        observations: Vec::new(),
        candidates,
        reason_ja: why.ja.to_owned(),
        reason_en: why.en.to_owned(),
    }
}

fn without_whereabouts(identity: &Identity) -> (Identity, Whereabouts) {
    let mut identity = identity.clone();
    let take = |field: &mut Stated<String>| match std::mem::take(field) {
        Stated::Present(value) => Some(value),
        Stated::Absent(_) => None,
    };
    let whereabouts = Whereabouts {
        postal_code: take(&mut identity.postal_code),
        address: take(&mut identity.address),
        phone: take(&mut identity.phone),
    };
    (identity, whereabouts)
}
