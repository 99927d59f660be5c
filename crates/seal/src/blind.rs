//! Blind indexes: equality look-up over what the database may not read.
//!
//! Only long tuples are indexed, and only the three below can be: whoever copies the database could count how
//! often an index of a surname alone occurs, and so read it.

use crate::{mac::Mac, secret::Secret};

/// A keyed look-up value of 16 bytes. Equal inputs under one key give equal values; nothing else shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BlindIndex([u8; 16]);

impl BlindIndex {
    /// The value, as it is stored.
    pub fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

/// A town's key for blind indexes, one version a year; stored indexes carry the version beside them.
#[derive(Debug)]
pub struct BlindKey {
    version: u16,
    secret: Secret,
    mac: Mac,
}

impl BlindKey {
    /// A fresh key.
    pub fn generate(version: u16) -> Self {
        Self::new(version, Secret::generate())
    }

    /// The key, as kept in the key folder.
    pub fn from_bytes(version: u16, bytes: &[u8; 32]) -> Self {
        Self::new(version, Secret::from_bytes(bytes))
    }

    fn new(version: u16, secret: Secret) -> Self {
        let mac = Mac::new(&secret);
        Self { version, secret, mac }
    }

    /// The key's version.
    pub fn version(&self) -> u16 {
        self.version
    }

    /// The bytes, for the key folder only.
    pub fn expose(&self) -> &[u8; 32] {
        self.secret.expose()
    }

    /// An identifier in the system that gave it (宛名番号 in its source).
    ///
    /// `None` when a part is empty: an index over less than the whole tuple is the short index that must not
    /// exist. So it is with all three.
    pub fn identifier(&self, system: &str, number: &str) -> Option<BlindIndex> {
        self.index("identifier", &[system, number])
    }

    /// Full name in kana and birth date (ISO), both normalised by the caller.
    pub fn kana_birth(&self, kana: &str, birth: &str) -> Option<BlindIndex> {
        self.index("kana-birth", &[kana, birth])
    }

    /// The full linkage tuple: name in kana, birth date (ISO), sex and address key, normalised by the caller.
    pub fn linkage_tuple(&self, kana: &str, birth: &str, sex: &str, address: &str) -> Option<BlindIndex> {
        self.index("linkage-tuple", &[kana, birth, sex, address])
    }

    fn index(&self, label: &str, parts: &[&str]) -> Option<BlindIndex> {
        let whole = parts.iter().all(|part| !part.is_empty());
        whole.then(|| BlindIndex(self.mac.tuple(label, parts)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> BlindKey {
        BlindKey::from_bytes(2026, &[7; 32])
    }

    /// Computed with another implementation of HMAC-SHA256. These values rest in databases: they may change
    /// only together with the key's version.
    #[test]
    fn stored_values_stay() {
        let index = |i: Option<BlindIndex>| hex::encode(i.unwrap().as_bytes());
        assert_eq!(index(key().identifier("juki", "0000012345")), "b9e6aef09d462597eff5cfbe8abe9422");
        assert_eq!(index(key().kana_birth("タカハシハナ", "2019-04-01")), "3d60eb4f69708c1036e42a8288e53d5f");
        assert_eq!(
            index(key().linkage_tuple("タカハシハナ", "2019-04-01", "f", "143669-0012")),
            "79a46ae9adee66684e18c01efe63c76b"
        );
    }

    #[test]
    fn parts_purposes_and_keys_are_kept_apart() {
        let base = key().identifier("ab", "c").unwrap();
        assert_ne!(base, key().identifier("a", "bc").unwrap(), "another split");
        assert_ne!(base, key().kana_birth("ab", "c").unwrap(), "another purpose");
        assert_ne!(base, BlindKey::from_bytes(2026, &[8; 32]).identifier("ab", "c").unwrap(), "another key");
    }

    #[test]
    fn a_short_tuple_has_no_index() {
        assert_eq!(key().identifier("", "1"), None);
        assert_eq!(key().identifier("juki", ""), None);
        assert_eq!(key().kana_birth("タカハシ", ""), None);
        assert_eq!(key().linkage_tuple("タカハシハナ", "2019-04-01", "", "x"), None);
    }
}
