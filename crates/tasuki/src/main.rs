//! `tasuki`: the command line.
#![expect(clippy::print_stderr, reason = "a command line talks to its terminal")]

use std::process::ExitCode;

use clap::Parser;
use tasuki::{command, old_books};

fn main() -> ExitCode {
    if std::env::args().nth(1).as_deref() == Some(old_books::READ) {
        return old_books::be_one();
    }
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
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    match runtime.map_err(Into::into).and_then(|runtime| runtime.block_on(command::run(cli))) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("tasuki: {error:#}");
            ExitCode::FAILURE
        }
    }
}
