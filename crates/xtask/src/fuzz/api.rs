//! `cargo xtask fuzz api`: schemathesis against the served demonstration, as a member of staff with every grant of
//! a town and as the cooperative's operator. No answer may be a 5xx, and none may differ from the document.

use std::process::{Command, ExitCode};

use anyhow::Result;
use nix::sys::signal::Signal;

use crate::checkout::Checkout;
use crate::python::Python;
use crate::run::{self, Interrupt};
use crate::served::Served;
use crate::steps::Steps;

/// The version whose generated cases the seed below names.
const SCHEMATHESIS: &str = "schemathesis==4.32.5";

/// What every answer is held to. Left out, because they judge taste and not the document: refusing what the
/// schema forbids (a path may be stricter than its schema's words) and accepting all it allows (an id that
/// nobody has is 404).
const CHECKS: &str = "not_a_server_error,status_code_conformance,content_type_conformance,\
    response_headers_conformance,response_schema_conformance,unsupported_method,allow_header_conformance,\
    ignored_auth,use_after_free";

/// Operations left out: they end the token that asks, and every answer after them would be 401.
const ENDING: &[&str] = &["revoke_token", "sign_out"];

/// How much, and by which chance.
#[derive(clap::Args)]
pub struct Arguments {
    /// Cases an operation at most, in each phase
    #[arg(long, default_value_t = 40)]
    examples: u32,
    /// The same seed makes the same cases
    #[arg(long, default_value_t = 20_261_129)]
    seed: u64,
}

/// Runs it once a caller; all of them even when one fails.
///
/// # Errors
/// When something cannot be installed, built or started, or a signal came.
pub fn run(arguments: &Arguments, checkout: &Checkout, interrupt: &Interrupt) -> Result<ExitCode> {
    let mut steps = Steps::new(3, interrupt);
    let Some(python) = Python::with(checkout, "schemathesis", &[SCHEMATHESIS], interrupt)? else {
        steps.absent("schemathesis", "apt-get install python3-venv");
        return Ok(steps.close("cargo xtask fuzz api"));
    };
    let served = Served::start(checkout, interrupt)?;
    // 練習町 is there to be spoilt.
    for (name, token) in [
        ("as staff", "/towns/renshu/everyone/token"),
        ("as the receiving town's case worker", "/towns/oi/case_worker/token"),
        ("as the operator", "/operator/token"),
    ] {
        let mut command = fuzzer(&python, arguments, &served, served.text(token)?)?;
        steps.step(name, command.current_dir(&checkout.target))?;
    }
    Ok(steps.close("cargo xtask fuzz api"))
}

fn fuzzer(python: &Python, arguments: &Arguments, served: &Served, token: &str) -> Result<Command> {
    let mut command = run::tied(python.program("schemathesis"), Signal::SIGTERM, None);
    let url = served.text("/url")?;
    command.arg("run").arg(format!("{url}/openapi.json")).args(["--url", url]);
    command.args(["--tls-verify", served.text("/ca")?, "--checks", CHECKS, "--continue-on-failure"]);
    command.args(["--max-examples", &arguments.examples.to_string()]);
    command.args(["--seed", &arguments.seed.to_string(), "--generation-database", "none"]);
    command.args(["--header", &format!("Authorization: Bearer {token}")]);
    command.args(["--header", "Tasuki-Purpose: handover", "--no-color"]);
    for operation in ENDING {
        command.args(["--exclude-operation-id", operation]);
    }
    Ok(command)
}
