//! Every integration test of the house: one folder a noun.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

mod assessments;
mod cases;
mod consents;
mod conventions;
mod evidence;
mod handovers;
mod house;
mod http;
mod isolation;
mod link_tasks;
mod loads;
mod matrix;
mod persons;
mod protections;
mod relations;
mod resting;
mod retention;
mod runs;
mod secrecy;
mod tokens;
mod uploads;
mod watch_notes;
