//! `pgbench -S -M prepared`: one look-up by primary key over a local socket, what the database can do
//! when nothing stands between it and whoever asks.

use std::process::Command;

use anyhow::Context;

use crate::cluster::{Cluster, finished};

/// Its own database.
const DATABASE: &str = "tasuki_bench_peer";

/// A million rows.
const SCALE: &str = "10";

/// Its connections.
const CLIENTS: &str = "8";

/// The peer, ready to run.
pub struct Pgbench<'c> {
    cluster: &'c Cluster,
    threads: String,
}

impl<'c> Pgbench<'c> {
    /// Fills its tables; `None` when pgbench is not installed.
    ///
    /// # Errors
    /// When it fails.
    pub fn prepare(cluster: &'c Cluster) -> anyhow::Result<Option<Self>> {
        let Some(mut fill) = cluster.program("pgbench", DATABASE)? else { return Ok(None) };
        let (drop, create) =
            (format!("DROP DATABASE IF EXISTS {DATABASE}"), format!("CREATE DATABASE {DATABASE}"));
        if cluster.sql("postgres", &[&drop, &create])?.is_none() {
            return Ok(None);
        }
        finished(fill.args(["--initialize", "--quiet", "--scale", SCALE]))?;
        let threads =
            std::thread::available_parallelism().map_or(1, std::num::NonZero::get).min(8).to_string();
        Ok(Some(Self { cluster, threads }))
    }

    /// Transactions a second over so many seconds.
    ///
    /// # Errors
    /// When it fails or prints something unknown.
    pub fn run(&self, seconds: u64) -> anyhow::Result<f64> {
        let mut run: Command = self.cluster.program("pgbench", DATABASE)?.context("pgbench has gone")?;
        let seconds = seconds.to_string();
        run.args(["--select-only", "--protocol", "prepared", "--no-vacuum"]);
        run.args(["--client", CLIENTS, "--jobs", &self.threads, "--time", &seconds]);
        tps(&finished(&mut run)?).context("pgbench printed no number of transactions a second")
    }

    /// Drops its database.
    ///
    /// # Errors
    /// When the superuser is refused.
    pub fn forget(self) -> anyhow::Result<()> {
        self.cluster.sql("postgres", &[&format!("DROP DATABASE IF EXISTS {DATABASE}")])?;
        Ok(())
    }
}

/// `tps = 41234.5 (without initial connection time)`.
fn tps(printed: &str) -> Option<f64> {
    let line = printed.lines().find_map(|line| line.strip_prefix("tps = "))?;
    line.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_number_is_found_among_the_words() {
        let printed = "latency average = 0.2 ms\ninitial connection time = 9.1 ms\ntps = 41234.5 (without initial connection time)\n";
        assert_eq!(tps(printed), Some(41_234.5));
        assert_eq!(tps("tps: many"), None);
    }
}
