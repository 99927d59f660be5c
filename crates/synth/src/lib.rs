//! Fictional towns for tests and for the demonstration: people, households, moves, and the files that
//! their systems would export in each town's own layout, written through `layouts::encode`.
//!
//! **Every person here is made up.** Names, addresses, telephone numbers, numbers of systems and all
//! that is said of anybody come from a seeded generator and from short lists of our own; 町字, schools
//! and telephone numbers are of kinds that exist nowhere. The same [`Settings`] make the same bytes.

pub mod name;

mod benefit;
mod beside;
mod chance;
mod family;
mod lesson;
mod person;
mod populate;
mod protection;
mod register;
mod row;
mod school;
mod sheet;
mod spoil;
mod world;

#[cfg(test)]
mod tests;

pub use family::Family;
pub use person::{Household, HouseholdKind, Person, Population, Pupil};
pub use register::{Counts, SynthFile, Unspelt};
pub use world::{Settings, Synth, Truth};
