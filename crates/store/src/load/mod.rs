//! The bulk load: one transaction as the town's own role. COPY is refused on tables with row security, so
//! sealed rows come as arrays that INSERT … SELECT unnests under the policies, and the rare ones through one
//! TEMP table; tokio-postgres does it, because diesel-async has no COPY and keeps its client to itself. All
//! queries avoid what Citus refuses: no MERGE, counted RETURNING, no NOT EXISTS against a resident
//! table. It goes in batches, so that the database inserts one while the platform reads the next.

mod apply;
mod batch;
mod column;
mod ended;
mod keyed;
mod known;
mod lookup;
mod quality;
mod scratch;
mod stage;
mod writer;

use std::sync::Arc;

use kernel::TownCode;
use kernel::id::LoadId;
use seal::Place;
use tokio::sync::OwnedRwLockReadGuard;
use tokio_postgres::Client;
use uuid::Uuid;

use crate::{StoreError, TownKeys, Towns};

pub use apply::{Closing, LoadEnd};
pub use keyed::{Keyed, KeyedMap, KeyedSet};
pub use known::{Key16, Known, PackPlace, Record, TaskPlace};
pub use lookup::Lookup;
pub use quality::{RejectPlace, StagedQuality};
pub use stage::{Stage, StagedPack, StagedSubject, StagedTask};

/// One load's transaction, before anything is staged.
pub struct BulkLoad {
    town: TownCode,
    client: Arc<Client>,
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
        Ok(BulkLoad { town, client: Arc::new(client), keys })
    }
}

/// What a plan asks with: the connection of a load that nothing came of, and one state of the town however long the
/// file takes.
pub struct Look {
    town: TownCode,
    client: Arc<Client>,
    keys: OwnedRwLockReadGuard<TownKeys>,
}

impl BulkLoad {
    /// Ends the transaction with nothing done, so that nobody waits for it, and looks with its connection: at the
    /// town as it stands when it first asks, whatever others commit afterwards. The lock was waited for, so a load
    /// that was under way is part of what is seen.
    ///
    /// # Errors
    /// [`StoreError`] when a statement fails.
    pub async fn look(self) -> Result<Look, StoreError> {
        self.client.batch_execute("ROLLBACK").await?;
        self.client.batch_execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY").await?;
        Ok(Look { town: self.town, client: self.client, keys: self.keys })
    }

    /// Asks what the town knows.
    #[must_use]
    pub fn lookup(&self) -> Lookup<'_> {
        Lookup { client: &self.client, town: &self.town, keys: &self.keys }
    }
}

impl Look {
    /// What is looked at: the last load of a source that stands, and the town's counter of people.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn base(&self, source: &str) -> Result<(Option<LoadId>, i64), StoreError> {
        let sql = "SELECT (SELECT load_id FROM town.load WHERE town_id = $1 AND source = $2 AND state IN ('loaded', 'unchanged') ORDER BY recorded_at DESC NULLS LAST, load_id DESC LIMIT 1), people FROM town.version WHERE town_id = $1";
        let row = self.client.query_one(sql, &[&self.town.as_str(), &source]).await?;
        let load: Option<Uuid> = row.try_get(0)?;
        Ok((load.map(LoadId::from_uuid), row.try_get(1)?))
    }

    /// The town's keys.
    #[must_use]
    pub fn keys(&self) -> &TownKeys {
        &self.keys
    }

    /// Asks what the town knows.
    #[must_use]
    pub fn lookup(&self) -> Lookup<'_> {
        Lookup { client: &self.client, town: &self.town, keys: &self.keys }
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
