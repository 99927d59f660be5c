//! How long the receiver of a hand-over keeps what it was given: each town's own rule, and the stricter.

use chrono::NaiveDate;

use crate::due::{Due, longest, shortest};
use crate::outcome::Outcome;

kernel::words! {
    /// What settled an effective expiry.
    Decider {
        /// The sender's rule is the stricter.
        Sender = "sender", "渡す町の期間のほうが短い" / "the sender's period is the stricter";
        /// The receiver's rule is the stricter.
        Receiver = "receiver", "受け取る町の期間のほうが短い" / "the receiver's period is the stricter";
        /// Both end on the same day, or never.
        Same = "same", "両町の期間が同じ" / "both towns' periods are the same";
        /// The sender's is the stricter, but a floor obliges the receiver to keep it longer.
        ReceiverFloor = "receiver_floor", "受け取る町の下限が優先する" / "a floor obliges the receiver";
        /// The sender's is the stricter, but an exception was recorded.
        Exception = "exception", "例外が記録されている" / "an exception is recorded";
        /// Neither town's rule gives a day yet.
        Open = "open", "期限がまだ決まらない" / "no day can be told yet";
    }
}

/// A recorded decision that the receiver's own rule holds although the sender's is the stricter. It never
/// takes the receiver past its own rule.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// Why.
    pub reason: String,
    /// By whom.
    pub decided_by: String,
    /// When.
    pub decided_on: NaiveDate,
}

/// What the preview of a hand-over shows of one item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expiry {
    /// By the sender's schedule.
    pub sender: Due,
    /// By the receiver's schedule.
    pub receiver: Due,
    /// What the receiver will go by. While one side is not determined, it may still turn out earlier.
    pub effective: Due,
    /// What settled that.
    pub decider: Decider,
}

/// When the receiver's copy is due: the stricter of the two towns' rules, but never before a floor that
/// binds the receiver, and by the receiver's own rule where an exception is recorded. Holds stay with the
/// town that has them. Both outcomes must be of the same record and day.
#[must_use]
pub fn effective_expiry(
    sender: &Outcome<'_>,
    receiver: &Outcome<'_>,
    exception: Option<&Exception>,
) -> Expiry {
    let (from, to) = (&sender.by_rule, &receiver.by_rule);
    let (effective, decider) = match stricter(from, to) {
        (_, Decider::Sender) if exception.is_some() => (to.clone(), Decider::Exception),
        (strict, Decider::Sender) => {
            match receiver.floor.as_ref().and_then(|floor| longest(&[floor, &strict])) {
                Some(raised) if raised != strict => (raised, Decider::ReceiverFloor),
                _ => (strict, Decider::Sender),
            }
        }
        (_, Decider::Open) if receiver.floor == Some(Due::Never) => (Due::Never, Decider::ReceiverFloor),
        // The receiver's own rule never ends before its own floors.
        settled => settled,
    };
    Expiry { sender: from.clone(), receiver: to.clone(), effective, decider }
}

/// The one that ends first. A day that is known is stricter than one that is not.
fn stricter(sender: &Due, receiver: &Due) -> (Due, Decider) {
    let decider = match (sender.kept_to(), receiver.kept_to()) {
        (Some(from), Some(to)) if from < to => Decider::Sender,
        (Some(from), Some(to)) if from == to => Decider::Same,
        (Some(_), Some(_)) | (None, Some(_)) => Decider::Receiver,
        (Some(_), None) => Decider::Sender,
        (None, None) if sender == receiver && *sender == Due::Never => Decider::Same,
        (None, None) => Decider::Open,
    };
    (shortest(&[receiver, sender]).unwrap_or_else(|| receiver.clone()), decider)
}

#[cfg(test)]
#[path = "expiry_tests.rs"]
mod tests;
