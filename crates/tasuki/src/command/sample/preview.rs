//! `tasuki town preview`: how a source reads a file, line by line, raw beside what it becomes; nothing is loaded.
//! With `--expect` it writes that down as what the sample is to be read as from now on.
#![expect(clippy::print_stdout, reason = "answers are printed")]

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, bail};
use chrono::NaiveDate;
use clap::Args;
use kernel::{Code, Fault, Lang, SourceCode};
use layouts::decode::unpacked;
use layouts::{DecodeOptions, Decoder, Layout, Limits, Outcome, told};
use profiles::Cooperative;
use profiles::golden::Expectation;
use serde_json::Value;

use super::super::desk::{said, told as tell};
use crate::{old_books, tenants};

/// How a source reads a file.
#[derive(Args, Debug)]
pub struct Preview {
    /// The town's folder name.
    slug: String,
    /// The source.
    source: SourceCode,
    /// The file.
    file: PathBuf,
    /// 何月何日時点.
    #[arg(long)]
    as_of: NaiveDate,
    /// Rows and rejects to show.
    #[arg(long, default_value_t = 20)]
    rows: usize,
    /// Write what is read as the expectation of a golden sample, such as
    /// tenants/<slug>/expect/<source>.json. Fictional people only.
    #[arg(long)]
    expect: Option<PathBuf>,
    /// The folder of all towns.
    #[arg(long, default_value = "tenants")]
    tenants: PathBuf,
}

pub async fn preview(options: &Preview) -> anyhow::Result<()> {
    // Its samples may be what is being written.
    let shared = tenants::read(&options.tenants)?.of_town(&options.slug).map_err(|faults| tell(&faults))?;
    let cooperative = Cooperative::read(&shared.to_bundle()).map_err(|faults| tell(&faults))?;
    let town = cooperative.town_named(&options.slug).context("no such town / 町がありません")?;
    let source = town.sources.get(&options.source).context("no such source / 連携元がありません")?;
    let mut decode = DecodeOptions::new(options.source.clone(), options.as_of);
    decode.file_name = options.file.file_name().map(|name| name.to_string_lossy().into_owned());
    let bytes = fs::read(&options.file).with_context(|| format!("reading {}", options.file.display()))?;
    let ask = source.layout.old_book(decode.as_of, &decode.limits);
    if let Some(path) = &options.expect {
        if ask.is_some() {
            bail!(
                "xls の見本は expect にできません。xlsx で保存し直してください / an xls is no golden sample; save it as xlsx"
            );
        }
        return expect(path, &source.layout, &decode, &bytes);
    }
    let mut shown = 0;
    let mut out = |outcome: Outcome<'_>| {
        shown += 1;
        if shown <= options.rows {
            show(&source.layout, &outcome);
        }
    };
    let mut decoder = Decoder::new(&source.layout, &decode);
    match ask {
        Some(ask) => {
            let workbook = unpacked_book(&bytes, ask.bytes).map_err(said)?;
            for row in old_books::rows(ask, workbook, usize::MAX).await.map_err(said)? {
                decoder.push_row(&row, &mut out).map_err(said)?;
            }
        }
        None => decoder.push(&bytes, &mut out).map_err(said)?,
    }
    let summary = decoder.finish(&mut out).map_err(said)?;
    println!(
        "\n{} 行：{} 行は読めます、{} 行は取込エラーです。何も取り込んでいません。",
        summary.rows, summary.accepted, summary.rejected
    );
    println!(
        "{} rows: {} can be read, {} are rejects. Nothing was loaded.",
        summary.rows, summary.accepted, summary.rejected
    );
    Ok(())
}

/// The workbook out of the archive it may have come in.
fn unpacked_book(bytes: &[u8], limit: usize) -> Result<Vec<u8>, Fault> {
    let mut workbook = Vec::new();
    unpacked(bytes, Limits::USUAL, &mut |piece| {
        workbook.extend_from_slice(piece);
        if workbook.len() > limit {
            return Err(Fault::new(Code::SheetTooLarge).with("limit", format!("{limit} bytes")));
        }
        Ok(())
    })?;
    Ok(workbook)
}

fn expect(path: &PathBuf, layout: &Layout, decode: &DecodeOptions, bytes: &[u8]) -> anyhow::Result<()> {
    if path.exists() {
        bail!("{} があります。上書きしません / is there already; nothing was written", path.display());
    }
    let expected = Expectation::of(layout, decode, bytes);
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, expected.to_text()).with_context(|| format!("writing {}", path.display()))?;
    println!(
        "{} に {} 行を書きました。読んで、正しいことを確かめてください。",
        path.display(),
        expected.rows.len()
    );
    println!(
        "Wrote {} rows to {}. Read them: what stands there is what validate will hold the layout to.",
        expected.rows.len(),
        path.display()
    );
    Ok(())
}

fn show(layout: &Layout, outcome: &Outcome<'_>) {
    match outcome {
        Outcome::Row(row) => {
            println!("{:>4}  {}", row.line, told::raw(layout, row.raw));
            let told = told::outcome(layout, outcome);
            for (role, parts) in object(&told, "persons") {
                let parts = parts.as_object().into_iter().flatten();
                let parts: Vec<_> = parts.map(|(part, value)| format!("{part}={}", plain(value))).collect();
                println!("      {role}: {}", parts.join("  "));
            }
            for (name, value) in object(&told, "record").into_iter().chain(object(&told, "keys")) {
                println!("      {name} = {}", plain(value));
            }
            for seen in told.get("observations").and_then(Value::as_array).into_iter().flatten() {
                println!("      {}", observed(seen));
            }
            for warning in &row.warnings {
                println!("      ! {}", warning.detail(Lang::Ja));
            }
        }
        Outcome::Reject(reject) => {
            println!("{:>4}  {}", reject.line, told::raw(layout, &reject.raw));
            for reason in &reject.reasons {
                println!("      × {} {}", reason.code(), reason.detail(Lang::Ja));
            }
        }
    }
}

fn object<'v>(told: &'v Value, name: &str) -> Vec<(&'v String, &'v Value)> {
    told.get(name).and_then(Value::as_object).into_iter().flatten().collect()
}

/// `attendance.late_days = 3（2026-09）`, of whom where it is not the person.
fn observed(seen: &Value) -> String {
    let text = |name: &str| seen.get(name).and_then(Value::as_str);
    let days: Vec<_> = ["at", "month", "as_of"].into_iter().filter_map(text).map(str::to_owned).collect();
    let period = match (text("from"), text("until")) {
        (None, None) => None,
        (from, until) => Some(format!("{}～{}", from.unwrap_or_default(), until.unwrap_or_default())),
    };
    let when = days.into_iter().chain(period).collect::<Vec<_>>().join(" ");
    let of = text("of").filter(|of| *of != "person").map(|of| format!("{of}: ")).unwrap_or_default();
    let value = seen.get("value").map(plain).unwrap_or_default();
    format!("{of}{} = {value}（{when}）", text("item").unwrap_or_default())
}

/// A value as people read it; the reason in its words where there is none.
fn plain(value: &Value) -> String {
    if let Some(reason) = value.get("absent").and_then(Value::as_str) {
        return format!("〈{reason}〉");
    }
    match value {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().map(plain).collect::<Vec<_>>().join("."),
        other => other.to_string(),
    }
}
