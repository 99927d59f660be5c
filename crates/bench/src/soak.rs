//! Half of what a server can do, for a long time: no request may fail, and memory may not grow.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;

use crate::client::{self, Crowd, Target};
use crate::figure::{Bar, Figure, Peer, number};
use crate::read;
use crate::server::Server;
use crate::world::World;

/// Asking without a pause, to learn how much is half.
const ALL_OUT: Duration = Duration::from_secs(5);

/// Pieces the time is cut into: memory is looked at between them, growth counted from the end of the first
/// quarter.
const PIECES: u32 = 12;

/// Per cent that memory may grow after the first quarter.
const BAR: f64 = 5.0;

/// One in so many requests is a search, one in so many a time-line; the others read one person.
const OTHERS: usize = 50;

/// Asks for `minutes` at half the pace that the server keeps up.
///
/// # Errors
/// When a request is refused: then the bar is missed whatever memory does.
pub async fn run(world: &World, minutes: f64) -> anyhow::Result<Vec<Figure>> {
    let targets = mixed(world).await?;
    let server = Server::start(&world.database, &world.folder)?;
    let half = client::half(&server, &targets, read::CLIENTS, ALL_OUT)?;
    let crowd = Crowd { long: Duration::from_secs_f64(minutes * 60.0) / PIECES, ..half };
    let (mut n, mut slowest, mut held) = (0, 0.0_f64, Vec::new());
    for _ in 0..PIECES {
        let answered = client::ask(&server, &targets, crowd)?;
        n += answered.took.len();
        slowest = slowest.max(answered.within(990));
        held.push(server.memory().context("the system does not tell how much memory a process holds")?);
    }
    let quarter = held.get(usize::try_from(PIECES / 4)? - 1).copied().unwrap_or_default();
    let last = held.last().copied().unwrap_or_default();
    let notes = vec![
        format!("{minutes} minutes at {:.0} requests/s", number(n) / (minutes * 60.0)),
        format!("no request failed; slowest of a hundred in the worst twelfth: {slowest:.1} ms"),
        format!("{quarter:.0} MiB after the first quarter, {last:.0} MiB at the end"),
    ];
    Ok(vec![Figure {
        name: "soak, memory grown",
        unit: "%",
        ours: ((last - quarter) / quarter * 100.0).max(0.0),
        peer: Peer::None,
        bar: Bar::AtMost(BAR),
        n,
        notes,
    }])
}

/// What a working day asks for.
async fn mixed(world: &World) -> anyhow::Result<Arc<[Target]>> {
    let persons = read::everybody(world).await?;
    let mut targets = persons.to_vec();
    for (nth, person) in persons.iter().step_by(OTHERS).enumerate() {
        let other = match nth % 2 {
            0 => format!("{}/timeline", person.path),
            _ => "/api/v1/persons?name=%E3%81%95%E3%81%A8&limit=20".to_owned(),
        };
        targets.push(Target { path: other, ..person.clone() });
    }
    Ok(targets.into())
}
