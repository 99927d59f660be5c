//! Reading persons over TLS with token, keys and access log, beside `pgbench -S` on the same cluster:
//! rounds of the two in turn, so that whatever else the machine does falls on both.

mod pgbench;

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::bail;

use crate::client::{self, Answered, Crowd, Target};
use crate::cluster::Cluster;
use crate::cpu::{self, Spent};
use crate::figure::{Bar, Figure, Peer, number};
use crate::server::Server;
use crate::world::World;
use pgbench::Pgbench;

/// Connections that ask at once, each for one person after the other.
pub const CLIENTS: usize = 32;

/// Rounds of each program.
const ROUNDS: u64 = 3;

/// Seconds of asking that do not count: caches fill, connections open.
const WARM_UP: Duration = Duration::from_secs(2);

/// Of pgbench's transactions a second at least (issue 2).
const BAR: f64 = 0.12;

/// Milliseconds that 99 of 100 answers take at most (issue 2).
const P99_BAR: f64 = 40.0;

/// What one round of ours came to.
struct Round {
    answered: Answered,
    elapsed: Duration,
    /// Processor time of this process (the clients) and of PostgreSQL.
    spent: Option<Spent>,
    /// Of the server.
    served: Option<Duration>,
}

/// Reads for `seconds` in each round.
///
/// # Errors
/// When an answer is not a person, or a program fails.
pub async fn run(world: &World, cluster: &Cluster, seconds: u64) -> anyhow::Result<Vec<Figure>> {
    let targets = everybody(world).await?;
    let server = Server::start(&world.database, &world.folder)?;
    client::ask(&server, &targets, crowd(WARM_UP))?;
    let pgbench = Pgbench::prepare(cluster)?;
    let (mut rounds, mut peers) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        if let Some(pgbench) = &pgbench {
            peers.push(pgbench.run(seconds)?);
        }
        rounds.push(round(cluster, &server, &targets, Duration::from_secs(seconds))?);
    }
    if let Some(pgbench) = pgbench {
        pgbench.forget()?;
    }
    figures(&rounds, &peers)
}

/// Everybody of the five towns.
///
/// # Errors
/// When the platform refuses.
pub async fn everybody(world: &World) -> anyhow::Result<Arc<[Target]>> {
    let mut targets = Vec::new();
    for town in world.five() {
        let persons = world.everybody(town).await?;
        targets.extend(persons.iter().map(|person| Target::new(town, format!("/api/v1/persons/{person}"))));
    }
    Ok(targets.into())
}

/// All clients, without a pause.
#[must_use]
pub const fn crowd(long: Duration) -> Crowd {
    Crowd { clients: CLIENTS, long, pace: None }
}

fn round(
    cluster: &Cluster,
    server: &Server,
    targets: &Arc<[Target]>,
    long: Duration,
) -> anyhow::Result<Round> {
    let postmaster = cluster.postmaster()?;
    let (spent, served) = (Spent::until_now(postmaster), cpu::of(server.id()));
    let began = Instant::now();
    let answered = client::ask(server, targets, crowd(long))?;
    let elapsed = began.elapsed();
    let after = Spent::until_now(postmaster);
    Ok(Round {
        answered,
        elapsed,
        spent: spent.zip(after).map(|(before, after)| after.since(before)),
        served: served.zip(cpu::of(server.id())).map(|(before, after)| after.saturating_sub(before)),
    })
}

fn figures(rounds: &[Round], peers: &[f64]) -> anyhow::Result<Vec<Figure>> {
    let mut all = Answered::default();
    for round in rounds {
        all.took.extend(&round.answered.took);
        all.bytes = round.answered.bytes;
    }
    all.took.sort_unstable();
    let n = all.took.len();
    if n == 0 {
        bail!("nobody was read");
    }
    let elapsed: Duration = rounds.iter().map(|round| round.elapsed).sum();
    let peer = match peers.len() {
        0 => Peer::Missing("pgbench"),
        rounds => Peer::Measured {
            what: "pgbench -S -M prepared",
            value: peers.iter().sum::<f64>() / number(rounds),
        },
    };
    let mut notes =
        vec![format!("{CLIENTS} clients, one request each at a time; answers of {} bytes", all.bytes)];
    notes.extend(where_time_goes(rounds, n));
    Ok(vec![
        Figure {
            name: "read",
            unit: "requests/s",
            ours: number(n) / elapsed.as_secs_f64(),
            peer,
            bar: Bar::RatioAtLeast(BAR),
            n,
            notes,
        },
        Figure {
            name: "read, slowest of a hundred",
            unit: "ms",
            ours: all.within(990),
            peer: Peer::None,
            bar: Bar::AtMost(P99_BAR),
            n,
            notes: vec![format!(
                "half of the answers within {:.1} ms, 999 of 1,000 within {:.1} ms",
                all.within(500),
                all.within(999)
            )],
        },
    ])
}

/// Processor time of each part a request.
fn where_time_goes(rounds: &[Round], n: usize) -> Option<String> {
    let spent: Vec<Spent> = rounds.iter().map(|round| round.spent).collect::<Option<_>>()?;
    let served: Vec<Duration> = rounds.iter().map(|round| round.served).collect::<Option<_>>()?;
    let each = |total: Duration| total.as_secs_f64() * 1e6 / number(n);
    Some(format!(
        "processor time a request: {:.0} µs server, {:.0} µs PostgreSQL, {:.0} µs the clients",
        each(served.iter().sum()),
        each(spent.iter().map(|spent| spent.postgres).sum()),
        each(spent.iter().map(|spent| spent.here).sum())
    ))
}
