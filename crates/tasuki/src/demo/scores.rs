//! Scoring every town under its own parameters.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use app::App;
use kernel::Purpose;
use kernel::id::RunId;
use store::rows::run::{RunRow, RunState};

use super::towns::Town;

/// The rulebook of the demonstration: 図表7.
pub const RULEBOOK: &str = "young_carer";

/// One town's run.
#[derive(Debug)]
pub struct Scores {
    /// The run.
    pub run: RunId,
    /// Children on each list.
    pub counts: BTreeMap<String, u64>,
}

/// Scores every town.
pub(super) async fn all(app: &Arc<App>, towns: &[Town]) -> anyhow::Result<BTreeMap<String, Scores>> {
    let mut scores = BTreeMap::new();
    for town in towns {
        scores.insert(town.slug.clone(), one(app, town).await.with_context(|| town.name.clone())?);
    }
    Ok(scores)
}

/// Scores one town and waits for it.
pub(super) async fn one(app: &Arc<App>, town: &Town) -> anyhow::Result<Scores> {
    let ctx = town.manager.ctx(Purpose::Assessment);
    let (run, _) = app.run_begin(&ctx, &RULEBOOK.parse()?, None).await?;
    let run: RunRow = loop {
        let row = app.run(&ctx, run.id).await?;
        match row.state {
            RunState::Done => break row,
            RunState::Failed => bail!("the run failed"),
            RunState::Running => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    };
    Ok(Scores { run: run.id, counts: serde_json::from_value(run.counts)? })
}
