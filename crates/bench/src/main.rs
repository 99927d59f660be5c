//! `bench`: what the platform costs, measured beside programs that everybody knows, in the same run on
//! the same machine. `cargo xtask bench` starts PostgreSQL and calls this.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line talks to its terminal")]

mod client;
mod cluster;
mod cpu;
mod figure;
mod handovers;
mod intake;
mod load;
mod machine;
mod members;
mod page;
mod random;
mod read;
mod rules;
mod server;
mod sign_in;
mod soak;
mod world;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::Parser;

use crate::cluster::Cluster;
use crate::figure::{Figure, Report};
use crate::world::World;

/// What each benchmark is called, in the order of the table.
const BENCHES: [&str; 9] =
    ["load", "intake", "read", "rules", "handover", "members", "page", "sign-in", "soak"];

/// Those for which five towns have some thousand residents each.
const IN_THE_FIVE: [&str; 5] = ["read", "handover", "page", "sign-in", "soak"];

/// Those that need a town that is empty.
const IN_AN_EMPTY_TOWN: [&str; 2] = ["load", "intake"];

/// The benchmark that is all of [`BENCHES`].
const MAIN: &str = "main";

/// The first argument of a process that is to be the server under load, and nothing else.
const SERVE: &str = "--serve";

/// What is measured, beside what, on this machine.
#[derive(Parser, Debug)]
#[command(name = "bench", version)]
struct Options {
    /// `main` (all of the following), `load`, `intake` (decoding, and loads of every kind), `read`, `rules`, `handover`, `members` (start, search and
    /// memory with every member's people), `page`, `sign-in` or `soak`; everything when left out
    name: Option<String>,
    /// Also write the figures here, as a JSON list
    #[arg(long)]
    json: Option<PathBuf>,
    /// load, intake: rows of the register that is loaded
    #[arg(long, default_value_t = 200_000)]
    rows: usize,
    /// intake: rows that are decoded and not loaded
    #[arg(long, default_value_t = 1_000_000)]
    decoded: usize,
    /// read, handover: residents of each of the five towns
    #[arg(long, default_value_t = 5_000)]
    residents: usize,
    /// read: seconds of each round
    #[arg(long, default_value_t = 8)]
    seconds: u64,
    /// rules: children
    #[arg(long, default_value_t = 1_000_000)]
    children: usize,
    /// handover: families that each of the five towns hands over
    #[arg(long, default_value_t = 60)]
    families: usize,
    /// members: residents of all members together
    #[arg(long, default_value_t = members::RESIDENTS)]
    everybody: usize,
    /// soak: minutes at half load
    #[arg(long, default_value_t = 0.5)]
    minutes: f64,
}

fn main() -> ExitCode {
    tasuki::settings::log_to_stderr();
    // The one provider of TLS; a second call cannot happen, so its answer says nothing.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    let done = match std::env::args().nth(1).as_deref() {
        Some(SERVE) => server::be_one(std::env::args().skip(1)),
        Some(intake::child::CHILD) => intake::child::be_one(std::env::args().skip(1)),
        _ => started(&Options::parse()),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn started(options: &Options) -> anyhow::Result<()> {
    let chosen = chosen(options.name.as_deref())?;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().enable_all().build().context("starting the runtime")?;
    let figures = runtime.block_on(measured(options, &chosen))?;
    let report = Report::new(figures);
    println!("\n{report}");
    if let Some(file) = &options.json {
        std::fs::write(file, report.json()?).with_context(|| format!("writing {}", file.display()))?;
    }
    Ok(())
}

/// The benchmarks that a name stands for.
fn chosen(name: Option<&str>) -> anyhow::Result<Vec<&'static str>> {
    match name {
        None | Some(MAIN) => Ok(BENCHES.to_vec()),
        Some(name) => match BENCHES.iter().find(|bench| **bench == name) {
            Some(bench) => Ok(vec![*bench]),
            None => bail!("there is no benchmark {name}; there are: {MAIN}, {}", BENCHES.join(", ")),
        },
    }
}

async fn measured(options: &Options, chosen: &[&str]) -> anyhow::Result<Vec<Figure>> {
    let mut figures = Vec::new();
    if chosen.contains(&"rules") {
        println!("==> rules: {} children in memory", options.children);
        figures.extend(rules::run(options.children)?);
    }
    if chosen == ["rules"] {
        return Ok(figures);
    }
    let cluster = Cluster::from_environment()?;
    if chosen.iter().any(|bench| IN_THE_FIVE.contains(bench) || IN_AN_EMPTY_TOWN.contains(bench)) {
        figures.extend(in_the_five(options, chosen, &cluster).await?);
    }
    if chosen.contains(&"members") {
        println!("==> members: {} fictional residents in {} towns", options.everybody, world::TOWNS.len());
        let world = World::open(&cluster).await?;
        figures.extend(members::run(&world, &cluster, options.everybody).await?);
        world.close(&cluster).await?;
    }
    figures.sort_by_key(|figure| {
        BENCHES.iter().position(|bench| figure.name.starts_with(bench)).unwrap_or(BENCHES.len())
    });
    Ok(figures)
}

/// What needs few people in five towns, and one town empty.
async fn in_the_five(options: &Options, chosen: &[&str], cluster: &Cluster) -> anyhow::Result<Vec<Figure>> {
    println!("==> a fresh installation with {} towns", world::TOWNS.len());
    let mut figures = Vec::new();
    let world = World::open(cluster).await?;
    if chosen.contains(&"load") {
        println!("==> load: {} rows of 20 columns", options.rows);
        figures.extend(load::run(&world, cluster, options.rows).await?);
    }
    if chosen.contains(&"intake") {
        println!("==> intake: {} rows of 20 columns decoded, {} loaded", options.decoded, options.rows);
        figures.extend(intake::run(&world, cluster, options.decoded, options.rows).await?);
    }
    if IN_THE_FIVE.iter().any(|bench| chosen.contains(bench)) {
        println!("==> {} fictional residents in each of {} towns", options.residents, world::FIVE.len());
        let people = world.settle(options.residents).await?;
        if chosen.contains(&"read") {
            println!("==> read: {} clients over TLS, in turn with pgbench", read::CLIENTS);
            figures.extend(read::run(&world, cluster, options.seconds).await?);
        }
        if chosen.contains(&"handover") {
            println!("==> handover: {} families from each town to the next", options.families);
            figures.extend(handovers::run(&world, &people, options.families).await?);
        }
        if chosen.contains(&"page") {
            println!("==> page: {} clients over TLS", read::CLIENTS);
            figures.extend(page::run(&world, &people, options.seconds).await?);
        }
        if chosen.contains(&"sign-in") {
            println!("==> sign-in: a hundred at once, while others read");
            figures.extend(sign_in::run(&world).await?);
        }
        if chosen.contains(&"soak") {
            println!("==> soak: {} minutes at half load", options.minutes);
            figures.extend(soak::run(&world, options.minutes).await?);
        }
    }
    world.close(cluster).await?;
    Ok(figures)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_that_is_none_is_answered_with_those_there_are() {
        assert_eq!(chosen(None).unwrap(), BENCHES);
        assert_eq!(chosen(Some("main")).unwrap(), BENCHES);
        assert_eq!(chosen(Some("read")).unwrap(), ["read"]);
        let refused = chosen(Some("reed")).unwrap_err().to_string();
        for name in BENCHES.iter().chain(&[MAIN, "reed"]) {
            assert!(refused.contains(name), "{refused}");
        }
    }
}
