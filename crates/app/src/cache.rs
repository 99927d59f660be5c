//! What was read and decrypted for a town, kept while the town's counter that it was read under stands
//! still. Every look-up names the counter as the reading statement saw it, so nothing stale is answered.

use std::collections::HashMap;
use std::hash::Hash;
use std::sync::RwLock;

/// Entries a cache keeps before it starts afresh.
const LIMIT: usize = 10_000;

/// Values by key, each with the version it was read under.
pub(crate) struct Versioned<K, V, T>(RwLock<HashMap<K, (V, T)>>);

impl<K, V, T> Default for Versioned<K, V, T> {
    fn default() -> Self {
        Self(RwLock::new(HashMap::new()))
    }
}

impl<K: Eq + Hash, V: PartialEq, T: Clone> Versioned<K, V, T> {
    /// The value, if it was read under this very version.
    pub fn get(&self, key: &K, version: &V) -> Option<T> {
        let entries = self.0.read().ok()?;
        entries.get(key).filter(|(known, _)| known == version).map(|(_, value)| value.clone())
    }

    /// Keeps a value.
    pub fn put(&self, key: K, version: V, value: T) {
        if let Ok(mut entries) = self.0.write() {
            if entries.len() >= LIMIT {
                entries.clear();
            }
            entries.insert(key, (version, value));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_answered_only_under_its_version() {
        let cache = Versioned::default();
        cache.put("kaisei", 1, "old");
        assert_eq!(cache.get(&"kaisei", &1), Some("old"));
        assert_eq!(cache.get(&"kaisei", &2), None);
        assert_eq!(cache.get(&"oi", &1), None);
        cache.put("kaisei", 2, "new");
        assert_eq!(cache.get(&"kaisei", &1), None);
        assert_eq!(cache.get(&"kaisei", &2), Some("new"));
    }
}
