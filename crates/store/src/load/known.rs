//! What the town knows before a load: enough to resolve identifiers and to tell changed rows from
//! unchanged ones in the process, so that the database sees only what is new.

use kernel::id::{HouseholdId, PersonId};
use seal::KeySet;
use smallvec::SmallVec;
use tokio_postgres::Row;
use uuid::Uuid;

use super::keyed::{KeyedMap, KeyedSet};
use super::quality::RejectPlace;
use crate::StoreError;
use crate::rows::link_task::LinkDecision;

/// A keyed index or hash as columns keep it.
pub type Key16 = [u8; 16];

/// Where one pack stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PackPlace {
    /// Person or household.
    pub subject: Uuid,
    /// Category number.
    pub category: i16,
    /// Pack.
    pub pack: Uuid,
}

/// One record of the source as the last load left it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Record {
    /// Hash of the row it came from.
    pub row_hash: Key16,
    /// Packs in force made from it; of most records one.
    pub packs: SmallVec<[PackPlace; 1]>,
    /// Link tasks made from it that are not closed.
    pub tasks: Vec<TaskPlace>,
}

/// A link task and what a human made of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TaskPlace {
    /// Task.
    pub id: Uuid,
    /// Keyed mark of the part the person plays in the record.
    pub part: Key16,
    /// What a human said, if anything.
    pub decided: Option<LinkDecision>,
}

/// What the town knows, as far as a load has asked. The records are asked for at once; people, when the first
/// row has changed; keys and what the register says, when they are needed of somebody.
#[derive(Debug, Default)]
pub struct Known {
    /// Numbers in force.
    pub numbers: KeyedMap<Key16, PersonId>,
    /// Households by their number.
    pub households: KeyedMap<Key16, HouseholdId>,
    /// The household each person is in.
    pub memberships: KeyedMap<PersonId, HouseholdId>,
    /// Everybody, also whom no number is of any more; only where they were asked for.
    pub persons: KeyedSet<PersonId>,
    /// The source's records in force.
    pub records: KeyedMap<Key16, Record>,
    /// What humans decided about records that a later file no longer had: it holds when they come back.
    pub remembered: KeyedMap<Key16, Vec<TaskPlace>>,
    /// Open rejects of the source's earlier loads, by their record's key.
    pub rejects: KeyedMap<Key16, Vec<RejectPlace>>,
    /// Key sets that the load has made or added to.
    pub keysets: KeyedMap<Uuid, KeySet>,
    /// Other key sets that were asked for lately.
    pub asked: KeyedMap<Uuid, KeySet>,
    /// Whether numbers, households and memberships have been read.
    pub(super) has_people: bool,
    /// Whether there were none.
    pub(super) had_nobody: bool,
}

impl Known {
    /// Whether the town knew nobody when people were asked for.
    #[must_use]
    pub const fn had_nobody(&self) -> bool {
        self.had_nobody
    }
}

pub(super) fn key16(row: &Row, column: usize) -> Result<Key16, StoreError> {
    let bytes: &[u8] = row.try_get(column)?;
    bytes.try_into().map_err(|_| StoreError::Malformed("a keyed index is 16 bytes"))
}
