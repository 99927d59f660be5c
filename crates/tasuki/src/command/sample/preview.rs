//! `tasuki town preview`: how a source reads a file, line by line, raw beside what it becomes; nothing is loaded.
//! With `--expect` it writes that down as what the sample is to be read as from now on.
#![expect(clippy::print_stdout, reason = "answers are printed")]

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, bail};
use chrono::NaiveDate;
use clap::Args;
use kernel::{Code, Fault, Lang, SourceCode};
use layouts::decode::{last_lines, unpacked};
use layouts::layout::Mode;
use layouts::sheet::OldBook;
use layouts::{DecodeOptions, Decoder, Layout, Limits, Outcome, Summary, told};
use profiles::Cooperative;
use profiles::golden::Expectation;
use serde_json::{Value, json};

use super::super::desk::{Format, said, told as tell};
use super::bytes_of;
use crate::table::visible;
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
    #[arg(long, value_parser = super::super::desk::day)]
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
    /// How to answer.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

pub async fn preview(options: &Preview) -> anyhow::Result<()> {
    // Its samples may be what is being written.
    let shared = tenants::read(&options.tenants)?.of_town(&options.slug).map_err(|faults| tell(&faults))?;
    let cooperative = Cooperative::read(&shared.to_bundle()).map_err(|faults| tell(&faults))?;
    let town = cooperative.town_named(&options.slug).context("no such town / 町がありません")?;
    let Some(source) = town.sources.get(&options.source) else {
        let known: Vec<_> = town.sources.keys().map(SourceCode::as_str).collect();
        bail!("no such source / 連携元がありません。あるのは / there are: {}", known.join(", "));
    };
    let mut decode = DecodeOptions::new(options.source.clone(), options.as_of);
    decode.file_name = options.file.file_name().map(|name| name.to_string_lossy().into_owned());
    let bytes = bytes_of(&options.file)?;
    let ask = source.layout.old_book(decode.as_of, &decode.limits);
    if let Some(path) = &options.expect {
        if ask.is_some() {
            bail!(
                "xls の見本は expect にできません。xlsx で保存し直してください / an xls is no golden sample; save it as xlsx"
            );
        }
        return expect(path, &source.layout, &decode, &bytes);
    }
    let (mut shown, mut rows) = (0, Vec::new());
    let mut out = |outcome: Outcome<'_>| {
        shown += 1;
        match options.format {
            _ if shown > options.rows => {}
            Format::Json => rows.push(as_json(&source.layout, &outcome)),
            Format::Text => show(&source.layout, &outcome),
        }
    };
    let summary = read(&source.layout, decode, bytes, ask, &mut out).await.map_err(said)?;
    if options.format == Format::Json {
        let counts =
            json!({"rows": summary.rows, "accepted": summary.accepted, "rejected": summary.rejected});
        println!("{}", serde_json::to_string_pretty(&json!({"summary": counts, "rows": rows}))?);
        return Ok(());
    }
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

/// Reads the file, a delta twice: what comes of a row follows from the rows after it.
async fn read(
    layout: &Layout,
    mut decode: DecodeOptions,
    bytes: Vec<u8>,
    ask: Option<OldBook>,
    out: &mut dyn FnMut(Outcome<'_>),
) -> Result<Summary, Fault> {
    let Some(ask) = ask else {
        decode.last_lines = last_lines(layout, &decode, &bytes)?;
        let mut decoder = Decoder::new(layout, &decode);
        decoder.push(&bytes, out)?;
        return decoder.finish(out);
    };
    let workbook = unpacked_book(&bytes, ask.bytes)?;
    let rows = old_books::rows(ask, workbook, usize::MAX).await?;
    if layout.mode == Mode::Delta {
        let mut noting = Decoder::new(layout, &decode).noting();
        rows.iter().try_for_each(|row| noting.push_row(row, &mut |_| {}))?;
        decode.last_lines = Some(noting.last_lines()?);
    }
    let mut decoder = Decoder::new(layout, &decode);
    rows.iter().try_for_each(|row| decoder.push_row(row, out))?;
    decoder.finish(out)
}

/// As [`told::outcome`] says it, with the reasons of a reject in words.
fn as_json(layout: &Layout, outcome: &Outcome<'_>) -> Value {
    let mut told = told::outcome(layout, outcome);
    if let (Outcome::Reject(reject), Some(object)) = (outcome, told.as_object_mut()) {
        let words = |lang| reject.reasons.iter().map(|reason| reason.detail(lang)).collect::<Vec<_>>();
        object.insert("ja".to_owned(), words(Lang::Ja).into());
        object.insert("en".to_owned(), words(Lang::En).into());
    }
    told
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
            println!("{:>4}  {}", row.line, visible(&told::raw(layout, row.raw)));
            let told = told::outcome(layout, outcome);
            if let Some(operation) = told.get("operation") {
                println!("      operation = {}", plain(operation));
            }
            if let Some(later) = row.overtaken_by {
                println!("      → 同じキーの {later}行目のとおりになります。この行は何も変えません。");
                println!("        The record is as line {later} says; this row changes nothing.");
            }
            for (role, parts) in object(&told, "persons") {
                let parts = parts.as_object().into_iter().flatten();
                let parts: Vec<_> = parts.map(|(part, value)| format!("{part}={}", plain(value))).collect();
                println!("      {role}: {}", visible(&parts.join("  ")));
            }
            for (name, value) in object(&told, "record").into_iter().chain(object(&told, "keys")) {
                println!("      {name} = {}", plain(value));
            }
            for seen in told.get("observations").and_then(Value::as_array).into_iter().flatten() {
                println!("      {}", observed(seen));
            }
            for warning in &row.warnings {
                println!("      ! {}", visible(&warning.detail(Lang::Ja)));
                println!("        {}", visible(&warning.detail(Lang::En)));
            }
        }
        Outcome::Reject(reject) => {
            println!("{:>4}  {}", reject.line, visible(&told::raw(layout, &reject.raw)));
            for reason in &reject.reasons {
                println!("      × {} {}", reason.code(), visible(&reason.detail(Lang::Ja)));
                println!("        {}", visible(&reason.detail(Lang::En)));
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
