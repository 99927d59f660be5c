//! 取込計画: a file taken in by the same code as its load, up to where it would be applied, and forgotten but for
//! its counts. Nothing of a resident is written, and nobody is kept from working meanwhile: a load under way is
//! waited for, and then one state of the town is looked at to the end of the file, its records and its people, the
//! one that the plan is bound to.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::Utc;
use kernel::id::{LoadId, LoadPlanId, OperationId, UploadId};
use kernel::{Code, Fault, TownCtx};
use serde::{Deserialize, Serialize};
use store::rows::load_plan::{LoadPlanRow, LoadPlanState};
use store::rows::operation::OperationRow;
use store::rows::upload::UploadRow;

use super::apply::stale_people;
use super::guard::Tripped;
use super::intake::Taken;
use super::read::Reading;
use super::sink::{PlanSink, Sink};
use super::{LOADERS, READERS, received, same, work};
use crate::error::{internal, store};
use crate::{App, Result, auth, failpoint};

/// What kind of long work a plan is.
pub(super) const KIND: &str = "load_plan";

/// How often a file is read against people who move on meanwhile.
const TRIES: usize = 5;

/// What a file would change.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Planned {
    /// Data rows in the file.
    pub read: i64,
    /// Records that the source never had.
    pub new: i64,
    /// Records that say something else than before.
    pub changed: i64,
    /// As they were.
    pub unchanged: i64,
    /// Records that would end.
    pub closed: i64,
    /// Records that had ended and are back.
    pub reopened: i64,
    /// Rejected.
    pub rejected: i64,
    /// Records that would wait in the link queue.
    pub queued: i64,
    /// Rejects by reason; a row with two reasons counts under both.
    pub rejects: BTreeMap<String, i64>,
    /// Guards that trip: without a person's word the load is refused.
    pub guards: Vec<Tripped>,
}

impl Planned {
    fn of(taken: &Taken) -> Self {
        let (counts, tally) = (&taken.counts, taken.tally);
        Self {
            read: counts.read,
            new: tally.new,
            changed: tally.changed,
            unchanged: counts.unchanged,
            closed: counts.closed,
            reopened: tally.reopened,
            rejected: counts.rejected,
            queued: counts.queued,
            rejects: counts.rejects.clone(),
            guards: taken.tripped.clone(),
        }
    }

    /// Whether nothing would change. Rejects change nothing.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.new == 0 && self.changed == 0 && self.reopened == 0 && self.closed == 0
    }
}

/// A plan and what it came to.
#[derive(Debug)]
pub struct LoadPlan {
    /// What it is bound to, and how far it has come.
    pub row: LoadPlanRow,
    /// What would change; `None` while it is being made, and where it cannot be.
    pub planned: Option<Planned>,
    /// Why the file cannot be loaded at all.
    pub fault: Option<Fault>,
}

impl LoadPlan {
    pub(super) fn of(row: LoadPlanRow, fault: Option<Fault>) -> Result<Self> {
        let planned = row.outcome.clone().map(serde_json::from_value).transpose();
        let planned = planned.map_err(|_| internal("a plan's counts do not read"))?;
        Ok(Self { row, planned, fault })
    }
}

/// A plan that was asked for.
#[derive(Debug)]
pub enum Wanted {
    /// It is being made.
    Running {
        /// As far as it has come.
        plan: LoadPlan,
        /// Its progress.
        operation: OperationId,
    },
    /// This very file was loaded before with this very layout: there is nothing to do.
    Same(LoadPlan),
}

impl App {
    /// Begins to plan the load of a complete upload; the plan is kept for a week.
    ///
    /// # Errors
    /// `upload_not_found`, `load_not_ready`, `source_not_found`, `legal_entry_expired`.
    pub async fn load_plan_begin(self: &Arc<Self>, ctx: &TownCtx, upload: UploadId) -> Result<Wanted> {
        auth::require_any(ctx, LOADERS)?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let upload =
            conn.upload(upload).await.map_err(store)?.ok_or_else(|| Fault::new(Code::UploadNotFound))?;
        drop(conn);
        let layout_digest = self.loadable(ctx, &upload).await?;
        let profile = self.profile(ctx).await?.id;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let same = same(&mut conn, &upload, layout_digest, false).await?;
        if same.is_none() {
            received(&upload)?;
        }
        let base = conn.load_last_applied(&upload.source).await.map_err(store)?;
        let known = same.as_ref().map(|load| Planned {
            read: load.counts.read,
            unchanged: load.counts.read - load.counts.rejected,
            rejected: load.counts.rejected,
            rejects: load.counts.rejects.clone(),
            ..Planned::default()
        });
        let row = LoadPlanRow {
            id: LoadPlanId::new(),
            upload: upload.id,
            source: upload.source.clone(),
            as_of: upload.as_of,
            layout_digest,
            profile,
            base: base.map(|load| load.id),
            same: same.map(|load| load.id),
            state: if known.is_some() { LoadPlanState::Ready } else { LoadPlanState::Running },
            outcome: known.as_ref().map(json).transpose()?,
            created_by: ctx.staff,
            created_at: ctx.now,
            finished_at: known.is_some().then_some(ctx.now),
            applied_at: None,
            load: None,
        };
        conn.load_plan_insert(&row).await.map_err(store)?;
        drop(conn);
        let plan = LoadPlan::of(row.clone(), None)?;
        if known.is_some() {
            return Ok(Wanted::Same(plan));
        }
        let work = work(KIND, row.id.uuid(), &upload, ctx.now);
        let operation = work.id;
        self.load_plan_spawn(ctx.clone(), upload, row, work).await?;
        Ok(Wanted::Running { plan, operation })
    }

    /// One plan.
    ///
    /// # Errors
    /// `grant_missing`, `load_plan_not_found`.
    pub async fn load_plan(&self, ctx: &TownCtx, id: LoadPlanId) -> Result<LoadPlan> {
        auth::require_any(ctx, READERS)?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let row =
            conn.load_plan(id).await.map_err(store)?.ok_or_else(|| Fault::new(Code::LoadPlanNotFound))?;
        if row.state != LoadPlanState::Failed {
            return LoadPlan::of(row, None);
        }
        let key = conn.load_key(row.upload).await.map_err(store)?;
        let fault = conn.load_plan_fault(id, &key).await.map_err(store)?;
        LoadPlan::of(row, fault)
    }

    pub(super) async fn load_plan_spawn(
        self: &Arc<Self>,
        ctx: TownCtx,
        upload: UploadRow,
        plan: LoadPlanRow,
        work: OperationRow,
    ) -> Result<()> {
        self.progress(ctx.town, &work).await?;
        let app = Arc::clone(self);
        self.jobs.spawn(async move { app.load_plan_run(&ctx, &upload, &plan, work).await });
        Ok(())
    }

    async fn load_plan_run(
        &self,
        ctx: &TownCtx,
        upload: &UploadRow,
        plan: &LoadPlanRow,
        mut work: OperationRow,
    ) {
        let code = match self.load_plan_make(ctx, upload, plan, &mut work).await {
            Ok(()) => None,
            Err(fault) => {
                if let Err(error) = self.load_plan_fail(ctx, plan, &fault).await {
                    tracing::error!(plan = %plan.id, code = %error, "a failed plan could not be marked");
                }
                Some(fault.code())
            }
        };
        work.state = if code.is_some() { "failed" } else { "done" }.into();
        work.fault_code = code.map(|code| code.as_str().to_owned());
        work.updated_at = Utc::now();
        if let Err(fault) = self.progress(ctx.town, &work).await {
            tracing::error!(plan = %plan.id, code = %fault, "the end of a plan could not be recorded");
        }
    }

    async fn load_plan_make(
        &self,
        ctx: &TownCtx,
        upload: &UploadRow,
        plan: &LoadPlanRow,
        work: &mut OperationRow,
    ) -> Result<()> {
        let profile = self.profile_of(ctx.town).await?;
        let reading = Reading { ctx, upload, profile: &profile, corrects: false, settles: &[] };
        let (base, planned) = match self.load_plan_look(&reading, false, work).await? {
            Some(made) => made,
            // People moved on before the file asked for them: once more, with people that are there from the start.
            None => self.load_plan_with_people(&reading, work).await?,
        };
        failpoint::reach(failpoint::LOAD_PLANNED);
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        conn.load_plan_ready(plan.id, base, &json(&planned)?, Utc::now()).await.map_err(store)
    }

    async fn load_plan_with_people(
        &self,
        reading: &Reading<'_>,
        work: &mut OperationRow,
    ) -> Result<(Option<LoadId>, Planned)> {
        for _ in 0..TRIES {
            self.people(reading.ctx.town).await?;
            if let Some(made) = self.load_plan_look(reading, true, work).await? {
                return Ok(made);
            }
        }
        Err(Fault::new(Code::Unavailable))
    }

    /// Reads the file against one state of the town; `None` where the people are not those of that state.
    async fn load_plan_look(
        &self,
        reading: &Reading<'_>,
        with_people: bool,
        work: &mut OperationRow,
    ) -> Result<Option<(Option<LoadId>, Planned)>> {
        let (town, source) = (reading.ctx.town, &reading.upload.source);
        let look = self.towns.bulk_load(town).await.map_err(store)?.look().await.map_err(store)?;
        let (base, version) = look.base(source).await.map_err(store)?;
        let people = if with_people { self.people.get(town, version) } else { None };
        if with_people && people.is_none() {
            return Ok(None);
        }
        let known = look.lookup().records(source).await.map_err(store)?;
        let ended = look.lookup().ended(source).await.map_err(store)?;
        let sink = Sink::Plan(PlanSink { look, version });
        work.done = 0;
        match self.take_file(reading, sink, (known, ended, people), work).await {
            Ok((taken, _)) => Ok(Some((base, Planned::of(&taken)))),
            Err(fault) if fault == stale_people() => Ok(None),
            Err(fault) => Err(fault),
        }
    }

    async fn load_plan_fail(&self, ctx: &TownCtx, plan: &LoadPlanRow, fault: &Fault) -> Result<()> {
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let key = conn.load_key(plan.upload).await.map_err(store)?;
        conn.load_plan_failed(plan.id, &key, fault, Utc::now()).await.map_err(store)
    }
}

fn json(planned: &Planned) -> Result<serde_json::Value> {
    serde_json::to_value(planned).map_err(|_| internal("a plan's counts are not JSON"))
}
