//! Numbers far from all others, in bounded memory: a sample for the quartiles, and the lowest and highest values
//! with their lines.

use super::{FENCE, Outlier, Outliers, SHOWN, SPREAD_LEAST};

/// Values the sample holds at most; then every other one goes, and only every second is taken from there on.
const SAMPLE: usize = 2048;

/// The numbers of one column.
pub(super) struct Spread {
    seen: u64,
    /// Every how many values one is sampled.
    every: u64,
    /// Which value is sampled next.
    next: u64,
    sample: Vec<i64>,
    low: Ends,
    high: Ends,
}

/// The values farthest out on one side, the farthest last.
#[derive(Default)]
struct Ends {
    /// By how far out they are: the value itself on the high side, its negative on the low one.
    kept: Vec<(i64, u32)>,
    /// What a value has to exceed to be kept, once there is no room.
    bar: Option<i64>,
}

impl Spread {
    pub fn new() -> Self {
        Self { seen: 0, every: 1, next: 0, sample: Vec::new(), low: Ends::default(), high: Ends::default() }
    }

    pub fn take(&mut self, line: u32, value: i64) {
        if self.seen == self.next {
            self.sample.push(value);
            if self.sample.len() == SAMPLE {
                let mut nth = 0_u8;
                self.sample.retain(|_| {
                    nth ^= 1;
                    nth == 1
                });
                self.every *= 2;
                self.next = (self.sample.len() as u64).saturating_mul(self.every);
            } else {
                self.next += self.every;
            }
        }
        self.seen += 1;
        self.low.take(line, value.saturating_neg());
        self.high.take(line, value);
    }

    /// What lies outside the fences. Nothing where the values are too few, or where half of them are the same:
    /// then every other value would be far out.
    pub fn finish(mut self, say: impl Fn(i64) -> String) -> Option<Outliers> {
        self.sample.sort_unstable();
        let at = |quarter: usize| self.sample.get((self.sample.len() - 1) * quarter / 4).copied();
        if self.seen < SPREAD_LEAST {
            return None;
        }
        let (first, third) = (at(1)?, at(3)?);
        let reach = third.saturating_sub(first).saturating_mul(FENCE);
        if reach == 0 {
            return None;
        }
        let (low, high) = (first.saturating_sub(reach), third.saturating_add(reach));
        let below: Vec<_> = self.low.beyond(low.saturating_neg()).collect();
        let above: Vec<_> = self.high.beyond(high).collect();
        if below.is_empty() && above.is_empty() {
            return None;
        }
        let is_capped = below.len() == SHOWN || above.len() == SHOWN;
        let below = below.into_iter().map(|(value, line)| (value.saturating_neg(), line));
        let values = above.into_iter().chain(below);
        let values = values.map(|(value, line)| Outlier { line, value: say(value) }).collect();
        Some(Outliers { low: say(low), high: say(high), values, is_capped })
    }
}

impl Ends {
    fn take(&mut self, line: u32, value: i64) {
        if self.bar.is_some_and(|bar| value <= bar) {
            return;
        }
        let place = self.kept.partition_point(|(kept, _)| *kept < value);
        self.kept.insert(place, (value, line));
        if self.kept.len() > SHOWN {
            self.kept.remove(0);
        }
        if self.kept.len() == SHOWN {
            self.bar = self.kept.first().map(|(value, _)| *value);
        }
    }

    fn beyond(&self, fence: i64) -> impl Iterator<Item = (i64, u32)> {
        self.kept.iter().rev().copied().take_while(move |(value, _)| *value > fence)
    }
}
