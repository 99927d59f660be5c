//! 取下げ: a handover is taken back, by people for a reason, or because a consent it rests on was withdrawn.

use chrono::{DateTime, Utc};
use evidence::Act;
use handover::machine::already_decided;
use handover::{Event, State, apply};
use kernel::id::{ConsentId, HandoverId};
use kernel::{Grant, TownCtx};
use store::TownTx;
use store::hub::HubState;
use store::rows::handover::Direction;

use super::approval::TakenBack;
use super::approve::own;
use super::record::{read_out, write_out};
use super::target::Target;
use super::view::{HandoverView, find};
use super::{HANDLERS, facts, in_state, standing, subjects};
use crate::error::store;
use crate::{App, Released, Result, auth, leaf};

/// Why an offer ends whose consent was withdrawn.
const CONSENT_WITHDRAWN: &str = "根拠とした同意が撤回されたため";

impl App {
    /// Takes a handover back: before the offer its drafter or an approver, after it whoever handles handovers,
    /// until the receiver has accepted.
    ///
    /// # Errors
    /// `handover_not_found`, `grant_missing`; `already_decided` when the receiver was first, `handover_state` when it
    /// was taken back before or has ended; `precondition_failed`.
    pub async fn handover_withdraw(
        &self,
        ctx: &TownCtx,
        target: impl Into<Target>,
        reason: &str,
    ) -> Result<Released<HandoverView>> {
        let target = target.into();
        self.admit_reader(ctx, HANDLERS)?;
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        let found = target.hold(&mut tx).await?;
        let hub = found.hub.clone();
        let (mut row, mut body) = own(found)?;
        self.refuse_denied(&mut tx, ctx, body.terms.persons()).await?;
        if hub.is_none() && row.drafted_by != Some(ctx.staff) {
            auth::require(ctx, Grant::Approver)?;
        }
        // An offer nobody answered in time can still be taken back.
        let now = match standing(Some(body.state), hub.as_ref(), ctx.now)? {
            State::Expired => State::Offered,
            state => state,
        };
        apply(now, Event::Withdraw, &facts(body.terms.kind, Some(&row), ctx.now, ctx))?;
        if hub.is_some() {
            match tx.hub_withdraw(target.id).await.map_err(store)? {
                Some(HubState::Withdrawn | HubState::TooLate) => {}
                Some(HubState::Expired) => return Err(in_state(State::Expired)),
                _ => return Err(already_decided(standing_now(&mut tx, target, ctx).await?)),
            }
        }
        body.state = State::Withdrawn;
        body.withdrawn = Some(TakenBack { by: Some(ctx.staff), at: ctx.now, reason: reason.to_owned() });
        write_out(&mut row, &body, ctx.now)?;
        tx.handover_update(&row).await.map_err(store)?;
        let persons = body.terms.subjects.iter().map(|subject| subject.person);
        let leaf = leaf::of(ctx, Act::HandoverWithdrawn, subjects(target.id, persons), &reason)?;
        tx.commit(leaf).await.map_err(store)?;
        self.handover(ctx, target.id).await
    }
}

/// Where it stands by the hub's row, after the hub has refused a step.
async fn standing_now(tx: &mut TownTx, target: Target, ctx: &TownCtx) -> Result<State> {
    standing(None, find(tx, target.id).await?.hub.as_ref(), ctx.now)
}

/// Withdraws every offer that rests on a consent and that nobody has accepted yet, in the caller's
/// transaction. A draft needs nothing: its consents are asked again before it is offered.
pub(crate) async fn withdraw_resting_on(
    tx: &mut TownTx,
    consent: ConsentId,
    now: DateTime<Utc>,
) -> Result<Vec<HandoverId>> {
    let mut withdrawn = Vec::new();
    for mut row in tx.handover_list(Direction::Out, None, i64::MAX).await.map_err(store)? {
        if row.state != State::Offered.as_str() {
            continue;
        }
        let mut body = read_out(&row)?;
        if !body.terms.consents.contains(&consent) {
            continue;
        }
        body.state = State::Withdrawn;
        body.withdrawn = Some(TakenBack { by: None, at: now, reason: CONSENT_WITHDRAWN.to_owned() });
        write_out(&mut row, &body, now)?;
        // An offer that was accepted stays accepted: the sender's row follows the hub's.
        let hub = tx.hub_withdraw(row.id).await.map_err(store)?;
        if matches!(hub, Some(HubState::Withdrawn | HubState::TooLate)) {
            tx.handover_update(&row).await.map_err(store)?;
            withdrawn.push(row.id);
        }
    }
    Ok(withdrawn)
}
