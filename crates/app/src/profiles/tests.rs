//! Whose profile a bundle is, and what is wrong with it.

use std::collections::BTreeMap;
use std::path::Path;

use chrono::Utc;

use super::*;

/// The repository's own example towns.
fn files() -> BTreeMap<String, Vec<u8>> {
    fn walk(root: &Path, folder: &Path, files: &mut BTreeMap<String, Vec<u8>>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(root, &path, files);
            } else {
                let text = std::fs::read(&path).unwrap();
                files.insert(path.strip_prefix(root).unwrap().to_str().unwrap().to_owned(), text);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tenants");
    let mut files = BTreeMap::new();
    walk(&root, &root, &mut files);
    files
}

fn check(
    files: BTreeMap<String, Vec<u8>>,
    town: &str,
    slug: &str,
) -> std::result::Result<Checked, Vec<Fault>> {
    let (town, slug) = (town.parse().unwrap(), slug.parse().unwrap());
    let member = MemberRow { town, slug, name: "架空町".to_owned(), joined_at: Utc::now() };
    Checked::of(&Bundle::new(files), &member)
}

#[test]
fn a_profile_is_of_its_own_town_only() {
    let checked = check(files(), "143669", "kaisei").unwrap();
    let kept = checked.bundle.files();
    assert!(kept.keys().all(|path| path.starts_with("kaisei/") || path.starts_with("cooperative/")));
    let faults = check(files(), "143626", "kaisei").unwrap_err();
    assert_eq!(faults[0].code(), Code::InvalidValue);
    assert!(faults[0].detail(kernel::Lang::En).contains("143669"));
}

#[test]
fn faults_come_all_at_once_with_their_lines() {
    let mut files = files();
    files.insert("kaisei/town.toml".into(), b"format = 1\nnmae = 1\ncode = \"143660\"\n".to_vec());
    let faults = check(files, "143669", "kaisei").unwrap_err();
    assert!(faults.len() > 1);
    assert!(faults.iter().all(|fault| matches!(fault.place(), Some(kernel::Place::Line { .. }))));
}

#[test]
fn files_without_the_town_say_so() {
    let faults = check(files(), "149993", "nowhere").unwrap_err();
    assert_eq!(faults[0].code(), Code::ProfileMissing);
}
