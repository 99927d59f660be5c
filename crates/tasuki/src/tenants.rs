//! Reading a `tenants/` folder from disk. What runs is never read from here, only applied from here.
#![expect(clippy::print_stdout, reason = "validate prints its findings")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::ExitCode;

use anyhow::Context;
use kernel::{Lang, Place};
use profiles::{Bundle, Cooperative};

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

/// Checks a folder and prints every fault, in Japanese and English.
///
/// # Errors
/// When the folder cannot be read.
pub fn validate(folder: &Path) -> anyhow::Result<ExitCode> {
    match Cooperative::read(&read(folder)?) {
        Ok(cooperative) => {
            for town in &cooperative.towns {
                println!("{} {}: {} sources", town.code, town.name, town.sources.len());
            }
            Ok(ExitCode::SUCCESS)
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
            Ok(ExitCode::FAILURE)
        }
    }
}
