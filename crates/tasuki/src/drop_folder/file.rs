//! One dropped file: handed in and loaded by the use cases that a client calls.

use std::sync::Arc;
use std::time::Duration;

use anyhow::Context;
use app::App;
use app::loads::Begun;
use app::rows::LoadRow;
use app::uploads::NewUpload;
use kernel::id::OperationId;
use kernel::{Code, Fault, Lang, SourceCode, TownCtx};
use serde_json::{Value, json};

use super::folder::{Folder, Waiting};
use crate::hand_in::hand_in;

/// The sources that others rest on, first.
const FIRST: &[&str] = &["resident_register", "key_master", "school_register"];

/// How often is looked whether a load has ended.
const ASK_EVERY: Duration = Duration::from_millis(200);

/// Faults that another try may not meet: the file keeps its place.
const PASSING: &[Code] = &[Code::Unavailable, Code::Internal];

/// Where a source stands in the order of loading.
pub(super) fn order(source: &str) -> usize {
    FIRST.iter().position(|first| *first == source).unwrap_or(FIRST.len())
}

/// Loads one file and puts it where it belongs.
pub(super) async fn load(
    app: &Arc<App>,
    ctx: &TownCtx,
    folder: &Folder,
    file: &Waiting,
) -> anyhow::Result<()> {
    let state = match loaded(app, ctx, file).await? {
        Ok(load) => {
            folder.processed(file, &receipt(&load))?;
            "processed"
        }
        Err(fault) if PASSING.contains(&fault.code()) => {
            tracing::warn!(town = %ctx.town, code = %fault.code(), "a dropped file is tried again");
            "waiting"
        }
        Err(fault) => {
            tracing::warn!(town = %ctx.town, code = %fault.code(), "a dropped file was refused");
            folder.failed(file, &reason(&fault))?;
            "failed"
        }
    };
    metrics::counter!("tasuki_dropped_files_total", "town" => ctx.town.to_string(), "state" => state)
        .increment(1);
    Ok(())
}

/// The load, or why there is none; an error when the file itself cannot be read.
async fn loaded(app: &Arc<App>, ctx: &TownCtx, file: &Waiting) -> anyhow::Result<app::Result<LoadRow>> {
    let unknown = || Fault::new(Code::SourceNotFound).with("source", &file.source);
    let Ok(source) = file.source.parse::<SourceCode>() else { return Ok(Err(unknown())) };
    let as_of = file.as_of(ctx.today()).with_context(|| format!("reading {}", file.path.display()))?;
    let new = NewUpload { source: &source, as_of, file_name: Some(&file.name) };
    let upload = match hand_in(app, ctx, new, &file.path).await? {
        Ok(upload) => upload,
        Err(fault) => return Ok(Err(fault)),
    };
    Ok(match app.load_begin(ctx, upload.id).await {
        Ok(begun) => ended(app, ctx, begun).await,
        Err(fault) => Err(fault),
    })
}

/// Waits for the load's end.
async fn ended(app: &App, ctx: &TownCtx, begun: Begun) -> app::Result<LoadRow> {
    let (load, operation): (LoadRow, OperationId) = match begun {
        Begun::Same(load) => return Ok(load),
        Begun::Running { load, operation } => (load, operation),
    };
    while app.operation(ctx, operation).await?.state == "running" {
        tokio::time::sleep(ASK_EVERY).await;
    }
    let (load, fault) = app.load(ctx, load.id).await?;
    fault.map_or(Ok(load), Err)
}

fn receipt(load: &LoadRow) -> Value {
    json!({
        "load_id": load.id, "source": load.source, "as_of": load.as_of, "state": load.state,
        "rows_read": load.counts.read, "rows_loaded": load.counts.loaded,
        "rows_unchanged": load.counts.unchanged, "rows_rejected": load.counts.rejected,
        "rows_closed": load.counts.closed, "finished_at": load.finished_at,
    })
}

fn reason(fault: &Fault) -> Value {
    json!({"code": fault.code().as_str(), "ja": fault.detail(Lang::Ja), "en": fault.detail(Lang::En)})
}
