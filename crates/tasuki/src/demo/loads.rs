//! Loading every file of every town, the towns side by side, each town's register first.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use app::App;
use app::loads::Begun;
use app::uploads::NewUpload;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};
use kernel::{Digest, Purpose};
use store::rows::load::LoadRow;
use synth::{Synth, SynthFile};

use super::towns::Town;

/// What one town's files came to.
#[derive(Debug)]
pub struct Loaded {
    /// One load a file, in the order they were loaded.
    pub loads: Vec<LoadRow>,
    /// Bytes in all.
    pub bytes: u64,
}

/// The sources that others rest on, first.
const FIRST: &[&str] = &["resident_register", "key_master", "school_register"];

/// Loads everything.
pub(crate) async fn all(
    app: &Arc<App>,
    towns: &[Town],
    synth: &Synth<'_>,
) -> anyhow::Result<BTreeMap<String, Loaded>> {
    let bars = MultiProgress::new();
    let style = ProgressStyle::with_template("    {prefix} {bar:24} {pos:>2}/{len} {msg}")?;
    let mut works = Vec::new();
    for town in towns {
        let mut files = synth.files(town.code).context("making the towns' files")?;
        files.sort_by_key(|file| {
            FIRST.iter().position(|first| *first == file.source.as_str()).unwrap_or(FIRST.len())
        });
        let bar = bars.add(ProgressBar::new(files.len() as u64));
        bar.set_style(style.clone());
        bar.set_prefix(town.name.clone());
        works.push(tokio::spawn(one_town(Arc::clone(app), town.clone(), files, bar)));
    }
    let mut loaded = BTreeMap::new();
    for (town, work) in towns.iter().zip(works) {
        loaded.insert(town.slug.clone(), work.await??);
    }
    Ok(loaded)
}

async fn one_town(
    app: Arc<App>,
    town: Town,
    files: Vec<SynthFile>,
    bar: ProgressBar,
) -> anyhow::Result<Loaded> {
    let mut loaded = Loaded { loads: Vec::new(), bytes: 0 };
    for file in files {
        bar.set_message(file.source.to_string());
        loaded.bytes += file.bytes.len() as u64;
        let row =
            one_file(&app, &town, &file).await.with_context(|| format!("{}: {}", town.name, file.source))?;
        loaded.loads.push(row);
        bar.inc(1);
    }
    bar.finish_with_message("取込済 / loaded");
    Ok(loaded)
}

async fn one_file(app: &Arc<App>, town: &Town, file: &SynthFile) -> anyhow::Result<LoadRow> {
    let ctx = town.manager.ctx(Purpose::DataQuality);
    let mut receiving = app.upload_begin(&ctx, NewUpload::of(&file.source, file.as_of)).await?;
    app.upload_push(&ctx, &mut receiving, &file.bytes).await?;
    let length = Some(file.bytes.len() as u64);
    let upload = app.upload_finish(&ctx, receiving, Digest::of(&file.bytes), length).await?;
    let (load, operation) = match app.load_begin(&ctx, upload.id).await? {
        Begun::Running { load, operation } => (load, operation),
        Begun::Same(load) => return Ok(load),
    };
    loop {
        match app.operation(&ctx, operation).await?.state.as_str() {
            "done" => return Ok(app.load(&ctx, load.id).await?.0),
            "failed" => {
                let (_, fault) = app.load(&ctx, load.id).await?;
                let why = fault.map(|fault| fault.detail(kernel::Lang::En)).unwrap_or_default();
                bail!("the load failed: {why}");
            }
            _ => tokio::time::sleep(Duration::from_millis(20)).await,
        }
    }
}
