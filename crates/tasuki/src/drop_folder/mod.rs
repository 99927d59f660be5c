//! The drop folder (自動取込): what a town's systems put there is loaded by itself, every day, with nobody at a
//! screen. A town's files are loaded in the name of its own service client, whose token lies in the town's folder:
//! without one, nothing of the town is loaded, and what the client may not do is not done.

mod file;
mod folder;
mod hours;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use app::auth::Asking;
use app::rows::MemberRow;
use app::{App, Caller};
use chrono::Utc;
use clap::Args;
use kernel::TownCtx;
use kernel::id::RequestId;

use folder::{Folder, Waiting};
pub use hours::Hours;

/// How often is looked for files.
const LOOK_EVERY: Duration = Duration::from_secs(15);

/// Where files are dropped, and when they are taken.
#[derive(Args, Debug, Clone, Default)]
pub struct Settings {
    /// Folder with one folder a town, in which its systems put files to be loaded. Unset: none is watched.
    #[arg(long = "drop", env = "TASUKI_DROP")]
    folder: Option<PathBuf>,
    /// Hours of the day in Japan in which files are taken, such as `20-5`. Unset: always.
    #[arg(long = "drop-hours", env = "TASUKI_DROP_HOURS")]
    hours: Option<Hours>,
}

/// Watches the folder from now on.
///
/// # Errors
/// When the folder cannot be used, or another server watches it.
pub fn watch(app: &Arc<App>, settings: &Settings) -> anyhow::Result<()> {
    let Some(root) = settings.folder.clone() else { return Ok(()) };
    let lock = folder::lock(&root)?;
    let (app, hours) = (Arc::clone(app), settings.hours);
    tokio::spawn(async move {
        let _lock = lock;
        let mut tick = tokio::time::interval(LOOK_EVERY);
        loop {
            tick.tick().await;
            if hours.is_none_or(|hours| hours.has(Utc::now())) {
                look(&app, &root).await;
            }
        }
    });
    Ok(())
}

/// Loads what waits in every town's folder; one town's trouble is not another's.
pub async fn look(app: &Arc<App>, root: &Path) {
    let members = match app.members().await {
        Ok(members) => members,
        Err(fault) => return tracing::error!(code = %fault, "the members could not be read"),
    };
    let mut works = tokio::task::JoinSet::new();
    for member in members {
        let (app, folder) = (Arc::clone(app), Folder::new(root.join(member.slug.as_str())));
        works.spawn(async move {
            if let Err(error) = of_town(&app, &member, &folder).await {
                tracing::error!(town = %member.town, "the drop folder could not be worked through: {error:#}");
            }
        });
    }
    while works.join_next().await.is_some() {}
}

/// Everything that waits in one town's folder, what others rest on first.
async fn of_town(app: &Arc<App>, member: &MemberRow, folder: &Folder) -> anyhow::Result<()> {
    let waiting = folder.take()?;
    if waiting.is_empty() {
        return Ok(());
    }
    let mut by_source: BTreeMap<(usize, String), Vec<Waiting>> = BTreeMap::new();
    for file in waiting {
        by_source.entry((file::order(&file.source), file.source.clone())).or_default().push(file);
    }
    for file in by_source.into_values().flatten() {
        // Anew for each: a token that is taken away stops the next file.
        let ctx = client(app, member, folder).await?;
        file::load(app, &ctx, folder, &file).await?;
    }
    Ok(())
}

/// The town's service client, by the token in its folder.
async fn client(app: &App, member: &MemberRow, folder: &Folder) -> anyhow::Result<TownCtx> {
    let token = folder.token().context("the service client's token is needed to load what was dropped")?;
    let asking = Asking { token: &token, purpose: None, now: Utc::now(), request: RequestId::new() };
    match app.authenticate(asking).await.map_err(|fault| anyhow::anyhow!("the token: {fault}"))? {
        Caller::Town(ctx) if ctx.town == member.town => Ok(ctx),
        Caller::Town(_) | Caller::Coop(_) => bail!("the token is not one of this town"),
    }
}
