//! The operator's commands as they are typed: what they answer, and with which exit code.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;
use testkit::TestApp;
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
    let plan = ["profile", "plan", "kaisei", "tenants"];
    assert_eq!(shell.told(&plan).0, 0, "nothing to do");
    shell.edit("kaisei/overlays/young_carer.toml", "value = 11", "value = 12");
    let (code, made) = shell.json(&plan);
    assert_eq!((code, &made["difference"]["changes"][0]["new"]), (2, &"12".into()));
    let id = made["id"].as_str().unwrap();
    let (code, said) = shell.told(&["profile", "apply", KAISEI, id]);
    assert_eq!(code, 0, "{said}");
    let (code, said) = shell.told(&["profile", "apply", "kaisei", id]);
    assert!(code == 1 && said.contains("profile_plan_used"), "{code} {said}");
    assert_eq!(shell.told(&plan).0, 0, "after apply, plan is empty");
    fs::remove_file(shell.folder.join("tenants/kaisei/sources/attendance.toml")).unwrap();
    let (code, said) = shell.told(&plan);
    assert!(code == 3 && said.contains("attendance"), "{code} {said}");
    let (code, history) = shell.json(&["profile", "history", "kaisei"]);
    assert_eq!((code, history.as_array().unwrap().len()), (0, 2));
}

#[tokio::test(flavor = "multi_thread")]
async fn every_error_ends_with_1_and_says_what_to_do() {
    let shell = Shell::open().await;
    for (arguments, said) in [
        (&["profile", "plan"][..], "Usage"),
        (&["arrivals", "--month", "2026-13"], "2026-13"),
        (&["profile", "plan", "nowhere", "tenants"], "kaisei"),
        (
            &["profile", "history", "kaisei", "--version", "prf_00000000000000000000000000000000"],
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
    let (code, told) = shell.told(&["profile", "plan", "kaisei", "tenants"]);
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
