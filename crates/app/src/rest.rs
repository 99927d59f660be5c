//! What is given back while nobody asks for it: idle connections, people in memory, of whom a sealed copy is kept
//! before; and what is taken from whoever keeps it: a transaction that never ends.

use std::time::Duration;

use store::watch::Patience;

use crate::error::store;
use crate::{App, Result};

/// After so long without a request a town's people are wiped from memory. Reading them again takes less than
/// a second; a case worker's phone call may last a quarter of an hour.
const PEOPLE_IDLE: Duration = Duration::from_secs(15 * 60);

/// After so long without a change a town's people in memory are kept as a roster for the next start. A load or a
/// family's record that is under way changes them again.
const PEOPLE_STAND: Duration = Duration::from_secs(30);

/// After so long an unused connection is closed.
const CONNECTION_IDLE: Duration = Duration::from_secs(60);

/// What was given back.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Rested {
    /// Towns of which a roster was written.
    pub rosters: usize,
    /// Towns whose people are no longer in memory.
    pub people: usize,
    /// Connections closed.
    pub connections: usize,
    /// Sessions ended because they kept a transaction open for too long.
    pub stuck: i64,
}

impl App {
    /// Gives back what nobody uses and ends what holds others up; asked for every half minute.
    ///
    /// # Errors
    /// A fault when the database cannot be asked for sessions; memory and connections are given back all the
    /// same.
    pub async fn rest(&self) -> Result<Rested> {
        let rosters = self.rosters_keep(PEOPLE_STAND).await;
        let people = self.people.forget_idle(PEOPLE_IDLE);
        let connections = self.towns.close_idle(CONNECTION_IDLE).await;
        let stuck = self.watch.end_stuck(Patience::default()).await.map_err(store)?;
        Ok(Rested { rosters, people, connections, stuck })
    }
}
