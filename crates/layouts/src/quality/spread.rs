//! Numbers far from all others, in bounded memory: a sample for the quartiles, and the lowest and highest values
//! with their lines.

use chrono::{Datelike, NaiveDate};

use super::{FENCE, Outlier, Outliers, SHOWN, SPREAD_LEAST};

/// Values the sample holds at most; then every other one goes, and only every second is taken from there on.
const SAMPLE: usize = 2048;

/// What can lie far from others.
pub(super) trait Measure: Copy + Ord {
    /// Where it lies.
    fn number(self) -> i64;

    /// The value there, as staff read it.
    fn say(number: i64) -> String;
}

impl Measure for i64 {
    fn number(self) -> i64 {
        self
    }

    fn say(number: i64) -> String {
        number.to_string()
    }
}

impl Measure for NaiveDate {
    fn number(self) -> i64 {
        i64::from(self.num_days_from_ce())
    }

    fn say(number: i64) -> String {
        let day = i32::try_from(number).ok().and_then(Self::from_num_days_from_ce_opt);
        day.map_or_else(|| number.to_string(), |day| day.to_string())
    }
}

/// The values of one column.
pub(super) struct Spread<V> {
    seen: u64,
    /// Which value is sampled next.
    next: u64,
    /// Every how many values one is sampled.
    every: u64,
    low: Ends<V>,
    high: Ends<V>,
    sample: Vec<i64>,
}

/// The values farthest out on one side, the farthest last.
struct Ends<V> {
    /// The nearest of them, once there is no room for more.
    bar: Option<V>,
    /// How far out, where, and what.
    kept: Vec<(i64, u32, V)>,
}

impl<V: Measure> Spread<V> {
    pub const fn new() -> Self {
        Self { seen: 0, next: 0, every: 1, low: Ends::new(), high: Ends::new(), sample: Vec::new() }
    }

    #[inline]
    pub fn take(&mut self, line: u32, value: V) {
        if self.seen == self.next {
            self.sampled(value.number());
        }
        self.seen += 1;
        if self.high.bar.is_none_or(|bar| value > bar) {
            self.high.take(line, value.number(), value);
        }
        if self.low.bar.is_none_or(|bar| value < bar) {
            self.low.take(line, value.number().saturating_neg(), value);
        }
    }

    #[cold]
    fn sampled(&mut self, number: i64) {
        self.sample.push(number);
        if self.sample.len() < SAMPLE {
            self.next += self.every;
            return;
        }
        let mut keep = false;
        self.sample.retain(|_| {
            keep = !keep;
            keep
        });
        self.every *= 2;
        self.next = (self.sample.len() as u64).saturating_mul(self.every);
    }

    /// What lies outside the fences. Nothing where the values are too few, or where half of them are the same:
    /// then every other value would be far out.
    pub fn finish(mut self) -> Option<Outliers> {
        if self.seen < SPREAD_LEAST {
            return None;
        }
        self.sample.sort_unstable();
        let at = |quarter: usize| self.sample.get((self.sample.len() - 1) * quarter / 4).copied();
        let (first, third) = (at(1)?, at(3)?);
        let reach = third.saturating_sub(first).saturating_mul(FENCE);
        if reach == 0 {
            return None;
        }
        let (low, high) = (first.saturating_sub(reach), third.saturating_add(reach));
        let above: Vec<_> = self.high.beyond(high).collect();
        let below: Vec<_> = self.low.beyond(low.saturating_neg()).collect();
        if below.is_empty() && above.is_empty() {
            return None;
        }
        let is_capped = below.len() == SHOWN || above.len() == SHOWN;
        let values = above.into_iter().chain(below);
        let values = values.map(|(line, value)| Outlier { line, value: V::say(value.number()) }).collect();
        Some(Outliers { low: V::say(low), high: V::say(high), values, is_capped })
    }
}

impl<V: Copy> Ends<V> {
    const fn new() -> Self {
        Self { bar: None, kept: Vec::new() }
    }

    #[cold]
    fn take(&mut self, line: u32, far: i64, value: V) {
        let place = self.kept.partition_point(|(kept, ..)| *kept < far);
        self.kept.insert(place, (far, line, value));
        if self.kept.len() > SHOWN {
            self.kept.remove(0);
        }
        if self.kept.len() == SHOWN {
            self.bar = self.kept.first().map(|(_, _, value)| *value);
        }
    }

    fn beyond(&self, fence: i64) -> impl Iterator<Item = (u32, V)> {
        let out = self.kept.iter().rev().take_while(move |(far, ..)| *far > fence);
        out.map(|(_, line, value)| (*line, *value))
    }
}
