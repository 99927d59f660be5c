//! All members at once: how soon a server is ready, how soon somebody is found in a large town when nothing of
//! it is in memory and when all is, and how much memory every member's people take.

use std::time::{Duration, Instant};

use anyhow::Context;
use synth::name::FAMILY;

use crate::client::{self, Target};
use crate::figure::{Bar, Figure, Peer, number};
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

/// Milliseconds of a search, nothing in memory, at most (issue 3).
const COLD_BAR: f64 = 150.0;

/// Milliseconds of a search, all in memory, at most (issue 3).
const WARM_BAR: f64 = 5.0;

/// MiB of a server with every member's people in memory, at most (issue 3).
const MEMORY_BAR: f64 = 600.0;

/// Residents of all members together (issue 3).
pub const RESIDENTS: usize = 300_000;

/// What the starts came to.
struct Started {
    ready: Vec<Duration>,
    cold: Vec<Duration>,
    /// The last one.
    server: Server,
}

/// Settles all members, with `residents` of them in all, and measures.
///
/// # Errors
/// When a load or a request is refused.
pub async fn run(world: &World, residents: usize) -> anyhow::Result<Vec<Figure>> {
    let (large, others) = world.towns.split_first().context("there is no town")?;
    let most = residents.min(LARGE);
    world.settle_in(large, &People::new(most, world.as_of)?).await?;
    let rest = People::new((residents - most) / others.len().max(1), world.as_of)?;
    for town in others {
        world.settle_in(town, &rest).await?;
    }
    let Started { mut ready, mut cold, server } = started(world, large)?;
    let (by_name, by_parent) = (searches(large, "name")?, searches(large, "parent")?);
    let warm = client::ask_each(&server, &by_name)?;
    let parent = client::ask_each(&server, &by_parent)?;
    for town in others {
        client::ask_each(&server, searches(town, "name")?.get(..1).unwrap_or_default())?;
    }
    let of = |name, unit, ours, bar, n, notes| Figure { name, unit, ours, peer: Peer::None, bar, n, notes };
    let told = |took: &client::Answered| vec![format!("half of them within {:.1} ms", took.within(500))];
    let known = most + rest.residents.len() * others.len();
    let mut figures = vec![
        of("start", "s", middle(&mut ready), Bar::AtMost(START_BAR), STARTS, vec![]),
        of("search, nothing in memory", "ms", middle(&mut cold) * 1e3, Bar::AtMost(COLD_BAR), most, vec![]),
        of(
            "search by name, slowest of a hundred",
            "ms",
            warm.within(990),
            Bar::AtMost(WARM_BAR),
            SEARCHES,
            told(&warm),
        ),
        of(
            "search by parent, slowest of a hundred",
            "ms",
            parent.within(990),
            Bar::AtMost(WARM_BAR),
            SEARCHES,
            told(&parent),
        ),
    ];
    if let Some(held) = server.memory() {
        let each = format!("{:.0} bytes a resident, everything included", held * 1_048_576.0 / number(known));
        figures.push(of("memory", "MiB", held, Bar::AtMost(MEMORY_BAR), known, vec![each]));
    }
    Ok(figures)
}

/// Starts servers one after the other; each finds somebody of a town it has not read yet. The town's pool, keys
/// and profile are opened by another request before: what is measured is its people.
fn started(world: &World, town: &Town) -> anyhow::Result<Started> {
    let opening = [Target::new(town, "/api/v1/link-tasks")];
    let first = searches(town, "name")?;
    let (mut ready, mut cold, mut running) = (Vec::new(), Vec::new(), None);
    for _ in 0..STARTS {
        drop(running.take());
        let began = Instant::now();
        let server = Server::start(&world.database, &world.folder)?;
        client::ask_each(&server, &[Target::new(town, "/health/ready")])?;
        ready.push(began.elapsed());
        client::ask_each(&server, &opening)?;
        cold.extend(client::ask_each(&server, first.get(..1).unwrap_or_default())?.took);
        running = Some(server);
    }
    Ok(Started { ready, cold, server: running.context("no server was started")? })
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
