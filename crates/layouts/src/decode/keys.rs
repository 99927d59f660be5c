//! Remembers the business keys of a file, to find the row that says the same key again.

use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};

use kernel::Digest;

/// 96 bits of a SHA-256: with a million keys the chance of a false duplicate is below 10⁻¹⁷, and an
/// entry takes 16 bytes.
type Short = [u8; 12];

/// A line of each key.
type Lines = HashMap<Short, u32, BuildHasherDefault<Prefix>>;

/// The keys so far, each with the line of its first row.
#[derive(Default)]
pub(super) struct Keys {
    lines: Lines,
}

impl Keys {
    /// Remembers `key` on `line`; gives the line on which it stood before.
    pub fn seen(&mut self, key: &str, line: u32) -> Option<u32> {
        match self.lines.entry(short(key)?) {
            std::collections::hash_map::Entry::Occupied(first) => Some(*first.get()),
            std::collections::hash_map::Entry::Vacant(place) => {
                place.insert(line);
                None
            }
        }
    }
}

/// On which line each key of a file stands last. In a delta the rows of one key are what happened to it, one after
/// the other: the last of them is how it stands.
#[derive(Debug, Clone, Default)]
pub struct LastLines(Lines);

impl LastLines {
    /// Remembers that `key` stands on `line`, which comes after all before it.
    pub(super) fn note(&mut self, key: &str, line: u32) {
        if let Some(short) = short(key) {
            self.0.insert(short, line);
        }
    }

    /// The last line of `key`, if `line` is an earlier one.
    pub(super) fn overtakes(&self, key: &str, line: u32) -> Option<u32> {
        self.0.get(&short(key)?).copied().filter(|last| *last > line)
    }
}

fn short(key: &str) -> Option<Short> {
    Digest::of(key.as_bytes()).as_bytes().first_chunk::<12>().copied()
}

/// A digest is its own hash.
#[derive(Debug, Clone, Default)]
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
    fn the_last_line_of_a_key_overtakes_the_others() {
        let mut last = LastLines::default();
        for (line, key) in ["a", "b", "a", "c", "a"].into_iter().enumerate() {
            last.note(key, u32::try_from(line).unwrap());
        }
        assert_eq!(
            (last.overtakes("a", 0), last.overtakes("a", 2), last.overtakes("a", 4)),
            (Some(4), Some(4), None)
        );
        assert_eq!((last.overtakes("b", 1), last.overtakes("d", 1)), (None, None));
    }

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
