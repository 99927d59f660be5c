//! The operations, a file a noun: handlers that translate, and the shapes they translate to. A handler
//! decides nothing; what is allowed and what happens is the use case's.

pub mod accesses;
pub mod arrivals;
pub mod cases;
pub mod changes;
pub mod consents;
pub mod deadlines;
pub mod evidence;
pub mod exports;
pub mod handovers;
pub mod health;
pub mod households;
pub mod layouts;
pub mod link_tasks;
pub mod load_plans;
pub mod load_reports;
pub mod load_rollback;
pub mod loads;
pub mod operations;
pub mod peer_keys;
pub mod persons;
pub mod profiles;
pub mod protections;
pub mod recorded_relations;
pub mod retention;
pub mod rulebooks;
pub mod runs;
pub mod sign_ins;
pub mod staff;
pub mod tasks;
pub mod tokens;
pub mod town_health;
pub mod towns;
pub mod uploads;
pub mod watch_notes;
