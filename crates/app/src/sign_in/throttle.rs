//! How fast somebody may guess: per account by a count that rests in the town's own table and outlives a
//! restart, per address by a bucket in memory that does not.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::{Mutex, PoisonError};

use chrono::{DateTime, TimeDelta, Utc};
use kernel::{Code, Fault};
use store::rows::credential::Failures;

use crate::Result;

/// Failures in a row that cost no waiting: people mistype.
const FREE: u32 = 5;

/// The wait after one more; it doubles with each.
const FIRST_WAIT: TimeDelta = TimeDelta::minutes(1);

/// The longest wait.
const LONGEST_WAIT: TimeDelta = TimeDelta::minutes(15);

/// Failures in a row after which only a new set-up code helps: NIST SP 800-63B allows no more than 100.
const MOST: i32 = 100;

/// How long to wait before another attempt with a number, if at all.
pub(super) fn wait(failures: Failures, now: DateTime<Utc>) -> Option<TimeDelta> {
    if failures.count >= MOST {
        return Some(LONGEST_WAIT);
    }
    let beyond = failures.count.unsigned_abs().checked_sub(FREE)?;
    let waits = FIRST_WAIT * 2_i32.pow(beyond.min(10));
    let until = failures.last_at + waits.min(LONGEST_WAIT);
    (until > now).then(|| until - now)
}

/// Attempts of one address at once. A whole town hall may stand behind one, so what succeeds is given back.
const BURST: u32 = 200;

/// After how long one comes back.
const REFILL: TimeDelta = TimeDelta::seconds(10);

/// Addresses remembered before those with full buckets are forgotten.
const ADDRESSES: usize = 10_000;

/// Attempts used up, as of an instant.
#[derive(Debug, Clone, Copy)]
struct Used {
    count: u32,
    at: DateTime<Utc>,
}

impl Used {
    fn now(self, now: DateTime<Utc>) -> Self {
        let back = (now - self.at).num_milliseconds().max(0) / REFILL.num_milliseconds();
        let back = u32::try_from(back).unwrap_or(u32::MAX);
        let step = REFILL * i32::try_from(back).unwrap_or(i32::MAX);
        Self { count: self.count.saturating_sub(back), at: self.at.checked_add_signed(step).unwrap_or(now) }
    }
}

/// Attempts by address, in this process.
#[derive(Debug, Default)]
pub(super) struct Addresses(Mutex<HashMap<IpAddr, Used>>);

impl Addresses {
    /// Takes one attempt.
    ///
    /// # Errors
    /// `sign_in_throttled` when none is left.
    pub fn take(&self, address: IpAddr, now: DateTime<Utc>) -> Result<()> {
        let mut used = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if used.len() > ADDRESSES {
            used.retain(|_, used| used.now(now).count > 0);
        }
        let of_it = used.entry(network(address)).or_insert(Used { count: 0, at: now });
        let before = of_it.now(now);
        if before.count >= BURST {
            return Err(throttled(before.at + REFILL - now));
        }
        let at = if before.count == 0 { now } else { before.at };
        *of_it = Used { count: before.count + 1, at };
        Ok(())
    }

    /// Gives one back: it succeeded.
    pub fn give_back(&self, address: IpAddr) {
        let mut used = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(used) = used.get_mut(&network(address)) {
            used.count = used.count.saturating_sub(1);
        }
    }
}

/// Whoever has one IPv6 address has all of its /64.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(six) => IpAddr::V6((six.to_bits() >> 64 << 64).into()),
        four => four,
    }
}

/// The refusal, with the seconds to wait.
pub(super) fn throttled(wait: TimeDelta) -> Fault {
    let seconds = (wait.num_milliseconds().max(1) + 999) / 1000;
    Fault::new(Code::SignInThrottled).with("seconds", seconds)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_failures_are_free_and_then_each_waits_longer() {
        let now: DateTime<Utc> = "2026-04-01T00:00:00Z".parse().unwrap();
        let waits = |count| wait(Failures { count, last_at: now }, now).map(|wait| wait.num_minutes());
        let expected = [None, None, None, None, None, Some(1), Some(2), Some(4), Some(8), Some(15), Some(15)];
        assert_eq!((0..=10).map(waits).collect::<Vec<_>>(), expected);
        let later = now + TimeDelta::minutes(1);
        assert_eq!(wait(Failures { count: 5, last_at: now }, later), None, "the wait is over");
        let years = now + TimeDelta::days(400);
        assert!(wait(Failures { count: 99, last_at: now }, years).is_none());
        assert!(wait(Failures { count: 100, last_at: now }, years).is_some(), "no time lifts it");
    }

    #[test]
    fn an_address_has_so_many_and_gets_them_back() {
        let now: DateTime<Utc> = "2026-04-01T00:00:00Z".parse().unwrap();
        let addresses = Addresses::default();
        let office: IpAddr = "192.0.2.1".parse().unwrap();
        for _ in 0..BURST {
            addresses.take(office, now).unwrap();
        }
        assert_eq!(addresses.take(office, now).unwrap_err().argument("seconds"), Some("10"));
        assert!(addresses.take("192.0.2.2".parse().unwrap(), now).is_ok(), "another address");
        addresses.give_back(office);
        assert!(addresses.take(office, now).is_ok());
        assert!(addresses.take(office, now).is_err());
        assert!(addresses.take(office, now + REFILL).is_ok());
        assert!(addresses.take(office, now + REFILL).is_err());
    }

    #[test]
    fn a_network_of_ipv6_is_one_address() {
        let (a, b) = ("2001:db8::1".parse().unwrap(), "2001:db8::ffff:2".parse().unwrap());
        assert_eq!(network(a), network(b));
        assert_ne!(network(a), network("2001:db8:0:1::1".parse().unwrap()));
        assert_eq!(network("::ffff:192.0.2.1".parse().unwrap()), "192.0.2.1".parse::<IpAddr>().unwrap());
    }
}
