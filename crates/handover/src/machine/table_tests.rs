//! Every state against every event, in time and after it.

use kernel::{Code, Fault};

use super::*;
use crate::samples::{at, town};

const DEADLINE: &str = "2026-12-04T00:00:00Z";
const RECEIPT: Digest = Digest::from_bytes([7; 32]);

const STATES: [State; 13] = [
    State::Draft,
    State::Returned,
    State::Approved,
    State::Offered,
    State::Accepting,
    State::Accepted,
    State::Received,
    State::Completed,
    State::TooLate,
    State::Refused(RefusalCode::NotOurs),
    State::Unreadable(UnreadableCode::Tampered),
    State::Withdrawn,
    State::Expired,
];

fn facts(state: State, now: &str) -> Facts {
    let recorded = matches!(state, State::Received | State::Completed);
    Facts {
        kind: Kind::Transfer,
        drafter: StaffId::new(),
        protected: false,
        child_moved: true,
        expires_at: at(DEADLINE),
        now: at(now),
        receipt: recorded.then_some(RECEIPT),
    }
}

fn events() -> [Event; 12] {
    [
        Event::Approve { by: StaffId::new() },
        Event::Return,
        Event::Redraft,
        Event::Offer,
        Event::Acknowledge,
        Event::Accept,
        Event::Refuse(RefusalCode::NotOurs),
        Event::Receive { receipt: RECEIPT },
        Event::ReportUnreadable(UnreadableCode::Tampered),
        Event::Complete { receipt: RECEIPT },
        Event::Withdraw,
        Event::Expire,
    ]
}

/// One word for what came of it: the new state, `=` for the same again, or `!` and why not.
fn outcome(state: State, answer: &Result<Step, Fault>) -> &'static str {
    match answer {
        Ok(step) if step.state == state => {
            assert!(step.effects.is_empty(), "a step taken again has no effects");
            "="
        }
        Ok(step) => {
            assert!(matches!(step.effects.first(), Some(Effect::Leaf(_))), "the leaf comes first");
            step.state.as_str()
        }
        Err(fault) => match fault.code() {
            Code::HandoverState => "!state",
            Code::AlreadyDecided => "!decided",
            Code::HandoverExpired => "!expired",
            Code::HandoverTooLate => "!late",
            Code::ReceiptInvalid => "!receipt",
            other => panic!("{other}"),
        },
    }
}

fn check(now: &str, table: &str) {
    let rows: Vec<&str> = table.trim().lines().collect();
    assert_eq!(rows.len(), STATES.len());
    for (state, row) in STATES.into_iter().zip(rows) {
        let mut cells = row.split_whitespace();
        assert_eq!(cells.next(), Some(state.as_str()));
        let cells: Vec<&str> = cells.collect();
        assert_eq!(cells.len(), events().len(), "{row}");
        for (event, expected) in events().into_iter().zip(cells) {
            let answer = apply(state, event, &facts(state, now));
            assert_eq!(outcome(state, &answer), expected, "{state:?} {event:?} at {now}");
        }
    }
}

#[test]
fn in_time() {
    check(
        "2026-12-03T23:59:59Z",
        "
draft      approved returned !state   !state    !state    !state   !state   !state    !state     !state    withdrawn !state
returned   !state   =        draft    !state    !state    !state   !state   !state    !state     !state    withdrawn !state
approved   =        returned !state   offered   !state    !state   !state   !state    !state     !state    withdrawn !state
offered    !state   !state   !state   =         accepting accepted refused  !state    !state     !state    withdrawn =
accepting  !state   !state   !state   !state    =         accepted refused  !state    !state     !state    too_late  =
accepted   !state   !state   !state   !state    =         =        !decided received  unreadable !state    !decided  =
received   !state   !state   !state   !state    =         =        !decided =         !decided   completed !decided  =
completed  !state   !state   !state   !state    !state    !state   !decided !state    !decided   =         !decided  =
too_late   !state   !state   !state   !state    !late     !late    !late    !late     !late      !state    !state    =
refused    !state   !state   !state   !state    !decided  !decided !state   !decided  !decided   !state    !decided  =
unreadable !state   !state   !state   !state    !decided  !decided !decided !decided  !state     !state    !decided  =
withdrawn  !state   !state   !state   !state    !state    !state   !state   !state    !state     !state    !state    =
expired    !state   !state   !state   !state    !expired  !expired !expired !expired  !expired   !state    !expired  =
",
    );
}

#[test]
fn from_the_end_on() {
    check(
        DEADLINE,
        "
draft      approved returned !state   !state    !state    !state   !state   !state    !state     !state    withdrawn !state
returned   !state   =        draft    !state    !state    !state   !state   !state    !state     !state    withdrawn !state
approved   =        returned !state   !expired  !state    !state   !state   !state    !state     !state    withdrawn !state
offered    !state   !state   !state   =         expired   expired  expired  !state    !state     !state    withdrawn expired
accepting  !state   !state   !state   !state    =         too_late too_late !state    !state     !state    too_late  too_late
accepted   !state   !state   !state   !state    =         =        !decided received  unreadable !state    !decided  =
received   !state   !state   !state   !state    =         =        !decided =         !decided   completed !decided  =
completed  !state   !state   !state   !state    !state    !state   !decided !state    !decided   =         !decided  =
too_late   !state   !state   !state   !state    !late     !late    !late    !late     !late      !state    !state    =
refused    !state   !state   !state   !state    !decided  !decided !state   !decided  !decided   !state    !decided  =
unreadable !state   !state   !state   !state    !decided  !decided !decided !decided  !state     !state    !decided  =
withdrawn  !state   !state   !state   !state    !state    !state   !state   !state    !state     !state    !state    =
expired    !state   !state   !state   !state    !expired  !expired !expired !expired  !expired   !state    !expired  =
",
    );
}

fn code(state: State, event: Event, facts: &Facts) -> Code {
    apply(state, event, facts).unwrap_err().code()
}

#[test]
fn the_drafter_does_not_approve_even_twice() {
    let facts = facts(State::Draft, "2026-11-20T00:00:00Z");
    let by = facts.drafter;
    assert_eq!(code(State::Draft, Event::Approve { by }, &facts), Code::SelfApproval);
    assert_eq!(code(State::Approved, Event::Approve { by }, &facts), Code::SelfApproval);
}

#[test]
fn a_protected_person_stops_it_before_it_leaves() {
    let facts = Facts { protected: true, ..facts(State::Draft, "2026-11-20T00:00:00Z") };
    assert_eq!(code(State::Draft, Event::Approve { by: StaffId::new() }, &facts), Code::ProtectedPerson);
    assert_eq!(code(State::Approved, Event::Offer, &facts), Code::ProtectedPerson);
}

#[test]
fn another_decision_after_the_first_is_refused() {
    let other = Digest::from_bytes([8; 32]);
    let now = "2026-11-20T00:00:00Z";
    for (state, event, expected) in [
        (State::Refused(RefusalCode::NotOurs), Event::Refuse(RefusalCode::Duplicate), Code::AlreadyDecided),
        (State::Received, Event::Receive { receipt: other }, Code::AlreadyDecided),
        (State::Received, Event::Complete { receipt: other }, Code::ReceiptInvalid),
        (State::Completed, Event::Complete { receipt: other }, Code::ReceiptInvalid),
    ] {
        assert_eq!(code(state, event, &facts(state, now)), expected, "{state:?} {event:?}");
    }
}

#[test]
fn effects_follow_the_kind_and_the_move() {
    let now = "2026-11-20T00:00:00Z";
    let receive = Event::Receive { receipt: RECEIPT };
    let transfer = facts(State::Accepted, now);
    let information = Facts { kind: Kind::Information, ..transfer };
    let leaf = Effect::Leaf(Act::HandoverReceived);
    let effects = |state, event, facts: &Facts| apply(state, event, facts).unwrap().effects;
    assert_eq!(effects(State::Accepted, receive, &transfer), [leaf, Effect::TakeIn, Effect::MoveLead]);
    assert_eq!(effects(State::Accepted, receive, &information), [leaf, Effect::TakeIn]);

    let refuse = Event::Refuse(RefusalCode::NotOurs);
    let calls = |state, event, facts: &Facts| effects(state, event, facts).contains(&Effect::CallEachOther);
    assert!(calls(State::Offered, refuse, &transfer));
    assert!(!calls(State::Offered, refuse, &Facts { child_moved: false, ..transfer }));
    assert!(!calls(State::Offered, refuse, &information));
    assert!(calls(State::Offered, Event::Expire, &facts(State::Offered, DEADLINE)));
    assert!(calls(State::Accepted, Event::ReportUnreadable(UnreadableCode::KeyGone), &transfer));
    assert!(!calls(State::Offered, Event::Withdraw, &transfer), "the sender keeps it by its own wish");
}

#[test]
fn there_is_always_exactly_one_lead() {
    let (sender, receiver) = (town("143669"), town("143626"));
    for state in STATES {
        let moved = matches!(state, State::Received | State::Completed);
        assert_eq!(state.lead(Kind::Transfer, sender, receiver), if moved { receiver } else { sender });
        assert_eq!(state.lead(Kind::Information, sender, receiver), sender);
    }
}

#[test]
fn a_state_is_kept_with_its_code() {
    for state in STATES {
        let json = serde_json::to_value(state).unwrap();
        assert_eq!(json["state"], state.as_str());
        assert_eq!(serde_json::from_value::<State>(json).unwrap(), state);
        assert!(!state.ja().is_ascii());
    }
}
