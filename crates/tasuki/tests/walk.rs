//! `docs/adding-a-town.md`: every command of the walk, in order, by bash, and what the page says each answers.
//! Without bash it says so and passes.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A block of commands and the lines that follow it as its answer.
struct Step {
    commands: String,
    answer: Vec<String>,
}

fn steps(page: &str) -> Vec<Step> {
    let mut steps: Vec<Step> = Vec::new();
    let mut fence: Option<&str> = None;
    for line in page.lines() {
        match (fence, line) {
            (None, "```sh") => {
                steps.push(Step { commands: String::new(), answer: Vec::new() });
                fence = Some("sh");
            }
            (None, other) if other.starts_with("```") => fence = Some(other.trim_start_matches('`')),
            (Some(_), "```") => fence = None,
            (Some("sh"), line) => steps.last_mut().unwrap().commands += &format!("{line}\n"),
            (Some("text"), line) => steps.last_mut().unwrap().answer.push(line.to_owned()),
            _ => {}
        }
    }
    steps
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().map(Result::unwrap) {
        let to = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &to)
        } else {
            fs::write(to, fs::read(entry.path()).unwrap()).unwrap()
        }
    }
}

/// A folder that goes with the test.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[test]
fn every_command_of_the_walk_answers_as_the_page_says() {
    if Command::new("bash").arg("--version").output().is_err() {
        println!("not run: there is no bash");
        return;
    }
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let page = fs::read_to_string(root.join("docs/adding-a-town.md")).unwrap();
    let folder = Folder(std::env::temp_dir().join(format!("tasuki-walk-{}", std::process::id())));
    copy(&root.join("tenants"), &folder.0.join("tenants"));
    let program = Path::new(env!("CARGO_BIN_EXE_tasuki")).parent().unwrap();
    let path = format!("{}:{}", program.display(), std::env::var("PATH").unwrap());
    let steps = steps(&page);
    assert!(steps.len() > 6, "{}", steps.len());
    for step in steps {
        let script = format!("set -euo pipefail\n{}", step.commands);
        let output =
            Command::new("bash").args(["-c", &script]).current_dir(&folder.0).env("PATH", &path).output();
        let output = output.unwrap();
        let said = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
        assert!(output.status.success(), "{}\n{said}", step.commands);
        // Each line of the page, in order; … stands for lines that the page leaves out.
        let mut rest = said.lines();
        for line in step.answer.iter().filter(|line| !line.is_empty() && *line != "…") {
            let found = rest.any(|told| told.trim_end().starts_with(line.trim_end()));
            assert!(found, "the page says\n{line}\nand it is told\n{said}");
        }
    }
}
