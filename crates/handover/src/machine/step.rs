//! One step of a handover.
//!
//! Three things differ from the design's picture. A receiver who has acknowledged the flag may still refuse.
//! A receiver that accepts without a separate acknowledgement goes from offered to accepted in one step (its
//! flag is opened and acknowledged in the same act). And before it is offered, whoever decides may give it
//! back to the drafter (差戻し), who hands it in again.

use evidence::Act;
use kernel::ctx::jst_date;
use kernel::{Code, Digest, Fault};

use super::{Effect, Event, Facts, Kind, RefusalCode, State, Step, UnreadableCode};

/// Where `event` leads from `state`. What was done before and stands is answered with the same state and no effects;
/// of what has ended nothing is done any more, nor again, but that the sender looks how it ended.
///
/// # Errors
/// `handover_state` when the event has no place here, `already_decided` when the receiver has decided
/// otherwise, `handover_expired` when its time is over, `handover_too_late` when it ended while the receiver was
/// about to accept, `self_approval` when the drafter approves,
/// `protected_person` when somebody in it is under protection (by consent they are not handed over),
/// `receipt_invalid` when the sender closes on another receipt than the one recorded.
pub fn apply(state: State, event: Event, facts: &Facts) -> Result<Step, Fault> {
    match event {
        Event::Approve { by } => approve(state, by == facts.drafter, facts),
        Event::Return => give_back(state),
        Event::Redraft => redraft(state),
        Event::Offer => offer(state, facts),
        Event::Acknowledge => acknowledge(state, facts),
        Event::Accept => accept(state, facts),
        Event::Refuse(code) => refuse(state, code, facts),
        Event::Receive { receipt } => receive(state, receipt, facts),
        Event::ReportUnreadable(code) => report_unreadable(state, code, facts),
        Event::Complete { receipt } => complete(state, receipt, facts),
        Event::Withdraw => withdraw(state, facts),
        Event::Expire => expire(state, facts),
    }
}

fn approve(state: State, by_drafter: bool, facts: &Facts) -> Result<Step, Fault> {
    match state {
        State::Draft | State::Approved if by_drafter => Err(Code::SelfApproval.into()),
        State::Draft => {
            unprotected(facts)?;
            Ok(to(State::Approved, Act::HandoverApproved, &[]))
        }
        State::Approved => Ok(again(state)),
        _ => Err(no_place(state)),
    }
}

fn give_back(state: State) -> Result<Step, Fault> {
    match state {
        State::Draft | State::Approved => Ok(to(State::Returned, Act::HandoverReturned, &[])),
        State::Returned => Ok(again(state)),
        _ => Err(no_place(state)),
    }
}

fn redraft(state: State) -> Result<Step, Fault> {
    match state {
        State::Returned => Ok(to(State::Draft, Act::HandoverRedrafted, &[])),
        _ => Err(no_place(state)),
    }
}

fn offer(state: State, facts: &Facts) -> Result<Step, Fault> {
    match state {
        State::Approved => {
            unprotected(facts)?;
            if over(facts) {
                return Err(expired(facts));
            }
            Ok(to(State::Offered, Act::HandoverOffered, &[Effect::Deliver]))
        }
        // The same offer again; another one under the same id is the hub's to refuse.
        State::Offered => Ok(again(state)),
        _ => Err(no_place(state)),
    }
}

fn acknowledge(state: State, facts: &Facts) -> Result<Step, Fault> {
    match state {
        State::Offered if over(facts) => Ok(lapse(State::Expired, facts)),
        State::Offered => Ok(to(State::Accepting, Act::HandoverAccepting, &[])),
        State::Accepting | State::Accepted | State::Received => Ok(again(state)),
        State::Completed => Err(no_place(state)),
        _ => Err(refused_step(state, facts)),
    }
}

fn accept(state: State, facts: &Facts) -> Result<Step, Fault> {
    match state {
        State::Offered if over(facts) => Ok(lapse(State::Expired, facts)),
        State::Accepting if over(facts) => Ok(lapse(State::TooLate, facts)),
        State::Offered | State::Accepting => Ok(to(State::Accepted, Act::HandoverAccepted, &[])),
        State::Accepted | State::Received => Ok(again(state)),
        State::Completed => Err(no_place(state)),
        _ => Err(refused_step(state, facts)),
    }
}

fn refuse(state: State, code: RefusalCode, facts: &Facts) -> Result<Step, Fault> {
    match state {
        State::Offered if over(facts) => Ok(lapse(State::Expired, facts)),
        State::Accepting if over(facts) => Ok(lapse(State::TooLate, facts)),
        State::Offered | State::Accepting => {
            Ok(close(State::Refused(code), Act::HandoverRefused, true, facts))
        }
        State::Refused(before) if before == code => Err(no_place(state)),
        _ => Err(refused_step(state, facts)),
    }
}

fn receive(state: State, receipt: Digest, facts: &Facts) -> Result<Step, Fault> {
    match state {
        State::Accepted => {
            let mut step = to(State::Received, Act::HandoverReceived, &[Effect::TakeIn]);
            if facts.kind == Kind::Transfer {
                step.effects.push(Effect::MoveLead);
            }
            Ok(step)
        }
        State::Received if facts.receipt == Some(receipt) => Ok(again(state)),
        State::Offered | State::Accepting | State::Completed => Err(no_place(state)),
        _ => Err(refused_step(state, facts)),
    }
}

fn report_unreadable(state: State, code: UnreadableCode, facts: &Facts) -> Result<Step, Fault> {
    match state {
        State::Accepted => Ok(close(State::Unreadable(code), Act::HandoverUnreadable, true, facts)),
        State::Offered | State::Accepting | State::Unreadable(_) => Err(no_place(state)),
        _ => Err(refused_step(state, facts)),
    }
}

fn complete(state: State, receipt: Digest, facts: &Facts) -> Result<Step, Fault> {
    match state {
        State::Received | State::Completed if facts.receipt != Some(receipt) => {
            Err(Code::ReceiptInvalid.into())
        }
        State::Received => Ok(to(State::Completed, Act::HandoverCompleted, &[Effect::DropPackage])),
        State::Completed => Ok(again(state)),
        _ => Err(no_place(state)),
    }
}

fn withdraw(state: State, facts: &Facts) -> Result<Step, Fault> {
    match state {
        State::Draft | State::Returned | State::Approved => {
            Ok(to(State::Withdrawn, Act::HandoverWithdrawn, &[]))
        }
        State::Offered => Ok(close(State::Withdrawn, Act::HandoverWithdrawn, false, facts)),
        State::Accepting => Ok(close(State::TooLate, Act::HandoverTooLate, false, facts)),
        State::Withdrawn | State::TooLate => Err(no_place(state)),
        _ => Err(refused_step(state, facts)),
    }
}

fn expire(state: State, facts: &Facts) -> Result<Step, Fault> {
    match state {
        State::Draft | State::Returned | State::Approved => Err(no_place(state)),
        State::Offered if over(facts) => Ok(lapse(State::Expired, facts)),
        State::Accepting if over(facts) => Ok(lapse(State::TooLate, facts)),
        // A clock that rings early, or after the decision, changes nothing.
        _ => Ok(again(state)),
    }
}

fn over(facts: &Facts) -> bool {
    facts.now >= facts.expires_at
}

fn unprotected(facts: &Facts) -> Result<(), Fault> {
    if facts.protected { Err(Code::ProtectedPerson.into()) } else { Ok(()) }
}

fn to(state: State, act: Act, effects: &[Effect]) -> Step {
    Step { state, effects: std::iter::once(Effect::Leaf(act)).chain(effects.iter().copied()).collect() }
}

const fn again(state: State) -> Step {
    Step { state, effects: Vec::new() }
}

/// Ends a handover without a receipt. `unwished`: not by the sender's own wish, so that a moved child's case
/// must not be left lying.
fn close(state: State, act: Act, unwished: bool, facts: &Facts) -> Step {
    let mut step = to(state, act, &[Effect::DropPackage]);
    if unwished && facts.kind == Kind::Transfer && facts.child_moved {
        step.effects.push(Effect::CallEachOther);
    }
    step
}

fn lapse(state: State, facts: &Facts) -> Step {
    let act = if state == State::TooLate { Act::HandoverTooLate } else { Act::HandoverExpired };
    close(state, act, true, facts)
}

fn no_place(state: State) -> Fault {
    Fault::new(Code::HandoverState).with_words("state", state.ja(), state.as_str())
}

/// Why a step of one side finds the other's, or an earlier one, in its way.
fn refused_step(state: State, facts: &Facts) -> Fault {
    match state {
        State::Refused(_) | State::Unreadable(_) | State::Accepted | State::Received | State::Completed => {
            already_decided(state)
        }
        State::Expired => expired(facts),
        State::TooLate => Fault::new(Code::HandoverTooLate).with("until", jst_date(facts.expires_at)),
        _ => no_place(state),
    }
}

/// Another decision stands.
#[must_use]
pub fn already_decided(state: State) -> Fault {
    Fault::new(Code::AlreadyDecided).with_words("state", state.ja(), state.as_str())
}

fn expired(facts: &Facts) -> Fault {
    Fault::new(Code::HandoverExpired).with("until", jst_date(facts.expires_at))
}
