//! `docs/api-checklist.md`: every test it names is there, and every point has an answer.

use std::fs;
use std::path::Path;

/// Every Rust source below a folder, in one text.
fn sources(folder: &Path, into: &mut String) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, into);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            into.push_str(&fs::read_to_string(&path).unwrap());
        }
    }
}

#[test]
fn every_test_that_the_checklist_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let page = fs::read_to_string(root.join("docs/api-checklist.md")).unwrap();
    let mut code = String::new();
    for folder in ["crates/api/src", "tests/it"] {
        sources(&root.join(folder), &mut code);
    }
    let points = page.lines().filter(|line| line.starts_with('|') && line.contains("| "));
    let numbered = points.filter(|line| line[1..].trim_start().starts_with(|c: char| c.is_ascii_digit()));
    assert_eq!(numbered.count(), 30);
    // A name in backticks, alone or behind a file, that is long enough to be a test's.
    let mut named = 0;
    for quoted in page.split('`').skip(1).step_by(2) {
        let name = quoted.rsplit("::").next().unwrap();
        let looks_like_one = name.matches('_').count() >= 3 && !name.contains(['/', ' ', '-', '.']);
        let is_check = name.ends_with("_conformance") || name == "not_a_server_error";
        if looks_like_one && !is_check {
            assert!(
                code.contains(&format!("fn {name}(")),
                "the checklist names {quoted}, which is not there"
            );
            named += 1;
        }
    }
    assert!(named > 30, "{named}");
}
