//! The sequencer's hands: it gives committed leaves their places in the one tree and keeps the
//! signed checkpoints. The tree itself and the signature are `evidence`'s. It also ends what no town is
//! there to end: offers that nobody answered in time.

use std::sync::Arc;

use diesel::sql_query;
use diesel::sql_types::{BigInt, Bytea};
use diesel_async::pooled_connection::deadpool::{Object, Pool};
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::hub::{CheckpointRow, hashes, latest_checkpoint, tree_hashes, tree_hashes_from};
use crate::{Installation, StoreError, pool};

/// The installation's sequencer, as `<prefix>_seq`.
pub struct Sequencer {
    pool: Pool<AsyncPgConnection>,
}

impl Sequencer {
    /// The sequencer of an installation; nothing is opened yet.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when no pool can be made.
    pub fn new(installation: &Arc<Installation>) -> Result<Self, StoreError> {
        Ok(Self { pool: pool::open(installation, "seq", 1)? })
    }

    /// Gives up to `limit` committed leaves the next places in the tree; returns their hashes in
    /// that order. Two sequencers at once take turns.
    ///
    /// # Errors
    /// [`StoreError`] when the role cannot connect or the statement fails; then nothing is placed.
    pub async fn sequence(&self, limit: i32) -> Result<Vec<[u8; 32]>, StoreError> {
        let mut conn = self.conn().await?;
        hashes(&mut conn, "SELECT hash FROM hub.sequence($1::integer) AS hash", i64::from(limit)).await
    }

    /// The hashes of the tree's first `size` leaves, in order.
    ///
    /// # Errors
    /// [`StoreError`] when the role cannot connect or the statement fails.
    pub async fn tree_hashes(&self, size: i64) -> Result<Vec<[u8; 32]>, StoreError> {
        let mut conn = self.conn().await?;
        tree_hashes(&mut conn, size).await
    }

    /// The hashes of the tree's leaves from place `from` on, in order, up to `limit`: those of every sequencer.
    ///
    /// # Errors
    /// [`StoreError`] when the role cannot connect or the statement fails.
    pub async fn tree_hashes_from(&self, from: i64, limit: i32) -> Result<Vec<[u8; 32]>, StoreError> {
        let mut conn = self.conn().await?;
        tree_hashes_from(&mut conn, from, limit).await
    }

    /// The newest checkpoint, if one was ever signed.
    ///
    /// # Errors
    /// [`StoreError`] when the role cannot connect or the statement fails.
    pub async fn latest_checkpoint(&self) -> Result<Option<CheckpointRow>, StoreError> {
        let mut conn = self.conn().await?;
        latest_checkpoint(&mut conn).await
    }

    /// Keeps a signed checkpoint; a second one of the same size changes nothing.
    ///
    /// # Errors
    /// [`StoreError`] when the role cannot connect or the statement fails.
    pub async fn sign_checkpoint(&self, size: i64, root: &[u8; 32], note: &[u8]) -> Result<(), StoreError> {
        sql_query("SELECT hub.sign_checkpoint($1, $2, $3)")
            .bind::<BigInt, _>(size)
            .bind::<Bytea, _>(root.as_slice())
            .bind::<Bytea, _>(note)
            .execute(&mut self.conn().await?)
            .await?;
        Ok(())
    }

    /// Ends the offers whose time is over; their packages are gone from then on. Returns how many.
    ///
    /// # Errors
    /// [`StoreError`] when the role cannot connect or the statement fails.
    pub async fn expire_offers(&self) -> Result<i64, StoreError> {
        let mut conn = self.conn().await?;
        let ended: Ended = sql_query("SELECT hub.expire_offers() AS count").get_result(&mut conn).await?;
        Ok(ended.count)
    }

    async fn conn(&self) -> Result<Object<AsyncPgConnection>, StoreError> {
        self.pool.get().await.map_err(|_| StoreError::Unavailable)
    }
}

#[derive(diesel::QueryableByName)]
struct Ended {
    #[diesel(sql_type = BigInt)]
    count: i64,
}
