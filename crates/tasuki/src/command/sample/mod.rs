//! `tasuki town init`, `profile`, `preview` and `sample`: a file nobody has described, how a source would read
//! it, and a fictional one of any source. No database, no server; nothing leaves the terminal. What is shown may
//! be a resident's data: for the town's own staff, on the town's own machine.

mod init;
mod look;
mod preview;
mod write;

use std::fs;
use std::path::Path;

use anyhow::Context;
use chrono::NaiveDate;
use layouts::profile::{Profile, profile};

pub(super) use init::{Init, init};
pub(super) use look::{Look, look};
pub(super) use preview::{Preview, preview};
pub(super) use write::{Sample, write};

use super::desk::said;

fn today() -> NaiveDate {
    kernel::ctx::jst_date(chrono::Utc::now())
}

fn looked_at(file: &Path) -> anyhow::Result<Profile> {
    let bytes = fs::read(file).with_context(|| format!("reading {}", file.display()))?;
    profile(&bytes, today()).map_err(said)
}
