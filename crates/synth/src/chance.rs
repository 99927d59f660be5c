//! Dice: one stream of a seeded generator, so that the same seed makes the same world on every machine.

use chrono::{Days, NaiveDate};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// A seeded stream of chance.
pub struct Chance(ChaCha8Rng);

impl Chance {
    /// The stream `name` of a seed. Streams of different names are independent, so that a change in one
    /// register moves no other.
    #[must_use]
    pub fn new(seed: u64, name: &str) -> Self {
        let mut key = [0; 32];
        key.copy_from_slice(kernel::Digest::of(format!("{seed}/{name}").as_bytes()).as_bytes());
        Self(ChaCha8Rng::from_seed(key))
    }

    /// A number from `low` up to and without `high`; `low` when the range is empty.
    pub fn number(&mut self, low: u32, high: u32) -> u32 {
        if low < high { self.0.random_range(low..high) } else { low }
    }

    /// True in `percent` of all cases.
    pub fn percent(&mut self, percent: u32) -> bool {
        self.number(0, 100) < percent
    }

    /// True in `permille` of a thousand cases.
    pub fn permille(&mut self, permille: u32) -> bool {
        self.number(0, 1000) < permille
    }

    /// One of a list, which is not empty.
    pub fn pick<'a, T>(&mut self, list: &'a [T]) -> Option<&'a T> {
        let high = u32::try_from(list.len()).unwrap_or(u32::MAX);
        list.get(usize::try_from(self.number(0, high)).unwrap_or_default())
    }

    /// One of the weighted choices.
    pub fn weighted<T: Copy>(&mut self, choices: &[(u32, T)], otherwise: T) -> T {
        let mut at = self.number(0, choices.iter().map(|(weight, _)| weight).sum());
        for (weight, choice) in choices {
            if at < *weight {
                return *choice;
            }
            at -= weight;
        }
        otherwise
    }

    /// A day up to `days` before `until`, at least `at_least` before it.
    pub fn day_before(&mut self, until: NaiveDate, at_least: u32, days: u32) -> NaiveDate {
        let back = self.number(at_least, days);
        until.checked_sub_days(Days::new(u64::from(back))).unwrap_or(until)
    }
}
