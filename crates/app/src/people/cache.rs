//! The towns' people that are kept in memory: each under the `people` counter it was read under, no more of
//! them than a limit, and none that nobody has asked for in a while.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use kernel::TownCode;
use tokio::sync::Mutex as Turn;

use super::People;

/// Residents kept in memory at most, all towns together: what fourteen small towns have, and a third more.
/// At about a kilobyte each they are what a server of the smallest kind can spare.
const RESIDENTS: usize = 400_000;

/// People of every town that was asked for lately.
#[derive(Default)]
pub(crate) struct PeopleCache {
    kept: Mutex<HashMap<TownCode, Kept>>,
    /// Whose turn it is to open a town's people.
    opening: Mutex<HashMap<TownCode, Arc<Turn<()>>>>,
}

struct Kept {
    version: i64,
    people: Arc<People>,
    read: Instant,
    used: Instant,
    /// Whether a roster says the same.
    has_roster: bool,
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

    /// The same of people who came from a roster.
    pub fn put_with_roster(&self, town: TownCode, version: i64, people: Arc<People>) {
        self.put(town, version, people);
        self.note_roster(town, version);
    }

    /// Notes that there is a roster of this very counter.
    pub fn note_roster(&self, town: TownCode, version: i64) {
        let mut kept = self.kept();
        if let Some(kept) = kept.get_mut(&town).filter(|kept| kept.version == version) {
            kept.has_roster = true;
        }
    }

    /// Towns whose people have been in memory for so long without a change, and no roster says the same.
    pub fn without_roster(&self, long: Duration) -> Vec<(TownCode, i64, Arc<People>)> {
        let kept = self.kept();
        let without = kept.iter().filter(|(_, kept)| !kept.has_roster && kept.read.elapsed() >= long);
        without.map(|(town, kept)| (*town, kept.version, Arc::clone(&kept.people))).collect()
    }

    /// Whether the town's people are in memory, be it as they were, and somebody has searched them: a load or a run
    /// may have opened them for itself alone.
    pub fn is_searched(&self, town: TownCode) -> bool {
        self.kept().get(&town).is_some_and(|kept| kept.people.search.get().is_some())
    }

    /// The turn to open a town's people.
    pub fn opening(&self, town: TownCode) -> Arc<Turn<()>> {
        let mut opening = self.opening.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(opening.entry(town).or_default())
    }

    fn put_within(&self, town: TownCode, version: i64, people: Arc<People>, limit: usize) {
        let mut kept = self.kept();
        let now = Instant::now();
        kept.insert(town, Kept { version, people, read: now, used: now, has_roster: false });
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
        self.kept.lock().unwrap_or_else(PoisonError::into_inner)
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
    fn a_roster_is_missed_where_people_have_stood_for_a_while_without_one() {
        let (cache, kaisei) = (PeopleCache::default(), town("143669"));
        cache.put(kaisei, 1, people(1));
        let missed =
            |long| cache.without_roster(long).into_iter().map(|(_, version, _)| version).collect::<Vec<_>>();
        assert_eq!((missed(Duration::from_secs(60)), missed(Duration::ZERO)), (vec![], vec![1]));
        cache.note_roster(kaisei, 2);
        assert_eq!(missed(Duration::ZERO), [1], "a roster of another counter says something else");
        cache.note_roster(kaisei, 1);
        assert!(missed(Duration::ZERO).is_empty());
        cache.put(kaisei, 2, people(1));
        assert_eq!(missed(Duration::ZERO), [2]);
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
