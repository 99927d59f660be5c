//! `tasuki town init`: a town's folder begun from samples of its systems' exports. Nothing is written over.
#![expect(clippy::print_stdout, reason = "answers are printed")]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use clap::Args;
use kernel::SourceCode;
use kernel::slug::TownSlug;
use layouts::profile::FileShape;
use layouts::profile::draft::{Draft, Knowledge, Proposal, Wanted, draft};
use profiles::Cooperative;
use serde_json::{Value, json};

use super::super::desk::{Format, told};
use super::{looked_at, other_sheets};
use crate::{table, tenants};

/// A town's folder from samples.
#[derive(Args, Debug)]
pub struct Init {
    /// The town's folder name, in lower-case letters; begun where it is not there yet.
    slug: TownSlug,
    /// What the source is called, in lower-case letters; proposed where it is not given.
    source: Option<SourceCode>,
    /// A sample of an export; several times for several sources.
    #[arg(long, required = true)]
    from: Vec<PathBuf>,
    /// The sheet of a workbook, with one sample; without it the first that is shown.
    #[arg(long)]
    sheet: Option<String>,
    /// The folder of all towns.
    #[arg(long, default_value = "tenants")]
    tenants: PathBuf,
    /// How to answer.
    #[arg(long, value_enum, default_value = "text")]
    format: Format,
}

/// What is going to be written, by path.
type Files = BTreeMap<PathBuf, String>;

/// Writes the drafts into the town's folder, over nothing: all of them or none.
pub async fn init(options: &Init) -> anyhow::Result<()> {
    if (options.source.is_some() || options.sheet.is_some()) && options.from.len() > 1 {
        bail!(
            "連携元の名前とシートを言えるのは見本が一つのときだけです / source and sheet are of one sample"
        );
    }
    // A town that is being described may have faults yet; what the cooperative shares has none.
    let shared = tenants::read(&options.tenants)?.of_town("").map_err(|faults| told(&faults))?.to_bundle();
    let cooperative = Cooperative::read(&shared).map_err(|faults| told(&faults))?;
    let town = options.tenants.join(options.slug.as_str());
    let mut files = Files::new();
    if !town.join("town.toml").exists() {
        files.insert(town.join("town.toml"), profiles::town_draft(options.slug.as_str()));
    }
    let mut drafts = Vec::new();
    for sample in &options.from {
        draft_of(options, sample, &cooperative, &town, &mut files, &mut drafts).await?;
    }
    write(&files)?;
    if options.format == Format::Json {
        let written: BTreeMap<_, _> = files
            .iter()
            .map(|(path, text)| (path.display().to_string(), text.matches("TODO").count()))
            .collect();
        println!("{}", serde_json::to_string_pretty(&json!({"drafts": drafts, "written": written}))?);
        return Ok(());
    }
    println!("\n書いたもの / written:");
    for (path, text) in &files {
        println!("    {}（TODO {} か所）", path.display(), text.matches("TODO").count());
    }
    println!("\nTODO を決めて書き換え、確かめてください / decide each TODO, then check:");
    println!("    tasuki validate {}", options.tenants.display());
    Ok(())
}

/// One sample's source, told and put among the files.
async fn draft_of(
    options: &Init,
    sample: &Path,
    cooperative: &Cooperative,
    town: &Path,
    files: &mut Files,
    drafts: &mut Vec<Value>,
) -> anyhow::Result<()> {
    let found = looked_at(sample, options.sheet.as_deref()).await?;
    let knowledge =
        Knowledge { layouts: &cooperative.layouts, items: &cooperative.items, codes: &cooperative.codes };
    let name = sample.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let source = options.source.as_ref().map(SourceCode::as_str);
    let wanted = Wanted { town: options.slug.as_str(), source, file: &name };
    let made = draft(wanted, &found, knowledge);
    if options.format == Format::Text {
        tell(&name, found.shape, &made);
        other_sheets(&found);
    }
    drafts.push(json!({"file": name, "sheets": found.sheets, "draft": made}));
    let path = town.join("sources").join(format!("{}.toml", made.source));
    if files.insert(path, made.toml).is_some() {
        bail!(
            "{name}：連携元 {} が二つになります。一つずつ名前を付けてください / two samples are called {}; name them one by one",
            made.source,
            made.source
        );
    }
    files.extend(
        made.codes.into_iter().map(|(name, csv)| (town.join("codes").join(format!("{name}.csv")), csv)),
    );
    Ok(())
}

fn tell(name: &str, shape: FileShape, made: &Draft) {
    println!("{name} → sources/{}.toml", made.source);
    match &made.extends {
        Some((base, share)) => {
            println!("共通レイアウト {base} の列の {share}% があります。extends で使います。\n")
        }
        None => println!("近い共通レイアウトはありません。単独のレイアウトにします。\n"),
    }
    if matches!(shape, FileShape::Fixed(_)) {
        println!(
            "固定長のファイルです。列の切れ目は見本から分かりません。システムの桁の表（項目定義書）が要ります。"
        );
        println!(
            "A file of fixed length: where columns end no sample tells. The system's table of columns is needed."
        );
        return;
    }
    let row = |one: &Proposal| {
        let to = one.to.clone().unwrap_or_else(|| "（使わない）".to_owned());
        let sure = if one.to.is_some() { format!("{}%", one.confidence) } else { String::new() };
        vec![one.column.clone(), to, sure, one.known_as.clone().unwrap_or_default()]
    };
    table::print(
        &["列", "行き先", "確信度", "手がかり"],
        &made.proposals.iter().map(row).collect::<Vec<_>>(),
    );
}

fn write(files: &Files) -> anyhow::Result<()> {
    if let Some(path) = files.keys().find(|path| path.exists()) {
        bail!("{} があります。何も書きませんでした / is there already; nothing was written", path.display());
    }
    for (path, text) in files {
        let folder = path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder).with_context(|| format!("creating {}", folder.display()))?;
        let mut file = fs::File::create_new(path).with_context(|| format!("writing {}", path.display()))?;
        std::io::Write::write_all(&mut file, text.as_bytes())?;
    }
    Ok(())
}
