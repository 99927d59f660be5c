//! 保存期間: what is due when and why, to whom it is told, and what a count may say.

mod preview;
mod read;
mod recorded;
mod report;
mod rules;
