//! How often one may ask: a bucket of requests for each token and a larger one for its town, refilled at a
//! steady rate. Each town has its own, so that none can use up another's. Kept in memory and counted a
//! process: a limit against runaway clients, not a quota.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use actix_web::body::{BoxBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{AUTHORIZATION, HeaderMap, HeaderName, HeaderValue, RETRY_AFTER};
use actix_web::middleware::Next;
use actix_web::{Error, HttpMessage, web};
use app::Caller;
use kernel::{Code, Digest, Fault, TownCode};

use crate::Problem;

/// Buckets kept before those that are full again are thrown away.
const BUCKETS: usize = 10_000;

/// How many requests at once, and how many a second in the long run. Neither is ever 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Requests that may come at once.
    pub burst: u32,
    /// Requests a second that come back.
    pub per_second: u32,
}

impl Rate {
    /// Seconds until an empty bucket is full.
    fn window(self) -> u32 {
        self.burst.max(1).div_ceil(self.per_second.max(1))
    }
}

/// The limits of tokens and of towns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// For each token.
    pub token: Rate,
    /// For each town, over all of its tokens; the operator's tokens count as one town.
    pub town: Rate,
}

impl Default for Limits {
    /// Far above what staff and the towns' systems need, far below what would keep others waiting.
    fn default() -> Self {
        Self { token: Rate { burst: 1_000, per_second: 100 }, town: Rate { burst: 3_000, per_second: 300 } }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
enum Whose {
    Token(Digest),
    Town(Option<TownCode>),
}

/// Requests left, in thousandths, as of an instant.
#[derive(Debug, Clone, Copy)]
struct Bucket {
    left: u64,
    at: Instant,
}

impl Bucket {
    fn refilled(self, rate: Rate, now: Instant) -> Self {
        let passed = u64::try_from(now.saturating_duration_since(self.at).as_millis()).unwrap_or(u64::MAX);
        let back = passed.saturating_mul(u64::from(rate.per_second.max(1)));
        let left = self.left.saturating_add(back).min(u64::from(rate.burst.max(1)) * 1_000);
        Self { left, at: now }
    }
}

/// The buckets, shared by all workers of a server.
#[derive(Debug)]
pub(crate) struct Limiter {
    limits: Limits,
    buckets: Mutex<HashMap<Whose, Bucket>>,
}

/// What a bucket says of one request: how many are left, or how long to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Said {
    Left(u64),
    Wait(Duration),
}

impl Limiter {
    pub(crate) fn new(limits: Limits) -> Self {
        Self { limits, buckets: Mutex::default() }
    }

    /// Takes one request out of the token's bucket and its town's, or out of neither.
    fn take(&self, token: Digest, town: Option<TownCode>, now: Instant) -> Said {
        let mut buckets = self.buckets.lock().unwrap_or_else(PoisonError::into_inner);
        if buckets.len() > BUCKETS {
            let limits = self.limits;
            buckets.retain(|whose, bucket| {
                let rate = if matches!(whose, Whose::Token(_)) { limits.token } else { limits.town };
                bucket.refilled(rate, now).left < u64::from(rate.burst.max(1)) * 1_000
            });
        }
        let both = [(Whose::Token(token), self.limits.token), (Whose::Town(town), self.limits.town)];
        let mut filled = both.map(|(whose, rate)| {
            let full = Bucket { left: u64::from(rate.burst.max(1)) * 1_000, at: now };
            (whose, rate, buckets.get(&whose).map_or(full, |bucket| bucket.refilled(rate, now)))
        });
        let short = filled.iter().filter(|(.., bucket)| bucket.left < 1_000);
        let wait = short.map(|(_, rate, bucket)| {
            Duration::from_millis((1_000 - bucket.left).div_ceil(u64::from(rate.per_second.max(1))))
        });
        if let Some(wait) = wait.max() {
            return Said::Wait(wait);
        }
        let mut left = u64::MAX;
        for (whose, _, bucket) in &mut filled {
            bucket.left -= 1_000;
            left = left.min(bucket.left / 1_000);
            buckets.insert(*whose, *bucket);
        }
        Said::Left(left)
    }

    /// The headers of draft-ietf-httpapi-ratelimit-headers: what holds, and what is left.
    fn tell(&self, headers: &mut HeaderMap, left: u64, seconds: u64) {
        let Limits { token, town } = self.limits;
        let policy = format!(
            "\"token\";q={};w={}, \"town\";q={};w={}",
            token.burst,
            token.window(),
            town.burst,
            town.window()
        );
        for (name, value) in
            [("ratelimit-policy", policy), ("ratelimit", format!("\"token\";r={left};t={seconds}"))]
        {
            if let Ok(value) = HeaderValue::from_str(&value) {
                headers.insert(HeaderName::from_static(name), value);
            }
        }
    }
}

pub(crate) async fn limit(
    request: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<BoxBody>, Error> {
    let caller = request.extensions().get::<Caller>().cloned();
    let (Some(caller), Some(limiter)) = (caller, request.app_data::<web::Data<Limiter>>().cloned()) else {
        return next.call(request).await.map(ServiceResponse::map_into_boxed_body);
    };
    let town = match caller {
        Caller::Town(ctx) => Some(ctx.town),
        Caller::Coop(_) => None,
    };
    let token = request.headers().get(AUTHORIZATION).map_or(&[][..], HeaderValue::as_bytes);
    match limiter.take(Digest::of(token), town, Instant::now()) {
        Said::Left(left) => {
            let mut answer = next.call(request).await?.map_into_boxed_body();
            limiter.tell(answer.headers_mut(), left, u64::from(limiter.limits.token.window()));
            Ok(answer)
        }
        Said::Wait(wait) => {
            let seconds = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
            let fault = Fault::new(Code::TooManyRequests).with("seconds", seconds);
            let mut answer = request.error_response(Problem::from(fault));
            answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
            limiter.tell(answer.headers_mut(), 0, seconds);
            Ok(answer)
        }
    }
}

#[cfg(test)]
#[path = "limit_tests.rs"]
mod tests;
