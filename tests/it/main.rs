//! Every integration test of the house: one folder a noun.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

mod accesses;
mod arrivals;
mod assessments;
mod cases;
mod changes;
mod consents;
mod conventions;
mod crash;
mod deadlines;
mod denials;
mod docs;
mod evidence;
mod exports;
mod handovers;
mod house;
mod http;
mod isolation;
mod layouts;
mod link_tasks;
mod loads;
mod matrix;
mod persons;
mod profiles;
mod protections;
mod relations;
mod resting;
mod retention;
mod runs;
mod secrecy;
mod sign_ins;
mod staff;
mod tokens;
mod town_health;
mod uploads;
mod watch_notes;
