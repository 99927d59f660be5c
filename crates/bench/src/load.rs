//! Loading a resident register into sealed packs, beside an unlogged `COPY` of the same bytes: the one
//! decodes, checks, seals, resolves, indexes and logs; the other puts text into a table without an index.

use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::Context;

use crate::cluster::{Cluster, finished};
use crate::cpu::Spent;
use crate::figure::{Bar, Figure, Peer, number};
use crate::world::World;
use crate::world::people::People;

/// How often the peer is run; the middle one counts.
const COPIES: usize = 3;

/// By then the server's process has ended after its client, and its time stands with its mother's.
const GONE: Duration = Duration::from_millis(200);

/// Columns of the register.
const COLUMNS: usize = 20;

/// At most so many times the peer (issue 2).
const BAR: f64 = 10.0;

/// What one run took.
#[derive(Debug, Clone, Copy)]
pub struct Took {
    /// By the clock.
    pub wall: Duration,
    /// `None` where the system does not tell.
    pub cpu: Option<Spent>,
}

/// Loads `rows` rows and compares.
///
/// # Errors
/// When the load is refused or a program fails.
pub async fn run(world: &World, cluster: &Cluster, rows: usize) -> anyhow::Result<Vec<Figure>> {
    let town = world.towns.last().context("there is no town to load into")?;
    let people = People::new(rows, world.as_of)?;
    let bytes = people.register(&town.source("resident_register")?.layout)?;
    drop(people);
    let postmaster = cluster.postmaster()?;
    let file = world.folder.join("register.csv");
    std::fs::write(&file, &bytes).with_context(|| format!("writing {}", file.display()))?;
    let peer = copies(cluster, &world.database.pg_database, &file, postmaster, COLUMNS)?;
    std::fs::remove_file(&file).with_context(|| format!("removing {}", file.display()))?;
    cluster.sql(&world.database.pg_database, &["CHECKPOINT"])?;
    let before = Spent::until_now(postmaster);
    let (n, wall) = world.load(town, "resident_register", &bytes).await?;
    let ours = Took { wall, cpu: between(before, Spent::until_now(postmaster)) };
    Ok(figures(n, bytes.len(), ours, peer))
}

fn between(before: Option<Spent>, after: Option<Spent>) -> Option<Spent> {
    Some(after?.since(before?))
}

/// Copies a CSV of CP932 with so many columns a few times into an emptied table; `None` when `psql` is not
/// installed.
///
/// # Errors
/// When `psql` fails.
pub fn copies(
    cluster: &Cluster,
    database: &str,
    file: &Path,
    postmaster: u32,
    columns: usize,
) -> anyhow::Result<Option<Took>> {
    let columns: Vec<String> = (1..=columns).map(|column| format!("c{column} text")).collect();
    let create = format!("CREATE UNLOGGED TABLE public.bench_copy ({})", columns.join(", "));
    if cluster.sql(database, &[&create])?.is_none() {
        return Ok(None);
    }
    // `\copy` sends the file's own bytes: the server converts them, as it would for `COPY … FROM`.
    let copy = format!(
        "\\copy public.bench_copy from '{}' with (format csv, header true, encoding 'SJIS')",
        file.display()
    );
    let mut took = Vec::new();
    for _ in 0..COPIES {
        cluster.sql(database, &["TRUNCATE public.bench_copy", "CHECKPOINT"])?;
        let (before, began) = (Spent::until_now(postmaster), Instant::now());
        let Some(mut psql) = cluster.program("psql", database)? else { return Ok(None) };
        finished(psql.args(["--no-psqlrc", "--quiet", "--command", &copy]))?;
        let wall = began.elapsed();
        std::thread::sleep(GONE);
        took.push(Took { wall, cpu: between(before, Spent::until_now(postmaster)) });
    }
    cluster.sql(database, &["DROP TABLE public.bench_copy"])?;
    took.sort_by_key(|took| took.wall);
    Ok(took.get(COPIES / 2).copied())
}

fn figures(n: usize, bytes: usize, ours: Took, peer: Option<Took>) -> Vec<Figure> {
    let what = "unlogged COPY";
    let against = |value: Option<Duration>| match (peer, value) {
        (None, _) => Peer::Missing("psql"),
        (Some(_), Some(value)) => Peer::Measured { what, value: value.as_secs_f64() },
        (Some(_), None) => Peer::None,
    };
    let mut figures = vec![Figure {
        name: "load",
        unit: "s",
        ours: ours.wall.as_secs_f64(),
        peer: against(peer.map(|peer| peer.wall)),
        bar: Bar::RatioAtMost(BAR),
        n,
        notes: vec![format!(
            "wall time from the first byte handed in to the load's commit; {:.1} MiB, {:.0} rows/s",
            number(bytes) / 1_048_576.0,
            number(n) / ours.wall.as_secs_f64()
        )],
    }];
    if let Some(spent) = ours.cpu {
        figures.push(Figure {
            name: "load, processor time",
            unit: "CPU-s",
            ours: spent.total().as_secs_f64(),
            peer: against(peer.and_then(|peer| peer.cpu).map(Spent::total)),
            bar: Bar::RatioAtMost(BAR),
            n,
            notes: vec![format!(
                "{:.2} s in the platform (decode, resolve, seal, send), {:.2} s in PostgreSQL",
                spent.here.as_secs_f64(),
                spent.postgres.as_secs_f64()
            )],
        });
    }
    figures
}
