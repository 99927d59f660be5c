//! Handover (引継ぎ): how records travel from an organ of one town to an organ of another when a family moves.
//!
//! Deliberately, hand to hand, when both hands are ready. [`preview()`] shows item by item what would travel
//! and what the [`Basis`] excludes; [`seal_package`] seals it to the receiver and signs it; the receiver
//! acknowledges the protection flag ([`open_flag`]), opens ([`open_package`]), decides item by item and
//! answers with a signed [`Receipt`]; [`machine`] says what may follow what, and who has the lead.
//!
//! Pure: bytes and values in, bytes and values out. What is kept and carried, and in which transaction, is
//! `store`'s and `courier`'s. Facts travel, scores do not.

#[cfg(test)]
mod words_tests;

pub mod basis;
pub mod consent;
pub mod item;
pub mod machine;
pub mod organ;
pub mod package;
pub mod preview;
pub mod receipt;

pub use basis::{Basis, Chosen, Grounds};
pub use consent::{Consent, ConsentRef};
pub use item::{Body, Item, Role, Traveller};
pub use machine::{Effect, Event, Facts, Kind, State, Step, apply};
pub use organ::{Organ, OrganCode};
pub use package::{
    Acknowledged, Flag, Manifest, Offer, Opened, OpenedFlag, Package, Pinned, Receiver, Sent, open_flag,
    open_package, seal_package, why_unreadable,
};
pub use preview::{Preview, preview};
pub use receipt::{Decided, Decision, Receipt, SignedReceipt, answer};

#[cfg(test)]
mod samples;
