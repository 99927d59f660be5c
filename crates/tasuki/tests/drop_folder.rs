//! The drop folder: files are loaded in the name of the town's service client, never twice, and those that cannot
//! be say why.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use chrono::{TimeDelta, Utc};
use kernel::ctx::jst_date;
use kernel::{Grant, Grants, Purpose};
use serde_json::Value;
use tasuki::drop_folder::look;
use testkit::TestApp;
use testkit::files::{file, nth, registered};
use testkit::towns::KAISEI;

/// The drop folder with 開成町's service client in it.
struct Dropped {
    platform: TestApp,
    root: PathBuf,
}

impl Dropped {
    async fn open() -> Self {
        let platform = TestApp::open(&[KAISEI]).await;
        let root = platform.db.key_path().join("drop");
        fs::create_dir_all(root.join("kaisei")).unwrap();
        Self { platform, root }
    }

    fn town(&self) -> PathBuf {
        self.root.join("kaisei")
    }

    async fn give_token(&self) {
        let holder = self.platform.hire(KAISEI, "連携用（架空）", &[Grant::Holder]).await;
        fs::write(self.town().join("token"), format!("{}\n", holder.token)).unwrap();
    }

    fn drop(&self, source: &str, name: &str, bytes: &[u8]) {
        let folder = self.town().join("incoming").join(source);
        fs::create_dir_all(&folder).unwrap();
        fs::write(folder.join(name), bytes).unwrap();
        let still = SystemTime::now() - Duration::from_secs(60);
        File::options().write(true).open(folder.join(name)).unwrap().set_modified(still).unwrap();
    }

    async fn look(&self) {
        look(&self.platform.app, &self.root).await;
    }

    fn note(&self, path: &str) -> Value {
        let path: &Path = &self.town().join(path);
        serde_json::from_slice(&fs::read(path).unwrap()).unwrap()
    }

    fn register(&self, people: std::ops::Range<u32>) -> Vec<u8> {
        let rows: Vec<_> = people.map(|n| registered(&nth(n))).collect();
        file(&self.platform, KAISEI, "resident_register", jst_date(Utc::now()), &rows)
    }

    async fn loads(&self) -> Vec<String> {
        let ctx = self.platform.ctx(KAISEI, &[Grant::OverallManager], Purpose::DataQuality);
        let loads = self.platform.app.load_list(&ctx, None, 100).await.unwrap();
        loads.into_iter().map(|load| load.state).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_dropped_is_loaded_once_and_what_cannot_be_says_why() {
    let dropped = Dropped::open().await;
    let today = jst_date(Utc::now());
    let name = format!("JUKI_{}.csv", today.format("%Y%m%d"));
    let register = dropped.register(0..20);
    dropped.drop("resident_register", &name, &register);
    dropped.look().await;
    assert_eq!(dropped.loads().await, [""; 0], "without a client's token nothing is loaded");

    dropped.give_token().await;
    dropped.drop("attendance", "a.csv", b"not,a,layout\n1,2,3\n");
    dropped.drop("no_such_source", "b.csv", b"x\n");
    dropped.look().await;
    let receipt = dropped.note(&format!("processed/resident_register/{name}.json"));
    assert_eq!((&receipt["rows_loaded"], &receipt["as_of"]), (&20.into(), &today.to_string().into()));
    assert_eq!(dropped.note("failed/no_such_source/b.csv.json")["code"], "source_not_found");
    let foreign = dropped.note("failed/attendance/a.csv.json");
    assert!(foreign["ja"].as_str().is_some_and(|ja| !ja.is_empty()), "{foreign}");
    assert!(dropped.town().join("failed/attendance/a.csv").exists());
    let left = fs::read_dir(dropped.town().join("working/resident_register")).unwrap().count();
    assert_eq!(left, 0, "no copy in the clear stays");
    let before = dropped.loads().await;

    // The same file again, as when a stop came between the load and the receipt: nothing is loaded twice.
    let working = dropped.town().join("working/resident_register");
    fs::write(working.join(&name), &register).unwrap();
    dropped.look().await;
    assert_eq!(dropped.loads().await, before);
    assert_eq!(
        dropped.note(&format!("processed/resident_register/{name}.json"))["load_id"],
        receipt["load_id"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn the_client_may_do_no_more_than_its_token() {
    let dropped = Dropped::open().await;
    let reader = dropped.platform.desk(KAISEI, Grant::CaseWorker).token.clone();
    fs::write(dropped.town().join("token"), reader).unwrap();
    dropped.drop("resident_register", "a.csv", &dropped.register(0..3));
    dropped.look().await;
    assert_eq!(dropped.note("failed/resident_register/a.csv.json")["code"], "grant_missing");
    let holder = dropped.platform.hire(KAISEI, "連携用（架空）", &[Grant::Holder]).await;
    let grants: Grants = [Grant::Holder].into_iter().collect();
    let admin = dropped.platform.desk(KAISEI, Grant::TownAdmin).ctx(None);
    let expires = Utc::now() + TimeDelta::hours(1);
    let token = dropped.platform.app.token_hand_out(&admin, holder.staff, grants, expires).await.unwrap();
    dropped.platform.app.token_revoke(&admin, token.row.id).await.unwrap();
    fs::write(dropped.town().join("token"), token.secret).unwrap();
    dropped.drop("resident_register", "b.csv", &dropped.register(0..3));
    dropped.look().await;
    assert_eq!(dropped.loads().await, [""; 0], "a token that was taken away loads nothing");
    assert!(dropped.town().join("working/resident_register/b.csv").exists(), "the file waits for another");
}
