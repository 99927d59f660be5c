//! 受諾: the receiver wants it. The hub's row decides races; what comes second finds it decided, and what comes
//! after the end is too late.

use evidence::Act;
use handover::{Event, State, apply, open_flag};
use kernel::TownCtx;
use kernel::id::HandoverId;
use store::TownTx;
use store::hub::{HubDecision, HubState};

use super::content::unacknowledged;
use super::ended::{act, call, last_step, receiver_ends};
use super::flag::{Incoming, arrived, incoming};
use super::record::{read_in, write_in};
use super::target::Target;
use super::view::HandoverView;
use super::{HANDLERS, facts, kind_of, moved_on, not_found, subjects};
use crate::error::store;
use crate::{App, Released, Result, failpoint, leaf};

impl App {
    /// Accepts a package whose flag was acknowledged. A second acceptance answers as the first, until the sender has
    /// closed.
    ///
    /// # Errors
    /// `handover_not_found`, `package_tampered`, `key_not_pinned`; `already_decided` when it was
    /// refused, `handover_state` before the flag was acknowledged and once it is completed; `handover_too_late` when the sender took it
    /// back since or its time is over, `handover_expired` when it was never acknowledged; `precondition_failed`.
    pub async fn handover_accept(
        &self,
        ctx: &TownCtx,
        target: impl Into<Target>,
    ) -> Result<Released<HandoverView>> {
        let target = target.into();
        let id = target.id;
        self.admit_reader(ctx, HANDLERS)?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let Incoming { hub, state, .. } = incoming(&mut conn, ctx, id).await?;
        match state {
            State::Offered => return Err(unacknowledged()),
            State::Accepting => {}
            State::TooLate => {
                drop(conn);
                return self.too_late(ctx, self.towns.begin(ctx.town).await.map_err(store)?, target).await;
            }
            decided => {
                apply(decided, Event::Accept, &facts(kind_of(hub.kind), None, hub.expires_at, ctx))?;
                drop(conn);
                return self.handover(ctx, id).await;
            }
        }
        let arrived = arrived(&mut conn, &hub).await?;
        let _acknowledged = open_flag(&arrived.package, &arrived.receiver(ctx.town, conn.keys()), ctx.now)?;
        drop(conn);
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        target.hold(&mut tx).await?;
        let after = tx.hub_decide(id, HubDecision::Accept).await.map_err(store)?;
        match after.ok_or_else(not_found)? {
            HubState::Accepted | HubState::Received | HubState::Completed => self.accepted(ctx, id, tx).await,
            // It ended, or was decided otherwise, between the look at it and now.
            _ => self.too_late(ctx, tx, id.into()).await,
        }
    }

    /// The hub's row is this transaction's: the town's own row says whether the acceptance is new.
    async fn accepted(
        &self,
        ctx: &TownCtx,
        id: HandoverId,
        mut tx: TownTx,
    ) -> Result<Released<HandoverView>> {
        let mut row = tx.handover(id).await.map_err(store)?.ok_or_else(unacknowledged)?;
        let mut body = read_in(&row)?;
        if body.state != State::Accepting {
            drop(tx);
            return self.handover(ctx, id).await;
        }
        body.state = State::Accepted;
        body.accepted_at = Some(ctx.now);
        write_in(&mut row, &body, ctx.now)?;
        tx.handover_update(&row).await.map_err(store)?;
        let leaf = leaf::of(ctx, Act::HandoverAccepted, subjects(id, []), &())?;
        failpoint::reach(failpoint::ACCEPT_BEFORE);
        tx.commit(leaf).await.map_err(store)?;
        failpoint::reach(failpoint::ACCEPT_AFTER);
        self.handover(ctx, id).await
    }

    /// Answers why it cannot be accepted any more, and writes down that the acceptance came after the end.
    async fn too_late(
        &self,
        ctx: &TownCtx,
        mut tx: TownTx,
        target: Target,
    ) -> Result<Released<HandoverView>> {
        target.hold(&mut tx).await?;
        let now = incoming(&mut tx, ctx, target.id).await?;
        let known = facts(kind_of(now.hub.kind), None, now.hub.expires_at, ctx);
        let why = apply(now.state, Event::Accept, &known).err().unwrap_or_else(moved_on);
        if now.state == State::TooLate {
            let step = last_step(&now.hub, now.state, true, ctx)?;
            if receiver_ends(&mut tx, now, State::TooLate, ctx).await? {
                call(&mut tx, target.id, &step, ctx.now).await?;
                let leaf = leaf::of(ctx, act(&step)?, subjects(target.id, []), &())?;
                tx.commit(leaf).await.map_err(store)?;
            }
        }
        Err(why)
    }
}
