//! `synth --tenants tenants --residents 20000 --seed 1 --out DIR`: writes every town's made-up files,
//! one folder a town.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use chrono::NaiveDate;
use clap::Parser;
use kernel::Lang;
use kernel::slug::TownSlug;
use profiles::{Bundle, Cooperative};
use synth::{Settings, Synth};

/// Writes the files that the towns' systems would export, about people who do not exist.
#[derive(Parser)]
struct Arguments {
    /// The folder with the cooperative's and the towns' configuration.
    #[arg(long, default_value = "tenants")]
    tenants: PathBuf,
    /// Residents of all towns together.
    #[arg(long, default_value_t = 20_000)]
    residents: usize,
    /// The same seed makes the same files.
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// The day of the exports; today when not given.
    #[arg(long)]
    as_of: Option<NaiveDate>,
    /// The town the demonstration's family leaves.
    #[arg(long, default_value = "kaisei")]
    from: TownSlug,
    /// The town it moves to.
    #[arg(long, default_value = "oi")]
    to: TownSlug,
    /// The folder to write to.
    #[arg(long)]
    out: PathBuf,
}

fn main() -> anyhow::Result<()> {
    let arguments = Arguments::parse();
    let mut files = BTreeMap::new();
    collect(&arguments.tenants, &arguments.tenants, &mut files)?;
    let cooperative = match Cooperative::read(&Bundle::new(files)) {
        Ok(cooperative) => cooperative,
        Err(faults) => {
            let told: Vec<_> = faults.iter().map(|fault| fault.detail(Lang::Ja)).collect();
            bail!("{}", told.join("\n"));
        }
    };
    let settings = Settings {
        seed: arguments.seed,
        residents: arguments.residents,
        as_of: arguments.as_of.unwrap_or_else(|| chrono::Local::now().date_naive()),
        family_moves: Some((arguments.from, arguments.to)),
    };
    let synth = Synth::new(settings, &cooperative);
    for town in &cooperative.towns {
        let folder = arguments.out.join(town.slug.as_str());
        fs::create_dir_all(&folder).with_context(|| format!("creating {}", folder.display()))?;
        for file in synth.files(town.code)? {
            let path = folder.join(&file.name);
            fs::write(&path, &file.bytes).with_context(|| format!("writing {}", path.display()))?;
        }
    }
    Ok(())
}

/// Reads a folder with its subfolders into a map from path to content.
fn collect(root: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        let path = entry?.path();
        if path.is_dir() {
            collect(root, &path, files)?;
        } else if let Some(name) = path.strip_prefix(root)?.to_str() {
            files.insert(name.replace('\\', "/"), fs::read(&path)?);
        }
    }
    Ok(())
}
