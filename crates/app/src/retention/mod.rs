//! 保存期間: how long each record of a person is kept and why, what falls due when in the town, and the
//! rules in force. Due dates are computed when they are asked for, never stored; nothing here disposes of
//! anything.

mod facts;
#[cfg(test)]
pub(crate) mod fixtures;
mod recorded;
mod records;
mod report;

use std::collections::HashMap;
use std::sync::Arc;

use chrono::NaiveDate;
use kernel::date::YearMonth;
use kernel::id::PersonId;
use kernel::{Category, Code, Fault, TownCode, TownCtx};
use store::rows::pack::PackRow;
use uuid::Uuid;

use crate::error::{internal, store};
use crate::profiles::Applied;
use crate::release::{Hidden, READERS, Resident};
use crate::{App, Released, Result};

pub(crate) use facts::PersonFacts;
pub(crate) use recorded::Entries;
pub use records::{KeptRecord, Place, RuleStep};
pub(crate) use records::{outcomes, steps_of};
pub use report::DueReport;

/// How long each record of one person is kept.
#[derive(Debug)]
pub struct RetentionView {
    /// Whose.
    pub person: PersonId,
    /// Records in force by category, then those that have ended, then what no file brought.
    pub records: Vec<KeptRecord>,
}

impl Resident for RetentionView {
    fn persons(&self) -> Vec<PersonId> {
        vec![self.person]
    }

    fn hide_whereabouts(&mut self, _: &dyn Fn(PersonId) -> Option<Hidden>) {
        // Packs' whereabouts are not taken over, and no item of the dictionary tells them.
    }
}

impl App {
    /// Every record of a person with when it is due, by which rule, clock, fact and source; what cannot be
    /// told yet with its reason.
    ///
    /// # Errors
    /// `person_not_found`, `profile_missing`, and what [`App::release`] refuses.
    pub async fn retention(&self, ctx: &TownCtx, id: PersonId) -> Result<Released<RetentionView>> {
        self.admit_reader(ctx, READERS)?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        if !conn.person_exists(id).await.map_err(store)? {
            return Err(Fault::new(Code::PersonNotFound));
        }
        let packs = conn.packs_kept(id.uuid()).await.map_err(store)?;
        let rows = conn.entries(id, None).await.map_err(store)?;
        let entries = Entries::of_rows(rows, conn.scored(Some(id)).await.map_err(store)?)?;
        drop(conn);
        let profile = self.profile(ctx).await?;
        let person = person_facts(&packs).remove(&id.uuid()).unwrap_or_default();
        let schedule = &profile.town.retention;
        let kept = packs.iter();
        let kept = kept
            .flat_map(|pack| records::kept(schedule, pack, &profile.holder_of(pack), person, ctx.today()));
        let recorded = entries.records().map(|entry| entry.kept(schedule, person, ctx.today()));
        let records = kept.chain(recorded).collect();
        self.release(ctx, "retention_read", READERS, RetentionView { person: id, records }).await
    }

    /// What falls due in the town from one month to another, both included: counts by month and category.
    /// In a small town a count can point at one child, so it passes the door as a resident would.
    ///
    /// # Errors
    /// `invalid_value` when the last month is before the first; `profile_missing`, and what
    /// [`App::release`] refuses.
    pub async fn retention_report(
        &self,
        ctx: &TownCtx,
        from: YearMonth,
        until: YearMonth,
    ) -> Result<Released<DueReport>> {
        self.admit_reader(ctx, READERS)?;
        if until < from {
            let fault = Fault::new(Code::InvalidValue).with("name", "until");
            let (ja, en) = ("はじめの月より前です", "it is before the first month");
            return Err(fault.with_words("why", ja, en).at_pointer("?until"));
        }
        let profile = self.profile(ctx).await?;
        let (mut conn, today) = (self.towns.read(ctx.town).await.map_err(store)?, ctx.today());
        // A whole town is opened: not on a thread that answers others.
        let counting = self.jobs.spawn(async move {
            let keys = conn.keysets_all().await.map_err(store)?;
            let packs = conn.packs_kept_all(&keys).await.map_err(store)?;
            let mut rows = Vec::new();
            for category in [Category::Kinship, Category::Assessment, Category::Support] {
                rows.extend(conn.entries_newest(category, None).await.map_err(store)?);
            }
            let results = conn.scored(None).await.map_err(store)?;
            drop(conn);
            let entries = Entries::of_rows(rows, results)?;
            Result::Ok(counted(&packs, &entries, &profile, DueReport::new(from, until), today))
        });
        let report = counting.await.map_err(|_| internal("what falls due was not counted"))??;
        self.release(ctx, "retention_report", READERS, report).await
    }

    /// The profile that a member has applied, for the preview of a handover to it: its rules are
    /// configuration and say nothing of a resident. `None` before it has applied any.
    ///
    /// # Errors
    /// `receiver_not_member`.
    pub(crate) async fn profile_of_member(&self, town: TownCode) -> Result<Option<Arc<Applied>>> {
        if !self.is_member(town).await? {
            return Err(Fault::new(Code::ReceiverNotMember).with("town", town).at_pointer("/receiver"));
        }
        match self.profile_of(town).await {
            Err(fault) if fault.code() == Code::ProfileMissing => Ok(None),
            found => found.map(Some),
        }
    }
}

/// The report with every record of these packs and entries counted.
fn counted(
    packs: &[PackRow],
    entries: &Entries,
    profile: &Applied,
    mut report: DueReport,
    today: NaiveDate,
) -> DueReport {
    let (persons, schedule) = (person_facts(packs), &profile.town.retention);
    for pack in packs {
        let person = persons.get(&pack.subject).copied().unwrap_or_default();
        for (_, outcome) in outcomes(schedule, pack, person, today) {
            report.count(pack.category, &outcome);
        }
    }
    for entry in entries.records() {
        let person = persons.get(&entry.person.uuid()).copied().unwrap_or_default();
        report.count(entry.category, &entry.outcome(schedule, person, today));
    }
    report
}

/// What the register says of everybody in these packs: by the row in force, or by the last one.
fn person_facts(packs: &[PackRow]) -> HashMap<Uuid, PersonFacts> {
    let mut rows: Vec<&PackRow> = packs.iter().filter(|pack| pack.category == Category::Register).collect();
    // In force last, so that it stands.
    rows.sort_by_key(|pack| (pack.recorded_to.is_none(), pack.recorded_to, pack.recorded_from));
    let known = rows.into_iter().filter_map(|pack| {
        let identity = pack.body.identity.as_ref()?;
        Some((pack.subject, PersonFacts::of(identity, pack.recorded_to.is_none())))
    });
    known.collect()
}

#[cfg(test)]
mod tests;
