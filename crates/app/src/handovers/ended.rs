//! How a handover ends without a receipt, in each town's own row: what the machine's last step was, by the hub's
//! row, with its leaf and the task that both section heads get when a moved child's case must not be left lying.

use chrono::{DateTime, Utc};
use evidence::Act;
use handover::{Effect, Event, Facts, Kind, Role, State, Step, apply};
use kernel::id::{HandoverId, RequestId, StaffId};
use kernel::{Grants, Known, ResidentStatus, TownCode, TownCtx};
use store::TownTx;
use store::hub::{HubHandover, HubState};
use store::rows::task::TaskKind;

use super::flag::{Incoming, incoming, new_row};
use super::record::{InBody, Terms, write_in};
use super::target::Target;
use super::{facts, in_state, kind_of, subjects};
use crate::error::{internal, store};
use crate::{App, Result, leaf};

/// The platform acting in a town by itself.
pub(super) fn platform(town: TownCode, now: DateTime<Utc>) -> TownCtx {
    TownCtx {
        town,
        staff: StaffId::from_uuid(uuid::Uuid::nil()),
        grants: Grants::default(),
        purpose: None,
        now,
        request: RequestId::new(),
    }
}

/// Whether the hub's row has ended without a receipt, by somebody's answer or by the clock.
pub(super) const fn is_over(state: HubState) -> bool {
    matches!(state, HubState::Refused | HubState::Unreadable | HubState::Expired | HubState::TooLate)
}

/// The step that ended a handover, as the hub's row tells it.
///
/// # Errors
/// `handover_state` when it has not ended.
pub(super) fn last_step(hub: &HubHandover, state: State, child_moved: bool, ctx: &TownCtx) -> Result<Step> {
    // By this town's clock it may be over before the hub's says so.
    let at = if is_over(hub.state) { hub.changed_at } else { ctx.now };
    let (before, event) = match state {
        State::Refused(code) => (State::Offered, Event::Refuse(code)),
        State::Unreadable(code) => (State::Accepted, Event::ReportUnreadable(code)),
        State::Expired => (State::Offered, Event::Expire),
        State::TooLate if at >= hub.expires_at => (State::Accepting, Event::Expire),
        State::TooLate => (State::Accepting, Event::Withdraw),
        _ => return Err(in_state(state)),
    };
    let known = facts(kind_of(hub.kind), None, hub.expires_at, ctx);
    apply(before, event, &Facts { child_moved, now: at, ..known })
}

/// The leaf that a step asks for.
pub(super) fn act(step: &Step) -> Result<Act> {
    let leaf = step.effects.iter().find_map(|effect| match effect {
        Effect::Leaf(act) => Some(*act),
        _ => None,
    });
    leaf.ok_or_else(|| internal("a step has no leaf"))
}

/// Opens the task that a step asks for, if it does.
pub(super) async fn call(tx: &mut TownTx, id: HandoverId, step: &Step, now: DateTime<Utc>) -> Result<()> {
    if step.effects.contains(&Effect::CallEachOther) {
        tx.task_open(id, TaskKind::CallPeer, now).await.map_err(store)?;
    }
    Ok(())
}

/// Writes an end into the receiver's own row, and makes that row where there is none. False when it stands there
/// already.
pub(super) async fn receiver_ends(
    tx: &mut TownTx,
    now: Incoming,
    state: State,
    ctx: &TownCtx,
) -> Result<bool> {
    match (now.row, now.body) {
        (Some(_), Some(body)) if body.state == state => return Ok(false),
        (Some(mut row), Some(mut body)) => {
            body.state = state;
            write_in(&mut row, &body, ctx.now)?;
            tx.handover_update(&row).await.map_err(store)?;
        }
        (None, _) => {
            let row = new_row(&now.hub, &InBody::new(state, None), ctx)?;
            tx.handover_insert(&row).await.map_err(store)?;
        }
        (Some(_), None) => return Err(internal("a received handover has no content")),
    }
    Ok(true)
}

impl App {
    /// Whether a child of a transfer has moved away already, by the sender's register.
    pub(super) async fn child_moved(&self, ctx: &TownCtx, terms: &Terms) -> Result<bool> {
        if terms.kind != Kind::Transfer {
            return Ok(false);
        }
        let people = self.people(ctx.town).await?;
        let children = terms.subjects.iter().filter(|subject| subject.role == Role::Child);
        Ok(children.filter_map(|child| people.identities.get(&child.person)).any(|identity| {
            identity.status == Known::Present(ResidentStatus::MovedOut)
                || identity.moved_out_on.value().is_some_and(|day| day.latest() <= ctx.today())
        }))
    }

    /// Writes down that handovers to a town have ended unanswered. The task opens for every transfer: what its
    /// package would have said of the child, nobody here has read. Returns how many.
    ///
    /// # Errors
    /// A fault when the database cannot be reached.
    pub async fn handovers_lapse(&self, town: TownCode) -> Result<usize> {
        let ctx = platform(town, Utc::now());
        let mut conn = self.towns.read(town).await.map_err(store)?;
        let hub = conn.hub_handovers().await.map_err(store)?;
        let own = conn.handover_states().await.map_err(store)?;
        drop(conn);
        let written =
            |one: &HubHandover| own.iter().any(|(id, state)| *id == one.id && state == one.state.as_str());
        let lapsed = |one: &HubHandover| matches!(one.state, HubState::Expired | HubState::TooLate);
        let mut count = 0;
        for one in hub.iter().filter(|one| one.receiver == town && lapsed(one) && !written(one)) {
            match self.lapse(&ctx, one.id).await {
                Ok(()) => count += 1,
                Err(fault) => tracing::warn!(handover = %one.id, code = %fault, "an end cannot be recorded"),
            }
        }
        Ok(count)
    }

    async fn lapse(&self, ctx: &TownCtx, id: HandoverId) -> Result<()> {
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        Target::from(id).hold(&mut tx).await?;
        let now = incoming(&mut tx, ctx, id).await?;
        let (state, step) = (now.state, last_step(&now.hub, now.state, true, ctx)?);
        if !receiver_ends(&mut tx, now, state, ctx).await? {
            return Ok(());
        }
        call(&mut tx, id, &step, ctx.now).await?;
        let leaf = leaf::of_platform(ctx.town, act(&step)?, ctx.now, subjects(id, []), &())?;
        tx.commit(leaf).await.map_err(store)
    }
}
