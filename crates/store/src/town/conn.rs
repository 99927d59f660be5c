//! One connection as a town's role, and the transaction over it.

use std::ops::{Deref, DerefMut};

use diesel::sql_types::{Bytea, Text, Uuid as SqlUuid};
use diesel_async::pooled_connection::deadpool::Object;
use diesel_async::{AnsiTransactionManager, AsyncPgConnection, RunQueryDsl, TransactionManager};
use kernel::TownCode;
use kernel::id::LeafId;
use seal::Place;
use tokio::sync::{OwnedRwLockReadGuard, OwnedSemaphorePermit};
use uuid::Uuid;

use super::claim::mark_acted;
use super::held::Held;
use crate::{StoreError, TownKeys};

/// A connection as one town's role, with the town's keys. Every query on it binds the town.
pub struct TownConn {
    town: TownCode,
    conn: Option<Object<AsyncPgConnection>>,
    keys: OwnedRwLockReadGuard<TownKeys>,
    _permit: OwnedSemaphorePermit,
    _held: Held,
}

impl TownConn {
    pub(super) fn new(
        town: TownCode,
        conn: Object<AsyncPgConnection>,
        keys: OwnedRwLockReadGuard<TownKeys>,
        permit: OwnedSemaphorePermit,
        held: Held,
    ) -> Self {
        Self { town, conn: Some(conn), keys, _permit: permit, _held: held }
    }

    /// The town whose rows this connection sees.
    #[must_use]
    pub const fn town(&self) -> TownCode {
        self.town
    }

    /// The town's keys.
    #[must_use]
    pub fn keys(&self) -> &TownKeys {
        &self.keys
    }

    /// The driver's connection and the town's code, to bind.
    pub(crate) fn parts(&mut self) -> Result<(&mut AsyncPgConnection, String), StoreError> {
        let town = self.town.as_str().to_owned();
        let conn = self.conn.as_mut().ok_or(StoreError::Unavailable)?;
        Ok((conn, town))
    }

    /// Where a box of this town belongs.
    pub(crate) fn place<'a>(
        &'a self,
        table: &'static str,
        subject: &'a [u8; 16],
        category: u8,
        version: u32,
    ) -> Place<'a> {
        Place { town: self.town.as_str(), table, subject, category, version }
    }
}

/// A leaf ready to be written: its id and its canonical bytes.
#[derive(Debug, Clone)]
pub struct LeafRow {
    /// The leaf's id.
    pub id: LeafId,
    /// Its canonical bytes; no resident's data.
    pub body: Vec<u8>,
}

/// The act's leaf and the step of the town's chain, in the caller's transaction.
pub(super) async fn append_leaf(
    driver: &mut AsyncPgConnection,
    town: TownCode,
    leaf: &LeafRow,
) -> Result<(), StoreError> {
    diesel::sql_query("SELECT hub.append_leaf($1, $2, $3)")
        .bind::<Text, _>(town.as_str())
        .bind::<SqlUuid, _>(leaf.id.uuid())
        .bind::<Bytea, _>(&leaf.body)
        .execute(driver)
        .await?;
    Ok(())
}

/// A transaction as one town's role. Dropped without a commit, its connection is closed rather than
/// given back, so that the server rolls back at once and no borrower inherits it.
pub struct TownTx {
    conn: TownConn,
    open: bool,
}

impl TownTx {
    pub(super) async fn begin(conn: TownConn) -> Result<Self, StoreError> {
        // Open before BEGIN is sent: whoever goes away while it is on its way closes the connection too, or the
        // next borrower would stand in a transaction that nobody commits.
        let mut tx = Self { conn, open: true };
        let (driver, _) = tx.conn.parts()?;
        AnsiTransactionManager::begin_transaction(driver).await?;
        Ok(tx)
    }

    /// Writes the act's leaf and the step of the town's chain as the last statement, and commits. An
    /// act that cannot write its leaf does not happen.
    ///
    /// # Errors
    /// [`StoreError`] when the leaf is refused or the commit fails; nothing of the act remains.
    pub async fn commit(mut self, leaf: LeafRow) -> Result<(), StoreError> {
        let code = self.conn.town;
        let (driver, town) = self.conn.parts()?;
        mark_acted(driver, &town).await?;
        append_leaf(driver, code, &leaf).await.map_err(StoreError::of_leaf)?;
        self.finish().await
    }

    /// Commits what is no act: progress of a long work, a spooled chunk, an in-process turn of keys.
    ///
    /// # Errors
    /// [`StoreError`] when the commit fails.
    pub async fn commit_bookkeeping(mut self) -> Result<(), StoreError> {
        let (driver, town) = self.conn.parts()?;
        mark_acted(driver, &town).await?;
        self.finish().await
    }

    async fn finish(mut self) -> Result<(), StoreError> {
        let (driver, _) = self.conn.parts()?;
        AnsiTransactionManager::commit_transaction(driver).await?;
        self.open = false;
        Ok(())
    }
}

impl Drop for TownTx {
    fn drop(&mut self) {
        if self.open
            && let Some(conn) = self.conn.conn.take()
        {
            drop(Object::take(conn));
        }
    }
}

impl Deref for TownTx {
    type Target = TownConn;
    fn deref(&self) -> &TownConn {
        &self.conn
    }
}

impl DerefMut for TownTx {
    fn deref_mut(&mut self) -> &mut TownConn {
        &mut self.conn
    }
}

/// The last four bytes of an id: enough to tell two rows of the same subject apart inside a box's
/// associated data, where the subject and the table stand in full.
pub(crate) fn row_version(id: Uuid) -> u32 {
    let bytes = id.as_bytes();
    u32::from_be_bytes([bytes[12], bytes[13], bytes[14], bytes[15]])
}
