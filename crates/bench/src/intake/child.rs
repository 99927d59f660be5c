//! What is measured in a process of its own, so that its memory is its own: this program again, or Python.
//! Either writes one line of JSON when it has ended.

use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, bail};
use calamine::Reader;
use layouts::{DecodeOptions, Decoder, EncodeRow, Encoder, Outcome};
use profiles::TownProfile;
use serde::{Deserialize, Serialize};

use super::by_hand;
use crate::cluster::finished;
use crate::cpu;
use crate::world::{INTAKE_TOWN, bundle, checked};

/// The first argument of such a process.
pub const CHILD: &str = "--intake-child";

/// Bytes read at a time.
const PIECE: usize = 1 << 18;

/// What a process says at its end.
#[derive(Debug, Clone, Copy, Default, Serialize, Deserialize)]
pub struct Told {
    /// Rows of the file.
    pub rows: u64,
    /// Rows that are wrong.
    pub rejected: u64,
    /// Processor time, in seconds.
    pub cpu: f64,
    /// The most memory it ever held (resident), in MiB.
    pub peak: f64,
}

/// What a child does.
#[derive(Debug, Clone, Copy)]
pub enum Work {
    /// The engine, by the configuration.
    Decode,
    /// A loop written by hand.
    ByHand,
    /// Writes the file as a workbook beside itself.
    WriteBook,
    /// The engine on the workbook.
    Book,
    /// calamine lays the workbook's sheet out.
    Calamine,
    /// calamine gives the workbook's cells one by one.
    CalamineCells,
}

const WORKS: [(&str, Work); 6] = [
    ("decode", Work::Decode),
    ("by-hand", Work::ByHand),
    ("write-book", Work::WriteBook),
    ("book", Work::Book),
    ("calamine", Work::Calamine),
    ("calamine-cells", Work::CalamineCells),
];

impl Work {
    /// Has it done by a process of its own.
    ///
    /// # Errors
    /// When that process fails.
    pub fn run(self, file: &Path) -> anyhow::Result<Told> {
        let program = std::env::current_exe().context("this program has no file")?;
        let name =
            WORKS.iter().find(|(_, work)| std::mem::discriminant(work) == std::mem::discriminant(&self));
        let said =
            finished(Command::new(program).args([CHILD, name.map_or("", |(name, _)| name)]).arg(file))?;
        told(&said)
    }
}

/// The last line of what a process wrote.
///
/// # Errors
/// When it is not what was agreed.
pub fn told(said: &str) -> anyhow::Result<Told> {
    serde_json::from_str(said.lines().last().unwrap_or_default()).with_context(|| format!("it said {said:?}"))
}

/// The workbook that [`Work::WriteBook`] writes.
#[must_use]
pub fn book_of(file: &Path) -> PathBuf {
    file.with_extension("xlsx")
}

/// Is such a process.
///
/// # Errors
/// When the file cannot be read.
#[expect(clippy::print_stdout, reason = "the parent reads it")]
pub fn be_one(mut arguments: impl Iterator<Item = String>) -> anyhow::Result<()> {
    let (name, file) = (arguments.nth(1).unwrap_or_default(), arguments.next().unwrap_or_default());
    let file = Path::new(&file);
    let Some((_, work)) = WORKS.iter().find(|(known, _)| *known == name) else {
        bail!("no such work: {name}")
    };
    let (rows, rejected) = match work {
        Work::Decode => decoded("intake", file, &mut |_| {})?,
        Work::Book => decoded("intake_book", file, &mut |_| {})?,
        Work::ByHand => by_hand::read(file)?,
        Work::WriteBook => write_book(file)?,
        Work::Calamine => laid_out(file)?,
        Work::CalamineCells => cell_by_cell(file)?,
    };
    let cpu = cpu::of(std::process::id()).unwrap_or_default().as_secs_f64();
    let told = Told { rows, rejected, cpu, peak: peak().unwrap_or_default() };
    println!("{}", serde_json::to_string(&told)?);
    Ok(())
}

/// The most memory this process ever held, in MiB; `None` where the system does not tell.
#[must_use]
pub fn peak() -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let held = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    Some(held.trim().strip_suffix(" kB")?.parse::<f64>().ok()? / 1024.0)
}

fn town() -> anyhow::Result<TownProfile> {
    Ok(checked(&bundle())?.town_named(INTAKE_TOWN).context("the town of intake is not there")?.clone())
}

fn decoded(source: &str, file: &Path, out: &mut dyn FnMut(Outcome<'_>)) -> anyhow::Result<(u64, u64)> {
    let town = town()?;
    let (code, source) =
        town.sources.iter().find(|(code, _)| code.as_str() == source).context("no such source")?;
    let options = DecodeOptions::new(code.clone(), "2026-11-20".parse()?);
    let said = |fault: kernel::Fault| anyhow::anyhow!(fault.detail(kernel::Lang::En));
    let mut decoder = Decoder::new(&source.layout, &options);
    let (mut file, mut piece) = (File::open(file)?, vec![0; PIECE]);
    loop {
        match file.read(&mut piece)? {
            0 => break,
            read => decoder.push(piece.get(..read).unwrap_or_default(), out).map_err(said)?,
        }
    }
    let summary = decoder.finish(out).map_err(said)?;
    Ok((summary.rows, summary.rejected))
}

fn write_book(file: &Path) -> anyhow::Result<(u64, u64)> {
    let town = town()?;
    let layout = |name: &str| {
        let found = town.sources.iter().find(|(code, _)| code.as_str() == name);
        found.map(|(_, source)| &source.layout).context("no such source")
    };
    let (csv, book) = (layout("intake")?, layout("intake_book")?);
    let mut rows = Vec::new();
    let counts = decoded("intake", file, &mut |outcome| {
        if let Outcome::Row(row) = outcome {
            rows.push(EncodeRow::of(csv, &row));
        }
    })?;
    let mut encoder = Encoder::new(book, "2026-11-20".parse()?);
    for row in &rows {
        encoder.push(row)?;
    }
    File::create(book_of(file))?.write_all(&encoder.finish()?)?;
    Ok(counts)
}

fn laid_out(file: &Path) -> anyhow::Result<(u64, u64)> {
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(file)?;
    let range = book.worksheet_range_at(0).context("no sheet")??;
    Ok((range.rows().count() as u64, 0))
}

fn cell_by_cell(file: &Path) -> anyhow::Result<(u64, u64)> {
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(file)?;
    let name = book.sheet_names().first().cloned().context("no sheet")?;
    let mut cells = book.worksheet_cells_reader(&name)?;
    let mut count = 0;
    while cells.next_cell()?.is_some() {
        count += 1;
    }
    Ok((count, 0))
}
