//! A bundle handed in over the API is read file by file.

use std::path::Path;

use super::*;

/// The repository's own example towns.
fn files() -> BTreeMap<String, String> {
    fn walk(root: &Path, folder: &Path, files: &mut BTreeMap<String, String>) {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = entry.path();
            if path.is_dir() {
                walk(root, &path, files);
            } else if let Ok(text) = std::fs::read_to_string(&path) {
                files.insert(path.strip_prefix(root).unwrap().to_str().unwrap().to_owned(), text);
            }
        }
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tenants");
    let mut files = BTreeMap::new();
    walk(&root, &root, &mut files);
    files
}

fn code(text: &str) -> TownCode {
    text.parse().unwrap()
}

#[test]
fn a_profile_is_applied_to_its_own_town_only() {
    let new = || NewProfile { files: files() };
    let bundle = new().of_town(code("143669"), "kaisei").unwrap();
    assert!(
        bundle.files().keys().all(|path| path.starts_with("kaisei/") || path.starts_with("cooperative/"))
    );
    let faults = new().of_town(code("143626"), "kaisei").unwrap_err();
    assert_eq!(faults[0].code(), Code::InvalidValue);
    assert!(faults[0].detail(kernel::Lang::En).contains("143669"));
}

#[test]
fn faults_come_all_at_once_with_their_lines() {
    let mut files = files();
    files.insert("kaisei/town.toml".into(), "format = 1\nnmae = 1\ncode = \"143660\"\n".into());
    let faults = NewProfile { files }.of_town(code("143669"), "kaisei").unwrap_err();
    assert!(faults.len() > 1);
    assert!(faults.iter().all(|fault| matches!(fault.place(), Some(kernel::Place::Line { .. }))));
}

#[test]
fn files_without_the_town_say_so() {
    let faults = NewProfile { files: files() }.of_town(code("149993"), "nowhere").unwrap_err();
    assert_eq!(faults[0].code(), Code::ProfileMissing);
}
