//! 保存期間: what is due when, under which rule, and what holds it.
//!
//! The way of a record through this crate: a [`Schedule`] is read from the cooperative's `retention.toml`
//! and a town's own over it; for a [`Record`] with its [`Facts`] it gives an [`Outcome`]: the [`Due`] that
//! follows from every rule on that record, with each [`Step`] to it. A date that cannot be told yet is
//! never replaced by a default: the outcome says which fact it waits for. Due dates are computed, never
//! stored; nothing here disposes of anything. Pure: no I/O and no clock.

mod clock;
mod due;
mod expiry;
mod facts;
mod hold;
mod load;
mod outcome;
mod reader;
mod rule;
mod schedule;
mod term;
mod words;

pub use clock::Clock;
pub use due::{Deadline, Due, Waiting, due};
pub use expiry::{Decider, Exception, Expiry, effective_expiry};
pub use facts::{Facts, Happened, Milestone};
pub use hold::{Hold, HoldGround};
pub use outcome::{Outcome, Standing, Step};
pub use rule::{Bound, Checked, Decision, Override, Rule, RuleCode, Source};
pub use schedule::{Record, Schedule};
pub use term::Term;
pub use words::Words;

#[cfg(test)]
mod fixtures;
#[cfg(test)]
mod properties;
