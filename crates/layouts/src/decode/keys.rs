//! Remembers the business keys of a file, to find the row that says the same key again.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use kernel::Digest;

/// 96 bits of a SHA-256: with a million keys the chance of a false duplicate is below 10⁻¹⁷, and an
/// entry takes 16 bytes.
type Short = [u8; 12];

/// The keys so far, each with the line of its first row.
#[derive(Default)]
pub(super) struct Keys {
    lines: HashMap<Short, u32, BuildHasherDefault<Prefix>>,
}

impl Keys {
    /// Remembers `key` on `line`; gives the line on which it stood before.
    pub fn seen(&mut self, key: &str, line: u32) -> Option<u32> {
        let digest = Digest::of(key.as_bytes());
        let (short, _) = digest.as_bytes().split_first_chunk::<12>()?;
        match self.lines.entry(*short) {
            std::collections::hash_map::Entry::Occupied(first) => Some(*first.get()),
            std::collections::hash_map::Entry::Vacant(place) => {
                place.insert(line);
                None
            }
        }
    }
}

/// A digest is its own hash.
#[derive(Default)]
pub(super) struct Prefix(u64);

impl Hasher for Prefix {
    fn write(&mut self, bytes: &[u8]) {
        if let Some((prefix, _)) = bytes.split_first_chunk::<8>() {
            self.0 ^= u64::from_le_bytes(*prefix);
        }
    }

    fn write_usize(&mut self, _: usize) {}

    fn finish(&self) -> u64 {
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_line_of_a_key_is_remembered() {
        let mut keys = Keys::default();
        let first: Vec<_> = (0..1000).map(|n| keys.seen(&n.to_string(), n)).collect();
        assert!(first.iter().all(Option::is_none));
        assert_eq!(keys.seen("7", 2000), Some(7));
        assert_eq!(keys.seen("7", 3000), Some(7));
        assert_eq!(std::mem::size_of::<(Short, u32)>(), 16);
    }
}
