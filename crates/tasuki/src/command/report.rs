//! `tasuki town report`: what the file of a load was like, as the operator may have it: structure, counts and
//! reasons, no line and no value.
#![expect(clippy::print_stdout, reason = "answers are printed")]

use std::path::PathBuf;

use anyhow::Context;
use app::loads::{Change, Differs, LoadReport};
use clap::Args;
use kernel::id::LoadId;
use layouts::quality::ColumnCounts;
use serde_json::{Value, json};

use super::desk::{At, said};
use crate::table;

/// Which load.
#[derive(Args, Debug)]
pub(super) struct Options {
    #[command(flatten)]
    at: At,
    /// The town's code or folder name.
    town: String,
    /// The load: lod_….
    load: LoadId,
    /// Also write the report as a page to be printed.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
}

pub(super) async fn run(options: &Options) -> anyhow::Result<()> {
    let desk = options.at.open().await?;
    let (ctx, member) = (desk.reading(), desk.member(&options.town).await?);
    let report = desk.app.load_report_for_operator(&ctx, member.town, options.load).await.map_err(said)?;
    if let Some(path) = &options.html {
        let page =
            desk.app.load_report_page_for_operator(&ctx, member.town, options.load).await.map_err(said)?;
        std::fs::write(path, page).with_context(|| path.display().to_string())?;
    }
    desk.answer(&of(&report), || print(&member.name, &report))
}

fn of(report: &LoadReport) -> Value {
    let (load, c) = (&report.load, &report.load.counts);
    json!({
        "load_id": load.id, "source_code": load.source, "source_name": report.source_name, "as_of": load.as_of,
        "state": load.state, "corrects": load.corrects, "finished_at": load.finished_at,
        "section": report.holder.as_ref().map(|(code, _)| code),
        "rows_read": c.read, "rows_loaded": c.loaded, "rows_unchanged": c.unchanged, "rows_rejected": c.rejected,
        "rows_closed": c.closed, "rows_queued": c.queued, "reasons": c.rejects,
        "rejects": report.rejects, "link_tasks": report.link_tasks, "numbers": report.numbers,
        "compared": report.compared, "drift": report.drift,
        "signed_off_at": report.signed.map(|signed| signed.at),
    })
}

fn print(town: &str, report: &LoadReport) {
    let (load, c, met) = (&report.load, &report.load.counts, &report.numbers.met);
    println!("{town}　{}（{}）　{}時点", report.source_name, load.source, load.as_of);
    println!("読んだ行 {} ＝ 取込 {} ＋ 変化なし {} ＋ エラー {}", c.read, c.loaded, c.unchanged, c.rejected);
    println!(
        "終了 {}　知らない記録の終了 {}　同じキー {}　該当者なし {}　候補あり {}　文字コード {}",
        c.closed,
        met.ended_unknown,
        report.numbers.file.duplicates,
        met.orphans,
        met.ambiguous,
        report.numbers.file.reading.encoding
    );
    println!("{}", if report.signed.is_some() { "確認済み / signed off" } else { "未確認 / not signed off" });
    println!();
    let heads = ["列", "記入", "値なし", "エラー", "未知のコード", "元号の終わり後", "時点より後", "外れ値"];
    table::print(&heads, &report.numbers.file.columns.iter().map(row).collect::<Vec<_>>());
    if !c.rejects.is_empty() {
        println!(
            "\n理由 / reasons: {}",
            pairs(c.rejects.iter().map(|(code, count)| (code.as_str(), *count)))
        );
    }
    println!("\n直近 {} 回との違い / drift", report.compared.len());
    report.drift.iter().for_each(|change| println!("  {}", told(change)));
}

fn row(column: &ColumnCounts) -> Vec<String> {
    let per_cent = (column.filled * 100).checked_div(column.rows()).unwrap_or_default();
    let mut cells = vec![column.name.clone(), format!("{} ({per_cent}%)", column.filled)];
    cells.push(pairs(column.absent.iter().map(|(reason, count)| (reason.as_str(), *count))));
    cells.push(pairs(column.refused.iter().map(|(code, count)| (code.as_str(), *count))));
    let marks = [column.unknown, column.era_overflow, column.after_export, column.outliers];
    cells.extend(marks.map(|count| count.to_string()));
    cells
}

fn pairs<N: std::fmt::Display>(of: impl Iterator<Item = (impl AsRef<str>, N)>) -> String {
    of.map(|(name, count)| format!("{} {count}", name.as_ref())).collect::<Vec<_>>().join(", ")
}

fn told(change: &Change) -> String {
    let say = |value: i64| match change.what {
        Differs::Rows => value.to_string(),
        _ => format!("{}.{}%", value / 10, value % 10),
    };
    let reason = change.reason.map(|reason| format!("（{}）", reason.ja())).unwrap_or_default();
    let column = change.column.as_deref().unwrap_or("全体");
    format!(
        "{column} {}{reason}: {} ({}–{})",
        change.what.ja(),
        say(change.now),
        say(change.least),
        say(change.most)
    )
}
