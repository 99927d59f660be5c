//! 適用計画: what a bundle would change, shown before it does. A plan is bound to the bundle and to the version
//! it was compared with, and used once.

use chrono::{DateTime, Utc};
use kernel::id::{PlanId, ProfileId, StaffId};
use kernel::{Code, CoopCtx, Digest, Fault, TownCode};
use profiles::Difference;
use store::rows::profile_plan::PlanRow;

use super::{Checked, Turn, kept};
use crate::error::{internal, store};
use crate::{App, Result};

/// A plan and what it would change.
#[derive(Debug)]
pub struct Plan {
    /// Its id.
    pub id: PlanId,
    /// The version in force when it was made.
    pub base: Option<ProfileId>,
    /// Identity of the bundle.
    pub digest: Digest,
    /// What differs.
    pub difference: Difference,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// By whom.
    pub created_by: StaffId,
    /// When it was applied, if it was.
    pub applied_at: Option<DateTime<Utc>>,
}

impl Plan {
    fn new(row: &PlanRow, difference: Difference) -> Self {
        Self {
            id: row.id,
            base: row.base,
            digest: row.digest,
            difference,
            created_at: row.created_at,
            created_by: row.created_by,
            applied_at: row.applied_at,
        }
    }
}

impl App {
    /// Compares a bundle with the version in force and keeps the plan for a week.
    ///
    /// # Errors
    /// A fault when the database refuses.
    pub async fn profile_plan(&self, ctx: &CoopCtx, new: &Checked) -> Result<Plan> {
        let mut conn = self.towns.read(new.town.code).await.map_err(store)?;
        let current = conn.profile_current().await.map_err(store)?;
        let row = PlanRow {
            id: PlanId::new(),
            base: current.as_ref().map(|row| row.id),
            digest: new.bundle.digest(),
            bundle: serde_json::to_vec(&new.bundle).map_err(|_| internal("a bundle is not JSON"))?,
            created_at: ctx.now,
            created_by: ctx.operator,
            applied_at: None,
        };
        conn.plan_insert(&row).await.map_err(store)?;
        drop(conn);
        let old = current.map(|row| kept(&row.bundle)).transpose()?;
        let difference = Difference::between(old.as_ref().map(Checked::version), new.version());
        Ok(Plan::new(&row, difference))
    }

    /// A plan, compared anew with the version it was made against.
    ///
    /// # Errors
    /// `profile_plan_not_found`.
    pub async fn profile_plan_read(&self, _: &CoopCtx, town: TownCode, id: PlanId) -> Result<Plan> {
        let mut conn = self.towns.read(town).await.map_err(store)?;
        let row = conn.plan(id).await.map_err(store)?.ok_or_else(|| Fault::new(Code::ProfilePlanNotFound))?;
        let base = match row.base {
            Some(base) => conn.profile_get(base).await.map_err(store)?,
            None => None,
        };
        drop(conn);
        let old = base.map(|row| kept(&row.bundle)).transpose()?;
        let difference =
            Difference::between(old.as_ref().map(Checked::version), kept(&row.bundle)?.version());
        Ok(Plan::new(&row, difference))
    }

    /// Does what a plan says, once, if the town's profile is still what the plan was compared with. A plan
    /// that changes nothing is used up and leaves the version in force.
    ///
    /// # Errors
    /// `profile_plan_not_found`, `profile_plan_used`, `profile_plan_stale`.
    pub async fn profile_plan_apply(&self, ctx: &CoopCtx, town: TownCode, id: PlanId) -> Result<ProfileId> {
        let tx = self.towns.begin(town).await.map_err(store)?;
        let mut turn = Turn::of(tx).await?;
        let plan = turn.tx.plan(id).await.map_err(store)?;
        let plan = plan.ok_or_else(|| Fault::new(Code::ProfilePlanNotFound))?;
        if let Some(at) = plan.applied_at {
            return Err(used(at));
        }
        let current = turn.current.as_ref();
        if current.map(|row| row.id) != plan.base {
            let current = current.map_or_else(|| "-".to_owned(), |row| row.id.to_string());
            return Err(Fault::new(Code::ProfilePlanStale).with("current", current));
        }
        if !turn.tx.plan_use(id, ctx.now).await.map_err(store)? {
            return Err(used(ctx.now));
        }
        let same = current.filter(|row| row.digest == plan.digest).map(|row| row.id);
        if let Some(same) = same {
            turn.tx.commit_bookkeeping().await.map_err(store)?;
            return Ok(same);
        }
        // What was checked when the plan was made is checked with today's program, not remembered.
        kept(&plan.bundle)?;
        let new = turn.put(ctx, plan.digest, plan.bundle).await?;
        turn.commit(ctx, new, &plan.digest).await?;
        Ok(new)
    }
}

fn used(at: DateTime<Utc>) -> Fault {
    let at = at.to_rfc3339_opts(chrono::SecondsFormat::Secs, true);
    Fault::new(Code::ProfilePlanUsed).with("applied_at", at)
}
