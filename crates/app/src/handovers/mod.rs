//! 引継ぎ: a family's records from one town to another, as use cases. `handover` decides, `store` keeps,
//! the hub's row holds the state between the two towns; here each step is one transaction with the
//! hub's compare-and-set and the town's own row in it, so that a step either happened in both or in
//! neither. Every step may be asked for twice.

mod accept;
mod close;
mod content;
mod draft;
mod expiry;
mod flag;
mod items;
mod of_person;
mod offer;
mod receive;
mod record;
mod view;

use chrono::{DateTime, Utc};
use evidence::SubjectRef;
use handover::{Facts, Kind, State};
use kernel::id::{ConsentId, HandoverId};
use kernel::{Code, Digest, Fault, Grant, TownCtx};
use store::TownTx;
use store::hub::{HubHandover, HubKind, HubState};
use store::rows::handover::HandoverRow;

use crate::Result;
use crate::error::{internal, store};

pub use content::{Arrival, ArrivedItem, Content, Link};
pub use draft::{PreviewAsk, PreviewView};
pub use expiry::ItemExpiry;
pub(crate) use of_person::HandoverIndex;
pub use receive::Taking;
pub use record::{Subject, Terms};
pub use store::rows::handover::Direction;
pub use store::rows::handover_item::ItemDecision;
pub use view::{HandoverView, Summary};

/// Who handles handovers: drafts, offers, receives.
pub(crate) const HANDLERS: &[Grant] = &[Grant::CaseWorker, Grant::Approver];

/// What the machine asks to know of a handover.
fn facts(kind: Kind, row: Option<&HandoverRow>, expires_at: DateTime<Utc>, ctx: &TownCtx) -> Facts {
    Facts {
        kind,
        drafter: row.and_then(|row| row.drafted_by).unwrap_or(ctx.staff),
        protected: false,
        child_moved: false,
        expires_at,
        now: ctx.now,
        receipt: None,
    }
}

/// Where a handover stands between the two towns, by the hub's row.
fn hub_state(hub: &HubHandover, now: DateTime<Utc>) -> Result<State> {
    Ok(match hub.state {
        HubState::Offered if hub.expires_at <= now => State::Expired,
        HubState::Offered => State::Offered,
        HubState::Accepted => State::Accepted,
        HubState::Refused => {
            let code = hub.refusal.as_deref().and_then(|code| code.parse().ok());
            State::Refused(code.ok_or_else(|| internal("a refusal has no known code"))?)
        }
        HubState::Withdrawn => State::Withdrawn,
        HubState::Expired => State::Expired,
        HubState::Received => State::Received,
        HubState::Completed => State::Completed,
    })
}

/// Where a handover stands for one town: what the hub says, and what only the town's own row knows.
fn standing(own: Option<State>, hub: Option<&HubHandover>, now: DateTime<Utc>) -> Result<State> {
    let Some(hub) = hub else {
        return own.ok_or_else(|| internal("a handover is nowhere"));
    };
    Ok(match (hub_state(hub, now)?, own) {
        (State::Offered, Some(State::Accepting)) => State::Accepting,
        (State::Withdrawn | State::Expired, Some(State::Accepting | State::TooLate)) => State::TooLate,
        (state, _) => state,
    })
}

const fn kind_of(kind: HubKind) -> Kind {
    match kind {
        HubKind::Transfer => Kind::Transfer,
        HubKind::Information => Kind::Information,
    }
}

const fn hub_kind(kind: Kind) -> HubKind {
    match kind {
        Kind::Transfer => HubKind::Transfer,
        Kind::Information => HubKind::Information,
    }
}

fn not_found() -> Fault {
    Fault::new(Code::HandoverNotFound)
}

/// The step has no place in this state.
fn in_state(state: State) -> Fault {
    Fault::new(Code::HandoverState).with_words("state", state.ja(), state.as_str())
}

/// Somebody else moved the handover at the same instant: asking again gives the answer.
fn moved_on() -> Fault {
    Fault::new(Code::Unavailable)
}

fn subjects(id: HandoverId, persons: impl IntoIterator<Item = kernel::id::PersonId>) -> Vec<SubjectRef> {
    std::iter::once(id.into()).chain(persons.into_iter().map(Into::into)).collect()
}

fn receipt_digest(receipt: Option<&handover::SignedReceipt>) -> Option<Digest> {
    receipt.map(handover::SignedReceipt::digest)
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
        let mut body = record::read_out(&row)?;
        if !body.terms.consents.contains(&consent) {
            continue;
        }
        body.state = State::Withdrawn;
        record::write_out(&mut row, &body, now)?;
        // An offer that was accepted stays accepted: the sender's row follows the hub's.
        if tx.hub_withdraw(row.id).await.map_err(store)? == Some(HubState::Withdrawn)
            && tx.handover_update(&row).await.map_err(store)?
        {
            withdrawn.push(row.id);
        }
    }
    Ok(withdrawn)
}
