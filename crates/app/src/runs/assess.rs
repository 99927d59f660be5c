//! 候補の確認: what a case worker makes of a run's result for a child. A word of a person: no later run
//! touches it, and a later run's list shows it with its date. It changes by new versions alone.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use evidence::Act;
use kernel::id::{PersonId, RunId};
use kernel::{Category, Code, Fault, Grant, TownCtx};
use rulebook::List;
use serde::{Deserialize, Serialize};
use store::rows::run::{RunRow, RunState};
use store::{TownConn, TownTx};
use uuid::Uuid;

use super::{Scored, Verdict};
use crate::entries::{self, Change, Entry, Said};
use crate::error::{internal, invalid, store};
use crate::release::READERS;
use crate::{App, Released, Result, auth, leaf};

/// Who assesses.
const WRITERS: &[Grant] = &[Grant::CaseWorker];

/// What an assessment says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct AssessmentSaid {
    /// The run's 判定基準.
    pub rulebook: String,
    /// The day the run looks at.
    pub as_of: NaiveDate,
    /// Where the run put the child; `None` for one it did not score.
    pub list: Option<List>,
    /// 妥当・過大・過小・既把握.
    pub verdict: Verdict,
    /// Why, in the case worker's words.
    pub note: String,
}

impl Said for AssessmentSaid {
    const CATEGORY: Category = Category::Assessment;

    fn others(&self) -> Vec<PersonId> {
        Vec::new()
    }
}

/// An assessment with all its versions.
pub type Assessment = Entry<AssessmentSaid>;

/// How many children of one list were assessed so; the list is `None` for those the run did not score.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AssessmentCount {
    /// 判定区分.
    pub list: Option<List>,
    /// The assessment.
    pub verdict: Verdict,
    /// Children.
    pub children: u64,
}

impl App {
    /// Requires a run that is done, and a person of the town.
    ///
    /// # Errors
    /// `run_not_found`, also for a run that is not done; `candidate_not_found`.
    pub async fn candidate_require(&self, ctx: &TownCtx, run: RunId, person: PersonId) -> Result<()> {
        self.admit_reader(ctx, READERS)?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        require(&mut conn, run, person).await?;
        self.refuse_denied(&mut conn, ctx, [person]).await
    }

    /// Assesses a run's result for a child, or 過小 for a child that the run did not score.
    ///
    /// # Errors
    /// `run_not_found`, `candidate_not_found`; `invalid_value` for another verdict on a child without result;
    /// `version_superseded` when somebody assessed it first.
    pub async fn candidate_assess(
        &self,
        ctx: &TownCtx,
        run: RunId,
        person: PersonId,
        (verdict, note): (Verdict, String),
    ) -> Result<Released<Assessment>> {
        self.admit_reader(ctx, WRITERS)?;
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        self.refuse_denied(&mut tx, ctx, [person]).await?;
        let of = require(&mut tx, run, person).await?;
        let said = said(&mut tx, &of, person, verdict, note).await?;
        entries::begin(&mut tx, ctx, Uuid::now_v7(), (person, Some(run)), said).await?;
        self.assessment_commit(tx, ctx, run, person, 1).await
    }

    /// Changes an assessment by a new version.
    ///
    /// # Errors
    /// As [`Self::candidate_assess`]; `assessment_not_found`.
    pub async fn candidate_reassess(
        &self,
        ctx: &TownCtx,
        run: RunId,
        person: PersonId,
        change: Change,
        (verdict, note): (Verdict, String),
    ) -> Result<Released<Assessment>> {
        self.admit_reader(ctx, WRITERS)?;
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        self.refuse_denied(&mut tx, ctx, [person]).await?;
        let of = require(&mut tx, run, person).await?;
        let entry = one(&mut tx, run, person).await?;
        let said = said(&mut tx, &of, person, verdict, note).await?;
        let version = change.version.saturating_add(1);
        entries::go_on(&mut tx, ctx, &entry, change, said).await?;
        self.assessment_commit(tx, ctx, run, person, version).await
    }

    async fn assessment_commit(
        &self,
        tx: TownTx,
        ctx: &TownCtx,
        run: RunId,
        person: PersonId,
        version: u32,
    ) -> Result<Released<Assessment>> {
        let leaf = leaf::of(ctx, Act::CandidateAssessed, vec![run.into(), person.into()], &version)?;
        tx.commit(leaf).await.map_err(store)?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let entry = one(&mut conn, run, person).await?;
        drop(conn);
        self.release(ctx, "assessment_read", READERS, entry).await
    }

    /// Every assessment of a person, of all runs, oldest first.
    ///
    /// # Errors
    /// `person_not_found`, and what [`App::release`] refuses.
    pub async fn assessments(&self, ctx: &TownCtx, person: PersonId) -> Result<Released<Vec<Assessment>>> {
        self.admit_reader(ctx, READERS)?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let entries = entries::of_person(&mut conn, person).await?;
        self.refuse_denied(&mut conn, ctx, [person]).await?;
        drop(conn);
        self.release(ctx, "assessment_list", READERS, entries).await
    }

    /// A run with how many of its children were assessed how, by list: counts alone, nobody named.
    ///
    /// # Errors
    /// `grant_missing`, `run_not_found`.
    pub async fn assessment_counts(
        &self,
        ctx: &TownCtx,
        run: RunId,
    ) -> Result<(RunRow, Vec<AssessmentCount>)> {
        auth::require_any(ctx, &[Grant::OverallManager, Grant::CaseWorker, Grant::Analyst, Grant::Approver])?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let row = conn.run(run).await.map_err(store)?.ok_or_else(|| Fault::new(Code::RunNotFound))?;
        let rows = conn.entries_newest(Category::Assessment, Some(run)).await.map_err(store)?;
        drop(conn);
        let entries: Vec<Assessment> = entries::of_rows(rows)?;
        let mut counted: BTreeMap<(Option<&'static str>, Verdict), AssessmentCount> = BTreeMap::new();
        for AssessmentSaid { list, verdict, .. } in entries.into_iter().map(|entry| entry.newest.said) {
            let none = AssessmentCount { list, verdict, children: 0 };
            counted.entry((list.map(List::as_str), verdict)).or_insert(none).children += 1;
        }
        Ok((row, counted.into_values().collect()))
    }
}

async fn require(conn: &mut TownConn, run: RunId, person: PersonId) -> Result<RunRow> {
    let row = conn.run(run).await.map_err(store)?.filter(|row| row.state == RunState::Done);
    let row = row.ok_or_else(|| Fault::new(Code::RunNotFound))?;
    if !conn.person_exists(person).await.map_err(store)? {
        return Err(Fault::new(Code::CandidateNotFound));
    }
    Ok(row)
}

async fn one(conn: &mut TownConn, run: RunId, person: PersonId) -> Result<Assessment> {
    let rows = conn.entries(person, Some(Category::Assessment)).await.map_err(store)?;
    let entries: Vec<Assessment> = entries::of_rows(rows)?;
    let found = entries.into_iter().find(|entry| entry.run == Some(run));
    found.ok_or_else(|| Fault::new(Code::AssessmentNotFound))
}

async fn said(
    tx: &mut TownTx,
    run: &RunRow,
    person: PersonId,
    verdict: Verdict,
    note: String,
) -> Result<AssessmentSaid> {
    let list = match tx.score(run.id, person).await.map_err(store)? {
        Some(score) => {
            let scored: Scored =
                serde_json::from_slice(&score.body).map_err(|_| internal("a score is not JSON"))?;
            Some(scored.list)
        }
        None if verdict == Verdict::TooLow => None,
        None => {
            let (ja, en) = (
                "この判定に結果のない住民には too_low だけです",
                "a person whom the run did not score can only be too_low",
            );
            return Err(invalid("verdict", ja, en));
        }
    };
    Ok(AssessmentSaid { rulebook: run.rulebook.clone(), as_of: run.as_of, list, verdict, note })
}

/// The assessment in a run and the last one before it, of one rulebook.
type Standing = (Option<Assessment>, Option<Assessment>);

/// Everybody's assessments as a run's list shows them.
pub(super) async fn of_town(conn: &mut TownConn, run: &RunRow) -> Result<HashMap<PersonId, Standing>> {
    let rows = conn.entries_newest(Category::Assessment, None).await.map_err(store)?;
    let mut by_person: HashMap<PersonId, Vec<Assessment>> = HashMap::new();
    let entries: Vec<Assessment> = entries::of_rows(rows)?;
    for entry in entries {
        by_person.entry(entry.person).or_default().push(entry);
    }
    Ok(by_person.into_iter().map(|(person, entries)| (person, pick(entries, run))).collect())
}

/// One person's.
pub(super) fn pick(entries: Vec<Assessment>, run: &RunRow) -> Standing {
    let of_rulebook = entries.into_iter().filter(|entry| entry.newest.said.rulebook == run.rulebook);
    let (mut own, mut earlier): Standing = (None, None);
    for entry in of_rulebook {
        match entry.run {
            Some(of) if of == run.id => own = Some(entry),
            // Ids of later runs are greater.
            Some(of) if of < run.id && earlier.as_ref().is_none_or(|known| known.run < entry.run) => {
                earlier = Some(entry);
            }
            _ => {}
        }
    }
    (own, earlier)
}
