//! 受諾と辞退: the receiver decides, once. The hub's row decides races; what comes second finds it decided.

use evidence::Act;
use handover::machine::RefusalCode;
use handover::{Event, State, apply, open_flag};
use kernel::id::HandoverId;
use kernel::{Code, Fault, TownCtx};
use store::TownTx;
use store::hub::{HubDecision, HubHandover, HubState};

use super::content::unacknowledged;
use super::flag::{Incoming, arrived, incoming, new_row};
use super::record::{InBody, read_in, write_in};
use super::view::HandoverView;
use super::{HANDLERS, facts, in_state, kind_of, moved_on, not_found, subjects};
use crate::error::{internal, store};
use crate::{App, Released, Result, failpoint, leaf};

impl App {
    /// Accepts a package whose flag was acknowledged. A second acceptance answers as the first.
    ///
    /// # Errors
    /// `handover_not_found`, `package_tampered`, `key_not_pinned`; `already_decided` when it was
    /// refused, `handover_state` before the flag was acknowledged or when the sender took it back,
    /// `handover_expired`.
    pub async fn handover_accept(&self, ctx: &TownCtx, id: HandoverId) -> Result<Released<HandoverView>> {
        self.admit_reader(ctx, HANDLERS)?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let Incoming { hub, state, .. } = incoming(&mut conn, ctx, id).await?;
        let facts = facts(kind_of(hub.kind), None, hub.expires_at, ctx);
        match state {
            State::Offered => return Err(unacknowledged()),
            State::Accepting => {}
            State::TooLate => {
                drop(conn);
                return self
                    .too_late(ctx, id, self.towns.begin(ctx.town).await.map_err(store)?, ended(&hub))
                    .await;
            }
            decided => {
                apply(decided, Event::Accept, &facts)?;
                drop(conn);
                return self.handover(ctx, id).await;
            }
        }
        let arrived = arrived(&mut conn, &hub).await?;
        let _acknowledged = open_flag(&arrived.package, &arrived.receiver(ctx.town, conn.keys()), ctx.now)?;
        drop(conn);
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        let after = tx.hub_decide(id, HubDecision::Accept).await.map_err(store)?;
        match after.ok_or_else(not_found)? {
            HubState::Accepted | HubState::Received | HubState::Completed => self.accepted(ctx, id, tx).await,
            HubState::Refused => Err(Fault::new(Code::AlreadyDecided)),
            // It ended between the look at it and now.
            after => self.too_late(ctx, id, tx, ended(&HubHandover { state: after, ..hub })).await,
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
        if !tx.handover_update(&row).await.map_err(store)? {
            return Err(moved_on());
        }
        let leaf = leaf::of(ctx, Act::HandoverAccepted, subjects(id, []), &())?;
        failpoint::reach(failpoint::ACCEPT_BEFORE);
        tx.commit(leaf).await.map_err(store)?;
        failpoint::reach(failpoint::ACCEPT_AFTER);
        self.handover(ctx, id).await
    }

    /// Writes down that the acceptance came after the end, and answers why.
    async fn too_late(
        &self,
        ctx: &TownCtx,
        id: HandoverId,
        mut tx: TownTx,
        why: Fault,
    ) -> Result<Released<HandoverView>> {
        let mut row = tx.handover(id).await.map_err(store)?.ok_or_else(unacknowledged)?;
        let mut body = read_in(&row)?;
        if body.state == State::Accepting {
            body.state = State::TooLate;
            write_in(&mut row, &body, ctx.now)?;
            if !tx.handover_update(&row).await.map_err(store)? {
                return Err(moved_on());
            }
            let leaf = leaf::of(ctx, Act::HandoverTooLate, subjects(id, []), &())?;
            tx.commit(leaf).await.map_err(store)?;
        }
        Err(why)
    }

    /// Refuses a package, for a reason of the list. Nothing of it stays.
    ///
    /// # Errors
    /// `handover_not_found`; `already_decided` when it was accepted, or refused for another reason;
    /// `handover_state` when the sender took it back, `handover_expired`.
    pub async fn handover_refuse(
        &self,
        ctx: &TownCtx,
        id: HandoverId,
        code: RefusalCode,
    ) -> Result<Released<HandoverView>> {
        self.admit_reader(ctx, HANDLERS)?;
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        let Incoming { hub, state, .. } = incoming(&mut tx, ctx, id).await?;
        let step = apply(state, Event::Refuse(code), &facts(kind_of(hub.kind), None, hub.expires_at, ctx))?;
        if step.effects.is_empty() {
            drop(tx);
            return self.handover(ctx, id).await;
        }
        let after = tx.hub_decide(id, HubDecision::Refuse(code.as_str())).await.map_err(store)?;
        // Whoever came first holds the hub's row; this one reads what they left.
        let now = incoming(&mut tx, ctx, id).await?;
        if after != Some(HubState::Refused) || now.state != State::Refused(code) {
            return Err(Fault::new(Code::AlreadyDecided));
        }
        match (now.row, now.body) {
            (Some(mut row), Some(mut body)) => {
                if matches!(body.state, State::Refused(_)) {
                    drop(tx);
                    return self.handover(ctx, id).await;
                }
                body.state = State::Refused(code);
                write_in(&mut row, &body, ctx.now)?;
                if !tx.handover_update(&row).await.map_err(store)? {
                    return Err(moved_on());
                }
            }
            (None, _) => {
                let body = InBody::new(State::Refused(code), None);
                tx.handover_insert(&new_row(&now.hub, &body, ctx)?).await.map_err(store)?;
            }
            (Some(_), None) => return Err(internal("a received handover has no content")),
        }
        let leaf = leaf::of(ctx, Act::HandoverRefused, subjects(id, []), &code.as_str())?;
        tx.commit(leaf).await.map_err(store)?;
        self.handover(ctx, id).await
    }
}

/// Why it can no longer be accepted.
fn ended(hub: &HubHandover) -> Fault {
    match hub.state {
        HubState::Withdrawn => in_state(State::Withdrawn),
        _ => Fault::new(Code::HandoverExpired).with("until", kernel::ctx::jst_date(hub.expires_at)),
    }
}
