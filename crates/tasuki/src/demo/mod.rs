//! `tasuki demo`: every town of a `tenants/` folder with fictional residents, from the files of their
//! systems to a completed handover. Everything it does it does through the use cases that the API calls.
#![expect(clippy::print_stdout, reason = "the demonstration tells a person what happened")]

mod access;
mod handover;
pub(crate) mod loads;
mod scores;
mod summary;
pub(crate) mod towns;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

use anyhow::Context;
use chrono::Utc;
use clap::Args;
use kernel::ctx::jst_date;
use profiles::Cooperative;
use store::{Installation, KeyFolder};
use synth::{Settings, Synth};

use crate::open::open;
use crate::settings::Database;
use crate::tls::Certificate;
use crate::{serve, tenants};

/// The demonstration's options.
#[derive(Args, Debug)]
pub struct Options {
    /// Folder for the demonstration's keys and certificate.
    #[arg(long)]
    state: PathBuf,
    /// Residents of all members together, spread by population: by default about one in eleven. The
    /// training town has its own number besides. With few, the smallest member has no pupil, and its
    /// empty school register is refused.
    #[arg(long, default_value_t = 26_000)]
    residents: usize,
    /// Port to serve on, on this machine only.
    #[arg(long, default_value_t = 8443)]
    port: u16,
    /// End after the summary instead of serving.
    #[arg(long)]
    exit: bool,
    /// The towns' configuration.
    #[arg(long, default_value = "tenants")]
    tenants: PathBuf,
    /// The same seed makes the same people.
    #[arg(long, default_value_t = 20_261_121)]
    seed: u64,
}

/// The demonstration's database and role prefix: made anew by every run.
const DATABASE: &str = "tasuki_demo";
const PREFIX: &str = "demo";

/// Runs the demonstration.
///
/// # Errors
/// When any step fails: nothing is passed over.
pub async fn run(options: &Options) -> anyhow::Result<()> {
    let began = Instant::now();
    let bundle = tenants::read(&options.tenants)?;
    let cooperative = Cooperative::read(&bundle).map_err(|faults| {
        anyhow::anyhow!("{} fault(s) in {}; see `tasuki validate`", faults.len(), options.tenants.display())
    })?;
    println!("==> データベースを用意しています / preparing the database");
    let (installation, folder) = fresh_installation(options).await?;
    let _keys = folder.hold()?;
    let app = open(Arc::clone(&installation), folder).await?;
    println!(
        "==> {}町村の設定を適用しています / applying the profiles of {} towns",
        cooperative.towns.len(),
        cooperative.towns.len()
    );
    let desks = towns::open(&app, &cooperative, &bundle).await?;
    let synth = Synth::new(settings(options)?, &cooperative);
    let people: usize = synth.truth().towns.values().map(|town| town.people.len()).sum();
    println!(
        "==> 架空の住民{people}人の記録を取り込んでいます / loading the records of {people} fictional residents"
    );
    let loaded = loads::all(&app, &desks, &synth).await?;
    println!("==> 判定しています / scoring");
    let before = scores::all(&app, &desks).await?;
    println!(
        "==> 開成町から大井町へ、同意にもとづき一家族を引き継いでいます / handing one family over on consent"
    );
    let handed = handover::one_family(&app, &desks, &synth.truth(), &before).await?;
    app.evidence_sequence().await?;
    access::write(&app, options, &desks).await?;
    summary::print(&summary::Told {
        options,
        cooperative: &cooperative,
        desks: &desks,
        loaded: &loaded,
        scores: &before,
        handed: &handed,
        took: began.elapsed(),
        log_key: app.evidence_key().to_string(),
    })?;
    if options.exit {
        return Ok(());
    }
    println!("\n終わるには Ctrl-C を押してください。 / Press Ctrl-C to stop.");
    let training = api::TrainingTokens(Some(access::tokens(options)));
    crate::jobs::start(&app, serve::UPLOAD_DAYS).await?;
    serve::until_stopped(app, &options.bind(), &options.certificate(), api::Limits::default(), training).await
}

impl Options {
    fn bind(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    fn certificate(&self) -> Certificate {
        Certificate { tls_cert: self.state.join("cert.pem"), tls_key: self.state.join("cert-key.pem") }
    }
}

fn settings(options: &Options) -> anyhow::Result<Settings> {
    Ok(Settings {
        seed: options.seed,
        residents: options.residents,
        as_of: jst_date(Utc::now()),
        family_moves: Some((handover::FROM.parse()?, handover::TO.parse()?)),
    })
}

/// A database made anew; the installation's secret stays, so that the roles' passwords do.
async fn fresh_installation(options: &Options) -> anyhow::Result<(Arc<Installation>, KeyFolder)> {
    let env = |name: &str| {
        std::env::var(name).with_context(|| format!("{name} is not set; run `cargo xtask demo`"))
    };
    let keys = options.state.join("keys");
    let database = Database {
        pg_host: env("TASUKI_PG_HOST")?,
        pg_port: env("TASUKI_PG_PORT")?.parse().context("TASUKI_PG_PORT is not a port")?,
        pg_database: DATABASE.to_owned(),
        prefix: PREFIX.parse()?,
        keys: keys.clone(),
        secret_file: None,
        pg_superuser: env("TASUKI_PG_SUPERUSER")?,
        pg_password_file: Some(env("TASUKI_PG_PASSWORD_FILE")?.into()),
    };
    let (installation, folder) = database.installation()?;
    installation.drop_database(&database.pg_superuser, &database.superuser_password()?).await?;
    folder.forget_towns()?;
    database.install(&installation).await?;
    Ok((installation, folder))
}
