//! `tasuki town init`, `profile`, `preview` and `sample`: a file nobody has described, how a source would read
//! it, and a fictional one of any source. No database, no server; nothing leaves the terminal. What is shown may
//! be a resident's data: for the town's own staff, on the town's own machine.
#![expect(clippy::print_stdout, reason = "answers are printed")]

mod init;
mod look;
mod preview;
mod write;

use std::fs;
use std::path::Path;

use anyhow::Context;
use chrono::NaiveDate;
use layouts::profile::{Profile, old_book, profile_old_book, profile_sheet};

pub(super) use init::{Init, init};
pub(super) use look::{Look, look};
pub(super) use preview::{Preview, preview};
pub(super) use write::{Sample, write};

use super::desk::said;
use crate::old_books;

fn today() -> NaiveDate {
    kernel::ctx::jst_date(chrono::Utc::now())
}

/// Says which other sheets there are, where nobody named one.
fn other_sheets(found: &Profile) {
    if let [first, others @ ..] = found.sheets.as_slice()
        && !others.is_empty()
    {
        println!(
            "見たのは最初のシート「{first}」です。ほかのシート：{}（--sheet で選びます）",
            others.join("、")
        );
        println!("Looked at the first sheet; the others are: {} (choose one by --sheet)", others.join(", "));
    }
}

/// Rows of an old workbook that are looked at.
const ROWS: usize = 20_000;

fn bytes_of(file: &Path) -> anyhow::Result<Vec<u8>> {
    fs::read(file).with_context(|| format!("{} を読めません / cannot be read", file.display()))
}

async fn looked_at(file: &Path, sheet: Option<&str>) -> anyhow::Result<Profile> {
    let bytes = bytes_of(file)?;
    match old_book(&bytes, sheet) {
        Some(ask) => {
            let rows = old_books::rows(ask, bytes, ROWS).await.map_err(said)?;
            Ok(profile_old_book(rows, sheet, today()))
        }
        None => profile_sheet(&bytes, sheet, today()).map_err(said),
    }
}
