//! 辞退: the receiver does not want it, for a reason of the list.

use handover::machine::{RefusalCode, already_decided};
use handover::{Event, State, apply};
use kernel::TownCtx;
use store::hub::{HubDecision, HubState};

use super::ended::{act, call, last_step, receiver_ends};
use super::flag::{Incoming, incoming};
use super::target::Target;
use super::view::HandoverView;
use super::{HANDLERS, facts, kind_of, subjects};
use crate::error::store;
use crate::{App, Released, Result, leaf};

impl App {
    /// Refuses a package, for a reason of the list. Nothing of it stays. A transfer leaves a task behind: its
    /// child's case must not be left lying between the two towns.
    ///
    /// # Errors
    /// `handover_not_found`; `already_decided` when it was accepted, or refused for another reason;
    /// `handover_state` when the sender took it back or it was refused so before, `handover_expired`, `handover_too_late`,
    /// `precondition_failed`.
    pub async fn handover_refuse(
        &self,
        ctx: &TownCtx,
        target: impl Into<Target>,
        code: RefusalCode,
    ) -> Result<Released<HandoverView>> {
        let target = target.into();
        let id = target.id;
        self.admit_reader(ctx, HANDLERS)?;
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        target.hold(&mut tx).await?;
        let Incoming { hub, state, .. } = incoming(&mut tx, ctx, id).await?;
        let step = apply(state, Event::Refuse(code), &facts(kind_of(hub.kind), None, hub.expires_at, ctx))?;
        if step.effects.is_empty() {
            drop(tx);
            return self.handover(ctx, id).await;
        }
        let after = tx.hub_decide(id, HubDecision::Refuse(code.as_str())).await.map_err(store)?;
        let now = incoming(&mut tx, ctx, id).await?;
        if after != Some(HubState::Refused) {
            apply(now.state, Event::Refuse(code), &facts(kind_of(hub.kind), None, hub.expires_at, ctx))?;
            return Err(already_decided(now.state));
        }
        let (state, step) = (State::Refused(code), last_step(&now.hub, State::Refused(code), true, ctx)?);
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
