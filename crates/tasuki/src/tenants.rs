//! Reading a `tenants/` folder from disk. What runs is never read from here, only applied from here.
#![expect(clippy::print_stdout, reason = "validate prints its findings")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use kernel::{Fault, Lang, Place, SourceCode};
use profiles::{Bundle, Cooperative, PROTECTION_LIST, TownProfile};
use serde_json::{Value, json};

/// Every file of the folder, by its path below it.
///
/// # Errors
/// When a file or folder cannot be read.
pub fn read(folder: &Path) -> anyhow::Result<Bundle> {
    let mut files = BTreeMap::new();
    collect(folder, "", &mut files)?;
    Ok(Bundle::new(files))
}

fn collect(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Vec<u8>>) -> anyhow::Result<()> {
    let entries = fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))?;
    for entry in entries {
        let entry = entry?;
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &format!("{path}/"), files)?;
        } else {
            files.insert(path, fs::read(entry.path())?);
        }
    }
    Ok(())
}

/// Checks a folder and prints every fault, in Japanese and English, or all of it as JSON.
///
/// # Errors
/// When the folder cannot be read.
pub fn validate(folder: &Path, as_json: bool) -> anyhow::Result<ExitCode> {
    let read = Cooperative::read(&read(folder)?);
    let code = if read.is_ok() { ExitCode::SUCCESS } else { ExitCode::FAILURE };
    if as_json {
        let (towns, faults) = match &read {
            Ok(cooperative) => (cooperative.towns.iter().map(told_town).collect(), Vec::new()),
            Err(faults) => (Vec::new(), faults.iter().map(told_fault).collect()),
        };
        println!("{}", serde_json::to_string_pretty(&json!({"towns": towns, "faults": faults}))?);
        return Ok(code);
    }
    match read {
        Ok(cooperative) => {
            for town in &cooperative.towns {
                println!("{} {}: {} sources", town.code, town.name, town.sources.len());
                if !town.sources.keys().any(|source| source.as_str() == PROTECTION_LIST) {
                    println!(
                        "    ! 支援措置の一覧（sources/{PROTECTION_LIST}.toml）がないので、町の外へは何も出せません"
                    );
                    println!("      no list of protections: nothing may leave the town");
                }
            }
        }
        Err(faults) => {
            for fault in &faults {
                let place = match fault.place() {
                    Some(Place::Line { file, line, .. }) => format!("{file}:{line}: "),
                    _ => String::new(),
                };
                println!(
                    "{place}{}\n    {}\n    {}",
                    fault.code(),
                    fault.detail(Lang::Ja),
                    fault.detail(Lang::En)
                );
            }
            println!("{} fault(s)", faults.len());
        }
    }
    Ok(code)
}

fn told_town(town: &TownProfile) -> Value {
    let sources: Vec<_> = town.sources.keys().map(SourceCode::as_str).collect();
    json!({"code": town.code, "slug": town.slug.as_str(), "name": town.name, "sources": sources})
}

fn told_fault(fault: &Fault) -> Value {
    let (file, line) = match fault.place() {
        Some(Place::Line { file, line, .. }) => (Some(file), Some(line)),
        _ => (None, None),
    };
    json!({
        "code": fault.code().as_str(), "file": file, "line": line,
        "ja": fault.detail(Lang::Ja), "en": fault.detail(Lang::En),
    })
}
