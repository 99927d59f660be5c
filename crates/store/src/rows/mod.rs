//! Queries, a file a noun. Every function binds the town; sealed columns are opened and sealed here,
//! so that no plain value reaches a statement.

pub mod access;
pub mod consent;
pub mod credential;
pub mod denial;
pub mod entry;
pub mod handover;
pub mod handover_item;
pub mod household;
pub mod idempotency;
mod kept;
pub mod link_task;
pub mod load;
pub mod load_changed;
pub mod load_plan;
pub mod load_quality;
pub mod load_undo;
pub mod operation;
pub mod pack;
pub mod page;
pub mod peer_key;
pub mod person;
pub mod posting;
pub mod profile;
pub mod profile_plan;
pub mod register;
pub mod run;
pub mod score;
pub mod staff;
pub mod subject;
pub mod tally;
pub mod task;
pub mod token;
pub mod upload;
mod upload_expiry;
mod upload_part;
pub mod version;
