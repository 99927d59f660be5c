//! What one row comes to when it has been resolved: packs, what the register says, records that wait.

use kernel::id::{HouseholdId, PersonId};
use kernel::{Category, Identity, Known as Stated};
use layouts::RoleId;
use store::TownKeys;
use store::load::{Key16, StagedPack};
use store::rows::link_task::LinkTaskBody;
use store::rows::pack::{PackBody, Whereabouts};
use uuid::Uuid;

use super::piece::Decoded;

/// What one row comes to.
#[derive(Default)]
pub(super) struct Resolved {
    /// What the register says of its person.
    pub registered: Option<Registered>,
    /// The row's own numbers, learned for persons already known.
    pub numbers: Vec<(PersonId, Key16)>,
    /// Numbers of other systems, likewise.
    pub taught: Vec<(PersonId, Key16)>,
    /// Every number of another system that the row says, learned or not.
    pub stated: Vec<Key16>,
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
    pub const fn is_nothing(&self) -> bool {
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

impl Resolved {
    /// Adds a record that waits, or waited.
    pub fn waits(
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

/// An identity, and apart from it where the person lives and can be reached.
pub(super) fn without_whereabouts(identity: &Identity) -> (Identity, Whereabouts) {
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
