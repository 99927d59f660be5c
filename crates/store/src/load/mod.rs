//! The bulk load: one transaction as the town's own role. Sealed rows are COPYed into one TEMP table
//! and INSERTed from there under the policies, because COPY is refused on tables with row security;
//! tokio-postgres does it, because diesel-async has no COPY and keeps its client to itself. All
//! queries avoid what Citus refuses: no MERGE, counted RETURNING, no NOT EXISTS against a resident
//! table. It goes in batches, so that the database inserts one while the platform reads the next.

mod apply;
mod batch;
mod ended;
mod known;
mod quality;
mod stage;
mod writer;

use kernel::TownCode;
use seal::Place;
use tokio::sync::OwnedRwLockReadGuard;
use tokio_postgres::Client;
use uuid::Uuid;

use crate::{StoreError, TownKeys, Towns};

pub use apply::{Closing, LoadEnd};
pub use known::{Key16, Known, PackPlace, Record, TaskPlace};
pub use quality::{RejectPlace, StagedQuality};
pub use stage::{Stage, StagedPack, StagedSubject, StagedTask};

/// One load's transaction, before anything is staged.
pub struct BulkLoad {
    town: TownCode,
    client: Client,
    keys: OwnedRwLockReadGuard<TownKeys>,
}

impl Towns {
    /// Opens a load's transaction; waits for another load of the same town to end. Dropped before
    /// [`Stage::apply`], nothing of it remains.
    ///
    /// # Errors
    /// [`StoreError`] when the town's role cannot connect.
    pub async fn bulk_load(&self, town: TownCode) -> Result<BulkLoad, StoreError> {
        let keys = self.keys(town).await?;
        let client = self.installation().connect(town.as_str()).await?;
        client.batch_execute("BEGIN").await?;
        // One load a town at a time, or two could each make the same person.
        client.execute("SELECT hub.lock_town($1)", &[&town.as_str()]).await?;
        client.batch_execute(batch::CREATE).await?;
        Ok(BulkLoad { town, client, keys })
    }
}

impl BulkLoad {
    /// Ends the transaction with nothing done, so that nobody waits for it, and gives back the keys: what a plan
    /// reads a file with.
    #[must_use]
    pub fn look(self) -> OwnedRwLockReadGuard<TownKeys> {
        self.keys
    }
}

/// Where a box of a town belongs.
fn place<'a>(
    town: &'a TownCode,
    table: &'static str,
    subject: &'a Uuid,
    category: u8,
    version: u32,
) -> Place<'a> {
    Place { town: town.as_str(), table, subject: subject.as_bytes(), category, version }
}
