//! 期限一覧: what waits for somebody, and until when. Nothing here is kept: each line is read from the thing itself
//! when it is asked for, so that it is gone the moment the thing is done.

use std::collections::HashMap;
use std::fmt;
use std::str::FromStr;

use chrono::{Days, NaiveDate};
use handover::Consent;
use kernel::ctx::jst_date;
use kernel::id::{ConsentId, HandoverId, PersonId, StaffId, TaskId};
use kernel::{SectionCode, TownCtx};
use store::TownConn;

use crate::consents::read_every;
use crate::error::store;
use crate::handovers::{HANDLERS, Wait};
use crate::protection::LIST;
use crate::release::{Hidden, Listed, Resident};
use crate::{App, Released, Result};

kernel::words! {
    /// What waits.
    DeadlineKind {
        /// A draft waits for a decision.
        Approval = "approval", "決裁待ち" / "waits for approval";
        /// What was given back waits for its drafter.
        Redraft = "redraft", "差戻しの出し直し待ち" / "given back, waits for its drafter";
        /// What was approved waits to be offered.
        Offer = "offer", "申し出待ち" / "approved, waits to be offered";
        /// An offer waits for the receiver's answer.
        Acceptance = "acceptance", "受諾待ち" / "offered, waits for acceptance";
        /// What was accepted waits to be taken in.
        Receipt = "receipt", "受領待ち" / "accepted, waits for the receipt";
        /// A decision on somebody's behalf waits for them to look at it.
        Review = "review", "代決の後閲待ち" / "decided on behalf, waits for review";
        /// The transfer of a case has failed: somebody has to speak with the other town.
        Call = "call", "相手の町への確認待ち" / "waits for a word with the other town";
        /// A consent ends soon.
        ConsentEnd = "consent_end", "同意の期限" / "a consent ends";
        /// A protection has passed its end date and goes on protecting until a person looks.
        ProtectionPastEnd = "protection_past_end", "支援措置の期限切れ（確認してください）" / "a protection is past its end: confirm";
    }
}

/// The thing that waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Waiting {
    /// 引継ぎ.
    Handover(HandoverId),
    /// 仕事.
    Task(TaskId),
    /// 同意.
    Consent(ConsentId),
    /// 支援措置 of this person.
    Protection(PersonId),
}

impl fmt::Display for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Handover(id) => id.fmt(f),
            Self::Task(id) => id.fmt(f),
            Self::Consent(id) => id.fmt(f),
            Self::Protection(id) => id.fmt(f),
        }
    }
}

/// One line of the list.
#[derive(Debug, Clone)]
pub struct Deadline {
    /// What waits.
    pub kind: DeadlineKind,
    /// The day it is due, in Japan.
    pub due: NaiveDate,
    /// The thing.
    pub of: Waiting,
    /// Whom it concerns, as far as the town knows.
    pub persons: Vec<PersonId>,
    /// The section that has it in hand; nothing where nobody has taken it up.
    pub section: Option<SectionCode>,
}

impl Deadline {
    /// Its place in the list.
    #[must_use]
    pub fn key(&self) -> DeadlineKey {
        DeadlineKey { due: self.due, kind: self.kind, of: self.of.to_string() }
    }
}

impl Resident for Deadline {
    fn persons(&self) -> Vec<PersonId> {
        self.persons.clone()
    }

    fn hide_whereabouts(&mut self, _: &dyn Fn(PersonId) -> Option<Hidden>) {
        // A deadline tells no whereabouts.
    }
}

/// A place in the list: what is due first comes first.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct DeadlineKey {
    due: NaiveDate,
    kind: DeadlineKind,
    of: String,
}

impl fmt::Display for DeadlineKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.due, self.kind, self.of)
    }
}

/// A text that is no place in the list.
#[derive(Debug, thiserror::Error)]
#[error("no place in the list of deadlines")]
pub struct NoPlace;

impl FromStr for DeadlineKey {
    type Err = NoPlace;
    fn from_str(text: &str) -> std::result::Result<Self, NoPlace> {
        let [due, kind, of] = text.split(' ').collect::<Vec<_>>().try_into().map_err(|_| NoPlace)?;
        let (due, kind) = (due.parse().map_err(|_| NoPlace)?, kind.parse().map_err(|_| NoPlace)?);
        Ok(Self { due, kind, of: of.to_owned() })
    }
}

/// What is asked for.
#[derive(Debug, Clone)]
pub struct DeadlinesAsk {
    /// Only this kind.
    pub kind: Option<DeadlineKind>,
    /// Only what this section has in hand.
    pub section: Option<SectionCode>,
    /// How many days ahead the end of a consent is told.
    pub consent_days: u64,
    /// From behind this place.
    pub after: Option<DeadlineKey>,
    /// How many.
    pub limit: usize,
}

impl App {
    /// What waits in the town, what is due first first.
    ///
    /// # Errors
    /// What [`App::release`] refuses.
    pub async fn deadlines(&self, ctx: &TownCtx, ask: &DeadlinesAsk) -> Result<Released<Listed<Deadline>>> {
        self.admit_reader(ctx, HANDLERS)?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let sections = sections(&mut conn, ctx.today()).await?;
        let consents = read_every(&mut conn).await?;
        let mut all = self.of_handovers(&mut conn, ctx, &consents, &sections).await?;
        all.extend(self.of_tasks(&mut conn, ctx, &sections).await?);
        drop(conn);
        all.extend(of_consents(&consents, ctx.today(), ask.consent_days, &sections));
        all.extend(self.of_protections(ctx).await?);
        all.retain(|one| ask.kind.is_none_or(|kind| one.kind == kind));
        all.retain(|one| ask.section.is_none() || one.section == ask.section);
        all.retain(|one| ask.after.as_ref().is_none_or(|after| one.key() > *after));
        all.sort_by_key(Deadline::key);
        self.release(ctx, "deadline_list", HANDLERS, Listed::first(all, ask.limit)).await
    }

    async fn of_handovers(
        &self,
        conn: &mut TownConn,
        ctx: &TownCtx,
        consents: &[Consent],
        sections: &Sections,
    ) -> Result<Vec<Deadline>> {
        let waiting = self.handovers_waiting(conn, ctx).await?;
        let ends = |ids: &[ConsentId]| {
            let resting = consents.iter().filter(|consent| ids.contains(&consent.id()));
            resting.filter_map(Consent::until).min()
        };
        Ok(waiting
            .into_iter()
            .map(|one| {
                let (kind, due) = match one.wait {
                    Wait::Approval(since) => (DeadlineKind::Approval, ends(&one.consents).unwrap_or(since)),
                    Wait::Redraft(since) => (DeadlineKind::Redraft, ends(&one.consents).unwrap_or(since)),
                    Wait::Offer(since) => (DeadlineKind::Offer, ends(&one.consents).unwrap_or(since)),
                    Wait::Acceptance(until) => (DeadlineKind::Acceptance, until),
                    Wait::Receipt(until) => (DeadlineKind::Receipt, until),
                    Wait::Review(until) => (DeadlineKind::Review, until),
                };
                let section = one.staff.and_then(|staff| sections.get(&staff).cloned());
                Deadline { kind, due, of: Waiting::Handover(one.id), persons: one.persons, section }
            })
            .collect())
    }

    async fn of_tasks(
        &self,
        conn: &mut TownConn,
        ctx: &TownCtx,
        sections: &Sections,
    ) -> Result<Vec<Deadline>> {
        let mut all = Vec::new();
        for row in conn.task_list().await.map_err(store)?.into_iter().filter(|row| row.done.is_none()) {
            let (id, opened_at) = (row.id, row.opened_at);
            let known = self.handover_known(conn, ctx, row.handover).await?;
            let section = known.staff.and_then(|staff| sections.get(&staff).cloned());
            all.push(Deadline {
                kind: DeadlineKind::Call,
                due: jst_date(opened_at),
                of: Waiting::Task(id),
                persons: known.persons,
                section,
            });
        }
        Ok(all)
    }

    async fn of_protections(&self, ctx: &TownCtx) -> Result<Vec<Deadline>> {
        let list = self.protection_list(ctx.town).await?;
        let profile = self.profile(ctx).await?;
        let source = profile.town.sources.iter().find(|(code, _)| code.as_str() == LIST);
        let section = source.map(|(_, source)| source.section.clone());
        let past = list.past_end(ctx.today()).filter_map(|(person, protection)| {
            Some(Deadline {
                kind: DeadlineKind::ProtectionPastEnd,
                due: protection.until?,
                of: Waiting::Protection(person),
                persons: vec![person],
                section: section.clone(),
            })
        });
        Ok(past.collect())
    }
}

/// The section of each member of staff: of several (兼務), the one they were posted to last. Of one who has left, the
/// last one: somebody there has to take it up.
type Sections = HashMap<StaffId, SectionCode>;

async fn sections(conn: &mut TownConn, today: NaiveDate) -> Result<Sections> {
    let postings = conn.posting_list(None).await.map_err(store)?;
    let begun = postings.into_iter().filter(|posting| posting.from <= today);
    Ok(begun.filter_map(|posting| Some((posting.staff, posting.section.parse().ok()?))).collect())
}

fn of_consents(
    consents: &[Consent],
    today: NaiveDate,
    days: u64,
    sections: &Sections,
) -> impl Iterator<Item = Deadline> {
    let horizon = today.checked_add_days(Days::new(days)).unwrap_or(today);
    consents.iter().filter(|consent| !consent.is_withdrawn()).filter_map(move |consent| {
        let due = consent.until().filter(|until| (today..=horizon).contains(until))?;
        let recorded = consent.events().first().and_then(|event| event.recorded_by);
        Some(Deadline {
            kind: DeadlineKind::ConsentEnd,
            due,
            of: Waiting::Consent(consent.id()),
            persons: vec![consent.subject()],
            section: recorded.and_then(|staff| sections.get(&staff).cloned()),
        })
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_read_as_it_is_written_and_nothing_else_is_one() {
        let key = DeadlineKey {
            due: "2026-12-04".parse().unwrap(),
            kind: DeadlineKind::Review,
            of: "hov_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70".to_owned(),
        };
        assert_eq!(key.to_string().parse::<DeadlineKey>().unwrap(), key);
        for other in
            ["", "2026-12-04", "2026-12-04 review", "2026-12-04 lunch hov_1", "x review hov_1", "a b c d"]
        {
            assert!(other.parse::<DeadlineKey>().is_err(), "{other}");
        }
        let later =
            DeadlineKey { due: "2026-12-05".parse().unwrap(), kind: DeadlineKind::Approval, ..key.clone() };
        assert!(key < later, "the day decides before the kind");
    }
}
