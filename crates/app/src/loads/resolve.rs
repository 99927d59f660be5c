//! From a row to persons: by number, by reading and birth date, or to the link queue. Households and
//! new persons come from the register alone.

use std::collections::BTreeMap;
use std::collections::hash_map::Entry;

use kernel::code::Words;
use kernel::id::{HouseholdId, PersonId};
use kernel::{Category, Digest, Identity, ItemCode, Known as Stated, Observation};
use layouts::{Layout, RoleId};
use linkage::{Decision, HumanDecisions, Key, LinkCandidate, Rule, decide};
use store::TownKeys;
use store::load::{Key16, Known, StagedPack, TaskPlace};
use store::rows::link_task::{CandidateNote, LinkDecision, LinkTaskBody};
use store::rows::pack::{PackBody, Whereabouts};
use uuid::{Builder, Uuid, Variant, Version};

use super::intake::Decoded;
use super::numbers;
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
    /// What the register says of its person.
    pub registered: Option<Registered>,
    /// Numbers learned for persons already known.
    pub numbers: Vec<(PersonId, Key16)>,
    /// Packs to seal.
    pub packs: Vec<Pack>,
    /// Records that wait for a human, or on which one has decided before.
    pub waiting: Vec<Waiting>,
}

/// What changes about the register's person, beside packs.
pub(super) struct Registered {
    /// Who.
    pub person: PersonId,
    /// For a person the town did not know, the index of the number they go by.
    pub newcomer: Option<Key16>,
    /// The household they move to, when they do.
    pub household: Option<HouseholdId>,
    /// The index of that household's number, when it is new too.
    pub household_number: Option<Key16>,
    /// The household they leave.
    pub left: Option<HouseholdId>,
}

impl Registered {
    const fn is_nothing(&self) -> bool {
        self.newcomer.is_none() && self.household.is_none()
    }
}

/// A record that waits, or waited.
pub(super) struct Waiting {
    /// The task on which a human has decided.
    pub decided: Option<Uuid>,
    /// Keyed mark of the person's part in the record.
    pub part: Key16,
    /// What the record says now.
    pub body: LinkTaskBody,
}

/// A pack before sealing.
pub(super) struct Pack {
    pub person: PersonId,
    pub category: Category,
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
            record_key: row.record_key,
            row_hash: row.row_hash,
            body: &self.body,
            whereabouts: self.whereabouts.as_ref(),
        }
    }
}

/// How people and households that a town did not know get their ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ids {
    /// Each another one.
    Fresh,
    /// By their number, in a training town: after a reset everybody has the id they had before, so that an
    /// exercise can name them.
    Fixed,
}

impl Ids {
    /// The id of whoever has `number` among the numbers of `system`.
    fn of(self, system: &str, number: &Stated<String>) -> Uuid {
        match (self, number) {
            (Self::Fixed, Stated::Present(number)) => {
                let digest = Digest::of(format!("{system}\0{number}").as_bytes());
                let half = digest.as_bytes().first_chunk().copied().unwrap_or_default();
                Builder::from_bytes(half)
                    .with_variant(Variant::RFC4122)
                    .with_version(Version::Custom)
                    .into_uuid()
            }
            (Self::Fixed, Stated::Absent(_)) | (Self::Fresh, _) => Uuid::now_v7(),
        }
    }
}

/// Resolves rows of one source.
pub(super) struct Resolver<'a> {
    layout: &'a Layout,
    people: &'a People,
    categories: &'a BTreeMap<ItemCode, Category>,
    ids: Ids,
    households: String,
}

impl<'a> Resolver<'a> {
    pub fn new(
        layout: &'a Layout,
        people: &'a People,
        categories: &'a BTreeMap<ItemCode, Category>,
        ids: Ids,
    ) -> Self {
        Self { layout, people, categories, ids, households: format!("{}:household", layout.system) }
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
            let further = numbers::further(self.layout, keys, *role, &said);
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
                    for number in number.into_iter().chain(further) {
                        if let Entry::Vacant(free) = known.numbers.entry(number) {
                            free.insert(person);
                            resolved.numbers.push((person, number));
                        }
                    }
                    (person, None)
                }
                Who::New(number) => {
                    let id = self.ids.of(&self.layout.system, &identity.local_id);
                    let person = PersonId::from_uuid(id);
                    known.numbers.insert(number, person);
                    (person, Some(number))
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

impl Resolved {
    fn waits(
        &mut self,
        keys: &TownKeys,
        row: &Decoded,
        role: RoleId,
        body: LinkTaskBody,
        decided: Option<Uuid>,
    ) {
        let body = LinkTaskBody { role: role.as_str().to_owned(), ..body };
        self.waiting.push(Waiting { decided, part: keys.part(&row.record_key, role.as_str()), body });
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
