//! `docs/quickstart.md`: every command of the page, in order, by bash, against the platform with 開成町 and 大井町.
//! The page in Japanese has the same commands. Without bash, curl or jq it says so and passes.

use std::fs;
use std::net::{IpAddr, Ipv4Addr};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::Arc;

use api::{Limits, ServeSettings, TrainingTokens};
use app::sign_in::{Claimant, Password};
use chrono::Utc;
use kernel::ctx::jst_date;
use kernel::id::RequestId;
use kernel::{Grant, Purpose};
use serde_json::{Value, json};
use tasuki::tls::Certificate;
use testkit::TestApp;
use testkit::towns::{KAISEI, OI};

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

/// What is typed is the same in both languages.
#[test]
fn both_pages_have_the_same_commands() {
    let (en, ja) = (commands(&page("quickstart.md")), commands(&page("quickstart.ja.md")));
    assert!(en.len() > 8, "{} blocks", en.len());
    assert_eq!(en, ja);
}

/// Their password, as in the demonstration.
const PASSWORD: &str = "ekiden-no-tasuki-wo-tsunagu";

/// What the demonstration writes to `access.json`, of the staff who appear on the page.
async fn access(platform: &TestApp, url: &str, ca: &Path) -> Value {
    let mut towns = json!({});
    for (slug, code, name) in [("kaisei", KAISEI, "開成町"), ("oi", OI, "大井町")] {
        towns[slug] = json!({"name": name, "code": code});
        for (role, grant, number) in
            [("case_worker", Grant::CaseWorker, "1003"), ("approver", Grant::Approver, "1004")]
        {
            with_password(platform, code, grant, number).await;
            towns[slug][role] = json!({"staff_number": number});
        }
    }
    json!({"url": url, "ca": ca, "password": PASSWORD, "towns": towns})
}

/// Gives somebody a number and, with a code of the administrator's, a password.
async fn with_password(platform: &TestApp, town: &str, grant: Grant, number: &str) {
    let (admin, staff) = (platform.desk(town, Grant::TownAdmin).ctx(None), platform.desk(town, grant).staff);
    platform.app.staff_number(&admin, staff, number).await.unwrap();
    let code = platform.app.setup_code_issue(&admin, staff).await.unwrap().code;
    let who = Claimant {
        town,
        number,
        address: IpAddr::V4(Ipv4Addr::LOCALHOST),
        now: Utc::now(),
        request: RequestId::new(),
    };
    platform.app.password_set_up(&who, &code, &Password::read(PASSWORD)).await.unwrap();
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
    let settings = ServeSettings {
        bind: "127.0.0.1:0".parse().unwrap(),
        tls,
        workers: 2,
        limits: Limits::default(),
        training: TrainingTokens::default(),
    };
    let serving = api::serve(Arc::clone(&platform.app), settings).unwrap();
    let url = format!("https://localhost:{}", serving.addresses[0].port());
    let handle = serving.server.handle();
    actix_web::rt::spawn(serving.server);
    let file = folder.0.join("access.json");
    let access = access(&platform, &url, &certificate.tls_cert).await;
    fs::write(&file, access.to_string()).unwrap();

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
