//! Intake: decoding alone, beside a loop written by hand and the libraries that people use for it; loads of a
//! file that is new, the same again, in another order, changed in one row of a hundred, each beside an
//! unlogged `COPY` of the new file; months side by side; a workbook beside its bare reader.

pub mod by_hand;
pub mod child;
mod file;
mod load;
mod peers;

use std::path::Path;

use anyhow::{Context, ensure};

use self::child::{Told, Work, book_of};
use self::file::Variant;
use self::peers::{FRICTIONLESS, PANDAS, POLARS, Script};
use crate::cluster::Cluster;
use crate::figure::{Bar, Figure, Peer, number};
use crate::world::World;

/// CPU-seconds that a million rows may take to decode (issue 10).
const DECODE: f64 = 3.0;
/// MiB that decoding may hold, and how many more for a million keys that are all different.
const MEMORY: f64 = 64.0;
const MEMORY_OF_KEYS: f64 = 20.0;
/// A million, to scale these by.
const MILLION: f64 = 1_000_000.0;
/// Rows of the workbook, and how many times its bare reader it may take.
const BOOK_ROWS: usize = 100_000;
const BOOK: f64 = 2.0;

/// Runs all of it: `decoded` rows are decoded, `loaded` rows loaded.
///
/// # Errors
/// When a load is refused, a program fails, or a peer finds other rows wrong.
pub async fn run(
    world: &World,
    cluster: &Cluster,
    decoded: usize,
    loaded: usize,
) -> anyhow::Result<Vec<Figure>> {
    let folder = world.folder.join("intake");
    std::fs::create_dir_all(&folder).with_context(|| format!("making {}", folder.display()))?;
    let mut figures = decode(&folder.join("register.csv"), decoded)?;
    figures.extend(book(&folder.join("book.csv"))?);
    figures.extend(load::run(world, cluster, &folder, loaded).await?);
    std::fs::remove_dir_all(&folder).with_context(|| format!("removing {}", folder.display()))?;
    Ok(figures)
}

fn decode(file: &Path, rows: usize) -> anyhow::Result<Vec<Figure>> {
    file::register(file, rows, Variant::Straight)?;
    let (ours, by_hand) = (Work::Decode.run(file)?, Work::ByHand.run(file)?);
    ensure!(ours.rejected == by_hand.rejected, "{ours:?} finds other rows wrong than {by_hand:?}");
    let millions = number(rows) / MILLION;
    let beside = |value: f64| Peer::Measured { what: "a loop by hand", value };
    let figure =
        |name, unit, ours, peer, bar| Figure { name, unit, ours, peer, bar, n: rows, notes: Vec::new() };
    let mut figures = vec![
        Figure {
            notes: vec![format!(
                "20 columns in CP932; {} rows are wrong, each told with every reason",
                ours.rejected
            )],
            ..figure("intake, decode", "CPU-s", ours.cpu, beside(by_hand.cpu), Bar::AtMost(DECODE * millions))
        },
        figure(
            "intake, decode, memory",
            "MiB",
            ours.peak,
            beside(by_hand.peak),
            Bar::AtMost(MEMORY + MEMORY_OF_KEYS * millions),
        ),
        against(&POLARS, "intake, decode beside polars", file, ours, rows)?,
        against(&PANDAS, "intake, decode beside pandas", file, ours, rows)?,
    ];
    // It takes a minute for what others do in seconds: a tenth will do.
    let part = rows.div_ceil(10);
    file::register(file, part, Variant::Straight)?;
    figures.push(against(
        &FRICTIONLESS,
        "intake, decode beside frictionless",
        file,
        Work::Decode.run(file)?,
        part,
    )?);
    Ok(figures)
}

fn against(script: &Script, name: &'static str, file: &Path, ours: Told, n: usize) -> anyhow::Result<Figure> {
    let told = script.run(file)?;
    let mut notes = Vec::new();
    if let Some(told) = told {
        notes.push(format!("{:.0} MiB there, {:.0} MiB here", told.peak, ours.peak));
        if told.rejected != ours.rejected {
            notes.push(format!("it finds {} rows wrong, we {}", told.rejected, ours.rejected));
        }
    }
    let peer =
        told.map_or(Peer::Missing(script.name), |told| Peer::Measured { what: script.name, value: told.cpu });
    Ok(Figure { name, unit: "CPU-s", ours: ours.cpu, peer, bar: Bar::None, n, notes })
}

fn book(file: &Path) -> anyhow::Result<Vec<Figure>> {
    file::register(file, BOOK_ROWS, Variant::Straight)?;
    let written = Work::WriteBook.run(file)?;
    let book = book_of(file);
    let (ours, bare, cells) =
        (Work::Book.run(&book)?, Work::Calamine.run(&book)?, Work::CalamineCells.run(&book)?);
    ensure!(ours.rows == written.rows - written.rejected && ours.rejected == 0, "{ours:?} of {written:?}");
    Ok(vec![Figure {
        name: "intake, workbook",
        unit: "CPU-s",
        ours: ours.cpu,
        peer: Peer::Measured { what: "calamine, bare", value: bare.cpu },
        bar: Bar::RatioAtMost(BOOK),
        n: usize::try_from(ours.rows)?,
        notes: vec![format!(
            "{:.0} MiB here, {:.0} MiB there; calamine cell by cell, which lays no sheet out, takes {:.2} CPU-s and {:.0} MiB",
            ours.peak, bare.peak, cells.cpu, cells.peak
        )],
    }])
}
