//! `tasuki town sample`: a fictional file of a source, as its system would export it.
#![expect(clippy::print_stdout, reason = "answers are printed")]

use std::fs;
use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;
use chrono::NaiveDate;
use clap::Args;
use kernel::SourceCode;
use layouts::sample::sample;
use profiles::Cooperative;

use super::super::desk::told;
use crate::tenants;

/// A fictional file of a source.
#[derive(Args, Debug)]
pub struct Sample {
    /// The town's folder name.
    slug: String,
    /// The source.
    source: SourceCode,
    /// Where; nothing is written over.
    #[arg(long)]
    write: PathBuf,
    /// 何月何日時点; today without it.
    #[arg(long, value_parser = super::super::desk::day)]
    as_of: Option<NaiveDate>,
    /// The folder of all towns.
    #[arg(long, default_value = "tenants")]
    tenants: PathBuf,
}

pub fn write(options: &Sample) -> anyhow::Result<()> {
    let shared = tenants::read(&options.tenants)?.of_town(&options.slug).map_err(|faults| told(&faults))?;
    let cooperative = Cooperative::read(&shared.to_bundle()).map_err(|faults| told(&faults))?;
    let town = cooperative.town_named(&options.slug).context("no such town / 町がありません")?;
    let source = town.sources.get(&options.source).context("no such source / 連携元がありません")?;
    let as_of = options.as_of.unwrap_or_else(super::today);
    let made = sample(&source.layout, as_of, options.source.as_str())?;
    let file = fs::File::create_new(&options.write);
    let mut file = file.with_context(|| format!("writing {}", options.write.display()))?;
    file.write_all(&made.bytes)?;
    println!(
        "{}（{}、{} バイト）。載っているのは架空の人だけです。",
        options.write.display(),
        made.media_type,
        made.bytes.len()
    );
    println!("Everybody in it is made up. Its system would call it {}.", made.name);
    Ok(())
}
