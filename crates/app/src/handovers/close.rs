//! 完了: the sender verifies the receiver's signed receipt, and only then closes. Also where the sender
//! learns that it was refused.

use chrono::Utc;
use evidence::{Act, SubjectRef};
use handover::{Event, Facts, SignedReceipt, State, apply};
use kernel::id::{HandoverId, RequestId, StaffId};
use kernel::{Code, Fault, Grants, TownCode, TownCtx};
use store::hub::{HubHandover, HubState};
use store::rows::handover::{Direction, HandoverRow};
use store::town::LeafRow;

use super::draft::sent;
use super::record::{OutBody, write_out};
use super::view::{HandoverView, find, read_receipt};
use super::{HANDLERS, facts, in_state, moved_on, receipt_digest, standing, subjects};
use crate::error::store;
use crate::peer_keys::sign_key;
use crate::{App, Released, Result, failpoint, leaf};

/// Makes the leaf of whoever closes: a member of staff, or the platform.
type MakeLeaf<'a> = &'a (dyn Fn(Act, Vec<SubjectRef>, &Option<kernel::Digest>) -> Result<LeafRow> + Sync);

impl App {
    /// Closes a handover whose receipt has come, or records that it was refused.
    ///
    /// # Errors
    /// `handover_not_found`; `handover_state` while there is no answer; `receipt_invalid`,
    /// `key_not_pinned`.
    pub async fn handover_close(&self, ctx: &TownCtx, id: HandoverId) -> Result<Released<HandoverView>> {
        self.admit_reader(ctx, HANDLERS)?;
        let make = |act, subjects, detail: &_| leaf::of(ctx, act, subjects, detail);
        self.close(ctx, id, &make).await?;
        self.handover(ctx, id).await
    }

    /// Closes every handover of a town that has been answered. Returns how many; one that cannot be
    /// closed is logged and left for a person.
    ///
    /// # Errors
    /// A fault when the database cannot be reached.
    pub async fn handovers_close(&self, town: TownCode) -> Result<usize> {
        let now = Utc::now();
        let ctx = TownCtx {
            town,
            staff: StaffId::from_uuid(uuid::Uuid::nil()),
            grants: Grants::default(),
            purpose: None,
            now,
            request: RequestId::new(),
        };
        let mut conn = self.towns.read(town).await.map_err(store)?;
        let rows = conn.handover_list(Direction::Out, None, i64::MAX).await.map_err(store)?;
        let hub = conn.hub_handovers().await.map_err(store)?;
        drop(conn);
        let answered = |one: &HubHandover| matches!(one.state, HubState::Received | HubState::Refused);
        let open =
            |id: HandoverId| rows.iter().any(|row| row.id == id && row.state == State::Offered.as_str());
        let make = |act, subjects, detail: &_| leaf::of_platform(town, act, now, subjects, detail);
        let mut closed = 0;
        for one in hub.iter().filter(|one| answered(one) && open(one.id)) {
            match self.close(&ctx, one.id, &make).await {
                Ok(()) => closed += 1,
                Err(fault) => {
                    tracing::warn!(handover = %one.id, code = %fault, "an answered handover cannot be closed")
                }
            }
        }
        Ok(closed)
    }

    async fn close(&self, ctx: &TownCtx, id: HandoverId, make: MakeLeaf<'_>) -> Result<()> {
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let (row, body) = sent(&mut conn, id).await?;
        let hub = find(&mut conn, id).await?.hub;
        let state = standing(Some(body.state), hub.as_ref(), ctx.now)?;
        let Some(hub) = hub else { return Err(in_state(state)) };
        match state {
            State::Completed => Ok(()),
            State::Refused(_) => self.close_refused(ctx, state, row, body, make).await,
            State::Received => {
                let receipt = verified(&mut conn, &hub, &body).await?;
                drop(conn);
                self.close_received(ctx, (row, body), receipt, make).await
            }
            _ => Err(in_state(state)),
        }
    }

    async fn close_received(
        &self,
        ctx: &TownCtx,
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
        // The hub's row first: of two at once, the second waits here and finds the town's row moved.
        if tx.hub_complete(id).await.map_err(store)? != Some(HubState::Completed) {
            return Err(moved_on());
        }
        let (mut row, mut body) = sent(&mut tx, id).await?;
        if body.state == State::Completed {
            return Ok(());
        }
        body.state = step.state;
        body.receipt = Some(receipt);
        write_out(&mut row, &body, ctx.now)?;
        if !tx.handover_update(&row).await.map_err(store)? {
            return Err(moved_on());
        }
        let persons = body.terms.subjects.iter().map(|subject| subject.person);
        let leaf = make(Act::HandoverCompleted, subjects(id, persons), &digest)?;
        failpoint::reach(failpoint::CLOSE_BEFORE);
        tx.commit(leaf).await.map_err(store)?;
        failpoint::reach(failpoint::CLOSE_AFTER);
        Ok(())
    }

    async fn close_refused(
        &self,
        ctx: &TownCtx,
        state: State,
        mut row: HandoverRow,
        mut body: OutBody,
        make: MakeLeaf<'_>,
    ) -> Result<()> {
        if body.state == state {
            return Ok(());
        }
        body.state = state;
        write_out(&mut row, &body, ctx.now)?;
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        if !tx.handover_update(&row).await.map_err(store)? {
            return Err(moved_on());
        }
        let leaf = make(Act::HandoverRefused, subjects(row.id, []), &None)?;
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
