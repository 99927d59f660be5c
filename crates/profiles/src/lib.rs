//! Reads a `tenants/` folder, given as a map from path to bytes, into one checked [`Cooperative`] with
//! its towns. Every error of every file is found in one pass, each with its file and line.
//!
//! A town is onboarded by writing its folder and nothing else. The folder is read by whoever runs the
//! platform; what a town has applied is its [`TownBundle`], which is kept and read again from there.

mod archive;
mod arrival;
mod begin;
mod bundle;
mod cooperative;
mod coverage;
mod difference;
mod faults;
pub mod golden;
mod items;
mod layout_id;
mod legal;
mod retention;
pub mod schema;
mod source;
mod town;

#[cfg(test)]
mod tests;

use layouts::config::reader::TableReader;

pub use archive::{MAX_ENTRIES, MAX_INFLATED};
pub use arrival::{Arrival, ArrivalState, Came, Expected};
pub use begin::town_draft;
pub use bundle::{Bundle, COOPERATIVE, MAX_FILE, TownBundle};
pub use cooperative::{Cooperative, TownProfile};
pub use coverage::Coverage;
pub use difference::{Change, ChangedFile, Difference, Kind, Step, Version};
pub use layout_id::LayoutId;
pub use legal::Legal;
pub use rulebook::{Cohort, Founder};
pub use source::{Freshness, PROTECTION_LIST, PROTECTION_MEASURE, Source};
pub use town::{Export, Organ, School, SchoolLevel, Section};

/// The format this code reads: every configuration file says `format = 1`.
pub const FORMAT: u32 = 1;

fn format(root: &mut TableReader<'_>) {
    if let Some(format) = root.need::<u32>("format").filter(|format| format.value != FORMAT) {
        root.report(format.spot.invalid("読めるのは 1 だけです", "only 1 can be read"));
    }
}
