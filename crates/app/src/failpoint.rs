//! Places where a test stops the process dead, to see that a restart finds nothing lost, doubled or
//! undecided. Inert unless `TASUKI_FAIL_AT` names a step when the process starts.

use std::sync::OnceLock;

/// The environment variable that names the step at which to abort.
pub const VARIABLE: &str = "TASUKI_FAIL_AT";

/// Every step that can be named.
pub const STEPS: &[&str] = &[
    LOAD_PLANNED,
    LOAD_STAGED,
    LOAD_APPLIED,
    ROLLBACK_BEFORE,
    ROLLBACK_AFTER,
    OFFER_BEFORE,
    OFFER_AFTER,
    ACCEPT_BEFORE,
    ACCEPT_AFTER,
    RECEIVE_BEFORE,
    RECEIVE_AFTER,
    CLOSE_BEFORE,
    CLOSE_AFTER,
];

/// A load's plan is counted, and not written down yet.
pub const LOAD_PLANNED: &str = "load.planned";
/// A load is staged and about to be applied.
pub const LOAD_STAGED: &str = "load.staged";
/// A load was committed, and nobody told yet.
pub const LOAD_APPLIED: &str = "load.applied";
/// A load's rollback is about to be committed.
pub const ROLLBACK_BEFORE: &str = "load.rollback.before_commit";
/// A load's rollback was committed and not yet answered for.
pub const ROLLBACK_AFTER: &str = "load.rollback.after_commit";
/// An offer is about to be committed.
pub const OFFER_BEFORE: &str = "handover.offer.before_commit";
/// An offer was committed and not yet answered for.
pub const OFFER_AFTER: &str = "handover.offer.after_commit";
/// An acceptance is about to be committed.
pub const ACCEPT_BEFORE: &str = "handover.accept.before_commit";
/// An acceptance was committed and not yet answered for.
pub const ACCEPT_AFTER: &str = "handover.accept.after_commit";
/// A receipt is about to be committed, with everything it takes in.
pub const RECEIVE_BEFORE: &str = "handover.receive.before_commit";
/// A receipt was committed and not yet answered for.
pub const RECEIVE_AFTER: &str = "handover.receive.after_commit";
/// A closing is about to be committed.
pub const CLOSE_BEFORE: &str = "handover.close.before_commit";
/// A closing was committed and not yet answered for.
pub const CLOSE_AFTER: &str = "handover.close.after_commit";

/// Passes a step; ends the process there and then when it is the one to fail at.
pub fn reach(step: &'static str) {
    static FAIL_AT: OnceLock<Option<String>> = OnceLock::new();
    let fail_at = FAIL_AT.get_or_init(|| std::env::var(VARIABLE).ok());
    if fail_at.as_deref() == Some(step) {
        std::process::abort();
    }
}
