//! `docs/quickstart.md`: every command of the page, in order, by bash, against the platform with 開成町 and 大井町.
//! The page in Japanese has the same commands. Without bash, curl or jq it says so and passes.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use api::{Limits, ServeSettings};
use chrono::Utc;
use kernel::ctx::jst_date;
use kernel::{Grant, Purpose};
use serde_json::{Value, json};
use tasuki::tls::Certificate;
use testkit::towns::{KAISEI, OI};
use testkit::{Desk, TestApp};

use crate::handovers::family::pin;

fn page(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// The commands of a page: its blocks marked `sh`.
fn commands(page: &str) -> Vec<String> {
    let mut blocks = Vec::new();
    let mut block: Option<String> = None;
    for line in page.lines() {
        match &mut block {
            None if line == "```sh" => block = Some(String::new()),
            Some(_) if line == "```" => blocks.extend(block.take()),
            Some(text) => *text += &format!("{line}\n"),
            None => {}
        }
    }
    blocks
}

/// The commands without what a language says in them: comments and Japanese or English texts of requests stay,
/// for both pages type the same.
#[test]
fn both_pages_have_the_same_commands() {
    let (en, ja) = (commands(&page("quickstart.md")), commands(&page("quickstart.ja.md")));
    assert!(en.len() > 8, "{} blocks", en.len());
    assert_eq!(en, ja);
}

/// What the demonstration writes to `access.json`.
fn access(platform: &TestApp, url: &str, ca: &Path) -> Value {
    let desk = |desk: &Desk| json!({"staff_id": desk.staff, "token": desk.token});
    let town = |code: &str, name: &str| {
        json!({
            "name": name,
            "code": code,
            "case_worker": desk(platform.desk(code, Grant::CaseWorker)),
            "approver": desk(platform.desk(code, Grant::Approver)),
        })
    };
    json!({"url": url, "ca": ca, "towns": {"kaisei": town(KAISEI, "開成町"), "oi": town(OI, "大井町")}})
}

/// Both towns with residents, scored, each with the other's keys compared.
async fn world() -> TestApp {
    let platform = TestApp::open(&[KAISEI, OI]).await;
    platform.load_fictional(&[KAISEI, OI], 1_500, jst_date(Utc::now())).await;
    for (town, peer) in [(KAISEI, OI), (OI, KAISEI)] {
        pin(&platform, town, peer).await;
        let ctx = platform.ctx(town, &[Grant::OverallManager], Purpose::Assessment);
        let (_, run) = platform.app.run_begin(&ctx, &"young_carer".parse().unwrap(), None).await.unwrap();
        assert_eq!(platform.ended(town, run).await, "done");
    }
    platform
}

/// A folder that goes with the test.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[actix_web::test]
async fn every_command_of_the_page_runs() {
    if let Some(tool) =
        ["bash", "curl", "jq"].iter().find(|tool| Command::new(tool).arg("--version").output().is_err())
    {
        println!("not run: there is no {tool}");
        return;
    }
    let platform = world().await;
    let folder =
        Folder(std::env::temp_dir().join(format!("tasuki-quickstart-{}", uuid::Uuid::now_v7().simple())));
    fs::create_dir_all(&folder.0).unwrap();
    let certificate =
        Certificate { tls_cert: folder.0.join("cert.pem"), tls_key: folder.0.join("cert-key.pem") };
    let tls = certificate.config().unwrap();
    let settings =
        ServeSettings { bind: "127.0.0.1:0".parse().unwrap(), tls, workers: 2, limits: Limits::default() };
    let serving = api::serve(Arc::clone(&platform.app), settings).unwrap();
    let url = format!("https://localhost:{}", serving.addresses[0].port());
    let handle = serving.server.handle();
    actix_web::rt::spawn(serving.server);
    let file = folder.0.join("access.json");
    fs::write(&file, access(&platform, &url, &certificate.tls_cert).to_string()).unwrap();

    let script = format!("set -euo pipefail\n{}", commands(&page("quickstart.md")).join("\n"));
    let mut bash = tokio::process::Command::new("bash");
    bash.args(["-c", &script]).env("ACCESS", &file).current_dir(&folder.0);
    let output = bash.output().await.unwrap();
    let (said, failed) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(output.status.success(), "{said}\n{failed}");
    println!("{said}");
    let last: Vec<&str> = said.trim_end().lines().rev().take(1).collect();
    assert_eq!(last, ["\"completed\""], "{said}");
    handle.stop(true).await;
}
