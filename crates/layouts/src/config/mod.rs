//! Configuration of layouts: the TOML reader every profile file shares, and the layout document itself.

mod document;
mod field;
mod file;
mod gather;
mod node;
pub mod reader;
mod sketch;
mod spot;

pub use document::LayoutDoc;
pub(crate) use document::{SentinelDoc, VersionDoc};
pub(crate) use field::{Constant, FieldDoc, FieldType, NumberDoc, ObservationDoc};
pub(crate) use file::{FileDoc, FileKind, GuardDoc, Newline, RecordsDoc};
pub(crate) use gather::{GatherDoc, MonthDoc, PlaceDoc};
pub use node::{FromNode, Node, UNDECIDED, Wrong};
pub use sketch::{Spelt, schema};

#[cfg(test)]
#[path = "reader_tests.rs"]
mod reader_tests;
