//! Doing what a load plan says: once, while everything it rests on is as it was, and past a guard only on the word
//! of a person who may give it.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use evidence::Act;
use kernel::id::LoadPlanId;
use kernel::{Code, Fault, Grant, TownCtx};
use store::TownConn;
use store::rows::load::LoadRow;
use store::rows::load_plan::LoadPlanState;
use store::rows::load_reason::LoadReason;
use store::rows::staff::StaffKind;
use store::rows::upload::UploadRow;

use super::{Begun, Guard, LOADERS, LoadPlan, READERS, new_load, not_ready, received, running};
use crate::error::store;
use crate::{App, Result, auth, leaf};

/// Grants that decide about a load beyond its routine: past a guard, or back. 総括管理主体 answers for what is taken in
/// (図表10), and a section's head (決裁) decides what the section's staff may not; whoever only hands files in
/// (保有・管理) does not vouch for them.
pub(super) const DECIDERS: &[Grant] = &[Grant::OverallManager, Grant::Approver];

/// A person's word that a file is right although guards trip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Override {
    /// The guards, each by name.
    pub guards: Vec<Guard>,
    /// Why.
    pub reason: String,
}

impl App {
    /// Begins the load that a plan describes.
    ///
    /// # Errors
    /// `load_plan_not_found`, `load_plan_used`, `load_plan_stale`, `load_not_ready` for a plan that is not ready;
    /// `guard_tripped` where a guard trips that nobody passes over, `invalid_value` where one is passed over that
    /// does not; `grant_missing`.
    pub async fn load_plan_apply(
        self: &Arc<Self>,
        ctx: &TownCtx,
        id: LoadPlanId,
        overriding: Option<&Override>,
    ) -> Result<Begun> {
        auth::require_any(ctx, if overriding.is_some() { READERS } else { LOADERS })?;
        let plan = self.load_plan(ctx, id).await?;
        if let Some(at) = plan.row.applied_at {
            return Err(used(at));
        }
        if plan.row.state != LoadPlanState::Ready {
            return Err(not_ready(plan.row.state.as_str()));
        }
        if overriding.is_some() {
            self.require_decider(ctx).await?;
        }
        if let Some(same) = plan.row.same {
            let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
            let load = tx.load(same).await.map_err(store)?.filter(|load| load.state != "rolled_back");
            let load = load.ok_or_else(|| stale("取込済みの状態", "what was loaded before"))?;
            if !tx.load_plan_use(id, same, ctx.now).await.map_err(store)? {
                return Err(used(ctx.now));
            }
            tx.commit_bookkeeping().await.map_err(store)?;
            return Ok(Begun::Same(load));
        }
        check_guards(&plan, overriding)?;
        let upload = self.bound_to(ctx, &plan).await?;
        let overridden = overriding.iter().flat_map(|word| &word.guards).map(ToString::to_string).collect();
        let load = LoadRow { plan: Some(id), overridden, ..new_load(ctx, &upload, plan.row.layout_digest) };
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        if !tx.load_plan_use(id, load.id, ctx.now).await.map_err(store)? {
            return Err(used(ctx.now));
        }
        tx.load_begin(&load).await.map_err(running)?;
        if let Some(word) = overriding {
            let key = tx.load_key(upload.id).await.map_err(store)?;
            tx.load_reason_put(load.id, &key, LoadReason::Override, &word.reason).await.map_err(store)?;
            let detail = (&load.overridden, &word.reason);
            let leaf = leaf::of(ctx, Act::GuardOverridden, vec![load.id.into()], &detail)?;
            tx.commit(leaf).await.map_err(store)?;
        } else {
            tx.commit_bookkeeping().await.map_err(store)?;
        }
        self.load_under_way(ctx, upload, load).await
    }

    /// The file of a plan, where everything the plan rests on is as it was.
    async fn bound_to(&self, ctx: &TownCtx, plan: &LoadPlan) -> Result<UploadRow> {
        let row = &plan.row;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let upload = conn.upload(row.upload).await.map_err(store)?;
        let upload = upload.ok_or_else(|| Fault::new(Code::UploadNotFound))?;
        let last = conn.load_last_applied(&row.source).await.map_err(store)?;
        drop(conn);
        if last.map(|load| load.id) != row.base {
            return Err(stale_base());
        }
        if self.loadable(ctx, &upload).await? != row.layout_digest {
            return Err(stale("レイアウト", "the source's layout"));
        }
        if self.profile(ctx).await?.id != row.profile {
            return Err(stale("町の設定の版", "the town's profile"));
        }
        received(&upload)?;
        Ok(upload)
    }

    /// Requires a person who decides: a system of the town decides nothing.
    pub(crate) async fn require_decider(&self, ctx: &TownCtx) -> Result<()> {
        auth::require_any(ctx, DECIDERS)?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let acting = conn.staff(ctx.staff).await.map_err(store)?;
        if acting.is_some_and(|staff| staff.kind == StaffKind::Service) {
            let fault = Fault::new(Code::GrantMissing);
            return Err(fault.with_words(
                "grant",
                "総括管理・決裁の職員",
                "overall_manager or approver, a person",
            ));
        }
        Ok(())
    }
}

/// Every guard that trips is passed over by name, and no other.
fn check_guards(plan: &LoadPlan, overriding: Option<&Override>) -> Result<()> {
    let tripped = plan.planned.as_ref().map(|planned| planned.guards.as_slice()).unwrap_or_default();
    let named = overriding.map(|word| word.guards.as_slice()).unwrap_or_default();
    if let Some(open) = tripped.iter().find(|tripped| !named.contains(&tripped.guard)) {
        return Err(open.fault());
    }
    if let Some(idle) = named.iter().find(|guard| !tripped.iter().any(|tripped| tripped.guard == **guard)) {
        let fault = Fault::new(Code::InvalidValue).with("name", "guards");
        let (ja, en) = (format!("{idle} は働いていません"), format!("{idle} does not trip"));
        return Err(fault.with_words("why", &ja, &en).at_pointer("/override/guards"));
    }
    Ok(())
}

/// Refuses a planned load whose source has been loaded since; asked under the town's lock.
pub(super) async fn as_planned(conn: &mut TownConn, load: &LoadRow) -> Result<()> {
    let Some(plan) = load.plan else { return Ok(()) };
    let plan = conn.load_plan(plan).await.map_err(store)?;
    let last = conn.load_last_applied(&load.source).await.map_err(store)?;
    // A plan that is forgotten meanwhile was a week old.
    if plan.is_some_and(|plan| plan.base != last.map(|load| load.id)) { Err(stale_base()) } else { Ok(()) }
}

fn stale_base() -> Fault {
    stale("連携元の最後の取込", "the source's last load")
}

/// Says that a plan's people are not those of the state it looks at.
pub(super) fn stale_people() -> Fault {
    stale("住民の記録", "the town's people")
}

fn stale(ja: &str, en: &str) -> Fault {
    Fault::new(Code::LoadPlanStale).with_words("what", ja, en)
}

fn used(at: DateTime<Utc>) -> Fault {
    let at = at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    Fault::new(Code::LoadPlanUsed).with("applied_at", at)
}
