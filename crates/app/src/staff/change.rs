//! What changes of an account as a whole: a 職員番号 where there was none, and the day somebody leaves.

use evidence::Act;
use kernel::id::{PostingId, StaffId};
use kernel::{Grant, TownCtx};
use store::StoreError;

use super::{
    StaffView, number_check, number_taken, plain_number, require_administrator, rights_changed, view,
};
use crate::error::store;
use crate::{App, Result, auth, leaf};

impl App {
    /// Gives a 職員番号 to a member of staff who has none yet: a town's first administrator, mostly.
    ///
    /// # Errors
    /// `grant_missing`, `staff_not_found`; `staff_number_taken` when they have one or another has it;
    /// `invalid_value` for a blank one or a service client.
    pub async fn staff_number(&self, ctx: &TownCtx, id: StaffId, number: &str) -> Result<StaffView> {
        auth::require(ctx, Grant::TownAdmin)?;
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        let known = view(&mut tx, id).await?.row;
        let number = plain_number(number);
        number_check(known.kind, Some(&number))?;
        if known.number.is_some() {
            return Err(number_taken(StoreError::Duplicate));
        }
        tx.staff_number_set(id, &number).await.map_err(number_taken)?;
        let after = view(&mut tx, id).await?;
        tx.commit(leaf::of(ctx, Act::StaffChanged, vec![id.into()], &())?).await.map_err(store)?;
        Ok(after)
    }

    /// Takes somebody out at once: every posting ends, every token is refused from the next request on,
    /// password and set-up code are forgotten. Doing it again changes nothing.
    ///
    /// # Errors
    /// `grant_missing`, `staff_not_found`, `last_administrator`.
    pub async fn staff_depart(&self, ctx: &TownCtx, id: StaffId) -> Result<StaffView> {
        auth::require(ctx, Grant::TownAdmin)?;
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        rights_changed(&mut tx).await?;
        let before = view(&mut tx, id).await?;
        if before.row.left_at.is_some() {
            return Ok(before);
        }
        let ended: Vec<PostingId> = before
            .postings
            .iter()
            .filter(|posting| posting.not_over(ctx.today()))
            .map(|posting| posting.id)
            .collect();
        tx.posting_end(&ended, ctx.now).await.map_err(store)?;
        if before.allowed(ctx.today()).has(Grant::TownAdmin) {
            require_administrator(&mut tx, ctx.today()).await?;
        }
        tx.staff_left(id, Some(ctx.now)).await.map_err(store)?;
        tx.credential_drop(id).await.map_err(store)?;
        tx.token_revoke_all(id, ctx.now).await.map_err(store)?;
        let after = view(&mut tx, id).await?;
        tx.commit(leaf::of(ctx, Act::StaffLeft, vec![id.into()], &())?).await.map_err(store)?;
        Ok(after)
    }
}
