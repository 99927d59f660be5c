//! Maps by what is as good as random already: keyed indexes and hashes, and ids of UUIDv7, whose second half
//! is. Nobody outside chooses either, so that a map of hundreds of thousands need not hash them again.

use std::collections::{HashMap, HashSet};
use std::hash::{BuildHasherDefault, Hasher};

/// A map by 16 bytes of that kind.
pub type KeyedMap<K, V> = HashMap<K, V, BuildHasherDefault<Keyed>>;

/// A set of the same.
pub type KeyedSet<K> = HashSet<K, BuildHasherDefault<Keyed>>;

/// Takes the last eight of them.
#[derive(Debug, Default)]
pub struct Keyed(u64);

/// Odd, and without a pattern (2⁶⁴ ÷ the golden ratio): spreads the fixed bits of an id's second half.
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

impl Hasher for Keyed {
    fn write(&mut self, bytes: &[u8]) {
        if let Some((_, last)) = bytes.split_last_chunk::<8>() {
            self.0 = u64::from_be_bytes(*last).wrapping_mul(SPREAD);
        }
    }

    /// The length of the bytes, which is always the same.
    fn write_usize(&mut self, _: usize) {}

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use std::hash::BuildHasher;

    use uuid::Uuid;

    use super::*;

    #[test]
    fn ids_made_one_after_another_are_spread() {
        let map = KeyedMap::<Uuid, ()>::default();
        let hashes: Vec<u64> = (0..4_096).map(|_| map.hasher().hash_one(Uuid::now_v7())).collect();
        // hashbrown takes the place from the lowest bits and a mark from the highest seven.
        let places: HashSet<u64> = hashes.iter().map(|hash| hash & 0xFFF).collect();
        let marks: HashSet<u64> = hashes.iter().map(|hash| hash >> 57).collect();
        assert!(places.len() > 2_300 && marks.len() > 120, "{} {}", places.len(), marks.len());
    }
}
