//! `tasuki verify FILE`: checking an exported evidence bundle with nothing but the log's public key.
#![expect(clippy::print_stdout, reason = "the verdict is printed")]

use std::path::PathBuf;

use anyhow::Context;
use clap::Args;
use kernel::Lang;

/// What to check and against which key.
#[derive(Args, Debug)]
pub struct Options {
    /// The bundle, as `GET /api/v1/evidence-bundle` gave it.
    file: PathBuf,
    /// The log's public key, base64.
    #[arg(long)]
    log_key: String,
}

/// Checks the bundle and prints what it says.
///
/// # Errors
/// When it does not verify, with the first thing that does not fit.
pub fn run(options: &Options) -> anyhow::Result<()> {
    let text = std::fs::read(&options.file).with_context(|| format!("reading {}", options.file.display()))?;
    let bundle: evidence::Bundle = serde_json::from_slice(&text).context("this is no evidence bundle")?;
    let trust = evidence::Trust {
        origin: app::evidence::ORIGIN.to_owned(),
        log: options.log_key.parse().map_err(|_| anyhow::anyhow!("the log key is not a public key"))?,
        witnesses: Vec::new(),
        quorum: 0,
        seen: None,
        seen_head: None,
    };
    let verified =
        evidence::verify(&bundle, &trust).map_err(|fault| anyhow::anyhow!(fault.detail(Lang::En)))?;
    println!(
        "verified: {} leaves of town {}, to place {} of its chain, in a log of {}",
        verified.leaves.len(),
        bundle.town,
        verified.head.count,
        verified.checkpoint.root.size
    );
    Ok(())
}
