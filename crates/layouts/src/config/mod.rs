//! Configuration of layouts: the TOML reader every profile file shares, and the layout document itself.

mod document;
mod field;
mod node;
pub mod reader;
mod spot;

pub use document::LayoutDoc;
pub(crate) use document::{FileDoc, FileKind, GuardDoc, RecordsDoc, SentinelDoc};
pub(crate) use field::{Constant, FieldDoc, FieldType, ObservationDoc};
pub use node::{FromNode, Node, Wrong};

#[cfg(test)]
#[path = "reader_tests.rs"]
mod reader_tests;
