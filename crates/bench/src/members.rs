//! All members at once: how soon a server is ready, how soon somebody is found in a large town whose people nobody
//! has opened since its last load, after a start, and when all are in memory, and how much memory every member's
//! people take.

use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use synth::name::FAMILY;

use crate::client::{self, Target};
use crate::cluster::{Cluster, finished};
use crate::cpu::{self, Spent};
use crate::figure::{Bar, Figure, Peer, number};
use crate::machine;
use crate::server::Server;
use crate::world::people::People;
use crate::world::{Town, World};

/// Residents of the town that is searched (issue 3).
const LARGE: usize = 50_000;

/// How often a server is started and asked for somebody it has not read yet; the middle one counts.
const STARTS: usize = 3;

/// Searches of each kind in a town whose people are in memory.
const SEARCHES: usize = 400;

/// Seconds from the start to the first answer that it is ready, at most (issue 3).
const START_BAR: f64 = 3.0;

/// Milliseconds of the first search after a start at most (issue 3).
const COLD_BAR: f64 = 150.0;

/// Milliseconds of a search, all in memory, at most (issue 3).
const WARM_BAR: f64 = 5.0;

/// MiB of a server with every member's people in memory, at most (issue 3).
const MEMORY_BAR: f64 = 600.0;

/// Residents of all members together (issue 3).
pub const RESIDENTS: usize = 300_000;

/// How long a server may take to keep a roster of a town that was searched.
const ROSTER_PATIENCE: Duration = Duration::from_secs(180);

/// What some starts came to.
struct Started {
    ready: Vec<Duration>,
    first: Vec<Duration>,
    /// Processor time of server and PostgreSQL for the first search, all starts together.
    spent: Option<(Duration, Duration)>,
    /// The last one.
    server: Server,
}

/// Settles all members, with `residents` of them in all, and measures.
///
/// # Errors
/// When a load or a request is refused.
pub async fn run(world: &World, cluster: &Cluster, residents: usize) -> anyhow::Result<Vec<Figure>> {
    let (large, others) = world.towns.split_first().context("there is no town")?;
    let most = residents.min(LARGE);
    world.settle_in(large, &People::new(most, world.as_of)?).await?;
    let rest = People::new((residents - most) / others.len().max(1), world.as_of)?;
    for town in others {
        world.settle_in(town, &rest).await?;
    }
    let unprepared = started(world, cluster, large)?;
    until_roster(world, cluster, large)?;
    let mut figures = vec![firsts("search, first after a load", Bar::None, most, &unprepared)];
    drop(unprepared);
    let prepared = started(world, cluster, large)?;
    figures.push(firsts("search, first after a start", Bar::AtMost(COLD_BAR), most, &prepared));
    let mut ready = prepared.ready;
    figures.push(of("start", "s", middle(&mut ready), Bar::AtMost(START_BAR), STARTS, vec![]));
    let server = prepared.server;
    figures.extend(warm(world, &server, cluster, large)?);
    for town in others {
        client::ask_each(&server, searches(town, "name")?.get(..1).unwrap_or_default())?;
    }
    let known = most + rest.residents.len() * others.len();
    if let Some(held) = server.memory() {
        let each = format!("{:.0} bytes a resident, everything included", held * 1_048_576.0 / number(known));
        figures.push(of("memory", "MiB", held, Bar::AtMost(MEMORY_BAR), known, vec![each]));
    }
    Ok(figures)
}

fn of(name: &'static str, unit: &'static str, ours: f64, bar: Bar, n: usize, notes: Vec<String>) -> Figure {
    Figure { name, unit, ours, peer: Peer::None, bar, n, notes }
}

fn firsts(name: &'static str, bar: Bar, residents: usize, started: &Started) -> Figure {
    let mut first = started.first.clone();
    let each = |spent: Duration| spent.as_secs_f64() * 1e3 / number(STARTS);
    let told = started.spent.map(|(server, postgres)| {
        format!("{:.0} ms of processor time in the server, {:.0} in PostgreSQL", each(server), each(postgres))
    });
    of(name, "ms", middle(&mut first) * 1e3, bar, residents, told.into_iter().collect())
}

/// Searches with everything in memory.
fn warm(world: &World, server: &Server, cluster: &Cluster, town: &Town) -> anyhow::Result<Vec<Figure>> {
    let mut figures = Vec::new();
    for (name, by) in [
        ("search by name, slowest of a hundred", "name"),
        ("search by parent, slowest of a hundred", "parent"),
    ] {
        let asked = searches(town, by)?;
        let before = spent(cluster, server);
        let answered = client::ask_each(server, &asked)?;
        let after = spent(cluster, server);
        let took = machine::durable(&world.folder, SEARCHES as u64)?;
        let disk = client::Answered { took, bytes: 0 };
        let mut notes = vec![
            format!("half of them within {:.1} ms", answered.within(500)),
            format!(
                "of which one fdatasync: half within {:.1} ms, 99 of 100 within {:.1} ms",
                disk.within(500),
                disk.within(990)
            ),
        ];
        notes.extend(since(before, after).map(|(server, postgres)| {
            let each = |spent: Duration| spent.as_secs_f64() * 1e3 / number(SEARCHES);
            format!(
                "{:.2} ms of processor time each in the server, {:.2} in PostgreSQL",
                each(server),
                each(postgres)
            )
        }));
        figures.push(of(name, "ms", answered.within(990), Bar::AtMost(WARM_BAR), SEARCHES, notes));
    }
    Ok(figures)
}

/// Starts servers one after the other; each finds somebody of a town it has not read yet. The town's pool, keys
/// and profile are opened by another request before: what is measured is its people.
fn started(world: &World, cluster: &Cluster, town: &Town) -> anyhow::Result<Started> {
    let opening = [Target::new(town, "/api/v1/link-tasks")];
    let searched = searches(town, "name")?;
    let (mut ready, mut first, mut running) = (Vec::new(), Vec::new(), None);
    let mut all = Some((Duration::ZERO, Duration::ZERO));
    for _ in 0..STARTS {
        drop(running.take());
        let began = Instant::now();
        let server = Server::start(&world.database, &world.folder)?;
        client::ask_each(&server, &[Target::new(town, "/health/ready")])?;
        ready.push(began.elapsed());
        client::ask_each(&server, &opening)?;
        let before = spent(cluster, &server);
        first.extend(client::ask_each(&server, searched.get(..1).unwrap_or_default())?.took);
        let this = since(before, spent(cluster, &server));
        all = all.zip(this).map(|((s, p), (server, postgres))| (s + server, p + postgres));
        running = Some(server);
    }
    Ok(Started { ready, first, spent: all, server: running.context("no server was started")? })
}

/// Until the server that runs has kept a roster of the town.
fn until_roster(world: &World, cluster: &Cluster, town: &Town) -> anyhow::Result<()> {
    let began = Instant::now();
    let count = format!("SELECT count(*) FROM town.roster WHERE town_id = '{}'", town.code.as_str());
    loop {
        let psql = cluster.program("psql", &world.database.pg_database)?;
        let mut psql = psql.context("psql is not installed")?;
        let counted = finished(psql.args(["--no-psqlrc", "--tuples-only", "--command", &count]))?;
        if counted.trim() != "0" {
            return Ok(());
        }
        if began.elapsed() > ROSTER_PATIENCE {
            bail!("the server keeps no roster");
        }
        std::thread::sleep(Duration::from_secs(1));
    }
}

/// Processor time of a server and of PostgreSQL until now.
fn spent(cluster: &Cluster, server: &Server) -> Option<(Duration, Duration)> {
    let postgres = Spent::until_now(cluster.postmaster().ok()?)?.postgres;
    Some((cpu::of(server.id())?, postgres))
}

fn since(
    before: Option<(Duration, Duration)>,
    after: Option<(Duration, Duration)>,
) -> Option<(Duration, Duration)> {
    let ((server, postgres), (later, after)) = before.zip(after)?;
    Some((later.saturating_sub(server), after.saturating_sub(postgres)))
}

/// Searches by the beginnings of family names, two kana long as a rule, as somebody types who has heard them.
fn searches(town: &Town, by: &str) -> anyhow::Result<Vec<Target>> {
    let heard = FAMILY.iter().cycle().take(SEARCHES).map(|name| {
        let typed: String = name.kana.chars().take(2).collect();
        let typed: String = typed.bytes().map(|byte| format!("%{byte:02X}")).collect();
        Target::new(town, format!("/api/v1/persons?{by}={typed}&limit=20"))
    });
    Ok(heard.collect())
}

fn middle(took: &mut [Duration]) -> f64 {
    took.sort_unstable();
    took.get(took.len() / 2).copied().unwrap_or_default().as_secs_f64()
}
