//! `tasuki`: the command line.
#![expect(clippy::print_stderr, reason = "a command line talks to its terminal")]

use std::process::ExitCode;

use clap::Parser;
use tasuki::command;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = match command::Cli::try_parse() {
        Ok(cli) => cli,
        Err(usage) => {
            let is_error = usage.use_stderr();
            // Where the terminal is gone there is nobody to tell.
            let _ = usage.print();
            // Not clap's 2: that is a plan with changes.
            return if is_error { ExitCode::FAILURE } else { ExitCode::SUCCESS };
        }
    };
    tasuki::settings::log_to_stderr();
    // The one provider of TLS; a second call cannot happen, so its answer says nothing.
    let _ = rustls::crypto::aws_lc_rs::default_provider().install_default();
    match command::run(cli).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("tasuki: {error:#}");
            ExitCode::FAILURE
        }
    }
}
