//! A bucket gives no more than it holds, whenever it is asked.

use proptest::prelude::*;

use super::*;

const LIMITS: Limits =
    Limits { token: Rate { burst: 3, per_second: 2 }, town: Rate { burst: 5, per_second: 4 } };

fn token(name: &str) -> Digest {
    Digest::of(name.as_bytes())
}

fn town(code: &str) -> Option<TownCode> {
    Some(code.parse().unwrap())
}

#[test]
fn a_token_has_its_burst_then_its_rate() {
    let (limiter, start) = (Limiter::new(LIMITS), Instant::now());
    let ask = |ms| limiter.take(token("a"), town("143669"), start + Duration::from_millis(ms));
    assert_eq!([ask(0), ask(0), ask(0)], [Said::Left(2), Said::Left(1), Said::Left(0)]);
    assert_eq!(ask(0), Said::Wait(Duration::from_millis(500)));
    assert_eq!(ask(499), Said::Wait(Duration::from_millis(1)));
    assert_eq!(ask(500), Said::Left(0));
    assert_eq!(ask(600), Said::Wait(Duration::from_millis(400)));
    // However long it rests, no more than the burst.
    assert_eq!(ask(3_600_000), Said::Left(2));
}

#[test]
fn a_town_is_limited_over_all_its_tokens_and_no_other_town_with_it() {
    let (limiter, now) = (Limiter::new(LIMITS), Instant::now());
    let asks = ["a", "a", "a", "b", "b", "b"].map(|name| limiter.take(token(name), town("143669"), now));
    assert_eq!(asks[4], Said::Left(0));
    assert_eq!(asks[5], Said::Wait(Duration::from_millis(250)));
    assert_eq!(limiter.take(token("c"), town("143626"), now), Said::Left(2));
    assert_eq!(limiter.take(token("d"), None, now), Said::Left(2));
}

#[test]
fn what_was_refused_costs_nothing() {
    let (limiter, now) = (Limiter::new(LIMITS), Instant::now());
    for _ in 0..50 {
        limiter.take(token("a"), town("143669"), now);
    }
    assert_eq!(limiter.take(token("b"), town("143669"), now), Said::Left(1));
}

#[test]
fn buckets_that_are_full_again_are_forgotten() {
    let (limiter, start) = (Limiter::new(LIMITS), Instant::now());
    for n in 0..=BUCKETS {
        limiter.take(token(&n.to_string()), None, start + Duration::from_secs(n as u64));
    }
    limiter.take(token("last"), None, start + Duration::from_secs(1_000_000));
    assert!(limiter.buckets.lock().unwrap().len() < 4);
}

proptest! {
    /// Whatever the limits and the times, also backwards, nothing panics and no more than burst and rate pass.
    #[test]
    fn no_more_pass_than_may(burst in 0..5u32, per_second in 0..5u32, steps in prop::collection::vec(0..2_000u64, 1..60)) {
        let rate = Rate { burst, per_second };
        let limiter = Limiter::new(Limits { token: rate, town: LIMITS.town });
        let (start, mut at, mut passed) = (Instant::now(), 0, 0u64);
        for step in steps {
            at += step;
            let said = limiter.take(token("a"), None, start + Duration::from_millis(at));
            passed += u64::from(matches!(said, Said::Left(_)));
        }
        prop_assert!(passed <= u64::from(burst.max(1)) + at * u64::from(per_second.max(1)) / 1_000);
    }
}
