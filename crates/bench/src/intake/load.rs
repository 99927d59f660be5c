//! Loads of the register: new, the same bytes, the same rows in another order, one row in a hundred changed,
//! then months side by side.

use std::fs::{self, File};
use std::io::Read;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, bail, ensure};
use app::loads::Begun;
use app::uploads::NewUpload;
use kernel::{Digest, Lang, Purpose};
use store::rows::load::LoadCounts;

use super::child::peak;
use super::file::{self, COLUMNS, MONTH_COLUMNS, Variant};
use crate::cluster::Cluster;
use crate::cpu::Spent;
use crate::figure::{Bar, Figure, Peer, number};
use crate::load::{Took, copies};
use crate::world::{INTAKE, INTAKE_TOWN, PIECE, Town, World};

/// How many times the peer each may take (issue 10): everything new, in another order, one in a hundred changed.
const NEW: f64 = 8.0;
const REORDERED: f64 = 3.0;
const CHANGED: f64 = 4.0;
/// The share of the first load that the same bytes may take.
const SAME: f64 = 0.02;

/// How often a load is asked whether it has ended.
const ASK_EVERY: Duration = Duration::from_millis(50);

/// One file handed in and loaded.
struct Loaded {
    took: Took,
    counts: LoadCounts,
    /// Whether the platform knew the file.
    same: bool,
    /// How much the process grew at most meanwhile, in MiB; `None` where the system does not tell.
    grown: Option<f64>,
}

/// Everything in turn, in one town.
///
/// # Errors
/// When a load is refused, or does what it should not.
pub async fn run(
    world: &World,
    cluster: &Cluster,
    folder: &Path,
    rows: usize,
) -> anyhow::Result<Vec<Figure>> {
    let town = world.towns.iter().find(|town| town.profile.slug.as_str() == INTAKE_TOWN);
    let bench = Bench {
        world,
        town: town.context("the town of intake is not there")?,
        postmaster: cluster.postmaster()?,
    };
    let database = &world.database.pg_database;
    let (path, [register, _, months]) = (folder.join("load.csv"), INTAKE);
    file::register(&path, rows, Variant::Straight)?;
    let copy = copies(cluster, database, &path, bench.postmaster, COLUMNS)?;
    cluster.sql(database, &["CHECKPOINT"])?;
    let new = bench.load(register, &path).await?;
    let same = bench.load(register, &path).await?;
    ensure!(same.same, "the same file was loaded again");
    file::register(&path, rows, Variant::Reordered)?;
    let reordered = bench.load(register, &path).await?;
    ensure!(reordered.counts.loaded == 0 && reordered.counts.closed == 0, "another order changed rows");
    file::register(&path, rows, Variant::Changed)?;
    let changed = bench.load(register, &path).await?;
    ensure!(
        changed.counts.loaded > 0 && changed.counts.loaded <= i64::try_from(rows)? / 100 + 1,
        "not one in a hundred"
    );
    let mut figures = told(rows, copy, &new, &same, &reordered, &changed);
    file::months(&path, rows)?;
    let copy = copies(cluster, database, &path, bench.postmaster, MONTH_COLUMNS)?;
    let unfolded = bench.load(months, &path).await?;
    figures.extend(beside("intake, months side by side", Bar::None, rows, &unfolded, copy));
    fs::remove_file(&path)?;
    Ok(figures)
}

struct Bench<'w> {
    world: &'w World,
    town: &'w Town,
    postmaster: u32,
}

impl Bench<'_> {
    /// Hands a file in, in pieces, and loads it to the end.
    async fn load(&self, source: &str, path: &Path) -> anyhow::Result<Loaded> {
        let (app, ctx) = (&self.world.app, self.town.desks.holder.ctx(Purpose::DataQuality));
        // The sender's own work: no part of what is measured.
        let digest = Digest::of(&fs::read(path)?);
        let held = forget_peak();
        let (before, began) = (Spent::until_now(self.postmaster), Instant::now());
        let mut receiving = app.upload_begin(&ctx, NewUpload::of(&source.parse()?, self.world.as_of)).await?;
        let (mut file, mut piece) = (File::open(path)?, vec![0; PIECE]);
        loop {
            match file.read(&mut piece)? {
                0 => break,
                read => app.upload_push(&ctx, &mut receiving, piece.get(..read).unwrap_or_default()).await?,
            }
        }
        let upload = app.upload_finish(&ctx, receiving, digest, None).await?;
        let (id, same) = match app.load_begin(&ctx, upload.id).await? {
            Begun::Same(load) => (load.id, true),
            Begun::Running { load, operation } => {
                while app.operation(&ctx, operation).await?.state == "running" {
                    tokio::time::sleep(ASK_EVERY).await;
                }
                (load.id, false)
            }
        };
        let wall = began.elapsed();
        let cpu = Spent::until_now(self.postmaster).zip(before).map(|(after, before)| after.since(before));
        let grown = peak().zip(held).map(|(peak, held)| peak - held);
        let (row, fault) = app.load(&ctx, id).await?;
        if let Some(fault) = fault {
            bail!("{source}: {}", fault.detail(Lang::En));
        }
        Ok(Loaded { took: Took { wall, cpu }, counts: row.counts, same, grown })
    }
}

/// Lets the kernel forget the most memory that this process ever held; gives what it holds now, in MiB.
fn forget_peak() -> Option<f64> {
    // `proc_pid_clear_refs(5)`: 5 resets the peak to what is held.
    fs::write("/proc/self/clear_refs", "5").ok()?;
    peak()
}

fn told(
    rows: usize,
    copy: Option<Took>,
    new: &Loaded,
    same: &Loaded,
    reordered: &Loaded,
    changed: &Loaded,
) -> Vec<Figure> {
    let mut figures = Vec::new();
    figures.extend(beside("intake, load", Bar::RatioAtMost(NEW), rows, new, copy));
    figures.extend(beside("intake, same bytes again", Bar::RatioAtMost(SAME), rows, same, Some(new.took)));
    figures.extend(beside("intake, another order", Bar::RatioAtMost(REORDERED), rows, reordered, copy));
    figures.extend(beside(
        "intake, one in a hundred changed",
        Bar::RatioAtMost(CHANGED),
        rows,
        changed,
        copy,
    ));
    figures
}

/// Processor time of a load beside another's; none where the system does not tell.
fn beside(name: &'static str, bar: Bar, n: usize, ours: &Loaded, peer: Option<Took>) -> Option<Figure> {
    let spent = ours.took.cpu?;
    let peer = match peer {
        None => Peer::Missing("psql"),
        Some(took) => {
            let what = if ours.same { "the first load" } else { "unlogged COPY" };
            Peer::Measured { what, value: took.cpu?.total().as_secs_f64() }
        }
    };
    let counts = &ours.counts;
    let mut notes = vec![
        format!(
            "{:.2} s of wall; {:.2} CPU-s in the platform, {:.2} CPU-s in PostgreSQL",
            ours.took.wall.as_secs_f64(),
            spent.here.as_secs_f64(),
            spent.postgres.as_secs_f64()
        ),
        format!(
            "{} rows read: {} loaded, {} unchanged, {} rejected, {} closed",
            counts.read, counts.loaded, counts.unchanged, counts.rejected, counts.closed
        ),
    ];
    notes.extend(ours.grown.map(|grown| {
        format!(
            "the process grew by {grown:.0} MiB at most, {:.0} bytes a row",
            grown * 1_048_576.0 / number(n)
        )
    }));
    Some(Figure { name, unit: "CPU-s", ours: spent.total().as_secs_f64(), peer, bar, n, notes })
}
