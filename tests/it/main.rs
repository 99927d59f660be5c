//! Every integration test of the house: one folder a noun.
#![expect(clippy::unwrap_used, clippy::panic, reason = "helpers of tests fail as tests do")]

mod consents;
mod handovers;
mod house;
mod http;
mod isolation;
mod matrix;
mod persons;
mod runs;
mod secrecy;
