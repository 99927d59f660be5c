//! Processor time of this process, of a process it started, and of PostgreSQL, as Linux counts it in
//! `/proc`. Elsewhere there is none, and figures of processor time are left out.

use std::fs;
use std::time::Duration;

/// Ticks in a second: fixed at 100 for user space on every architecture of Linux.
const TICKS: u64 = 100;

/// What one process has used.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
struct Used {
    parent: u32,
    own: u64,
    /// Of children that have ended.
    ended: u64,
}

/// Processor time spent until now: by this process with its ended children, by PostgreSQL with all of
/// its backends, ended ones too.
#[derive(Debug, Clone, Copy, Default)]
pub struct Spent {
    /// This process and what it started and waited for.
    pub here: Duration,
    /// The postmaster and its children.
    pub postgres: Duration,
}

impl Spent {
    /// Spent until now; `None` where the system does not tell.
    #[must_use]
    pub fn until_now(postmaster: u32) -> Option<Self> {
        let own = of_process(std::process::id())?;
        let mother = of_process(postmaster)?;
        let children = processes().filter_map(of_process).filter(|used| used.parent == postmaster);
        let postgres = mother.own + mother.ended + children.map(|used| used.own).sum::<u64>();
        Some(Self { here: duration(own.own + own.ended), postgres: duration(postgres) })
    }

    /// What was spent between an earlier moment and this one.
    #[must_use]
    pub fn since(self, earlier: Self) -> Self {
        Self {
            here: self.here.saturating_sub(earlier.here),
            postgres: self.postgres.saturating_sub(earlier.postgres),
        }
    }

    /// Both together.
    #[must_use]
    pub fn total(self) -> Duration {
        self.here + self.postgres
    }
}

/// Processor time of one process, without its children.
#[must_use]
pub fn of(process: u32) -> Option<Duration> {
    of_process(process).map(|used| duration(used.own))
}

const fn duration(ticks: u64) -> Duration {
    Duration::from_millis(ticks * 1000 / TICKS)
}

fn processes() -> impl Iterator<Item = u32> {
    let entries = fs::read_dir("/proc").into_iter().flatten();
    entries.filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
}

fn of_process(process: u32) -> Option<Used> {
    parse(&fs::read_to_string(format!("/proc/{process}/stat")).ok()?)
}

/// Fields 4 and 14 to 17 of `/proc/<pid>/stat` (proc(5)); the name before them may hold anything.
fn parse(stat: &str) -> Option<Used> {
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks = |field: usize| fields.get(field - 3)?.parse::<u64>().ok();
    Some(Used {
        parent: fields.get(1)?.parse().ok()?,
        own: ticks(14)? + ticks(15)?,
        ended: ticks(16)? + ticks(17)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_blanks_and_brackets_misleads_nobody() {
        let stat = "42 (a) b (c) S 7 42 42 0 -1 4194560 10 20 0 0 300 45 60 7 20 0 1 0 99 0 0";
        assert_eq!(parse(stat), Some(Used { parent: 7, own: 345, ended: 67 }));
        assert_eq!(parse("42 (cut"), None);
    }
}
