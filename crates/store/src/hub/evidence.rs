//! The evidence log, to read: a town's own leaves, and what is common to all: the tree's hashes
//! and its checkpoints.

use chrono::{DateTime, Utc};
use diesel::sql_types::{BigInt, Bytea, Integer, Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{OptionalExtension, QueryableByName, sql_query};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::id::LeafId;
use uuid::Uuid;

use crate::{StoreError, TownConn};

/// One leaf of the town's chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeafEntry {
    /// Its place in the town's chain, from 1.
    pub n: i64,
    /// Its id.
    pub id: LeafId,
    /// Its canonical bytes.
    pub body: Vec<u8>,
    /// Its leaf hash (RFC 6962: SHA-256 over 0x00 and the bytes).
    pub hash: [u8; 32],
    /// The chain's head after it.
    pub head: [u8; 32],
    /// Its index in the tree; `None` until the sequencer has placed it.
    pub tree_index: Option<i64>,
}

/// A signed state of the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CheckpointRow {
    /// Leaves in the tree.
    pub size: i64,
    /// Their root.
    pub root: [u8; 32],
    /// The signed note, as `evidence` writes it.
    pub note: Vec<u8>,
    /// When it was signed.
    pub signed_at: DateTime<Utc>,
}

#[derive(QueryableByName)]
struct LeafColumns {
    #[diesel(sql_type = BigInt)]
    n: i64,
    #[diesel(sql_type = SqlUuid)]
    leaf_id: Uuid,
    #[diesel(sql_type = Bytea)]
    body: Vec<u8>,
    #[diesel(sql_type = Bytea)]
    hash: Vec<u8>,
    #[diesel(sql_type = Bytea)]
    head: Vec<u8>,
    #[diesel(sql_type = Nullable<BigInt>)]
    tree_index: Option<i64>,
}

#[derive(QueryableByName)]
struct CheckpointColumns {
    #[diesel(sql_type = BigInt)]
    size: i64,
    #[diesel(sql_type = Bytea)]
    root: Vec<u8>,
    #[diesel(sql_type = Bytea)]
    note: Vec<u8>,
    #[diesel(sql_type = Timestamptz)]
    signed_at: DateTime<Utc>,
}

#[derive(QueryableByName)]
struct HeadColumns {
    #[diesel(sql_type = BigInt)]
    n: i64,
    #[diesel(sql_type = Bytea)]
    head: Vec<u8>,
}

#[derive(QueryableByName)]
struct HashColumn {
    #[diesel(sql_type = Bytea)]
    hash: Vec<u8>,
}

/// A SHA-256 as read back.
fn hash(bytes: Vec<u8>) -> Result<[u8; 32], StoreError> {
    bytes.try_into().map_err(|_| StoreError::Malformed("hash"))
}

fn entry(columns: LeafColumns) -> Result<LeafEntry, StoreError> {
    Ok(LeafEntry {
        n: columns.n,
        id: LeafId::from_uuid(columns.leaf_id),
        body: columns.body,
        hash: hash(columns.hash)?,
        head: hash(columns.head)?,
        tree_index: columns.tree_index,
    })
}

/// The hashes that a function of the hub returns as a set.
pub(crate) async fn hashes(
    driver: &mut AsyncPgConnection,
    statement: &'static str,
    limit: i64,
) -> Result<Vec<[u8; 32]>, StoreError> {
    let rows: Vec<HashColumn> = sql_query(statement).bind::<BigInt, _>(limit).load(driver).await?;
    rows.into_iter().map(|row| hash(row.hash)).collect()
}

/// The leaf hashes of the tree from place `from` on, in order, up to `limit`.
pub(crate) async fn tree_hashes_from(
    driver: &mut AsyncPgConnection,
    from: i64,
    limit: i32,
) -> Result<Vec<[u8; 32]>, StoreError> {
    let rows: Vec<HashColumn> = sql_query("SELECT hash FROM hub.tree_hashes_from($1, $2) AS hash")
        .bind::<BigInt, _>(from)
        .bind::<Integer, _>(limit)
        .load(driver)
        .await?;
    rows.into_iter().map(|row| hash(row.hash)).collect()
}

/// The leaf hashes of the tree's first `size` leaves, in order.
pub(crate) async fn tree_hashes(
    driver: &mut AsyncPgConnection,
    size: i64,
) -> Result<Vec<[u8; 32]>, StoreError> {
    hashes(driver, "SELECT hash FROM hub.tree_hashes($1) AS hash", size).await
}

/// The newest checkpoint, if one was ever signed.
pub(crate) async fn latest_checkpoint(
    driver: &mut AsyncPgConnection,
) -> Result<Option<CheckpointRow>, StoreError> {
    let found: Option<CheckpointColumns> =
        sql_query("SELECT size, root, note, signed_at FROM hub.latest_checkpoint()")
            .get_result(driver)
            .await
            .optional()?;
    found
        .map(|c| {
            Ok(CheckpointRow { size: c.size, root: hash(c.root)?, note: c.note, signed_at: c.signed_at })
        })
        .transpose()
}

impl TownConn {
    /// The town's own leaves after place `after` (0: from the first), oldest first.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn hub_leaves(&mut self, after: i64, limit: i32) -> Result<Vec<LeafEntry>, StoreError> {
        const LEAVES: &str = "SELECT n, leaf_id, body, hash, head, tree_index FROM hub.leaves($1, $2, $3)";
        self.leaves(LEAVES, after, limit).await
    }

    /// As [`Self::hub_leaves`], without the leaves of looks.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn hub_changes(&mut self, after: i64, limit: i32) -> Result<Vec<LeafEntry>, StoreError> {
        const CHANGES: &str = "SELECT n, leaf_id, body, hash, head, tree_index FROM hub.changes($1, $2, $3)";
        self.leaves(CHANGES, after, limit).await
    }

    async fn leaves(
        &mut self,
        statement: &'static str,
        after: i64,
        limit: i32,
    ) -> Result<Vec<LeafEntry>, StoreError> {
        let (driver, town) = self.parts()?;
        let rows: Vec<LeafColumns> = sql_query(statement)
            .bind::<Text, _>(town)
            .bind::<BigInt, _>(after)
            .bind::<Integer, _>(limit)
            .load(driver)
            .await?;
        rows.into_iter().map(entry).collect()
    }

    /// How many leaves the town's chain has, and the head after the last.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails or the town was never admitted.
    pub async fn hub_chain_head(&mut self) -> Result<(i64, [u8; 32]), StoreError> {
        let (driver, town) = self.parts()?;
        let found: HeadColumns = sql_query("SELECT n, head FROM hub.chain_head($1)")
            .bind::<Text, _>(town)
            .get_result(driver)
            .await?;
        Ok((found.n, hash(found.head)?))
    }

    /// The leaf hashes of the tree's first `size` leaves, in order: all that a proof needs, and
    /// nothing that tells whose they are.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn hub_tree_hashes(&mut self, size: i64) -> Result<Vec<[u8; 32]>, StoreError> {
        let (driver, _) = self.parts()?;
        tree_hashes(driver, size).await
    }

    /// The newest checkpoint, if one was ever signed.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn hub_latest_checkpoint(&mut self) -> Result<Option<CheckpointRow>, StoreError> {
        let (driver, _) = self.parts()?;
        latest_checkpoint(driver).await
    }
}
