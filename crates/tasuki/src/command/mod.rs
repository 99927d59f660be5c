//! The command line, a file a noun. What the operator does here is done by the same use cases as over REST,
//! on the server's machine, with the settings of `tasuki serve`.
#![expect(clippy::print_stdout, reason = "a command line talks to its terminal")]

mod arrivals;
mod configuration;
pub(crate) mod desk;
mod epoch;
mod loading;
mod operator;
mod plan;
mod report;
mod sample;
mod staff;
mod town;
mod training;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::settings::Database;
use crate::{demo, pipe, serve, tenants, verify};

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
    /// Check a `tenants/` folder: every fault with file and line. The same as `town validate`.
    Validate {
        /// The folder.
        #[arg(default_value = "tenants")]
        tenants: PathBuf,
        /// How to answer.
        #[arg(long, value_enum, default_value = "text")]
        format: desk::Format,
    },
    /// Write the OpenAPI document.
    Openapi {
        /// Where; `openapi/tasuki.json` in a checkout.
        #[arg(long)]
        write: Option<PathBuf>,
    },
    /// Write the JSON Schemas of a `tenants/` folder's files, for editors.
    Schemas {
        /// The folder; `schemas` in a checkout.
        #[arg(long)]
        write: PathBuf,
    },
    /// Check an exported evidence bundle offline.
    Verify(verify::Options),
    /// 町村: members, their configuration, their files, and how they are doing.
    #[command(subcommand)]
    Town(town::Command),
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
    if !matches!(cli.command, Command::Serve(_) | Command::Demo(_)) {
        pipe::end_quietly()?;
    }
    match cli.command {
        Command::Demo(options) => demo::run(&options).await?,
        Command::Install { database } => {
            let (installation, _) = database.installation()?;
            database.install(&installation).await?;
        }
        Command::Serve(options) => serve::run(&options).await?,
        Command::Validate { tenants, format } => {
            return tenants::validate(&tenants, format == desk::Format::Json);
        }
        Command::Openapi { write } => match write {
            Some(path) => std::fs::write(path, api::document_json())?,
            None => print!("{}", api::document_json()),
        },
        Command::Schemas { write } => {
            std::fs::create_dir_all(&write)?;
            for schema in profiles::schema::all() {
                std::fs::write(write.join(format!("{}.schema.json", schema.name)), schema.text())?;
            }
        }
        Command::Verify(options) => verify::run(&options)?,
        Command::Town(command) => return town::run(command).await,
        Command::Arrivals(options) => return arrivals::run(&options).await,
        Command::Staff(command) => staff::run(command).await?,
        Command::Epoch(command) => epoch::run(command).await?,
        Command::Operator(command) => operator::run(command).await?,
    }
    Ok(ExitCode::SUCCESS)
}

/// A reason as it is kept: 1 to 200 characters, not only blanks, as over REST.
fn reason(text: &str) -> Result<String, String> {
    if text.trim().is_empty() || text.chars().count() > 200 {
        return Err("1～200文字で書いてください / write 1 to 200 characters".to_owned());
    }
    Ok(text.to_owned())
}
