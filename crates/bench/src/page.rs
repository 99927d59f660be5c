//! The page of a person of whom much is recorded: everything that staff see of a child at once.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;

use crate::client::{self, Target};
use crate::figure::{Bar, Figure, Peer};
use crate::read;
use crate::server::Server;
use crate::world::people::People;
use crate::world::{WIDE, WIDE_SOURCE, World};

/// Packs of each person who is read (issue 3).
const PACKS: usize = 10;

/// Persons who are read.
const PERSONS: usize = 500;

/// Milliseconds that 99 of 100 pages take at most (issue 3).
const BAR: f64 = 60.0;

/// Asking that does not count: caches fill, connections open.
const WARM_UP: Duration = Duration::from_secs(2);

/// Records much about some of the first town's people, who are settled already, and reads them for `seconds`.
///
/// # Errors
/// When a load or a request is refused.
pub async fn run(world: &World, people: &People, seconds: u64) -> anyhow::Result<Vec<Figure>> {
    let town = world.five().first().context("there is no town")?;
    let file = people.many_records(&town.source(WIDE_SOURCE)?.layout, PERSONS, PACKS)?;
    world.load(town, WIDE_SOURCE, &file).await?;
    let persons = world.everybody(town).await?;
    let of = persons.iter().take(PERSONS);
    let targets: Arc<[Target]> =
        of.map(|person| Target::new(town, format!("/api/v1/persons/{person}/page"))).collect();
    let server = Server::start(&world.database, &world.folder)?;
    client::ask(&server, &targets, read::crowd(WARM_UP))?;
    let answered = client::ask(&server, &targets, read::crowd(Duration::from_secs(seconds)))?;
    let notes = vec![format!(
        "{} observations in {PACKS} packs, {} bytes; {} clients; half of the answers within {:.1} ms",
        WIDE * PACKS,
        answered.bytes,
        read::CLIENTS,
        answered.within(500)
    )];
    Ok(vec![Figure {
        name: "page, slowest of a hundred",
        unit: "ms",
        ours: answered.within(990),
        peer: Peer::None,
        bar: Bar::AtMost(BAR),
        n: answered.took.len(),
        notes,
    }])
}
