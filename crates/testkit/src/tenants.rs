//! The `tenants/` folder of this checkout, and the fictional residents of its towns.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use chrono::NaiveDate;
use profiles::{Bundle, Cooperative};
use synth::{Settings, Synth, SynthFile};

use crate::towns::{ALL, code};

/// Every file of the folder.
///
/// # Panics
/// When one cannot be read.
#[must_use]
pub fn bundle() -> Bundle {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tenants");
    let mut files = BTreeMap::new();
    collect(&folder, "", &mut files);
    Bundle::new(files)
}

/// The same, with these files added or in the place of those that are there.
#[must_use]
pub fn with(bundle: &Bundle, files: &[(&str, String)]) -> Bundle {
    let there = bundle.paths().filter_map(|path| Some((path.to_owned(), bundle.get(path)?.to_vec())));
    let instead = files.iter().map(|(path, text)| ((*path).to_owned(), text.clone().into_bytes()));
    Bundle::new(there.chain(instead).collect())
}

/// The folder, checked.
///
/// # Panics
/// When it has faults.
#[must_use]
pub fn cooperative(bundle: &Bundle) -> Cooperative {
    Cooperative::read(bundle).unwrap_or_else(|faults| {
        let told: Vec<String> = faults.iter().map(|fault| fault.detail(kernel::Lang::En)).collect();
        panic!("tenants/ has faults:\n{}", told.join("\n"))
    })
}

/// The sources that others rest on, first.
const FIRST: &[&str] = &["resident_register", "key_master", "school_register"];

/// The fictional files of these towns, in the order in which they are to be loaded; `residents` are of
/// [`ALL`] together, as if the cooperative had no other member.
///
/// # Panics
/// When a layout has no spelling for a value.
#[must_use]
pub fn files(
    cooperative: &Cooperative,
    towns: &[&str],
    residents: usize,
    as_of: NaiveDate,
) -> Vec<(String, Vec<SynthFile>)> {
    let family_moves = Some(("kaisei".parse().unwrap(), "oi".parse().unwrap()));
    let settings = Settings { seed: 1, residents, as_of, family_moves };
    let mut known = cooperative.clone();
    known.towns.retain(|town| ALL.iter().any(|loaded| code(loaded) == town.code));
    let synth = Synth::new(settings, &known);
    let of_town = |town: &&str| {
        let mut files = synth.files(code(town)).unwrap();
        let place = |file: &SynthFile| FIRST.iter().position(|first| *first == file.source.as_str());
        files.sort_by_key(|file| place(file).unwrap_or(FIRST.len()));
        ((*town).to_owned(), files)
    };
    towns.iter().map(of_town).collect()
}

fn collect(folder: &Path, prefix: &str, files: &mut BTreeMap<String, Vec<u8>>) {
    let entries = fs::read_dir(folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display()));
    for entry in entries {
        let entry = entry.unwrap();
        let path = format!("{prefix}{}", entry.file_name().to_string_lossy());
        if entry.file_type().unwrap().is_dir() {
            collect(&entry.path(), &format!("{path}/"), files);
        } else {
            files.insert(path, fs::read(entry.path()).unwrap());
        }
    }
}
