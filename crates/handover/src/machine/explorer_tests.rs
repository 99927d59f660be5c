//! Every interleaving of both sides' messages over a channel that loses, repeats, delays and reorders, with a
//! clock that may strike at any point. What must hold, holds in every world that can come about.

use std::collections::{BTreeSet, HashSet};

use super::*;
use crate::samples::at;

/// What either side may say. The receiver may change its mind, crash and try again; the channel keeps it all.
const MESSAGES: [Event; 9] = [
    Event::Offer,
    Event::Acknowledge,
    Event::Accept,
    Event::Refuse(RefusalCode::NotOurs),
    Event::Receive { receipt: FIRST },
    Event::Receive { receipt: SECOND },
    Event::ReportUnreadable(UnreadableCode::Malformed),
    Event::Complete { receipt: FIRST },
    Event::Withdraw,
];

const FIRST: Digest = Digest::from_bytes([1; 32]);
const SECOND: Digest = Digest::from_bytes([2; 32]);

/// Who was first, as somebody tells it who watches the messages arrive and never asks the machine.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum First {
    Accept,
    /// A withdrawal or a refusal.
    End,
}

#[derive(Clone, PartialEq, Eq, Hash)]
struct World {
    state: State,
    on_offer: bool,
    first: Option<First>,
    receipt: Option<Digest>,
    over: bool,
    in_flight: BTreeSet<usize>,
    taken_in: u8,
    lead_moved: u8,
    offered: u8,
}

impl World {
    fn start() -> Self {
        Self {
            state: State::Approved,
            on_offer: false,
            first: None,
            receipt: None,
            over: false,
            in_flight: BTreeSet::new(),
            taken_in: 0,
            lead_moved: 0,
            offered: 0,
        }
    }

    fn facts(&self) -> Facts {
        Facts {
            kind: Kind::Transfer,
            drafter: StaffId::new(),
            protected: false,
            child_moved: true,
            expires_at: at("2026-12-04T00:00:00Z"),
            now: at(if self.over { "2026-12-05T00:00:00Z" } else { "2026-12-01T00:00:00Z" }),
            receipt: self.receipt,
        }
    }

    /// Applies an event as the database would: the state and what hangs on it in one step, or nothing.
    fn deliver(&mut self, event: Event) {
        self.watch(event);
        let Ok(step) = apply(self.state, event, &self.facts()) else { return };
        let count = |effect| u8::from(step.effects.contains(&effect));
        self.taken_in += count(Effect::TakeIn);
        self.lead_moved += count(Effect::MoveLead);
        self.offered += count(Effect::Deliver);
        if let (State::Received, Event::Receive { receipt }, true) =
            (step.state, event, step.state != self.state)
        {
            self.receipt = Some(receipt);
        }
        self.state = step.state;
    }

    fn watch(&mut self, event: Event) {
        if self.first.is_some() {
            return;
        }
        let in_time = self.on_offer && !self.over;
        match event {
            Event::Offer if !self.over => self.on_offer = true,
            Event::Accept if in_time => self.first = Some(First::Accept),
            Event::Refuse(_) if in_time => self.first = Some(First::End),
            Event::Withdraw => self.first = Some(First::End),
            _ => {}
        }
    }

    /// Whether the body of the package may be opened, or has been.
    fn opens(&self) -> bool {
        use State::{Accepted, Completed, Received, Unreadable};
        matches!(self.state, Accepted | Received | Completed | Unreadable(_))
    }

    fn next(&self) -> Vec<Self> {
        let mut worlds = Vec::new();
        for (n, event) in MESSAGES.into_iter().enumerate() {
            let mut world = self.clone();
            if world.in_flight.insert(n) {
                worlds.push(world);
                continue;
            }
            world.deliver(event);
            let mut lost = self.clone();
            let mut delivered_last = world.clone();
            lost.in_flight.remove(&n);
            delivered_last.in_flight.remove(&n);
            worlds.extend([world, lost, delivered_last]);
        }
        let mut later = self.clone();
        later.over = true;
        later.deliver(Event::Expire);
        worlds.push(later);
        worlds
    }

    /// Both sides try again, once, when the storm is over.
    fn settle(mut self) -> State {
        self.over = true;
        let retries =
            [Event::Offer, Event::Expire, Event::Receive { receipt: self.receipt.unwrap_or(FIRST) }];
        retries.into_iter().for_each(|event| self.deliver(event));
        if let Some(receipt) = self.receipt {
            self.deliver(Event::Complete { receipt });
        }
        if self.state == State::Approved {
            self.deliver(Event::Withdraw);
        }
        self.state
    }

    #[track_caller]
    fn hold(&self) {
        let received = matches!(self.state, State::Received | State::Completed);
        let accepted = self.first == Some(First::Accept);
        assert_eq!(self.opens(), accepted, "it opens exactly when the acceptance came before any withdrawal");
        assert!(self.taken_in <= 1 && self.lead_moved <= 1 && self.offered <= 1, "nothing happens twice");
        assert_eq!(self.taken_in == 1, received, "items are taken in exactly when received");
        assert_eq!(self.lead_moved == 1, received, "the lead moves exactly when received");
        assert_eq!(self.receipt.is_some(), received, "and exactly then there is a receipt");
    }
}

#[test]
fn no_order_of_messages_loses_doubles_or_leaves_open() {
    let mut seen = HashSet::from([World::start()]);
    let mut frontier = vec![World::start()];
    let mut ends = BTreeSet::new();
    while let Some(world) = frontier.pop() {
        world.hold();
        let end = world.clone().settle();
        assert!(end.is_final(), "{:?} settles as {end:?}", world.state);
        ends.insert(end.as_str());
        for next in world.next() {
            assert!(!world.state.is_final() || next.state == world.state, "what is decided stays decided");
            if seen.insert(next.clone()) {
                frontier.push(next);
            }
        }
    }
    // The explorer is worth something only when it gets everywhere.
    assert_eq!(
        ends.into_iter().collect::<Vec<_>>(),
        ["completed", "expired", "refused", "too_late", "unreadable", "withdrawn"]
    );
    assert!(seen.len() > 5_000, "only {} worlds", seen.len());
}
