//! A process that dies: a test runs one of the `#[ignore]`d tests of this binary in a child process that opens the
//! same database and keys, and dies at a step of `app::failpoint`.

use std::os::unix::process::ExitStatusExt;
use std::process::Command;
use std::sync::Arc;

use app::App;
use app::failpoint::VARIABLE;
use store::{Installation, KeyFolder};
use testkit::{Cluster, TestApp, db};

/// How the parent tells its child what to do: database, key folder, and what the test says.
const TOLD: &str = "TASUKI_TEST_CHILD";

/// SIGABRT, with which a step fails.
const ABORTED: i32 = 6;

/// In the child: the platform over the parent's database, and what the test was told.
pub async fn child() -> (Arc<App>, Vec<String>) {
    let told = std::env::var(TOLD).unwrap();
    let mut told = told.split('|').map(str::to_owned);
    let (database, keys) = (told.next().unwrap(), told.next().unwrap());
    let (cluster, folder) = (Cluster::from_env(), KeyFolder::new(keys));
    let installation = Installation {
        host: cluster.host,
        port: cluster.port,
        database,
        prefix: db::PREFIX.parse().unwrap(),
        secret: folder.installation_secret().unwrap(),
    };
    (App::open(Arc::new(installation), folder).await.unwrap(), told.collect())
}

/// In the parent: runs `test` in a child that has to die at `step`.
pub fn die(world: &TestApp, test: &str, step: &str, told: &[&str]) {
    let keys = world.db.key_path().to_str().unwrap();
    let output = Command::new(std::env::current_exe().unwrap())
        .args([test, "--exact", "--ignored", "--nocapture"])
        .env(TOLD, [&[world.db.name(), keys], told].concat().join("|"))
        .env(VARIABLE, step)
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.signal(), Some(ABORTED), "{step} was not reached: {said}");
}
