//! `tasuki town` with a file: its plan, its load, its rejects, its rollback, by the operator's hand
//! ([`app::App::loading_hand`]): structure, counts and reasons, never what a line says.
#![expect(clippy::print_stdout, reason = "answers are printed")]

use std::collections::BTreeMap;
use std::ffi::OsStr;
use std::path::Path;
use std::time::Duration;

use anyhow::bail;
use app::loads::{Begun, LoadPlan, Override, Planned, RejectPlace, Wanted};
use app::rows::{LoadRow, UploadRow};
use app::uploads::NewUpload;
use chrono::NaiveDate;
use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use kernel::id::{LoadId, LoadPlanId, OperationId};
use kernel::{Code, Lang, SourceCode, TownCtx};
use serde_json::{Value, json};

use super::desk::{At, Desk, said};
use super::plan::Verdict;
use crate::hand_in::hand_in;
use crate::table;

/// How often a work is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(100);

/// Rejects read at once.
const PAGE: i64 = 1000;

/// Which load.
#[derive(Args, Debug)]
pub(super) struct Rejects {
    #[command(flatten)]
    at: At,
    /// The town's code or folder name.
    town: String,
    /// The load.
    load: LoadId,
}

/// Which load to take back, and why.
#[derive(Args, Debug)]
pub(super) struct Rollback {
    #[command(flatten)]
    at: At,
    /// The town's code or folder name.
    town: String,
    /// The load; the last one of its source.
    load: LoadId,
    /// Why, and who of the town says so. Stands on the load and in the evidence.
    #[arg(long, value_parser = super::reason)]
    reason: String,
}

pub(super) async fn plan(
    at: &At,
    town: &str,
    source: &SourceCode,
    as_of: NaiveDate,
    file: &Path,
) -> anyhow::Result<Verdict> {
    let desk = at.open().await?;
    let ctx = hand(&desk, town).await?;
    let upload = handed_in(&desk, &ctx, source, as_of, file).await?;
    let plan = match desk.app.load_plan_begin(&ctx, upload.id).await.map_err(said)? {
        Wanted::Same(plan) => plan,
        Wanted::Running { plan, operation } => {
            watch(&desk, &ctx, operation).await?;
            desk.app.load_plan(&ctx, plan.row.id).await.map_err(said)?
        }
    };
    if let Some(fault) = plan.fault {
        return Err(said(fault));
    }
    let Some(planned) = &plan.planned else {
        bail!("計画ができませんでした / the plan was not made")
    };
    desk.answer(&of(&plan, planned), || print(&plan, planned, town))?;
    Ok(verdict(planned))
}

pub(super) async fn apply(
    at: &At,
    town: &str,
    plan: LoadPlanId,
    word: Option<&Override>,
) -> anyhow::Result<()> {
    let desk = at.open().await?;
    let ctx = hand(&desk, town).await?;
    let load = match desk.app.load_plan_apply(&ctx, plan, word).await.map_err(said)? {
        Begun::Same(load) => load,
        Begun::Running { load, operation } => {
            watch(&desk, &ctx, operation).await?;
            let (load, fault) = desk.app.load(&ctx, load.id).await.map_err(said)?;
            if let Some(fault) = fault {
                return Err(said(fault));
            }
            load
        }
    };
    desk.answer(&of_load(&load), || print_load(&load))
}

pub(super) async fn rejects(options: &Rejects) -> anyhow::Result<()> {
    let desk = options.at.open().await?;
    let member = desk.member(&options.town).await?;
    let ctx = desk.app.loading_hand(&desk.reading(), member.town);
    let mut all: Vec<RejectPlace> = Vec::new();
    loop {
        let after = all.last().map(|place| place.id);
        let page = desk.app.reject_places(&ctx, options.load, after, PAGE).await.map_err(said)?;
        if page.is_empty() {
            break;
        }
        all.extend(page);
    }
    let mut counts: BTreeMap<(Code, Option<String>), u64> = BTreeMap::new();
    for reason in all.iter().flat_map(|place| &place.reasons) {
        *counts.entry(reason.clone()).or_default() += 1;
    }
    let counted =
        counts.iter().map(|((code, column), rows)| json!({"code": code, "column": column, "rows": rows}));
    let json = json!({
        "load_id": options.load, "counts": counted.collect::<Vec<_>>(),
        "items": all.iter().map(place).collect::<Vec<_>>(),
    });
    desk.answer(&json, || print_rejects(&counts, &all))
}

pub(super) async fn rollback(options: &Rollback) -> anyhow::Result<()> {
    let desk = options.at.open().await?;
    let ctx = hand(&desk, &options.town).await?;
    let load = desk.app.load_rollback(&ctx, options.load, &options.reason).await.map_err(said)?;
    desk.answer(&of_load(&load), || {
        println!("取込 {} を取り消しました。取り込む前の記録に戻っています。", load.id);
        println!("{} is rolled back: the town knows again what it knew before.", load.id);
    })
}

/// The operator, acting for a town.
async fn hand(desk: &Desk, town: &str) -> anyhow::Result<TownCtx> {
    let (ctx, member) = (desk.acting()?, desk.member(town).await?);
    Ok(desk.app.loading_hand(&ctx, member.town))
}

async fn handed_in(
    desk: &Desk,
    ctx: &TownCtx,
    source: &SourceCode,
    as_of: NaiveDate,
    path: &Path,
) -> anyhow::Result<UploadRow> {
    let file_name = path.file_name().and_then(OsStr::to_str);
    let new = NewUpload { source, as_of, file_name };
    hand_in(&desk.app, ctx, new, path).await?.map_err(said)
}

/// Waits for a work to end, and shows on a terminal how far it has come.
async fn watch(desk: &Desk, ctx: &TownCtx, operation: OperationId) -> anyhow::Result<()> {
    let bar = ProgressBar::new(0);
    bar.set_style(ProgressStyle::with_template("{bar:40} {bytes}/{total_bytes} {elapsed}")?);
    loop {
        let work = desk.app.operation(ctx, operation).await.map_err(said)?;
        bar.set_length(work.total.unsigned_abs());
        bar.set_position(work.done.unsigned_abs());
        if work.state != "running" {
            bar.finish_and_clear();
            return Ok(());
        }
        tokio::time::sleep(LOOK_EVERY).await;
    }
}

fn verdict(planned: &Planned) -> Verdict {
    match (planned.guards.is_empty(), planned.closed, planned.is_empty()) {
        (false, ..) => Verdict::Guarded,
        (true, 1.., _) => Verdict::Removes,
        (true, _, false) => Verdict::Changes,
        (true, _, true) => Verdict::Nothing,
    }
}

fn of(plan: &LoadPlan, planned: &Planned) -> Value {
    let row = &plan.row;
    json!({
        "id": row.id, "upload_id": row.upload, "source": row.source, "as_of": row.as_of,
        "base_load_id": row.base, "same_load_id": row.same, "is_empty": planned.is_empty(), "changes": planned,
    })
}

fn of_load(load: &LoadRow) -> Value {
    let counts = &load.counts;
    json!({
        "id": load.id, "source": load.source, "as_of": load.as_of, "state": load.state, "load_plan_id": load.plan,
        "overridden_guards": load.overridden, "rows_read": counts.read, "rows_loaded": counts.loaded,
        "rows_unchanged": counts.unchanged, "rows_rejected": counts.rejected, "rows_closed": counts.closed,
        "rows_queued": counts.queued, "rejects": counts.rejects,
    })
}

fn place(place: &RejectPlace) -> Value {
    let reasons = place.reasons.iter().map(|(code, column)| json!({"code": code, "column": column}));
    json!({"line": place.line, "state": place.state, "reasons": reasons.collect::<Vec<_>>()})
}

fn print(plan: &LoadPlan, planned: &Planned, town: &str) {
    println!("{}（{}）: 取込計画 / load plan {}", plan.row.source, plan.row.as_of, plan.row.id);
    if let Some(same) = plan.row.same {
        println!("同じファイルを取込済みです / loaded before: {same}");
        return;
    }
    let heads = ["行", "新規", "変更", "変更なし", "再開", "終了", "エラー", "突合待ち"];
    let p = planned;
    let counts = [p.read, p.new, p.changed, p.unchanged, p.reopened, p.closed, p.rejected, p.queued];
    table::print(&heads, &[counts.map(|count| count.to_string()).to_vec()]);
    print_reasons(&planned.rejects);
    for tripped in &planned.guards {
        let fault = tripped.fault();
        println!(
            "\n歯止め / guard {}\n    {}\n    {}",
            tripped.guard,
            fault.detail(Lang::Ja),
            fault.detail(Lang::En)
        );
    }
    if !planned.is_empty() {
        let guards: String = planned.guards.iter().map(|t| format!(" --override {}", t.guard)).collect();
        let reason = if guards.is_empty() { "" } else { " --reason …" };
        println!("\n適用するには / to apply:  tasuki town apply {town} {}{guards}{reason}", plan.row.id);
    }
}

fn print_load(load: &LoadRow) {
    let c = &load.counts;
    println!("{}（{}）: 取込 / load {} {}", load.source, load.as_of, load.id, load.state);
    let counts = [c.read, c.loaded, c.unchanged, c.closed, c.rejected, c.queued];
    let heads = ["行", "取込", "変更なし", "終了", "エラー", "突合待ち"];
    table::print(&heads, &[counts.map(|count| count.to_string()).to_vec()]);
    print_reasons(&c.rejects);
}

fn print_reasons(rejects: &BTreeMap<String, i64>) {
    for (code, rows) in rejects {
        println!("    {code}: {rows}");
    }
}

fn print_rejects(counts: &BTreeMap<(Code, Option<String>), u64>, all: &[RejectPlace]) {
    let column = |column: &Option<String>| column.clone().unwrap_or_else(|| "–".to_owned());
    let rows = counts.iter().map(|((code, of), rows)| vec![code.to_string(), column(of), rows.to_string()]);
    table::print(&["理由", "列", "行数"], &rows.collect::<Vec<_>>());
    println!();
    let lines = all.iter().flat_map(|place| {
        place.reasons.iter().map(|(code, of)| vec![place.line.to_string(), code.to_string(), column(of)])
    });
    table::print(&["行", "理由", "列"], &lines.collect::<Vec<_>>());
}
