//! 判読不能: what was accepted does not open. The platform tries and says why; nobody can say so of a package
//! that opens. The sender reads the code and may draft it anew.

use handover::machine::{UnreadableCode, already_decided};
use handover::{Event, apply, why_unreadable};
use kernel::{Code, TownCtx};
use store::TownConn;
use store::hub::{HubHandover, HubState};

use super::content::unacknowledged;
use super::ended::{act, call, last_step, receiver_ends};
use super::flag::{Incoming, arrived, incoming};
use super::record::InBody;
use super::target::Target;
use super::view::HandoverView;
use super::{HANDLERS, facts, kind_of, subjects};
use crate::error::store;
use crate::{App, Released, Result, leaf};

impl App {
    /// Answers an accepted package that does not open, with why: the package goes, nothing of it was taken in.
    ///
    /// # Errors
    /// `handover_not_found`; `package_readable` when it opens; `handover_state` before the acceptance and once it
    /// was answered so, `already_decided` after the receipt; `key_not_pinned`, `precondition_failed`.
    pub async fn handover_unreadable(
        &self,
        ctx: &TownCtx,
        target: impl Into<Target>,
    ) -> Result<Released<HandoverView>> {
        let target = target.into();
        let id = target.id;
        self.admit_reader(ctx, HANDLERS)?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let Incoming { hub, body, state, .. } = incoming(&mut conn, ctx, id).await?;
        let known = facts(kind_of(hub.kind), None, hub.expires_at, ctx);
        apply(state, Event::ReportUnreadable(UnreadableCode::Tampered), &known)?;
        let code = why(&mut conn, ctx, &hub, &body.ok_or_else(unacknowledged)?).await?;
        drop(conn);
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        target.hold(&mut tx).await?;
        if tx.hub_unreadable(id, code.as_str()).await.map_err(store)? != Some(HubState::Unreadable) {
            return Err(already_decided(incoming(&mut tx, ctx, id).await?.state));
        }
        let now = incoming(&mut tx, ctx, id).await?;
        let (state, step) = (now.state, last_step(&now.hub, now.state, true, ctx)?);
        if !receiver_ends(&mut tx, now, state, ctx).await? {
            drop(tx);
            return self.handover(ctx, id).await;
        }
        call(&mut tx, id, &step, ctx.now).await?;
        let leaf = leaf::of(ctx, act(&step)?, subjects(id, []), &code.as_str())?;
        tx.commit(leaf).await.map_err(store)?;
        self.handover(ctx, id).await
    }
}

/// Why it does not open, as of its acceptance.
async fn why(conn: &mut TownConn, ctx: &TownCtx, hub: &HubHandover, body: &InBody) -> Result<UnreadableCode> {
    match arrived(conn, hub).await {
        Ok(arrived) => {
            let at = body.accepted_at.unwrap_or(ctx.now);
            why_unreadable(&arrived.package, &arrived.receiver(ctx.town, conn.keys()), at)
        }
        Err(fault) if fault.code() == Code::PackageTampered => Ok(UnreadableCode::Tampered),
        Err(fault) => Err(fault),
    }
}
