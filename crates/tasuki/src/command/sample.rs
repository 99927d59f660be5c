//! `tasuki town init`, `profile` and `preview`: a file nobody has described, and how a source would read it.
//! No database, no server; nothing leaves the terminal. What is shown may be a resident's data: for the
//! town's own staff, on the town's own machine.
#![expect(clippy::print_stdout, reason = "answers are printed")]

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use chrono::NaiveDate;
use clap::Args;
use kernel::{Lang, SourceCode};
use layouts::profile::draft::{Draft, Knowledge, draft};
use layouts::profile::{Profile, profile};
use layouts::{DecodeOptions, Decoder, Outcome};
use profiles::Cooperative;
use serde_json::{Value, json};

use super::desk::{said, told};
use crate::{table, tenants};

/// A draft of a source's file from a sample.
#[derive(Args, Debug)]
pub(super) struct Init {
    /// The town's folder name.
    slug: String,
    /// What the source is called, in lower-case letters.
    source: SourceCode,
    /// A sample of its export.
    #[arg(long)]
    from: PathBuf,
    /// The folder of all towns.
    #[arg(long, default_value = "tenants")]
    tenants: PathBuf,
}

/// What a file is and what its columns hold.
#[derive(Args, Debug)]
pub(super) struct Look {
    /// The file.
    file: PathBuf,
    /// As JSON, without any value of it.
    #[arg(long)]
    json: bool,
}

/// How a source reads a file.
#[derive(Args, Debug)]
pub(super) struct Preview {
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
    /// The folder of all towns.
    #[arg(long, default_value = "tenants")]
    tenants: PathBuf,
}

fn today() -> NaiveDate {
    kernel::ctx::jst_date(chrono::Utc::now())
}

fn looked_at(file: &Path) -> anyhow::Result<Profile> {
    let bytes = fs::read(file).with_context(|| format!("reading {}", file.display()))?;
    profile(&bytes, today()).map_err(said)
}

/// Writes the draft into the town's folder, over nothing.
pub(super) fn init(options: &Init) -> anyhow::Result<()> {
    let found = looked_at(&options.from)?;
    // A town that is being described may have faults yet; what the cooperative shares has none.
    let shared = tenants::read(&options.tenants)?.of_town("").map_err(|faults| told(&faults))?.to_bundle();
    let cooperative = Cooperative::read(&shared).map_err(|faults| told(&faults))?;
    let knowledge = Knowledge { layouts: &cooperative.layouts, items: &cooperative.items };
    let Draft { toml, extends, proposals } = draft(&options.source.to_string(), &found, knowledge);
    let folder = options.tenants.join(&options.slug).join("sources");
    let path = folder.join(format!("{}.toml", options.source));
    if path.exists() {
        bail!("{} があります。上書きしません / is there already; nothing was written", path.display());
    }
    fs::create_dir_all(&folder)?;
    fs::write(&path, toml)?;
    let row = |one: &layouts::profile::draft::Proposal| {
        let to = one.to.clone().unwrap_or_else(|| "（未定）".to_owned());
        vec![one.column.clone(), to, format!("{}%", one.confidence), one.known_as.clone().unwrap_or_default()]
    };
    table::print(&["列", "行き先", "確信度", "手がかり"], &proposals.iter().map(row).collect::<Vec<_>>());
    if let Some(base) = extends {
        println!("\n共通レイアウト {base} に近いファイルです。");
    }
    println!("\n{} に下書きを書きました。TODO を決め、tasuki validate で確かめてください。", path.display());
    println!("A draft is in {}. Decide its TODOs, then run tasuki validate.", path.display());
    Ok(())
}

pub(super) fn look(options: &Look) -> anyhow::Result<()> {
    let found = looked_at(&options.file)?;
    if options.json {
        println!("{}", serde_json::to_string_pretty(&found.blind())?);
        return Ok(());
    }
    println!(
        "文字コード {}（{}%：{}）、{} 行、見出し {}",
        found.encoding.encoding.label(),
        found.encoding.confidence,
        found.encoding.why,
        found.rows,
        found.header_row.map_or_else(|| "なし".to_owned(), |row| format!("{row} 行目")),
    );
    let row = |column: &layouts::profile::ColumnProfile| {
        let shape = column.shapes.first().map_or_else(String::new, |(shape, _)| shape.ja());
        let values: Vec<_> = column.values.iter().map(|(value, _)| value.as_str()).collect();
        vec![
            column.name.clone(),
            format!("{}%", column.fill_rate()),
            column.distinct.to_string(),
            shape,
            values.join(" "),
        ]
    };
    table::print(&["列", "記入率", "種類", "形", "値"], &found.columns.iter().map(row).collect::<Vec<_>>());
    Ok(())
}

/// Raw line, and what became of it.
pub(super) fn preview(options: &Preview) -> anyhow::Result<()> {
    let cooperative = Cooperative::read(&tenants::read(&options.tenants)?).map_err(|faults| told(&faults))?;
    let town = cooperative.town_named(&options.slug).context("no such town / 町がありません")?;
    let source = town.sources.get(&options.source).context("no such source / 連携元がありません")?;
    let mut decode = DecodeOptions::new(options.source.clone(), options.as_of);
    decode.file_name = options.file.file_name().map(|name| name.to_string_lossy().into_owned());
    let bytes = fs::read(&options.file).with_context(|| format!("reading {}", options.file.display()))?;
    let mut shown = 0;
    let mut out = |outcome: Outcome<'_>| {
        shown += 1;
        if shown <= options.rows {
            show(&outcome);
        }
    };
    let mut decoder = Decoder::new(&source.layout, &decode);
    decoder.push(&bytes, &mut out).map_err(said)?;
    let summary = decoder.finish(&mut out).map_err(said)?;
    println!(
        "\n{} 行：{} 行は読めます、{} 行は取込エラーです。何も取り込んでいません。",
        summary.rows, summary.accepted, summary.rejected
    );
    Ok(())
}

fn show(outcome: &Outcome<'_>) {
    match outcome {
        Outcome::Row(row) => {
            let persons: Vec<Value> =
                row.persons.iter().map(|(role, who)| json!({ "role": role, "is": who })).collect();
            let observed: Vec<Value> =
                row.observations.iter().map(|(role, seen)| json!({ "of": role, "says": seen })).collect();
            println!("{} {}", row.line, json!({ "persons": persons, "observations": observed }));
            for warning in &row.warnings {
                println!("   ! {}", warning.detail(Lang::Ja));
            }
        }
        Outcome::Reject(reject) => {
            println!("{} ×", reject.line);
            for reason in &reject.reasons {
                println!("   × {} {}", reason.code(), reason.detail(Lang::Ja));
            }
        }
    }
}
