//! 職員名簿: accounts and postings in bulk, by a CSV with one line a posting. The whole file or nothing: one bad
//! line refuses it with every fault of every line, and the same file again changes nothing.

mod plan;
mod read;
mod write;

use evidence::Act;
use kernel::id::StaffId;
use kernel::{Fault, Grant, TownCtx};
use store::TownTx;
use store::rows::staff::{StaffKind, StaffRow};

use super::{posting_row, require_administrator, rights_changed, views};
use crate::error::store;
use crate::ids::Ids;
use crate::{App, Result, auth, leaf};
use plan::{Plan, Steps};

pub use plan::{Change, Fate};
pub use read::{COLUMNS, RosterLine};

/// What a roster changed, or would.
#[derive(Debug)]
pub struct RosterOutcome {
    /// Changes, by 職員番号.
    pub changes: Vec<Change>,
    /// Postings that stay as they are.
    pub unchanged: usize,
}

impl App {
    /// Takes a roster, or with `dry_run` says what it would change and changes nothing.
    ///
    /// # Errors
    /// `grant_missing` for anyone but the town's administrator; `roster_line_invalid` and `grant_to_self` for each
    /// line that is wrong, `wrong_encoding`, `empty_file`; `last_administrator`.
    pub async fn roster(
        &self,
        ctx: &TownCtx,
        csv: &[u8],
        dry_run: bool,
    ) -> std::result::Result<RosterOutcome, Vec<Fault>> {
        let one = |fault: Fault| vec![fault];
        auth::require(ctx, Grant::TownAdmin).map_err(one)?;
        let profile = self.profile(ctx).await.map_err(one)?;
        let (lines, ids) = (read::read(csv, &profile)?, Ids::of_town(&profile));
        let mut tx = self.towns.begin(ctx.town).await.map_err(store).map_err(one)?;
        // In this order, as loads do: new accounts need keys.
        tx.lock_town().await.map_err(store).map_err(one)?;
        rights_changed(&mut tx).await.map_err(one)?;
        let known = views(&mut tx).await.map_err(one)?;
        let plan = plan::plan(&lines, &known, ctx.staff, ctx.today());
        if !plan.faults.is_empty() {
            return Err(plan.faults);
        }
        let changed = carry_out(&mut tx, ctx, &plan, ids).await.map_err(one)?;
        let outcome = RosterOutcome { changes: plan.changes, unchanged: plan.unchanged };
        // What was tried is rolled back with the transaction.
        if !dry_run && !changed.is_empty() {
            let subjects = changed.into_iter().map(Into::into).collect();
            let leaf = leaf::of(ctx, Act::StaffChanged, subjects, &outcome.changes.len()).map_err(one)?;
            tx.commit(leaf).await.map_err(store).map_err(one)?;
        }
        Ok(outcome)
    }
}

/// Does what a plan says; whom it touched.
async fn carry_out(tx: &mut TownTx, ctx: &TownCtx, plan: &Plan, ids: Ids) -> Result<Vec<StaffId>> {
    let mut changed = Vec::new();
    for steps in plan.steps.iter().filter(|steps| !steps.is_empty()) {
        changed.push(apply(tx, ctx, steps, ids).await?);
    }
    for day in &plan.days {
        require_administrator(tx, (*day).max(ctx.today())).await?;
    }
    Ok(changed)
}

async fn apply(tx: &mut TownTx, ctx: &TownCtx, steps: &Steps, ids: Ids) -> Result<StaffId> {
    let id = match steps.staff {
        Some(id) => id,
        None => hire(tx, ctx, steps, ids).await?,
    };
    if steps.is_renamed {
        tx.staff_rename(id, &steps.name).await.map_err(store)?;
    }
    for posting in &steps.enter {
        tx.posting_insert(&posting_row(id, posting, ctx.now)).await.map_err(store)?;
    }
    for (posting, until) in &steps.last_day {
        tx.posting_until(*posting, *until).await.map_err(store)?;
    }
    tx.posting_end(&steps.at_once, ctx.now).await.map_err(store)?;
    if !steps.enter.is_empty() {
        // Somebody who had left is back.
        tx.staff_left(id, None).await.map_err(store)?;
    }
    Ok(id)
}

async fn hire(tx: &mut TownTx, ctx: &TownCtx, steps: &Steps, ids: Ids) -> Result<StaffId> {
    let row = StaffRow {
        id: ids.of_account(tx, Some(&steps.number)).await?,
        kind: StaffKind::Member,
        number: Some(steps.number.clone()),
        name: steps.name.clone(),
        created_at: ctx.now,
        left_at: None,
    };
    tx.staff_insert(&row).await.map_err(store)?;
    Ok(row.id)
}
