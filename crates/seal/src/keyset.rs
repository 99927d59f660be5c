//! A subject's keys: one per category in use, and one for the address. Dropping a key is how a category is
//! forgotten everywhere at once, backups included (design §5).

use std::fmt;

use crate::{
    BoxKey, EpochKey, Place, Plain, SealError,
    secret::{KEY_LEN, Secret},
};

/// The slot of the address key. It stands apart from the categories, so that whereabouts can be opened, or
/// refused, on their own.
pub const ADDRESS: u8 = 255;

/// One entry: the slot's number, then its key.
const ENTRY_LEN: usize = 1 + KEY_LEN;

/// The keys of one person or household, in ascending order of their slots.
///
/// They are kept exactly as they are wrapped, one buffer for all, so that opening a subject costs one
/// decryption; only a key that is asked for is made ready.
#[derive(Default)]
pub struct KeySet(Plain);

impl KeySet {
    /// A subject without keys.
    pub fn new() -> Self {
        Self::default()
    }

    /// The slots that have a key, ascending.
    pub fn slots(&self) -> impl Iterator<Item = u8> {
        self.entries().map(|(slot, _)| slot)
    }

    /// The key of `slot` (a category's number, or [`ADDRESS`]); `None` when it was never made or was dropped.
    pub fn get(&self, slot: u8) -> Option<BoxKey> {
        self.entries().find(|(at, _)| *at == slot).map(|(_, key)| BoxKey::new(&Secret::from_bytes(key)))
    }

    /// The key of `slot`, made now if there is none. Then the set has changed and must be wrapped again
    /// before anything sealed under the key is kept: compare [`slots`](Self::slots).
    pub fn get_or_create(&mut self, slot: u8) -> BoxKey {
        if let Some(key) = self.get(slot) {
            return key;
        }
        let secret = Secret::generate();
        self.rebuild(slot, Some(&secret));
        BoxKey::new(&secret)
    }

    /// Forgets the key of `slot`; says whether there was one. It is gone once the set is wrapped again, the
    /// old wrap is deleted and the epoch has turned.
    pub fn drop_key(&mut self, slot: u8) -> bool {
        let had = self.slots().any(|at| at == slot);
        self.rebuild(slot, None);
        had
    }

    /// Wraps all keys for the key store's row at `place`.
    pub fn wrap(&self, epoch: &EpochKey, place: &Place) -> Vec<u8> {
        epoch.wrap(place, &self.0)
    }

    /// Unwraps what [`wrap`](Self::wrap) made for the same place.
    ///
    /// # Errors
    /// [`SealError::Epoch`] for another epoch's key, [`SealError::Open`] for another place or altered bytes,
    /// [`SealError::Format`] for bytes that are no wrap of a key set.
    pub fn unwrap(epoch: &EpochKey, place: &Place, wrapped: &[u8]) -> Result<Self, SealError> {
        let keys = Self(epoch.unwrap(place, wrapped)?);
        let whole = keys.0.len().is_multiple_of(ENTRY_LEN);
        let ascending = keys.slots().is_sorted_by(|a, b| a < b);
        if whole && ascending { Ok(keys) } else { Err(SealError::Format) }
    }

    fn entries(&self) -> impl Iterator<Item = (u8, &[u8; KEY_LEN])> {
        let (entries, _) = self.0.as_chunks::<ENTRY_LEN>();
        entries.iter().filter_map(|entry| {
            let (slot, key) = entry.split_first()?;
            Some((*slot, key.first_chunk()?))
        })
    }

    /// Writes the set anew with `key` in `slot`, or without it. A fresh buffer of the right size each time:
    /// a growing one would leave keys behind where it used to be.
    fn rebuild(&mut self, slot: u8, key: Option<&Secret>) {
        let mut kept: Vec<(u8, &[u8; KEY_LEN])> = self.entries().filter(|(at, _)| *at != slot).collect();
        kept.extend(key.map(|key| (slot, key.expose())));
        kept.sort_unstable_by_key(|(at, _)| *at);
        let mut next = Vec::with_capacity(kept.len() * ENTRY_LEN);
        for (at, key) in kept {
            next.push(at);
            next.extend_from_slice(key);
        }
        self.0 = next.into();
    }
}

impl fmt::Debug for KeySet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KeySet({:?}, [redacted])", self.slots().collect::<Vec<_>>())
    }
}

#[cfg(test)]
#[path = "keyset_tests.rs"]
mod tests;
