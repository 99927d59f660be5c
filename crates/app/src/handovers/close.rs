//! 完了: the sender verifies the receiver's signed receipt, and only then closes. Also where the sender
//! learns that it was refused, could not be read, or ended unanswered.

use chrono::Utc;
use evidence::{Act, SubjectRef};
use handover::{Event, Facts, SignedReceipt, State, apply};
use kernel::{Code, Fault, TownCode, TownCtx};
use store::hub::{HubHandover, HubState};
use store::rows::handover::HandoverRow;
use store::town::LeafRow;

use super::approve::{held, own};
use super::draft::sent;
use super::ended;
use super::record::{OutBody, write_out};
use super::target::Target;
use super::view::{HandoverView, find, read_receipt};
use super::{HANDLERS, facts, in_state, moved_on, receipt_digest, standing, subjects};
use crate::error::store;
use crate::peer_keys::sign_key;
use crate::{App, Released, Result, failpoint, leaf};

/// Makes the leaf of whoever closes: a member of staff, or the platform.
type MakeLeaf<'a> = &'a (dyn Fn(Act, Vec<SubjectRef>, &Option<kernel::Digest>) -> Result<LeafRow> + Sync);

impl App {
    /// Closes a handover whose receipt has come, or records how it ended without one.
    ///
    /// # Errors
    /// `handover_not_found`; `handover_state` while there is no answer; `receipt_invalid`,
    /// `key_not_pinned`, `precondition_failed`.
    pub async fn handover_close(
        &self,
        ctx: &TownCtx,
        target: impl Into<Target>,
    ) -> Result<Released<HandoverView>> {
        let target = target.into();
        self.admit_reader(ctx, HANDLERS)?;
        let make = |act, subjects, detail: &_| leaf::of(ctx, act, subjects, detail);
        self.close(ctx, target, &make).await?;
        self.handover(ctx, target.id).await
    }

    /// Closes every handover of a town that has been answered. Returns how many; one that cannot be
    /// closed is logged and left for a person.
    ///
    /// # Errors
    /// A fault when the database cannot be reached.
    pub async fn handovers_close(&self, town: TownCode) -> Result<usize> {
        let ctx = ended::platform(town, Utc::now());
        let mut conn = self.towns.read(town).await.map_err(store)?;
        let own = conn.handover_states().await.map_err(store)?;
        let hub = conn.hub_handovers().await.map_err(store)?;
        drop(conn);
        let answered = |one: &HubHandover| one.state == HubState::Received || ended::is_over(one.state);
        let open = |one: &HubHandover| {
            one.sender == town
                && own.iter().any(|(id, state)| *id == one.id && state == State::Offered.as_str())
        };
        let make = |act, subjects, detail: &_| leaf::of_platform(town, act, ctx.now, subjects, detail);
        let mut closed = 0;
        for one in hub.iter().filter(|one| answered(one) && open(one)) {
            match self.close(&ctx, one.id.into(), &make).await {
                Ok(()) => closed += 1,
                Err(fault) => {
                    tracing::warn!(handover = %one.id, code = %fault, "an answered handover cannot be closed")
                }
            }
        }
        Ok(closed)
    }

    async fn close(&self, ctx: &TownCtx, target: Target, make: MakeLeaf<'_>) -> Result<()> {
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let (row, body) = sent(&mut conn, target.id).await?;
        let hub = find(&mut conn, target.id).await?.hub;
        let state = standing(Some(body.state), hub.as_ref(), ctx.now)?;
        let Some(hub) = hub else { return Err(in_state(state)) };
        match state {
            State::Completed => Ok(()),
            State::Received => {
                let receipt = verified(&mut conn, &hub, &body).await?;
                drop(conn);
                self.close_received(ctx, target, (row, body), receipt, make).await
            }
            state if ended::is_over(hub.state) => {
                drop(conn);
                self.close_ended(ctx, target, state, &body, make).await
            }
            _ => Err(in_state(state)),
        }
    }

    async fn close_received(
        &self,
        ctx: &TownCtx,
        target: Target,
        (row, body): (HandoverRow, OutBody),
        receipt: SignedReceipt,
        make: MakeLeaf<'_>,
    ) -> Result<()> {
        let id = row.id;
        let digest = receipt_digest(Some(&receipt));
        let event = Event::Complete { receipt: receipt.digest() };
        let known = Facts { receipt: digest, ..facts(body.terms.kind, Some(&row), ctx.now, ctx) };
        let step = apply(State::Received, event, &known)?;
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        // Of two at once, the second waits here and finds the town's row moved.
        let (mut row, mut body) = held(&mut tx, target).await?;
        if body.state == State::Completed {
            return Ok(());
        }
        if tx.hub_complete(id).await.map_err(store)? != Some(HubState::Completed) {
            return Err(moved_on());
        }
        body.state = step.state;
        body.receipt = Some(receipt);
        write_out(&mut row, &body, ctx.now)?;
        tx.handover_update(&row).await.map_err(store)?;
        let persons = body.terms.subjects.iter().map(|subject| subject.person);
        let leaf = make(Act::HandoverCompleted, subjects(id, persons), &digest)?;
        failpoint::reach(failpoint::CLOSE_BEFORE);
        tx.commit(leaf).await.map_err(store)?;
        failpoint::reach(failpoint::CLOSE_AFTER);
        Ok(())
    }

    /// Records how it ended, and opens the task when a moved child's case would be left lying.
    async fn close_ended(
        &self,
        ctx: &TownCtx,
        target: Target,
        state: State,
        body: &OutBody,
        make: MakeLeaf<'_>,
    ) -> Result<()> {
        let moved = self.child_moved(ctx, &body.terms).await?;
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        let found = target.hold(&mut tx).await?;
        let hub = found.hub.clone().ok_or_else(|| in_state(state))?;
        let (mut row, mut body) = own(found)?;
        if body.state != State::Offered {
            return Ok(());
        }
        let step = ended::last_step(&hub, state, moved, ctx)?;
        body.state = step.state;
        write_out(&mut row, &body, ctx.now)?;
        tx.handover_update(&row).await.map_err(store)?;
        ended::call(&mut tx, row.id, &step, ctx.now).await?;
        let leaf = make(ended::act(&step)?, subjects(row.id, []), &None)?;
        tx.commit(leaf).await.map_err(store)
    }
}

/// The receipt the hub holds, once it answers exactly what was sent, under the receiver's pinned key.
async fn verified(conn: &mut store::TownConn, hub: &HubHandover, body: &OutBody) -> Result<SignedReceipt> {
    let invalid = || Fault::new(Code::ReceiptInvalid);
    let receipt = read_receipt(hub.receipt.as_deref().ok_or_else(invalid)?)?;
    let sent = body.sent.as_ref().ok_or_else(invalid)?;
    let pinned: Vec<_> = sign_key(conn, hub.receiver).await?.into_iter().collect();
    receipt.verify(hub.id, sent, &pinned)?;
    Ok(receipt)
}
