//! What tests share: the cluster they run on, a database of one's own, SQL as any role, a load through the
//! store, the platform with its towns and staff. For tests only, never a dependency of the product.
//!
//! Every resident made here is fictional.
#![expect(clippy::unwrap_used, clippy::panic, reason = "a helper of tests fails as a test does")]

pub mod app;
pub mod cluster;
pub mod db;
pub mod files;
pub mod load;
pub mod sql;
pub mod tenants;
pub mod towns;

mod template;

pub use app::{Desk, TestApp};
pub use cluster::Cluster;
pub use db::TestDb;
pub use sql::{Sql, SqlFault};
