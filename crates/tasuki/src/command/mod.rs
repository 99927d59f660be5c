//! The command line, a file a noun. What the operator does here is done by the same use cases as over REST,
//! on the server's machine, with the settings of `tasuki serve`.
#![expect(clippy::print_stdout, reason = "a command line talks to its terminal")]

mod arrivals;
mod desk;
mod epoch;
mod operator;
mod profile;
mod report;
mod sample;
mod staff;
mod town;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::settings::Database;
use crate::{demo, serve, tenants, verify};

/// Tasuki (襷): the shared platform of a cooperative of small towns.
#[derive(Parser, Debug)]
#[command(version)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand, Debug)]
enum Command {
    /// Every town with fictional residents, from its files to a completed handover, then serve.
    Demo(demo::Options),
    /// Make or bring up to date the roles, the database and the schema. Needs the superuser.
    Install {
        #[command(flatten)]
        database: Database,
    },
    /// Serve the API over TLS.
    Serve(serve::Options),
    /// Check a `tenants/` folder: every fault with file and line. The same as `profile validate`.
    Validate {
        /// The folder.
        #[arg(default_value = "tenants")]
        tenants: PathBuf,
    },
    /// Write the OpenAPI document.
    Openapi {
        /// Where; `openapi/tasuki.json` in a checkout.
        #[arg(long)]
        write: Option<PathBuf>,
    },
    /// Check an exported evidence bundle offline.
    Verify(verify::Options),
    /// 町村: members, and how they are doing.
    #[command(subcommand)]
    Town(town::Command),
    /// 町の設定: check, plan, apply, look back.
    #[command(subcommand)]
    Profile(profile::Command),
    /// 到着: which source of which town came, is late, was refused.
    Arrivals(arrivals::Options),
    /// 職員: a town's first administrator.
    #[command(subcommand)]
    Staff(staff::Command),
    /// 町の鍵: turn a town's epoch key.
    #[command(subcommand)]
    Epoch(epoch::Command),
    /// 組合の運用担当: tokens for the API.
    #[command(subcommand)]
    Operator(operator::Command),
}

/// Runs one command; the exit code is its answer.
///
/// # Errors
/// What went wrong, for a person to read.
pub async fn run(cli: Cli) -> anyhow::Result<ExitCode> {
    match cli.command {
        Command::Demo(options) => demo::run(&options).await?,
        Command::Install { database } => {
            let (installation, _) = database.installation()?;
            database.install(&installation).await?;
        }
        Command::Serve(options) => serve::run(&options).await?,
        Command::Validate { tenants } => return tenants::validate(&tenants),
        Command::Openapi { write } => match write {
            Some(path) => std::fs::write(path, api::document_json())?,
            None => print!("{}", api::document_json()),
        },
        Command::Verify(options) => verify::run(&options)?,
        Command::Town(command) => return town::run(command).await,
        Command::Profile(command) => return profile::run(command).await,
        Command::Arrivals(options) => return arrivals::run(&options).await,
        Command::Staff(command) => staff::run(command).await?,
        Command::Epoch(command) => epoch::run(command).await?,
        Command::Operator(command) => operator::run(command).await?,
    }
    Ok(ExitCode::SUCCESS)
}
