//! The towns' people that are kept in memory: each under the `people` counter it was read under, no more of
//! them than a limit, and none that nobody has asked for in a while.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use kernel::TownCode;

use super::People;

/// Residents kept in memory at most, all towns together: what fourteen small towns have, and a third more.
/// At about a kilobyte each they are what a server of the smallest kind can spare.
const RESIDENTS: usize = 400_000;

/// People of every town that was asked for lately.
#[derive(Default)]
pub(crate) struct PeopleCache(Mutex<HashMap<TownCode, Kept>>);

struct Kept {
    version: i64,
    people: Arc<People>,
    used: Instant,
}

impl PeopleCache {
    /// The town's people, if they were read under this very counter.
    pub fn get(&self, town: TownCode, version: i64) -> Option<Arc<People>> {
        let mut kept = self.kept();
        let kept = kept.get_mut(&town).filter(|kept| kept.version == version)?;
        kept.used = Instant::now();
        Some(Arc::clone(&kept.people))
    }

    /// Keeps a town's people; others, least lately asked for, go where they are too many.
    pub fn put(&self, town: TownCode, version: i64, people: Arc<People>) {
        self.put_within(town, version, people, RESIDENTS);
    }

    fn put_within(&self, town: TownCode, version: i64, people: Arc<People>, limit: usize) {
        let mut kept = self.kept();
        kept.insert(town, Kept { version, people, used: Instant::now() });
        while kept.values().map(|kept| kept.people.identities.len()).sum::<usize>() > limit {
            let others = kept.iter().filter(|(code, _)| **code != town);
            let Some(oldest) = others.min_by_key(|(_, kept)| kept.used).map(|(code, _)| *code) else {
                return;
            };
            kept.remove(&oldest);
        }
    }

    /// Forgets whom nobody has asked for in so long; says how many towns'.
    pub fn forget_idle(&self, idle: Duration) -> usize {
        let mut kept = self.kept();
        let before = kept.len();
        kept.retain(|_, kept| kept.used.elapsed() < idle);
        before - kept.len()
    }

    fn kept(&self) -> MutexGuard<'_, HashMap<TownCode, Kept>> {
        // What is kept is whole whatever happened to whoever held it.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use kernel::Identity;
    use kernel::id::PersonId;

    use super::*;
    use crate::people::Registered;

    fn people(count: usize) -> Arc<People> {
        let mut registered = Registered::default();
        for _ in 0..count {
            registered.add(PersonId::new(), Some(Identity::default()), None);
        }
        Arc::new(People::of(registered))
    }

    fn town(code: &str) -> TownCode {
        code.parse().unwrap()
    }

    #[test]
    fn people_are_answered_only_under_their_counter_and_forgotten_when_idle() {
        let (cache, kaisei) = (PeopleCache::default(), town("143669"));
        cache.put(kaisei, 1, people(1));
        assert!(cache.get(kaisei, 1).is_some());
        assert!(cache.get(kaisei, 2).is_none() && cache.get(town("143626"), 1).is_none());
        assert_eq!(cache.forget_idle(Duration::from_secs(60)), 0);
        assert_eq!(cache.forget_idle(Duration::ZERO), 1);
        assert!(cache.get(kaisei, 1).is_none());
    }

    #[test]
    fn the_least_lately_asked_for_go_where_they_are_too_many() {
        let cache = PeopleCache::default();
        let [one, two, three] = ["143669", "143626", "143618"].map(town);
        cache.put_within(one, 1, people(2), 4);
        cache.put_within(two, 1, people(2), 4);
        assert!(cache.get(one, 1).is_some(), "asked for after the other");
        cache.put_within(three, 1, people(2), 4);
        let kept = [one, two, three].map(|town| cache.get(town, 1).is_some());
        assert_eq!(kept, [true, false, true]);
        cache.put_within(two, 1, people(9), 4);
        assert!(cache.get(two, 1).is_some(), "whoever is asked for now stays, however large the town");
    }
}
