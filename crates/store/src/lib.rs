//! The shell around PostgreSQL: roles, schema, the town's transaction, the keystore, the bulk load
//! and the hub's functions. Nothing else in the house speaks SQL, and nothing here decides.

pub mod access;
pub mod column_class;
pub mod coop;
pub mod error;
pub mod hub;
pub mod install;
pub mod keyfolder;
pub mod load;
pub mod rows;
pub mod sequencer;
pub mod town;
pub mod watch;

mod pool;
mod schema;
mod word;

pub use column_class::ColumnClass;
pub use coop::Coop;
pub use error::StoreError;
pub use install::{Installation, Prefix};
pub use keyfolder::{KeyFolder, KeyHold, TownKeys};
pub use sequencer::Sequencer;
pub use town::{TownConn, TownTx, Towns};
pub use watch::Watch;
