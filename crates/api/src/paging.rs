//! Lists in pages. A cursor names the last item seen, so a page is not moved by what is added before it, and
//! the list it is of: with another town's, or another list's, somebody would go on in the middle and not know
//! what they missed. What a page shows does not rest on it; each query binds the caller's town.

use std::fmt::Display;
use std::str::FromStr;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use chrono::{DateTime, Datelike, Utc};
use kernel::{Code, Digest, Fault};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::problem::at_parameter;
use crate::request::Params;

/// Items in a page when the client does not say.
const DEFAULT_LIMIT: usize = 50;

/// Most items in a page.
const MAX_LIMIT: usize = 200;

/// The query parameters of every list.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PageParams {
    /// Items in a page.
    #[param(minimum = 1, maximum = 200, default = 50, example = 50)]
    pub limit: Option<usize>,
    /// `next_cursor` of the page before; the first page without it.
    #[param(example = "cGVyXzAxOWE5ZjNjNWI3YTdjM2U4YTFmMmIzYzRkNWU2Zjcw")]
    pub cursor: Option<String>,
}

/// Which part of a list is asked for; `K` is the key the list is ordered by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Paging<K> {
    /// Items in the page.
    limit: usize,
    /// Key of the last item seen.
    pub cursor: Option<K>,
    /// Which list of which town.
    pub list: ListMark,
}

impl<K: FromStr> Paging<K> {
    /// Reads `limit` and `cursor`.
    ///
    /// # Errors
    /// `invalid_value` for a limit outside 1 to 200, `invalid_cursor` for a cursor no list of this kind
    /// gave.
    pub fn from_params(params: &Params) -> Result<Self, Fault> {
        let limit = params.get::<String>("limit")?.map_or(Some(DEFAULT_LIMIT), |limit| limit.parse().ok());
        let Some(limit) = limit.filter(|limit| (1..=MAX_LIMIT).contains(limit)) else {
            let fault = Fault::new(Code::InvalidValue).with("name", "limit").with_words(
                "why",
                "1～200 の数です",
                "a number from 1 to 200",
            );
            return Err(at_parameter(fault, "limit"));
        };
        let cursor = params.get::<String>("cursor")?.map(|text| decode(&text, params.list())).transpose()?;
        Ok(Self { limit, cursor, list: params.list() })
    }

    /// Items in the page: what to ask of a use case that says itself whether more follow.
    #[must_use]
    pub const fn limit(&self) -> usize {
        self.limit
    }

    /// How many items to ask of a use case: one more than the page holds shows whether another follows.
    /// Not for residents: who is asked for is recorded as looked at.
    #[must_use]
    pub fn fetch(&self) -> i64 {
        i64::try_from(self.limit).unwrap_or(i64::MAX).saturating_add(1)
    }
}

fn decode<K: FromStr>(text: &str, list: ListMark) -> Result<K, Fault> {
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok();
    let key = bytes.and_then(|bytes| {
        let (mark, key) = bytes.split_at_checked(list.0.len())?;
        if mark != list.0 { None } else { std::str::from_utf8(key).ok()?.parse().ok() }
    });
    key.ok_or_else(|| at_parameter(Fault::new(Code::InvalidCursor), "cursor"))
}

/// A key as a cursor: text that clients keep and do not read.
pub fn opaque(key: impl Display, list: ListMark) -> String {
    BASE64_URL_SAFE_NO_PAD.encode([&list.0, key.to_string().as_bytes()].concat())
}

/// Tells a list of a town from others: enough to notice a cursor that strayed, no secret.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ListMark([u8; 4]);

impl ListMark {
    /// Of whose token begins with `town`, at `path`.
    #[must_use]
    pub fn of(town: &str, path: &str) -> Self {
        let [a, b, c, d, ..] = *Digest::of(format!("{town} {path}").as_bytes()).as_bytes();
        Self([a, b, c, d])
    }
}

/// Which way a list runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// Smallest key first.
    Rising,
    /// Greatest key first: the newest, where the key is an id.
    Falling,
}

/// One page of a list, as known at `as_of`.
#[derive(Debug, Serialize, ToSchema)]
pub struct Page<T: ToSchema> {
    /// The instant the list was read.
    #[schema(example = "2026-11-21T01:23:45Z")]
    as_of: DateTime<Utc>,
    /// The day in Japan, as staff read it (何月何日時点).
    #[schema(example = "2026年11月21日時点")]
    as_of_ja: String,
    /// The items.
    items: Vec<T>,
    /// `cursor` of the next page; null on the last.
    #[schema(required = true)]
    next_cursor: Option<String>,
    /// How many of this page's items were left out because the caller may not see whom they are about (自己・
    /// 親族・近隣); only in lists of residents.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = 0)]
    withheld: Option<usize>,
}

impl<T: ToSchema> Page<T> {
    /// A page that a use case cut: exactly what is shown, and the key it goes on behind.
    pub fn shown<K: Display>(now: DateTime<Utc>, items: Vec<T>, next: Option<K>, list: ListMark) -> Self {
        let next_cursor = next.map(|key| opaque(key, list));
        Self { as_of: now, as_of_ja: as_of_ja(now), items, next_cursor, withheld: None }
    }

    /// A page of rows that a use case read from the cursor on, [`Paging::fetch`] of them at most.
    pub fn of<R, K: Display>(
        now: DateTime<Utc>,
        mut rows: Vec<R>,
        paging: &Paging<K>,
        key: impl Fn(&R) -> K,
        item: impl Fn(R) -> T,
    ) -> Self {
        let more = rows.len() > paging.limit;
        rows.truncate(paging.limit);
        let next_cursor = rows.last().filter(|_| more).map(|row| opaque(key(row), paging.list));
        let items = rows.into_iter().map(item).collect();
        Self { as_of: now, as_of_ja: as_of_ja(now), items, next_cursor, withheld: None }
    }

    /// The same page of a list of residents, with how many of them were left out of it.
    #[must_use]
    pub fn withholding(self, withheld: usize) -> Self {
        Self { withheld: Some(withheld), ..self }
    }

    /// A page cut from a list that is short enough to be read whole, in any order.
    pub fn cut<R, K: Display + Ord>(
        now: DateTime<Utc>,
        mut rows: Vec<R>,
        paging: &Paging<K>,
        order: Order,
        key: impl Fn(&R) -> K,
        item: impl Fn(R) -> T,
    ) -> Self {
        let falling = order == Order::Falling;
        if let Some(cursor) = &paging.cursor {
            rows.retain(|row| if falling { key(row) < *cursor } else { key(row) > *cursor });
        }
        rows.sort_by(|a, b| if falling { key(b).cmp(&key(a)) } else { key(a).cmp(&key(b)) });
        Self::of(now, rows, paging, key, item)
    }
}

/// 「何月何日時点」.
#[must_use]
pub fn as_of_ja(now: DateTime<Utc>) -> String {
    let day = kernel::ctx::jst_date(now);
    format!("{}年{}月{}日時点", day.year(), day.month(), day.day())
}

#[cfg(test)]
#[path = "paging_tests.rs"]
mod tests;
