//! What the page of a child is made of.

use std::collections::BTreeSet;
use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use kernel::Identity;
use kernel::id::{PersonId, RunId, StaffId};
use retention::{Schedule, Standing};
use store::access::AccessRow;
use store::rows::pack::PackRow;
use store::rows::page::LatestScore;

use super::AbsentItem;
use crate::Result;
use crate::cases::{Case, Who};
use crate::entries::Entry;
use crate::error::internal;
use crate::handovers::Summary;
use crate::persons::{HouseholdView, PersonView, RelationsView, Timeline};
use crate::profiles::Applied;
use crate::protection::Protection;
use crate::release::{Hidden, Resident};
use crate::retention::{Entries, PersonFacts, outcomes};
use crate::runs::{Assessment, Scored};
use crate::watch_notes::WatchNoteView;

/// Everything about one person that staff work with.
#[derive(Debug)]
pub struct PageView {
    /// Who, and where.
    pub person: PersonView,
    /// 支援措置, if the person is under it.
    pub protection: Option<Protection>,
    /// The household with its members.
    pub household: Option<HouseholdView>,
    /// Relations, recorded and derived.
    pub relations: RelationsView,
    /// Whom the relations name outside the household.
    pub relatives: Vec<(PersonId, Identity)>,
    /// Records in force by category, notes left out.
    pub timeline: Timeline,
    /// Items that have no value, and why.
    pub absent: Vec<AbsentItem>,
    /// The newest result of each rulebook.
    pub scores: Vec<LatestResult>,
    /// 候補の確認, by run.
    pub assessments: Vec<Assessment>,
    /// Cases, oldest first.
    pub cases: Vec<Case>,
    /// 見守り情報, oldest first.
    pub notes: Vec<WatchNoteView>,
    /// Handovers that name the person, newest first.
    pub handovers: Vec<Summary>,
    /// The last looks before this one, newest first.
    pub looks: Vec<AccessRow>,
    /// 職員 who are named by id anywhere on the page, by name.
    pub staff: Vec<(StaffId, String)>,
    /// How long the records in force are kept, in numbers.
    pub retention: RetentionSummary,
    /// The town's profile in force: what items are called.
    pub profile: Arc<Applied>,
}

impl Resident for PageView {
    fn persons(&self) -> Vec<PersonId> {
        let household = self.household.iter().flat_map(|household| &household.members);
        let others = household.chain(&self.relatives).map(|(person, _)| *person);
        let recorded = self.cases.iter().flat_map(Resident::persons);
        std::iter::once(self.person.id).chain(others).chain(recorded).collect()
    }

    fn hide_whereabouts(&mut self, hidden: &dyn Fn(PersonId) -> Option<Hidden>) {
        // Of all parts the person's own row alone carries whereabouts; every part that may ever is asked.
        self.person.hide_whereabouts(hidden);
        self.household.hide_whereabouts(hidden);
        self.relations.hide_whereabouts(hidden);
        self.timeline.hide_whereabouts(hidden);
        self.notes.hide_whereabouts(hidden);
        self.assessments.hide_whereabouts(hidden);
        self.cases.hide_whereabouts(hidden);
    }
}

/// Who wrote, is on a case or looked.
pub(super) fn named(
    looks: &[AccessRow],
    notes: &[WatchNoteView],
    assessments: &[Assessment],
    cases: &[Case],
) -> BTreeSet<StaffId> {
    let mut named: BTreeSet<StaffId> = looks.iter().map(|look| look.staff).collect();
    named.extend(notes.iter().flat_map(|note| &note.versions).map(|version| version.by));
    named.extend(assessments.iter().flat_map(Entry::versions).map(|version| version.by));
    for version in cases.iter().flat_map(Entry::versions) {
        named.insert(version.by);
        named.extend(version.said.members.iter().filter_map(|member| match member.who {
            Who::Staff { staff, .. } => Some(staff),
            Who::Partner { .. } => None,
        }));
    }
    named
}

/// A person's result in the newest run of a rulebook.
#[derive(Debug)]
pub struct LatestResult {
    /// 判定.
    pub run: RunId,
    /// 判定基準.
    pub rulebook: String,
    /// The day the run looks at.
    pub as_of: NaiveDate,
    /// What the run knew.
    pub known_at: DateTime<Utc>,
    /// The result with its trace.
    pub scored: Scored,
}

impl LatestResult {
    pub(super) fn of(score: &LatestScore) -> Result<Self> {
        let scored = serde_json::from_slice(&score.body).map_err(|_| internal("a score is not JSON"))?;
        let rulebook = score.rulebook.clone();
        Ok(Self { run: score.run, rulebook, as_of: score.as_of, known_at: score.known_at, scored })
    }
}

/// How many of a person's records in force, of what staff recorded and of the results on the page, stand how by the
/// rules of retention.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct RetentionSummary {
    /// The period runs.
    pub running: usize,
    /// Disposal is due.
    pub due: usize,
    /// Due, but held.
    pub held: usize,
    /// Kept permanently.
    pub permanent: usize,
    /// The end cannot be told yet.
    pub undetermined: usize,
    /// The first day on which one that runs falls due.
    pub next_due_on: Option<NaiveDate>,
}

impl RetentionSummary {
    pub(super) fn of<'a>(
        schedule: &Schedule,
        packs: impl Iterator<Item = &'a PackRow>,
        entries: &Entries,
        identity: Option<&Identity>,
        today: NaiveDate,
    ) -> Self {
        let person = identity.map(|identity| PersonFacts::of(identity, true)).unwrap_or_default();
        let mut summary = Self::default();
        let packs = packs.flat_map(|pack| outcomes(schedule, pack, person, today));
        let packs = packs.map(|(_, outcome)| outcome);
        for outcome in packs.chain(entries.records().map(|entry| entry.outcome(schedule, person, today))) {
            match outcome.standing(today) {
                Standing::Running(_) => {
                    summary.running += 1;
                    let next = outcome.due_on().into_iter().chain(summary.next_due_on).min();
                    summary.next_due_on = next;
                }
                Standing::Due { .. } => summary.due += 1,
                Standing::Held(_) => summary.held += 1,
                Standing::Permanent => summary.permanent += 1,
                Standing::Undetermined(_) => summary.undetermined += 1,
            }
        }
        summary
    }
}
