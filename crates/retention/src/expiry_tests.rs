//! What two towns' rules give together for a record that is handed over: the stricter, with both shown.

use kernel::Category;

use super::*;
use crate::fixtures::{day, on, outcome, over, own, read, rule, town};
use crate::{Facts, Happened, Schedule};

const EVENT_5: &str = "clock = \"event_date\"\nyears = 5";
const EVENT_8: &str = "clock = \"event_date\"\nyears = 8";
const CLOSED_3: &str = "clock = \"case_closed\"\nyears = 3";
const FOR_EVER: &str = "period = \"permanent\"";

fn facts() -> Facts {
    let open = Happened::NotYet;
    Facts { recorded: on("2024-06-01"), born: on("2021-05-05"), closed: open, ..Facts::default() }
}

fn exception() -> Exception {
    Exception {
        reason: "支援が続くため（架空）".into(),
        decided_by: "課長（架空）".into(),
        decided_on: day("2026-11-01"),
    }
}

fn between(sender: &Schedule, receiver: &Schedule, exception: Option<&Exception>) -> Expiry {
    let [from, to] = [sender, receiver].map(|schedule| outcome(schedule, Category::Support, &facts(), &[]));
    effective_expiry(&from, &to, exception)
}

#[test]
fn a_check_up_goes_by_the_stricter_town_and_both_are_shown() {
    let [kaisei, oi] = ["kaisei", "oi"].map(town);
    let category = Category::MaternalChildHealth;
    let [kaisei, oi] = [&kaisei, &oi].map(|schedule| outcome(schedule, category, &facts(), &[]));
    let there = effective_expiry(&kaisei, &oi, None);
    let kept = [&there.sender, &there.receiver, &there.effective].map(|due| due.kept_to().unwrap());
    assert_eq!(kept, ["2040-03-31", "2029-05-31", "2029-05-31"].map(day));
    assert_eq!(there.decider, Decider::Receiver);

    let back = effective_expiry(&oi, &kaisei, None);
    assert_eq!((back.effective.kept_to(), back.decider), (Some(day("2029-05-31")), Decider::Sender));
    let back = effective_expiry(&oi, &kaisei, Some(&exception()));
    assert_eq!((back.effective.kept_to(), back.decider), (Some(day("2040-03-31")), Decider::Exception));
    // An exception takes nobody past the receiver's own rule.
    let there = effective_expiry(&kaisei, &oi, Some(&exception()));
    assert_eq!((there.effective.kept_to(), there.decider), (Some(day("2029-05-31")), Decider::Receiver));
}

#[test]
fn the_stricter_of_two_rules() {
    for (sender, receiver, kept_to, decider) in [
        ((EVENT_5, "guide"), (EVENT_8, "guide"), Some("2029-05-31"), Decider::Sender),
        ((EVENT_8, "guide"), (EVENT_5, "guide"), Some("2029-05-31"), Decider::Receiver),
        ((EVENT_5, "floor"), (EVENT_5, "floor"), Some("2029-05-31"), Decider::Same),
        // The receiver may not dispose before its floor.
        ((EVENT_5, "guide"), (EVENT_8, "floor"), Some("2032-05-31"), Decider::ReceiverFloor),
        ((EVENT_5, "guide"), (FOR_EVER, "floor"), None, Decider::ReceiverFloor),
        ((EVENT_5, "guide"), (CLOSED_3, "floor"), None, Decider::ReceiverFloor),
        ((CLOSED_3, "guide"), (FOR_EVER, "floor"), None, Decider::ReceiverFloor),
        // A floor of the sender's does not bind the receiver.
        ((EVENT_8, "floor"), (EVENT_5, "ceiling"), Some("2029-05-31"), Decider::Receiver),
        ((FOR_EVER, "floor"), (EVENT_5, "ceiling"), Some("2029-05-31"), Decider::Receiver),
        ((FOR_EVER, "guide"), (FOR_EVER, "guide"), None, Decider::Same),
        // A day that is known is stricter than one that is not.
        ((CLOSED_3, "guide"), (EVENT_5, "guide"), Some("2029-05-31"), Decider::Receiver),
        ((EVENT_5, "guide"), (CLOSED_3, "guide"), Some("2029-05-31"), Decider::Sender),
        ((CLOSED_3, "guide"), (CLOSED_3, "guide"), None, Decider::Open),
        ((CLOSED_3, "guide"), (FOR_EVER, "guide"), None, Decider::Open),
    ] {
        let [from, to] = [sender, receiver]
            .map(|(term, bound)| read(&format!("format = 1\n{}", rule("a", term, bound))).unwrap());
        let expiry = between(&from, &to, None);
        let expected = (kept_to.map(day), decider);
        assert_eq!((expiry.effective.kept_to(), expiry.decider), expected, "{sender:?} {receiver:?}");
    }
}

#[test]
fn a_floor_for_ever_is_for_ever_whatever_the_sender_waits_for() {
    let read = |term, bound| read(&format!("format = 1\n{}", rule("a", term, bound))).unwrap();
    let expiry = between(&read(CLOSED_3, "guide"), &read(FOR_EVER, "floor"), None);
    assert_eq!(expiry.effective, Due::Never);
}

#[test]
fn a_receiver_that_chose_to_keep_longer_than_its_floor_still_yields_to_the_stricter_sender() {
    let shared = read(&format!("format = 1\n{}", rule("a", EVENT_5, "floor"))).unwrap();
    let longer = over(&shared, &own("a", EVENT_8)).unwrap();
    let expiry = between(&shared, &longer, None);
    assert_eq!((expiry.effective.kept_to(), expiry.decider), (Some(day("2029-05-31")), Decider::Sender));
}
