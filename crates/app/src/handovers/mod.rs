//! 引継ぎ: a family's records from one town to another, as use cases. `handover` decides, `store` keeps,
//! the hub's row holds the state between the two towns; here each step is one transaction with the
//! hub's compare-and-set and the town's own row in it, so that a step either happened in both or in
//! neither. A step whose result stands may be asked for again; what has ended is told with its state.

mod accept;
mod approval;
mod approve;
mod close;
mod content;
mod draft;
mod ended;
mod expiry;
mod flag;
mod items;
mod of_person;
mod offer;
mod protected;
mod receive;
mod record;
mod refuse;
mod settle;
mod taken;
mod target;
mod unreadable;
mod view;
mod waiting;
mod withdraw;

use chrono::{DateTime, Utc};
use evidence::SubjectRef;
use handover::{Facts, Kind, State};
use kernel::id::HandoverId;
use kernel::{Code, Digest, Fault, Grant, TownCtx};
use store::hub::{HubHandover, HubKind, HubState};
use store::rows::handover::HandoverRow;

use crate::Result;
use crate::error::internal;

pub use approval::{Approval, Approved, OnBehalf, Paper, Returned, Review, TakenBack};
pub use content::{Arrival, ArrivedItem, Content, Link, RefusedItem};
pub use draft::{PreviewAsk, PreviewView};
pub use expiry::ItemExpiry;
pub(crate) use of_person::HandoverIndex;
pub use receive::Taking;
pub use record::{Subject, Terms};
pub use store::rows::handover::Direction;
pub use store::rows::handover_item::ItemDecision;
pub use target::{Stand, Target};
pub use view::{HandoverView, Summary};
pub(crate) use waiting::Wait;
pub(crate) use withdraw::withdraw_resting_on;

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

/// Where a handover stands between the two towns, by the hub's row and the clock.
fn hub_state(hub: &HubHandover, now: DateTime<Utc>) -> Result<State> {
    let over = hub.expires_at <= now;
    Ok(match hub.state {
        HubState::Offered if over => State::Expired,
        HubState::Offered => State::Offered,
        HubState::Accepting if over => State::TooLate,
        HubState::Accepting => State::Accepting,
        HubState::Accepted => State::Accepted,
        HubState::Refused => State::Refused(coded(hub)?),
        HubState::Withdrawn => State::Withdrawn,
        HubState::Expired => State::Expired,
        HubState::TooLate => State::TooLate,
        HubState::Unreadable => State::Unreadable(coded(hub)?),
        HubState::Received => State::Received,
        HubState::Completed => State::Completed,
    })
}

/// The code that stands beside a refusal, or beside an unreadable package.
fn coded<T: std::str::FromStr>(hub: &HubHandover) -> Result<T> {
    let code = hub.refusal.as_deref().and_then(|code| code.parse().ok());
    code.ok_or_else(|| internal("an answer of the hub has no known code"))
}

/// Where a handover stands for one town: what the hub says; to the sender who took it back, that they did.
fn standing(own: Option<State>, hub: Option<&HubHandover>, now: DateTime<Utc>) -> Result<State> {
    let Some(hub) = hub else {
        return own.ok_or_else(|| internal("a handover is nowhere"));
    };
    Ok(match (hub_state(hub, now)?, own) {
        (State::TooLate, Some(State::Withdrawn)) => State::Withdrawn,
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
