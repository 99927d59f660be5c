//! 判定: running a rulebook over a town's children, and the candidates it points out. It points; people
//! decide.

mod assess;
mod facts;
mod verdict;

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use evidence::Act;
use kernel::id::{OperationId, PersonId, RunId};
use kernel::slug::RulebookCode;
use kernel::{Category, Code, Fault, Grant, Identity, TownCtx};
use rulebook::{Contact, Effective, Interval, List};
use serde::{Deserialize, Serialize};
use store::rows::operation::OperationRow;
use store::rows::run::{RunRow, RunState};

use crate::error::{internal, store};
use crate::release::{Hidden, Listed, READERS, Resident};
use crate::{App, Released, Result, auth, entries, leaf};

pub use assess::{Assessment, AssessmentCount, AssessmentSaid};
pub use facts::{Kinship, Picture};
pub(crate) use facts::{claims, standing};
pub use verdict::{Sought, Verdict};

/// One child's result as it is kept: what lists need at hand, and the whole trace.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Scored {
    /// 判定区分.
    pub list: List,
    /// The exact total; `None` outside the population.
    pub interval: Option<Interval>,
    /// 気になる状況.
    pub concern: Option<Interval>,
    /// 相談のつながり.
    pub contact: Option<Contact>,
    /// 要対協: already known there; `None` when its register was never loaded.
    pub known_case: Option<bool>,
    /// 判定根拠, as `rulebook::Trace` writes itself.
    pub trace: serde_json::Value,
}

/// A child on a list.
#[derive(Debug)]
pub struct Candidate {
    /// Who.
    pub person: PersonId,
    /// By the register; without whereabouts.
    pub identity: Option<Identity>,
    /// Result.
    pub scored: Scored,
    /// What a case worker made of it.
    pub assessment: Option<Assessment>,
    /// The last assessment of the child in an earlier run of the rulebook.
    pub earlier: Option<Assessment>,
}

impl Resident for Candidate {
    fn persons(&self) -> Vec<PersonId> {
        vec![self.person]
    }

    fn hide_whereabouts(&mut self, _: &dyn Fn(PersonId) -> Option<Hidden>) {
        // Neither identities in memory nor traces carry whereabouts.
    }
}

/// How many children a run put on each list.
pub type Counts = std::collections::BTreeMap<String, u64>;

impl App {
    /// Rulebooks in force in the town, with the town's choices.
    ///
    /// # Errors
    /// `profile_missing`.
    pub async fn rulebooks(&self, ctx: &TownCtx) -> Result<Vec<Effective>> {
        Ok(self.profile(ctx).await?.town.rulebooks.values().cloned().collect())
    }

    /// Starts a run; the answer comes before it is done.
    ///
    /// # Errors
    /// `grant_missing`, `rulebook_not_found`.
    pub async fn run_begin(
        self: &Arc<Self>,
        ctx: &TownCtx,
        rulebook: &RulebookCode,
        as_of: Option<NaiveDate>,
    ) -> Result<(RunRow, OperationId)> {
        auth::require(ctx, Grant::OverallManager)?;
        let profile = self.profile(ctx).await?;
        let rules = profile.town.rulebooks.get(rulebook).ok_or_else(|| Fault::new(Code::RulebookNotFound))?;
        let run = RunRow {
            id: RunId::new(),
            rulebook: rulebook.to_string(),
            release: rules.release,
            overlay: rules.overlay,
            as_of: as_of.unwrap_or_else(|| ctx.today()),
            known_at: ctx.now,
            state: RunState::Running,
            counts: serde_json::json!({}),
            started_by: ctx.staff,
            finished_at: None,
        };
        let work = OperationRow {
            id: OperationId::new(),
            kind: "run".into(),
            state: "running".into(),
            done: 0,
            total: 0,
            target: Some(run.id.uuid()),
            fault_code: None,
            created_at: ctx.now,
            updated_at: ctx.now,
        };
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        tx.run_insert(&run).await.map_err(store)?;
        tx.operation_put(&work).await.map_err(store)?;
        tx.commit_bookkeeping().await.map_err(store)?;
        let (app, ctx, rules, row, operation) =
            (Arc::clone(self), ctx.clone(), rules.clone(), run.clone(), work.id);
        self.jobs.spawn(async move { app.run_to_end(&ctx, &rules, &row, work).await });
        Ok((run, operation))
    }

    async fn run_to_end(&self, ctx: &TownCtx, rules: &Effective, run: &RunRow, mut work: OperationRow) {
        let outcome = self.score(ctx, rules, run, &mut work).await;
        if let Err(fault) = &outcome {
            work.fault_code = Some(fault.code().as_str().to_owned());
            if let Err(error) = self.run_mark_failed(ctx, run.id).await {
                tracing::error!(run = %run.id, code = %error, "a failed run could not be marked");
            }
        }
        work.state = if outcome.is_ok() { "done" } else { "failed" }.into();
        work.updated_at = Utc::now();
        if let Err(fault) = self.progress(ctx.town, &work).await {
            tracing::error!(run = %run.id, code = %fault, "the end of a run could not be recorded");
        }
    }

    async fn run_mark_failed(&self, ctx: &TownCtx, run: RunId) -> Result<()> {
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        tx.run_failed(run, Utc::now()).await.map_err(store)?;
        tx.commit_bookkeeping().await.map_err(store)
    }

    async fn score(
        &self,
        ctx: &TownCtx,
        rules: &Effective,
        run: &RunRow,
        work: &mut OperationRow,
    ) -> Result<()> {
        let picture = self.picture(ctx.town).await?;
        if !picture.anything_loaded(rules) {
            return Err(Fault::new(Code::RunUnassessable));
        }
        let children = picture.children(run.as_of);
        work.total = i64::try_from(children.len()).unwrap_or(i64::MAX);
        let mut counts = Counts::new();
        let mut scores = Vec::with_capacity(children.len());
        for person in children {
            let scored = picture.score(rules, person, run.as_of)?;
            *counts.entry(scored.list.as_str().to_owned()).or_default() += 1;
            let bytes = serde_json::to_vec(&scored).map_err(|_| internal("a score is not JSON"))?;
            scores.push((person, bytes));
        }
        work.done = work.total;
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        tx.score_insert_many(run.id, &scores).await.map_err(store)?;
        let json = serde_json::to_value(&counts).map_err(|_| internal("counts are not JSON"))?;
        tx.run_finish(run.id, picture.known_at, &json, Utc::now()).await.map_err(store)?;
        tx.commit(leaf::of(ctx, Act::RunScored, vec![run.id.into()], &counts)?).await.map_err(store)
    }

    /// One run.
    ///
    /// # Errors
    /// `run_not_found`.
    pub async fn run(&self, ctx: &TownCtx, id: RunId) -> Result<RunRow> {
        auth::require_any(ctx, &[Grant::OverallManager, Grant::CaseWorker, Grant::Analyst, Grant::Approver])?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        conn.run(id).await.map_err(store)?.ok_or_else(|| Fault::new(Code::RunNotFound))
    }

    /// Runs, newest first.
    ///
    /// # Errors
    /// `grant_missing`.
    pub async fn run_list(&self, ctx: &TownCtx, before: Option<RunId>, limit: i64) -> Result<Vec<RunRow>> {
        auth::require_any(ctx, &[Grant::OverallManager, Grant::CaseWorker, Grant::Analyst, Grant::Approver])?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        conn.run_list(before, limit).await.map_err(store)
    }

    /// Children a run put on a list, in 五十音順 of their reading, from after `after`; only those assessed so in
    /// the run, if that is asked for.
    ///
    /// # Errors
    /// `run_not_found`, and what [`App::release`] refuses.
    pub async fn candidates(
        &self,
        ctx: &TownCtx,
        run: RunId,
        (list, assessed): (List, Option<Sought>),
        after: Option<PersonId>,
        limit: usize,
    ) -> Result<Released<Listed<Candidate>>> {
        self.admit_reader(ctx, READERS)?;
        let found = self.candidates_of(ctx, run, (list, assessed)).await?;
        let from =
            after.and_then(|after| found.iter().position(|c| c.person == after)).map_or(0, |place| place + 1);
        let page = Listed::first(found.into_iter().skip(from), limit);
        self.release(ctx, "candidate_list", READERS, page).await
    }

    /// Everybody a run put on a list and who was assessed as asked, in 五十音順 of their reading; not yet released.
    ///
    /// # Errors
    /// `run_not_found`.
    pub(crate) async fn candidates_of(
        &self,
        ctx: &TownCtx,
        run: RunId,
        (list, assessed): (List, Option<Sought>),
    ) -> Result<Vec<Candidate>> {
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let of = conn.run(run).await.map_err(store)?.ok_or_else(|| Fault::new(Code::RunNotFound))?;
        let scores = conn.scores(run).await.map_err(store)?;
        let mut assessments = assess::of_town(&mut conn, &of).await?;
        drop(conn);
        let people = self.people(ctx.town).await?;
        let mut found = Vec::new();
        for (person, body) in scores {
            let scored: Scored =
                serde_json::from_slice(&body).map_err(|_| internal("a score is not JSON"))?;
            let (assessment, earlier) = assessments.remove(&person).unwrap_or_default();
            if scored.list == list && assessed.is_none_or(|sought| sought.is(assessment.as_ref())) {
                let identity = people.identities.get(&person).cloned();
                found.push(Candidate { person, identity, scored, assessment, earlier });
            }
        }
        found.sort_by_cached_key(|c| (c.identity.as_ref().and_then(Identity::full_kana), c.person));
        Ok(found)
    }

    /// One child's result in a run, with its trace.
    ///
    /// # Errors
    /// `run_not_found`, `candidate_not_found`, and what [`App::release`] refuses.
    pub async fn candidate(
        &self,
        ctx: &TownCtx,
        run: RunId,
        person: PersonId,
    ) -> Result<Released<Candidate>> {
        self.admit_reader(ctx, READERS)?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let of = conn.run(run).await.map_err(store)?.ok_or_else(|| Fault::new(Code::RunNotFound))?;
        let score = conn.score(run, person).await.map_err(store)?;
        let entries = conn.entries(person, Some(Category::Assessment)).await.map_err(store)?;
        drop(conn);
        let score = score.ok_or_else(|| Fault::new(Code::CandidateNotFound))?;
        let scored = serde_json::from_slice(&score.body).map_err(|_| internal("a score is not JSON"))?;
        let (assessment, earlier) = assess::pick(entries::of_rows(entries)?, &of);
        let people = self.people(ctx.town).await?;
        let identity = people.identities.get(&person).cloned();
        let candidate = Candidate { person, identity, scored, assessment, earlier };
        self.release(ctx, "candidate_read", READERS, candidate).await
    }
}

/// When a fact was learnt, for facts that follow from several.
pub(crate) fn latest(times: impl Iterator<Item = DateTime<Utc>>) -> Option<DateTime<Utc>> {
    times.max()
}
