//! `tasuki town reset`: the training town comes back as it was, and nobody else is touched.
#![expect(clippy::unwrap_used, reason = "helpers of tests fail as tests do")]

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use testkit::towns::{KAISEI, RENSHU};
use testkit::{Cluster, Sql, TestApp};

fn reset(platform: &TestApp, slug: &str, tokens: &Path) -> Output {
    let folder = platform.db.key_path();
    let installation = platform.db.installation();
    let cluster = Cluster::from_env();
    let [secret, password] = ["secret", "password"].map(|name| folder.join(name));
    fs::write(&secret, hex::encode(installation.secret.expose())).unwrap();
    fs::write(&password, &cluster.password).unwrap();
    Command::new(env!("CARGO_BIN_EXE_tasuki"))
        .args(["town", "reset", slug, "../../tenants"])
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .env("TASUKI_PG_HOST", &installation.host)
        .env("TASUKI_PG_PORT", installation.port.to_string())
        .env("TASUKI_PG_DATABASE", &installation.database)
        .env("TASUKI_PREFIX", installation.prefix.to_string())
        .env("TASUKI_KEYS", folder)
        .env("TASUKI_SECRET_FILE", secret)
        .env("TASUKI_OPERATOR", platform.operator.to_string())
        .env("TASUKI_PG_SUPERUSER", &cluster.superuser)
        .env("TASUKI_PG_PASSWORD_FILE", password)
        .env("TASUKI_TRAINING_TOKENS", tokens)
        .output()
        .unwrap()
}

/// Rows of every table of towns, by town.
async fn counted(sql: &Sql) -> BTreeMap<(String, String), String> {
    let tables = sql.column("SELECT tablename FROM pg_tables WHERE schemaname = 'town'").await;
    let mut counted = BTreeMap::new();
    for table in tables {
        for row in sql.rows(&format!("SELECT town_id, count(*) FROM town.{table} GROUP BY 1")).await {
            let [town, count] = [0, 1].map(|at| row[at].clone().unwrap());
            counted.insert((town, table.clone()), count);
        }
    }
    counted
}

#[tokio::test(flavor = "multi_thread")]
async fn a_training_town_comes_back_under_the_same_ids_and_no_member_is_touched() {
    let platform = TestApp::open(&[RENSHU, KAISEI]).await;
    let tokens = platform.db.key_path().join("tokens.json");
    let sql = Sql::open(&Cluster::from_env().config(&platform.db.installation().database)).await;
    let of_kaisei = |counted: BTreeMap<(String, String), String>| -> BTreeMap<_, _> {
        counted.into_iter().filter(|((town, _), _)| town == KAISEI).collect()
    };
    let before = of_kaisei(counted(&sql).await);
    let ids = async |noun: &str| {
        sql.column(&format!("SELECT {noun}_id FROM town.{noun} WHERE town_id = '{RENSHU}' ORDER BY 1")).await
    };
    let mut seen = Vec::new();
    for _ in 0..2 {
        let output = reset(&platform, "renshu", &tokens);
        let said = String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned();
        assert!(output.status.success() && said.contains("14"), "{said}");
        seen.push((ids("person").await, ids("household").await, ids("staff").await));
    }
    assert_eq!(seen[0], seen[1]);
    assert!(seen[0].0.len() >= 300 && !seen[0].1.is_empty(), "{}", seen[0].0.len());
    assert_eq!(seen[0].2.len(), 4, "its staff too");
    let offer: Value = serde_json::from_slice(&fs::read(&tokens).unwrap()).unwrap();
    assert_eq!((&offer["code"], offer["tokens"].as_array().unwrap().len()), (&RENSHU.into(), 4));
    let acts = sql.column(&format!("SELECT count(*) FROM hub.leaf WHERE town_id = '{RENSHU}' AND convert_from(body, 'UTF8') LIKE '%training_reset%'")).await;
    assert_eq!(acts, ["2"], "both stand in the town's chain");

    let output = reset(&platform, "kaisei", &tokens);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() == Some(1) && said.contains("training_town_only"), "{said}");
    assert_eq!(of_kaisei(counted(&sql).await), before);
}
