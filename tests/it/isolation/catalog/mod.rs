//! The live catalog against the design: what must hold for every table, key, policy, grant, function,
//! role and column. Each check returns what it finds, so that a test can also break one thing and see
//! the check find it.

mod columns;
mod functions;
mod grants;
mod guards;
mod monitoring;
mod plans;
mod roles;
mod tables;

use testkit::towns::{ALL, KAISEI};
use testkit::{Sql, TestDb};

/// What a finding says: where, and what is wrong there.
pub type Findings = Vec<String>;

/// Every check of the catalog.
async fn findings(sql: &Sql) -> Findings {
    let mut all = tables::findings(sql).await;
    all.extend(grants::findings(sql).await);
    all.extend(functions::findings(sql).await);
    all.extend(roles::findings(sql).await);
    all.extend(monitoring::findings(sql).await);
    all.extend(columns::findings(sql).await);
    all
}

/// Runs statements that each return one text a finding.
async fn run_checks(sql: &Sql, checks: &[(&str, &str)]) -> Findings {
    let mut found = Findings::new();
    for (what, query) in checks {
        found.extend(sql.column(query).await.into_iter().map(|place| format!("{place}: {what}")));
    }
    found
}

#[tokio::test]
async fn the_catalog_is_as_designed() {
    let db = TestDb::with_towns(ALL).await;
    assert_eq!(findings(&db.superuser().await).await, Findings::new());
}

#[tokio::test]
async fn every_table_is_reached_by_its_index() {
    let db = TestDb::with_towns(ALL).await;
    plans::fill(&db.superuser().await).await;
    let town = db.login(KAISEI).await;
    assert_eq!(plans::findings(&town, KAISEI).await, Findings::new());
}

#[tokio::test]
async fn an_estimate_says_nothing_about_another_town() {
    let db = TestDb::with_towns(ALL).await;
    plans::fill(&db.superuser().await).await;
    let town = db.login(KAISEI).await;
    assert_eq!(plans::estimates(&town).await, Findings::new());
}
