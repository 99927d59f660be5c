//! Serving the API over TLS until told to stop.

use std::path::PathBuf;
use std::sync::Arc;

use anyhow::Context;
use api::{Limits, Rate, TrainingTokens};
use app::App;
use clap::Args;
use tokio::signal::unix::{SignalKind, signal};

use crate::drop_folder;
use crate::jobs;
use crate::notify;
use crate::open::open;
use crate::settings::Database;
use crate::tls::Certificate;

/// What to serve and where.
#[derive(Args, Debug)]
pub struct Options {
    #[command(flatten)]
    database: Database,
    #[command(flatten)]
    certificate: Certificate,
    /// Address and port.
    #[arg(long, env = "TASUKI_BIND", default_value = "127.0.0.1:8443")]
    bind: String,
    #[command(flatten)]
    limits: Asked,
    /// File with a training town's tokens, which the documentation page then offers to everybody who can reach
    /// the server; `tasuki town reset` writes it.
    #[arg(long, env = "TASUKI_TRAINING_TOKENS")]
    training_tokens: Option<PathBuf>,
    #[command(flatten)]
    dropped: drop_folder::Settings,
    /// Days after which a file that came whole goes when nobody has planned or loaded it.
    #[arg(long, env = "TASUKI_UPLOAD_DAYS", default_value_t = UPLOAD_DAYS, value_parser = clap::value_parser!(u16).range(1..=3650))]
    upload_days: u16,
}

/// Twice the time for which a plan can be applied.
pub const UPLOAD_DAYS: u16 = 14;

/// How often one may ask: requests at once, and requests a second in the long run.
#[derive(Args, Debug, Clone, Copy)]
pub struct Asked {
    /// Requests that one token may send at once.
    #[arg(long, env = "TASUKI_TOKEN_BURST", default_value_t = 1_000)]
    token_burst: u32,
    /// Requests a second of one token.
    #[arg(long, env = "TASUKI_TOKEN_RATE", default_value_t = 100)]
    token_rate: u32,
    /// Requests that all tokens of one town may send at once.
    #[arg(long, env = "TASUKI_TOWN_BURST", default_value_t = 3_000)]
    town_burst: u32,
    /// Requests a second of all tokens of one town.
    #[arg(long, env = "TASUKI_TOWN_RATE", default_value_t = 300)]
    town_rate: u32,
}

impl From<Asked> for Limits {
    fn from(asked: Asked) -> Self {
        Self {
            token: Rate { burst: asked.token_burst, per_second: asked.token_rate },
            town: Rate { burst: asked.town_burst, per_second: asked.town_rate },
        }
    }
}

/// Serves until SIGINT or SIGTERM.
///
/// # Errors
/// When the database, the keys or the port cannot be had.
pub async fn run(options: &Options) -> anyhow::Result<()> {
    let (installation, folder) = options.database.installation()?;
    let _keys = folder.hold()?;
    let app = open(installation, folder).await?;
    drop_folder::watch(&app, &options.dropped)?;
    let training = TrainingTokens(options.training_tokens.clone());
    jobs::start(&app, options.upload_days).await?;
    until_stopped(app, &options.bind, &options.certificate, options.limits.into(), training).await
}

/// Serves an opened platform, whose jobs have been started, until SIGINT or SIGTERM.
///
/// # Errors
/// As [`run`].
pub async fn until_stopped(
    app: Arc<App>,
    bind: &str,
    certificate: &Certificate,
    limits: Limits,
    training: TrainingTokens,
) -> anyhow::Result<()> {
    let workers = std::thread::available_parallelism().map_or(2, std::num::NonZero::get);
    let bind = bind.parse().with_context(|| format!("{bind} is not an address and port"))?;
    let tls = certificate.config()?;
    let serving = api::serve(app, api::ServeSettings { bind, tls, workers, limits, training })
        .with_context(|| format!("listening on {bind}"))?;
    tracing::info!(addresses = ?serving.addresses, "serving");
    notify::service_manager("READY=1");
    let handle = serving.server.handle();
    tokio::spawn(async move {
        stop_signal().await;
        tracing::info!("stopping: requests under way may finish");
        notify::service_manager("STOPPING=1");
        handle.stop(true).await;
    });
    serving.server.await.context("serving")
}

async fn stop_signal() {
    let mut terminate = match signal(SignalKind::terminate()) {
        Ok(terminate) => terminate,
        // Without it, Ctrl-C alone stops the server.
        Err(_) => return tokio::signal::ctrl_c().await.unwrap_or(()),
    };
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// What `tasuki serve` and `tasuki install` read, and what the example explains, are the same.
    #[test]
    fn the_example_explains_every_setting_and_no_other() {
        let command = Options::augment_args(clap::Command::new("serve"));
        let mut read: BTreeSet<String> = command
            .get_arguments()
            .filter_map(|argument| Some(argument.get_env()?.to_string_lossy().into_owned()))
            .collect();
        read.insert(tracing_subscriber::EnvFilter::DEFAULT_ENV.to_owned());
        let example = include_str!("../../../deploy/tasuki.env.example");
        let explained: BTreeSet<String> = example
            .lines()
            .filter_map(|line| line.strip_prefix('#').unwrap_or(line).split_once('='))
            .filter(|(key, _)| key.bytes().all(|byte| byte.is_ascii_uppercase() || byte == b'_'))
            .map(|(key, _)| key.to_owned())
            .collect();
        assert_eq!(explained, read);
    }
}
