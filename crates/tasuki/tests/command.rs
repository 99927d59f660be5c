//! The operator's commands as they are typed: what they answer, and with which exit code.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use kernel::ctx::jst_date;
use serde_json::Value;
use testkit::TestApp;
use testkit::files::{file, nth, registered};
use testkit::towns::KAISEI;

/// The installation of a test, as a shell sees it.
struct Shell {
    platform: TestApp,
    folder: PathBuf,
}

impl Shell {
    /// With 開成町 applied, and a copy of `tenants/` to change.
    async fn open() -> Self {
        let platform = TestApp::open(&[KAISEI]).await;
        let folder = platform.db.key_path().join("shell");
        let tenants = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../tenants");
        copy(&tenants.join("cooperative"), &folder.join("tenants/cooperative"));
        copy(&tenants.join("kaisei"), &folder.join("tenants/kaisei"));
        let secret = hex::encode(platform.db.installation().secret.expose());
        fs::write(folder.join("secret"), secret).unwrap();
        Self { platform, folder }
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let installation = self.platform.db.installation();
        Command::new(env!("CARGO_BIN_EXE_tasuki"))
            .args(arguments)
            .current_dir(&self.folder)
            .env("TASUKI_PG_HOST", &installation.host)
            .env("TASUKI_PG_PORT", installation.port.to_string())
            .env("TASUKI_PG_DATABASE", &installation.database)
            .env("TASUKI_PREFIX", installation.prefix.to_string())
            .env("TASUKI_KEYS", self.platform.db.key_path())
            .env("TASUKI_SECRET_FILE", self.folder.join("secret"))
            .env("TASUKI_OPERATOR", self.platform.operator.to_string())
            .output()
            .unwrap()
    }

    /// The exit code and what was said.
    fn told(&self, arguments: &[&str]) -> (i32, String) {
        let output = self.run(arguments);
        let said = [output.stdout, output.stderr].concat();
        (output.status.code().unwrap(), String::from_utf8(said).unwrap())
    }

    fn json(&self, arguments: &[&str]) -> (i32, Value) {
        let output = self.run(&[arguments, &["--format", "json"]].concat());
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let json = serde_json::from_slice(&output.stdout).map_err(|error| format!("{error}: {said}"));
        (output.status.code().unwrap(), json.unwrap())
    }

    /// Takes a source out of the folder, with its golden sample.
    fn forget(&self, source: &str) {
        for file in ["sources/{}.toml", "samples/{}.csv", "expect/{}.json"] {
            let path = self.folder.join("tenants/kaisei").join(file.replace("{}", source));
            fs::remove_file(path).unwrap();
        }
    }

    fn edit(&self, file: &str, old: &str, new: &str) {
        let path = self.folder.join("tenants").join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(old), "{file}");
        fs::write(path, text.replacen(old, new, 1)).unwrap();
    }
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

#[tokio::test(flavor = "multi_thread")]
async fn a_plan_answers_by_its_exit_code() {
    let shell = Shell::open().await;
    let plan = ["town", "plan", "kaisei", "tenants"];
    assert_eq!(shell.told(&plan).0, 0, "nothing to do");
    shell.edit("kaisei/overlays/young_carer.toml", "value = 11", "value = 12");
    let (code, made) = shell.json(&plan);
    assert_eq!((code, &made["difference"]["changes"][0]["new"]), (2, &"12".into()));
    let id = made["id"].as_str().unwrap();
    let (code, said) = shell.told(&["town", "apply", KAISEI, id]);
    assert_eq!(code, 0, "{said}");
    let (code, said) = shell.told(&["town", "apply", "kaisei", id]);
    assert!(code == 1 && said.contains("profile_plan_used"), "{code} {said}");
    assert_eq!(shell.told(&plan).0, 0, "after apply, plan is empty");
    shell.forget("attendance");
    let (code, said) = shell.told(&plan);
    assert!(code == 3 && said.contains("attendance"), "{code} {said}");
    let (code, history) = shell.json(&["town", "history", "kaisei"]);
    assert_eq!((code, history.as_array().unwrap().len()), (0, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_error_ends_with_1_and_says_what_to_do() {
    let shell = Shell::open().await;
    for (arguments, said) in [
        (&["town", "plan"][..], "Usage"),
        (&["arrivals", "--month", "2026-13"], "2026-13"),
        (&["town", "plan", "nowhere", "tenants"], "kaisei"),
        (
            &["town", "history", "kaisei", "--version", "prf_00000000000000000000000000000000"],
            "profile_not_found",
        ),
        (&["staff", "first", "kaisei", "--section", "mayor/none", "--name", "架空 花子"], "mayor/kosodate"),
        (
            &["staff", "first", "kaisei", "--section", "mayor/kosodate", "--name", "架空 花子"],
            "town_has_administrator",
        ),
    ] {
        let (code, told) = shell.told(arguments);
        assert!(code == 1 && told.contains(said), "{arguments:?}: {code} {told}");
    }
    shell.edit("kaisei/town.toml", "code = \"143669\"", "code = \"143660\"");
    let (code, told) = shell.told(&["town", "plan", "kaisei", "tenants"]);
    assert!(code == 1 && told.contains("kaisei/town.toml") && told.contains("検査数字"), "{code} {told}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_is_turned_only_while_nobody_else_has_it() {
    let shell = Shell::open().await;
    let held = shell.platform.db.key_folder().hold().unwrap();
    let (code, said) = shell.told(&["epoch", "turn", "kaisei"]);
    assert!(code == 1 && said.contains("systemctl stop tasuki"), "{code} {said}");
    assert_eq!(shell.told(&["town", "list"]).0, 0, "others may read beside it");
    drop(held);
    let (code, turned) = shell.json(&["epoch", "turn", "kaisei"]);
    assert_eq!((code, &turned["epoch"]), (0, &2.into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn towns_and_arrivals_are_told() {
    let shell = Shell::open().await;
    let (code, health) = shell.json(&["town", "health"]);
    assert_eq!(
        (code, &health[0]["name"], &health[0]["protection_list_is_current"]),
        (0, &"開成町".into(), &false.into())
    );
    let (code, arrivals) = shell.json(&["arrivals"]);
    assert_eq!(code, 0);
    assert!(arrivals.as_array().unwrap().iter().any(|one| one["source_code"] == "attendance"), "{arrivals}");
    let (code, said) = shell.told(&["operator", "token", "--days", "1"]);
    assert!(code == 0 && said.contains("tsk_coop_"), "{said}");
}

/// 開成町's register with these people, as a file; the first one's birth date spoilt if so wished.
fn register(shell: &Shell, name: &str, people: std::ops::Range<u32>, spoilt: bool) {
    let rows: Vec<_> = people.map(|n| registered(&nth(n))).collect();
    let today = jst_date(chrono::Utc::now());
    let mut bytes = file(&shell.platform, KAISEI, "resident_register", today, &rows);
    let born: &[u8] = b",4020101,";
    if let Some(at) = bytes.windows(born.len()).position(|window| spoilt && window == born) {
        bytes.splice(at..at + born.len(), *b",5010430,");
    }
    fs::write(shell.folder.join(name), bytes).unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_is_planned_loaded_looked_at_and_taken_back() {
    let shell = Shell::open().await;
    let today = jst_date(chrono::Utc::now()).to_string();
    let plan = |name: &str| {
        let source = ["--source", "resident_register", "--as-of", &today];
        shell.json(&[&["town", "plan", "kaisei"][..], &source, &[name]].concat())
    };
    let id = |json: &Value| json["id"].as_str().unwrap().to_owned();
    register(&shell, "first.csv", 0..60, true);
    let (code, made) = plan("first.csv");
    assert_eq!((code, &made["changes"]["new"], &made["changes"]["rejected"]), (2, &59.into(), &1.into()));
    let (code, load) = shell.json(&["town", "apply", "kaisei", &id(&made)]);
    assert_eq!((code, &load["state"], &load["rows_loaded"]), (0, &"loaded".into(), &59.into()));
    assert_eq!(plan("first.csv").0, 0, "after apply, plan is empty");
    let (code, said) = shell.told(&["town", "apply", "kaisei", &id(&made)]);
    assert!(code == 1 && said.contains("load_plan_used"), "{code} {said}");

    let (code, said) = shell.told(&["town", "rejects", "kaisei", &id(&load)]);
    assert!(code == 0 && said.contains("era_bounds") && said.contains("生年月日"), "{code} {said}");
    assert!(!said.contains("5010430") && !said.contains("架空"), "a value was shown: {said}");

    register(&shell, "few.csv", 3..60, false);
    assert_eq!(plan("few.csv").0, 3, "somebody's record ends");
    register(&shell, "cut.csv", 0..30, false);
    let (code, made) = plan("cut.csv");
    assert_eq!((code, &made["changes"]["guards"][0]["guard"]), (4, &"max_close_ratio".into()));
    let apply = ["town", "apply", "kaisei", &id(&made)];
    let (code, said) = shell.told(&apply);
    assert!(code == 1 && said.contains("guard_tripped"), "{code} {said}");
    let (code, said) = shell.told(&[&apply[..], &["--override", "max_close_ratio"]].concat());
    assert!(code == 1 && said.contains("--reason"), "{code} {said}");
    let word = ["--override", "max_close_ratio", "--reason", "架空の課長に確認"];
    let (code, load) = shell.json(&[&apply[..], &word].concat());
    assert_eq!((code, &load["overridden_guards"][0]), (0, &"max_close_ratio".into()));

    let back = ["town", "rollback", "kaisei", &id(&load), "--reason", "架空の取り違え"];
    let (code, load) = shell.json(&back);
    assert_eq!((code, &load["state"]), (0, &"rolled_back".into()));
    let (code, said) = shell.told(&back);
    assert!(code == 1 && said.contains("load_not_ready"), "{code} {said}");
    let sql = shell.platform.db.superuser().await;
    let of = format!("FROM town.load WHERE started_by = '{}'", shell.platform.operator.uuid());
    assert_eq!(sql.number(&format!("SELECT count(*) {of}")).await, 2, "the operator stands on both");
    let open = "SELECT count(*) FROM town.pack WHERE recorded_to IS NULL";
    assert_eq!(sql.number(open).await, 59);
}

#[tokio::test(flavor = "multi_thread")]
async fn every_town_is_planned_at_once() {
    let shell = Shell::open().await;
    let all = ["town", "plan", "--all", "tenants"];
    assert_eq!(shell.told(&all).0, 0);
    shell.edit("kaisei/overlays/young_carer.toml", "value = 11", "value = 12");
    let (code, made) = shell.json(&all);
    assert_eq!((code, &made[0]["slug"], &made[0]["plan"]["is_empty"]), (2, &"kaisei".into(), &false.into()));
    let (code, said) = shell.told(&all);
    assert!(code == 2 && said.contains("開成町") && said.contains("pln_"), "{code} {said}");
    shell.forget("attendance");
    assert_eq!(shell.told(&all).0, 3);
    shell.edit("kaisei/town.toml", "code = \"143669\"", "code = \"143660\"");
    let (code, said) = shell.told(&all);
    assert!(code == 1 && said.contains("検査数字"), "{code} {said}");
}

#[test]
fn a_closed_pipe_ends_a_command_quietly() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_tasuki"))
        .arg("openapi")
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let ended = child.wait_with_output().unwrap();
    let said = String::from_utf8(ended.stderr).unwrap();
    assert!(said.is_empty(), "{said}");
    // SIGPIPE, as `cat` or `ls` would end.
    assert_eq!(ended.status.signal(), Some(13));
}
