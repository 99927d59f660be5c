//! The way to a town's tables: its own pool of connections as its own role, its unlocked keys, and
//! the transaction whose last statement is the leaf. There is no other way.

mod claim;
mod conn;
mod held;
mod together;
mod turn;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use diesel::sql_types::{Bool, Text};
use diesel::{QueryableByName, sql_query};
use diesel_async::pooled_connection::deadpool::Pool;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::TownCode;
use kernel::id::PersonId;
use tokio::sync::{RwLock, Semaphore};

use crate::rows::person::PersonRow;
use crate::rows::version::Versions;
use crate::{Installation, KeyFolder, StoreError, TownKeys, pool};
use together::Together;

pub use claim::Claim;
pub(crate) use conn::row_version;
pub use conn::{LeafRow, TownConn, TownTx};
pub(crate) use turn::number as epoch_number;

/// Connections one town may have open.
const TOWN_CONNECTIONS: usize = 8;

/// Connections all towns together may have open.
const PROCESS_CONNECTIONS: usize = 64;

/// How long an act waits for its connection; longer than a turn of a large town's keys.
const PATIENCE: Duration = Duration::from_secs(30);

/// Every town of the installation, opened when first needed.
pub struct Towns {
    installation: Arc<Installation>,
    folder: KeyFolder,
    open: RwLock<HashMap<TownCode, Arc<Town>>>,
    permits: Arc<Semaphore>,
    /// Connections all towns together may have open.
    limit: usize,
}

/// One town, open.
struct Town {
    code: TownCode,
    pool: Pool<AsyncPgConnection>,
    keys: Arc<RwLock<TownKeys>>,
    counters: Together<(), Versions>,
    persons: Together<PersonId, Option<Result<PersonRow, StoreError>>>,
}

impl Towns {
    /// The towns of an installation; nothing is opened yet.
    #[must_use]
    pub fn new(installation: Arc<Installation>, folder: KeyFolder) -> Self {
        Self::within(installation, folder, PROCESS_CONNECTIONS)
    }

    /// As [`Self::new`], with at most so many connections open at once.
    #[must_use]
    pub fn within(installation: Arc<Installation>, folder: KeyFolder, limit: usize) -> Self {
        Self {
            installation,
            folder,
            open: RwLock::new(HashMap::new()),
            permits: Arc::new(Semaphore::new(limit)),
            limit,
        }
    }

    /// The installation.
    #[must_use]
    pub fn installation(&self) -> &Arc<Installation> {
        &self.installation
    }

    /// A connection for single statements.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the town's role cannot connect or no connection becomes free
    /// in time, [`StoreError::Keys`] when its keys cannot be unlocked.
    pub async fn read(&self, town: TownCode) -> Result<TownConn, StoreError> {
        // Acts that each hold a connection and wait for a second one would wait for ever.
        in_time(self.take(town)).await
    }

    /// The town's counters as they stood after the call: one statement for all who ask at the same moment.
    ///
    /// # Errors
    /// As [`Self::read`]; [`StoreError`] when the statement fails.
    pub async fn versions(&self, town: TownCode) -> Result<Versions, StoreError> {
        let open = &*self.town(town).await?;
        let ask = |asking: Vec<()>| async move {
            let versions = self.connection(open).await?.versions().await?;
            Ok(vec![versions; asking.len()])
        };
        in_time(open.counters.ask((), ask)).await
    }

    /// One person as they stood after the call, with the town's counters: one connection for all who ask at
    /// the same moment.
    ///
    /// # Errors
    /// As [`Self::read`]; [`StoreError`] when a statement fails or a box does not open.
    pub async fn person(&self, town: TownCode, id: PersonId) -> Result<Option<PersonRow>, StoreError> {
        let open = &*self.town(town).await?;
        let ask = |ids: Vec<PersonId>| async move { self.connection(open).await?.persons(&ids).await };
        in_time(open.persons.ask(id, ask)).await?.transpose()
    }

    async fn take(&self, town: TownCode) -> Result<TownConn, StoreError> {
        let open = self.town(town).await?;
        self.connection(&open).await
    }

    async fn connection(&self, open: &Town) -> Result<TownConn, StoreError> {
        let place = std::ptr::from_ref(open).addr();
        held::Held::refuse_second(open.code, place);
        let permit = Arc::clone(&self.permits).acquire_owned().await.map_err(|_| StoreError::Unavailable)?;
        let keys = Arc::clone(&open.keys).read_owned().await;
        self.make_room(open).await;
        let conn = open.pool.get().await.map_err(|_| StoreError::Unavailable)?;
        Ok(TownConn::new(open.code, conn, keys, permit, held::Held::of(open.code, place)))
    }

    /// Closes idle connections of other towns where all towns together have as many open as they may and
    /// this one is about to open another.
    async fn make_room(&self, for_town: &Town) {
        if for_town.pool.status().available > 0 {
            return;
        }
        let towns = self.open.read().await;
        let mut open: usize = towns.values().map(|town| town.pool.status().size).sum();
        for town in towns.values().filter(|town| town.code != for_town.code) {
            if open < self.limit {
                return;
            }
            open = open.saturating_sub(pool::close_idle(&town.pool, Duration::ZERO));
        }
    }

    /// Closes the connections of all towns that nobody has used for so long; says how many.
    pub async fn close_idle(&self, idle: Duration) -> usize {
        self.open.read().await.values().map(|town| pool::close_idle(&town.pool, idle)).sum()
    }

    /// A transaction.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub async fn begin(&self, town: TownCode) -> Result<TownTx, StoreError> {
        TownTx::begin(self.read(town).await?).await
    }

    /// The town's keys, held against an epoch turn while the guard lives.
    ///
    /// # Errors
    /// As [`Self::read`].
    pub async fn keys(
        &self,
        town: TownCode,
    ) -> Result<tokio::sync::OwnedRwLockReadGuard<TownKeys>, StoreError> {
        let open = self.town(town).await?;
        Ok(Arc::clone(&open.keys).read_owned().await)
    }

    async fn town(&self, code: TownCode) -> Result<Arc<Town>, StoreError> {
        if let Some(town) = self.open.read().await.get(&code) {
            return Ok(Arc::clone(town));
        }
        let mut open = self.open.write().await;
        if let Some(town) = open.get(&code) {
            return Ok(Arc::clone(town));
        }
        // The role first: a town that was never admitted must not get a key folder by being asked for.
        let pool = pool::open(&self.installation, code.as_str(), TOWN_CONNECTIONS)?;
        let mut conn = pool.get().await.map_err(|_| StoreError::Unavailable)?;
        turn::settle(&mut conn, &self.folder, code).await?;
        // New keys beside old rows would open nothing and hide that a folder was forgotten at a restore.
        if !self.folder.has_town(code) && holds_keys(&mut conn, code).await? {
            let why = format!("the key folder of {code} is missing, but the town has records: restore it");
            return Err(StoreError::Keys(why));
        }
        drop(conn);
        let keys = self.folder.town(code)?;
        let keys = Arc::new(RwLock::new(keys));
        let (counters, persons) = (Together::default(), Together::default());
        let town = Arc::new(Town { code, pool, keys, counters, persons });
        open.insert(code, Arc::clone(&town));
        Ok(town)
    }
}

/// What comes within [`PATIENCE`].
async fn in_time<T>(coming: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    tokio::time::timeout(PATIENCE, coming).await.map_err(|_| StoreError::Unavailable)?
}

/// Whether the town has published its keys or wrapped one: it was here before.
async fn holds_keys(conn: &mut AsyncPgConnection, town: TownCode) -> Result<bool, StoreError> {
    let held: Held = sql_query(
        "SELECT EXISTS (SELECT 1 FROM hub.town_keys() k WHERE k.town_id = $1) OR EXISTS (SELECT 1 FROM town.keystore s WHERE s.town_id = $1) AS held",
    )
    .bind::<Text, _>(town.as_str())
    .get_result(conn)
    .await?;
    Ok(held.held)
}

#[derive(QueryableByName)]
struct Held {
    #[diesel(sql_type = Bool)]
    held: bool,
}
