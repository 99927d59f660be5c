//! Is this the same person, how sure, why (突合); and who is whose parent or sibling (親族関係).
//!
//! Pure: bytes and values in, decisions and their reasons out. Everything is deterministic: the same
//! people in another order give the same answer. Nothing here holds a resident's value in a decision;
//! a decision names persons by id and says which facts agreed.

mod compare;
mod decide;
mod decision;
mod index;
mod keys;
pub mod kinship;
mod normalise;
mod variants;

pub use compare::{Comparison, Field, Outcome};
pub use decide::{Key, decide, verified};
pub use decision::{Decision, HumanDecisions, LinkCandidate, QueueReason, Reason, Rule};
pub use index::PeopleIndex;
pub use normalise::{MatchTuple, kana_key, loose_name_key, strict_name_key};

#[cfg(test)]
mod decide_properties;
#[cfg(test)]
mod decide_tests;
#[cfg(test)]
mod people;
