//! `tasuki town reset`: a training town emptied and filled again, with the same people under the same ids.
#![expect(clippy::print_stdout, reason = "answers are printed")]

use std::path::PathBuf;

use anyhow::Context;
use chrono::Utc;
use clap::Args;
use kernel::ctx::jst_date;
use profiles::Cooperative;
use serde_json::json;
use synth::{Settings, Synth};

use super::desk::{At, said, told};
use crate::demo::{loads, towns};
use crate::{tenants, training};

/// Which training town to reset.
#[derive(Args, Debug)]
pub(super) struct Reset {
    #[command(flatten)]
    at: At,
    /// The town's folder name.
    slug: String,
    /// The folder that holds it.
    #[arg(default_value = "tenants")]
    tenants: PathBuf,
    /// Where to write its tokens for the documentation page to offer.
    #[arg(long, env = "TASUKI_TRAINING_TOKENS")]
    tokens: Option<PathBuf>,
}

/// Empties the town as the superuser, then fills it as its own staff would.
pub(super) async fn reset(options: &Reset) -> anyhow::Result<()> {
    let mut cooperative =
        Cooperative::read(&tenants::read(&options.tenants)?).map_err(|faults| told(&faults))?;
    let desk = options.at.open().await?;
    let (ctx, member) = (desk.acting()?, desk.member(&options.slug).await?);
    cooperative.towns.retain(|town| town.code == member.town);
    let profile = cooperative.towns.first().context("the folder does not hold the town")?;
    let section = profile.sections.first().context("a town needs a section")?.code.to_string();
    let database = &options.at.database;
    let password = database.superuser_password()?;
    desk.app
        .training_town_empty(&ctx, member.town, (&database.pg_superuser, &password))
        .await
        .map_err(said)?;
    let town = towns::staff(&desk.app, &ctx, profile, &section).await?;
    let as_of = jst_date(Utc::now());
    let synth = Synth::new(Settings { seed: 0, residents: 0, as_of, family_moves: None }, &cooperative);
    let residents = synth.truth().towns.values().map(|town| town.people.len()).sum::<usize>();
    let loaded = loads::all(&desk.app, std::slice::from_ref(&town), &synth).await?;
    if let Some(file) = &options.tokens {
        training::write_private(file, &training::offer(&town))?;
    }
    let files: usize = loaded.values().map(|loaded| loaded.loads.len()).sum();
    desk.answer(
        &json!({"code": town.code, "name": town.name, "residents": residents, "files": files}),
        || {
            println!("{}を初期化しました：架空の住民 {residents}人、ファイル {files}件。", town.name);
            println!("{} is as it was at first: {residents} fictional residents, {files} files.", town.name);
        },
    )
}
