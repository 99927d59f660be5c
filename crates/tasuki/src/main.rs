//! `tasuki`: the command line.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a command line talks to its terminal")]

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Parser, Subcommand};
use tasuki::settings::Database;
use tasuki::{demo, serve, tenants, verify};

/// Tasuki (襷): the shared platform of a cooperative of small towns.
#[derive(Parser)]
#[command(version)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
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
    /// Check a `tenants/` folder: every fault with file and line.
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
}

#[tokio::main]
async fn main() -> ExitCode {
    let cli = Cli::parse();
    tasuki::settings::log_to_stderr();
    // The one provider of TLS; a second call cannot happen, so its answer says nothing.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    match run(cli.command).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("tasuki: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run(command: Command) -> anyhow::Result<ExitCode> {
    match command {
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
    }
    Ok(ExitCode::SUCCESS)
}
