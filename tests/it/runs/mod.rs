//! 判定: a run from its beginning to a child's trace.

pub mod read;
mod rulebooks;
mod waits;
