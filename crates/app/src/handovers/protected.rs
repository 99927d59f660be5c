//! 支援措置 that begins while an offer waits: nothing about a protected person travels in an ordinary handover, so
//! the platform takes such an offer back, as an approver would who had seen the list change. Nobody in the town
//! did it, so both section heads of a child who has moved get the task to call each other, as when one expires.

use chrono::Utc;
use evidence::Act;
use handover::State;
use kernel::id::HandoverId;
use kernel::{TownCode, TownCtx};
use store::hub::{HubHandover, HubState};
use store::rows::task::TaskKind;

use super::approval::TakenBack;
use super::draft::sent;
use super::ended::platform;
use super::record::write_out;
use super::subjects;
use super::target::Target;
use crate::error::store;
use crate::{App, Result, leaf};

/// Why, in the sending town's own row. The receiver reads that the offer was taken back, as of any other.
const PROTECTED_SINCE: &str = "申し出の後に、対象者の支援措置が始まったため";

impl App {
    /// Takes back a town's offers about whoever has come under protection there since, where nobody has accepted
    /// them yet. Returns how many.
    ///
    /// # Errors
    /// A fault when the database cannot be reached.
    pub async fn handovers_shield(&self, town: TownCode) -> Result<usize> {
        let ctx = platform(town, Utc::now());
        let mut conn = self.towns.read(town).await.map_err(store)?;
        let hub = conn.hub_handovers().await.map_err(store)?;
        drop(conn);
        let waits = |one: &&HubHandover| matches!(one.state, HubState::Offered | HubState::Accepting);
        let mut count = 0;
        for one in hub.iter().filter(|one| one.sender == town).filter(waits) {
            match self.shield(&ctx, one.id).await {
                Ok(done) => count += usize::from(done),
                Err(fault) => {
                    tracing::warn!(handover = %one.id, code = %fault, "an offer cannot be taken back")
                }
            }
        }
        Ok(count)
    }

    /// Takes one back, if it is about somebody protected.
    async fn shield(&self, ctx: &TownCtx, id: HandoverId) -> Result<bool> {
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let (_, read) = sent(&mut conn, id).await?;
        drop(conn);
        if !self.anybody_protected(ctx, &read.terms).await? {
            return Ok(false);
        }
        let child_moved = self.child_moved(ctx, &read.terms).await?;
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        Target::from(id).hold(&mut tx).await?;
        let (mut row, mut body) = sent(&mut tx, id).await?;
        // Whoever has accepted meanwhile was first, as before any other withdrawal.
        let hub = tx.hub_withdraw(id).await.map_err(store)?;
        if body.state != State::Offered || !matches!(hub, Some(HubState::Withdrawn | HubState::TooLate)) {
            return Ok(false);
        }
        body.state = State::Withdrawn;
        body.withdrawn = Some(TakenBack { by: None, at: ctx.now, reason: PROTECTED_SINCE.to_owned() });
        write_out(&mut row, &body, ctx.now)?;
        tx.handover_update(&row).await.map_err(store)?;
        if child_moved {
            tx.task_open(id, TaskKind::CallPeer, ctx.now).await.map_err(store)?;
        }
        let persons = body.terms.subjects.iter().map(|subject| subject.person);
        let about = subjects(id, persons);
        let leaf = leaf::of_platform(ctx.town, Act::HandoverWithdrawn, ctx.now, about, &PROTECTED_SINCE)?;
        tx.commit(leaf).await.map_err(store)?;
        Ok(true)
    }
}
