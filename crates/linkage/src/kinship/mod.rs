//! Who is whose parent, sibling, grandparent or carer (親族関係), from 続柄 to the 世帯主.
//!
//! A register names each member's relation to the head and no other. What follows from it with
//! certainty is said; what may be so is ambiguous, and ambiguous is *unknown*: a grandparent as head
//! (「子の子」 does not say whose child), 単身赴任 and 世帯分離 (a spouse elsewhere is not in the
//! household's rows) never make anyone ひとり親. Receipts may tell more; they are not here. What people saw in
//! 戸籍 or were told stands over what the register says of the same two.

mod conflict;
mod derive;
mod doubt;
mod household;
mod parents;
mod place;
mod recorded;
mod relation;
mod siblings;

pub use conflict::{Conflict, Contradiction};
pub use doubt::Doubt;
pub use household::{Household, Member, PARENT_AGE_GAP, Presence};
pub use parents::{Parents, SingleParent};
pub use recorded::clash;
pub use relation::{Certainty, Ground, Order, Relation, RelationKind};
pub use siblings::YoungerSiblings;

#[cfg(test)]
mod families;
#[cfg(test)]
mod parents_tests;
#[cfg(test)]
mod recorded_tests;
#[cfg(test)]
mod relation_tests;
