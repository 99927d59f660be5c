//! 閲覧記録: who looked at a person, as the town's auditor reads it. Reading it is a look too, and is
//! recorded like any other.

mod words;

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use kernel::id::{PersonId, StaffId};
use kernel::{Code, Fault, Grant, SourceCode, TownCtx};
pub use store::access::AccessRow;
use store::rows::access::AccessFilter;
use uuid::Uuid;

use crate::error::store;
use crate::release::{Hidden, Resident};
use crate::staff::view;
use crate::{App, Released, Result};

pub use words::operation_ja;

/// Who may see who looked.
const AUDITORS: &[Grant] = &[Grant::Auditor, Grant::TownAdmin];

/// Who looked at one person.
#[derive(Debug)]
pub struct AccessesView {
    /// At whom.
    pub person: PersonId,
    /// Looks, newest first.
    pub looks: Vec<AccessRow>,
}

impl Resident for AccessesView {
    fn persons(&self) -> Vec<PersonId> {
        vec![self.person]
    }

    fn hide_whereabouts(&mut self, _: &dyn Fn(PersonId) -> Option<Hidden>) {
        // A look says who, when and why, never where.
    }
}

/// One look at one person.
#[derive(Debug, Clone)]
pub struct Look {
    /// At whom.
    pub person: PersonId,
    /// By whom, why and when.
    pub access: AccessRow,
}

/// Which looks; what is not said does not matter. Days are days in Japan.
#[derive(Debug, Clone, Default)]
pub struct LookFilter {
    /// Who looked.
    pub staff: Option<StaffId>,
    /// At people of whom this source has records.
    pub source: Option<SourceCode>,
    /// By which operation.
    pub operation: Option<String>,
    /// First day.
    pub from: Option<NaiveDate>,
    /// Last day.
    pub until: Option<NaiveDate>,
}

/// Looks at several people.
#[derive(Debug)]
pub struct LooksView {
    /// Looks, newest first.
    pub looks: Vec<Look>,
    /// Behind which look the list goes on, if it does.
    pub next: Option<Uuid>,
}

impl Resident for LooksView {
    fn persons(&self) -> Vec<PersonId> {
        self.looks.iter().map(|look| look.person).collect()
    }

    fn hide_whereabouts(&mut self, _: &dyn Fn(PersonId) -> Option<Hidden>) {
        // A look says who, when and why, never where.
    }

    fn withhold(&mut self, denied: &dyn Fn(PersonId) -> bool) -> Option<usize> {
        let before = self.looks.len();
        self.looks.retain(|look| !denied(look.person));
        Some(before - self.looks.len())
    }
}

impl App {
    /// Who looked at whom in the whole town: `limit` looks before the look `before`.
    ///
    /// # Errors
    /// `staff_not_found`, `source_not_found`, and what [`App::release`] refuses.
    pub async fn looks(
        &self,
        ctx: &TownCtx,
        asked: &LookFilter,
        before: Option<Uuid>,
        limit: usize,
    ) -> Result<Released<LooksView>> {
        self.admit_reader(ctx, AUDITORS)?;
        if let Some(source) = &asked.source
            && !self.profile(ctx).await?.town.sources.iter().any(|(code, _)| code == source)
        {
            return Err(Fault::new(Code::SourceNotFound).with("source", source));
        }
        let filter = AccessFilter {
            staff: asked.staff,
            source: asked.source.as_ref().map(ToString::to_string),
            operation: asked.operation.clone(),
            from: asked.from.map(midnight),
            until: asked.until.and_then(|day| day.succ_opt()).map(midnight),
        };
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        if let Some(staff) = asked.staff {
            view(&mut conn, staff).await?;
        }
        let fetch = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
        let mut rows = conn.access_search(&filter, before, fetch).await.map_err(store)?;
        drop(conn);
        let more = rows.len() > limit;
        rows.truncate(limit);
        let next = rows.last().filter(|_| more).map(|(_, access)| access.id);
        let looks = rows.into_iter().map(|(person, access)| Look { person, access }).collect();
        self.release(ctx, "accesses_search", AUDITORS, LooksView { looks, next }).await
    }

    /// Who looked at a person, why and when: `limit` looks before the look `before`.
    ///
    /// # Errors
    /// `person_not_found`, and what [`App::release`] refuses.
    pub async fn accesses(
        &self,
        ctx: &TownCtx,
        person: PersonId,
        before: Option<Uuid>,
        limit: i64,
    ) -> Result<Released<AccessesView>> {
        self.admit_reader(ctx, AUDITORS)?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        if !conn.person_exists(person).await.map_err(store)? {
            return Err(Fault::new(Code::PersonNotFound));
        }
        let looks = conn.access_list(person, before, limit).await.map_err(store)?;
        drop(conn);
        self.release(ctx, "accesses_read", AUDITORS, AccessesView { person, looks }).await
    }
}

/// When a day begins in Japan (UTC+9, no summer time).
fn midnight(day: NaiveDate) -> DateTime<Utc> {
    day.and_time(chrono::NaiveTime::MIN).and_utc() - TimeDelta::hours(9)
}
