//! What rests in a town's tables, counted: equal before and after says that nothing is half done.

use std::collections::BTreeMap;
use std::time::Duration;

use evidence::{Act, Leaf};
use kernel::{Code, Fault, Lang};
use store::hub::LeafEntry;
use testkit::towns::code;
use testkit::{Sql, TestApp};

/// Tables a load writes, and what of them is in force.
const COUNTED: &[(&str, &str)] = &[
    ("person", "true"),
    ("identifier", "recorded_to IS NULL"),
    ("household", "true"),
    ("membership", "recorded_to IS NULL"),
    ("pack", "recorded_to IS NULL"),
    ("pack", "recorded_to IS NOT NULL"),
    ("keystore", "true"),
    ("reject", "true"),
    ("link_task", "state = 'open'"),
    ("link_task", "state <> 'open'"),
    ("upload_chunk", "true"),
];

/// Rows of every table a load writes, by table and condition.
pub async fn resting(world: &TestApp) -> BTreeMap<String, i64> {
    let sql = world.db.superuser().await;
    let mut counts = BTreeMap::new();
    for (table, held) in COUNTED {
        let count = sql.number(&format!("SELECT count(*) FROM town.{table} WHERE {held}")).await;
        counts.insert(format!("{table} {held}"), count);
    }
    counts
}

/// One number, asked as the superuser.
pub async fn number(world: &TestApp, query: &str) -> i64 {
    world.db.superuser().await.number(query).await
}

/// Every leaf of a town's chain, in order.
pub async fn leaves(world: &TestApp, town: &str) -> Vec<LeafEntry> {
    let mut conn = world.db.towns().read(code(town)).await.unwrap();
    conn.hub_leaves(0, 10_000).await.unwrap()
}

/// What a town did, in order; looks at residents left out, which come in batches.
pub async fn acts(world: &TestApp, town: &str) -> Vec<Act> {
    let leaves = leaves(world, town).await;
    let acts = leaves.iter().map(|leaf| Leaf::from_bytes(&leaf.body).unwrap().act);
    acts.filter(|act| *act != Act::PersonsRead).collect()
}

/// Rows of a table that somebody holds.
pub struct Held {
    sql: Sql,
    watch: Sql,
}

impl Held {
    pub async fn rows(world: &TestApp, table: &str) -> Self {
        let (sql, watch) = (world.db.superuser().await, world.db.superuser().await);
        sql.run("BEGIN").await;
        sql.run(&format!("SELECT 1 FROM town.{table} FOR UPDATE")).await;
        Self { sql, watch }
    }

    /// Lets go of them once so many wait: what all of those have read is then old for all but the first.
    pub async fn let_go(self, waiting: i64) {
        let waits = "SELECT count(*) FROM pg_stat_activity \
            WHERE wait_event_type = 'Lock' AND datname = current_database()";
        while self.watch.number(waits).await < waiting {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        self.sql.run("COMMIT").await;
    }
}

/// That something was refused for this reason, and says so in both languages without a gap.
pub fn assert_refused<T>(outcome: Result<T, Fault>, code: Code, ja: &str, en: &str) {
    let Err(fault) = outcome else { panic!("{code} was expected") };
    assert_eq!(fault.code(), code, "{}", fault.detail(Lang::En));
    for (lang, part) in [(Lang::Ja, ja), (Lang::En, en)] {
        let said = fault.detail(lang);
        assert!(said.contains(part) && !said.contains('{'), "{part} is not in: {said}");
    }
}
