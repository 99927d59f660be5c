//! 職員: who acts in a town.

use evidence::Act;
use kernel::id::StaffId;
use kernel::{CoopCtx, Grant, TownCode, TownCtx};
use store::rows::staff::StaffRow;

use crate::error::store;
use crate::{App, Result, auth, leaf};

impl App {
    /// Adds a member of staff.
    ///
    /// # Errors
    /// `grant_missing` for anyone but the town's administrator.
    pub async fn staff_add(&self, ctx: &TownCtx, section: &str, name: &str) -> Result<StaffRow> {
        auth::require(ctx, Grant::TownAdmin)?;
        let row =
            StaffRow { id: StaffId::new(), section: section.into(), name: name.into(), created_at: ctx.now };
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        tx.staff_insert(&row).await.map_err(store)?;
        tx.commit(leaf::of(ctx, Act::StaffChanged, vec![row.id.into()], &row.section)?)
            .await
            .map_err(store)?;
        Ok(row)
    }

    /// Makes a town's first administrator: the one act on a town's staff that the operator may do,
    /// once, while the town has none.
    ///
    /// # Errors
    /// `town_has_staff` when it has.
    pub async fn staff_first(
        &self,
        ctx: &CoopCtx,
        town: TownCode,
        section: &str,
        name: &str,
    ) -> Result<StaffRow> {
        let mut tx = self.towns.begin(town).await.map_err(store)?;
        if !tx.staff_list().await.map_err(store)?.is_empty() {
            return Err(kernel::Code::TownHasStaff.into());
        }
        let row =
            StaffRow { id: StaffId::new(), section: section.into(), name: name.into(), created_at: ctx.now };
        tx.staff_insert(&row).await.map_err(store)?;
        let leaf = leaf::of_operator(town, Act::StaffChanged, ctx, vec![row.id.into()], &row.section)?;
        tx.commit(leaf).await.map_err(store)?;
        Ok(row)
    }

    /// All staff of the town.
    ///
    /// # Errors
    /// `grant_missing` for anyone but the town's administrator or auditor.
    pub async fn staff_list(&self, ctx: &TownCtx) -> Result<Vec<StaffRow>> {
        auth::require_any(ctx, &[Grant::TownAdmin, Grant::Auditor])?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        conn.staff_list().await.map_err(store)
    }
}
