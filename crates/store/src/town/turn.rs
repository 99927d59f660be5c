//! Turning a town's epoch: every wrapped key is wrapped anew, then the old epoch's key is destroyed.
//! What was dropped before the turn is from then on unreadable in every backup.

use std::sync::Arc;
use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_types::{Integer, Nullable, Text};
use diesel_async::{AnsiTransactionManager, AsyncPgConnection, RunQueryDsl, TransactionManager};
use kernel::TownCode;
use seal::{EpochKey, Place, rewrap};
use uuid::Uuid;

use super::{LeafRow, Town, Towns, conn::append_leaf};
use crate::schema::{handover, keystore, upload};
use crate::{KeyFolder, StoreError};

impl Towns {
    /// Turns the town's epoch; waits for the town's acts in progress and holds back new ones until
    /// it is done. Returns the new epoch's number. Once begun it runs to its end, whether or not the
    /// caller still waits: half a turn in memory would wrap new keys under a key about to be
    /// destroyed.
    ///
    /// # Errors
    /// [`StoreError`]; then the rows decide which epoch rules. A turn that was cut off with the
    /// process is settled when the town is next opened.
    pub async fn turn_epoch(&self, town: TownCode, leaf: LeafRow) -> Result<u32, StoreError> {
        let open = self.town(town).await?;
        let turning = tokio::spawn(turn_town(open, self.folder.clone(), leaf));
        turning.await.map_err(|_| StoreError::Unavailable)?
    }
}

async fn turn_town(open: Arc<Town>, folder: KeyFolder, leaf: LeafRow) -> Result<u32, StoreError> {
    let mut keys = Arc::clone(&open.keys).write_owned().await;
    let (town, old) = (open.code, keys.epoch.epoch());
    let mut conn = open.pool.get().await.map_err(|_| StoreError::Unavailable)?;
    let next = folder.next_epoch(town, old)?;
    let turned = rewrap_all(&mut conn, town, &keys.epoch, &next, &leaf).await;
    drop(conn);
    match turned {
        Ok(()) => folder.destroy_epoch(town, old)?,
        // A commit whose answer was lost may have happened: only the rows know. Until they can be
        // asked nobody may wrap a key, so the lock is held; without the database nobody could act.
        Err(_) => {
            while let Err(error) = settle_anew(&open, &folder).await {
                tracing::error!(%town, %error, "a turn of keys is not settled yet");
                tokio::time::sleep(SETTLE_PAUSE).await;
            }
        }
    }
    *keys = folder.town(town)?;
    turned.map(|()| keys.epoch.epoch())
}

async fn settle_anew(open: &Town, folder: &KeyFolder) -> Result<(), StoreError> {
    let mut conn = open.pool.get().await.map_err(|_| StoreError::Unavailable)?;
    settle(&mut conn, folder, open.code).await
}

/// Between two tries to settle a turn while the database cannot be reached.
const SETTLE_PAUSE: Duration = Duration::from_secs(1);

/// Settles a turn that was cut off: of two epochs' keys, the one that the rows rest under stays. One
/// transaction rewraps them all, so the highest epoch of any row is that of every row.
pub(super) async fn settle(
    conn: &mut AsyncPgConnection,
    folder: &KeyFolder,
    town: TownCode,
) -> Result<(), StoreError> {
    let epochs = folder.epochs(town)?;
    if epochs.len() < 2 {
        return Ok(());
    }
    let resting: RestingEpoch = diesel::sql_query(
        "SELECT greatest((SELECT max(epoch) FROM town.keystore WHERE town_id = $1), (SELECT max(epoch) FROM town.upload WHERE town_id = $1 AND load_key IS NOT NULL), (SELECT max(epoch) FROM town.handover WHERE town_id = $1)) AS epoch",
    )
    .bind::<Text, _>(town.as_str())
    .get_result(conn)
    .await?;
    let lowest = epochs.iter().copied().min().unwrap_or(1);
    let stays = resting.epoch.and_then(|epoch| u32::try_from(epoch).ok()).unwrap_or(lowest);
    for epoch in epochs.into_iter().filter(|epoch| *epoch != stays) {
        folder.destroy_epoch(town, epoch)?;
    }
    Ok(())
}

#[derive(QueryableByName)]
struct RestingEpoch {
    #[diesel(sql_type = Nullable<Integer>)]
    epoch: Option<i32>,
}

async fn rewrap_all(
    conn: &mut AsyncPgConnection,
    town: TownCode,
    old: &EpochKey,
    next: &EpochKey,
    leaf: &LeafRow,
) -> Result<(), StoreError> {
    AnsiTransactionManager::begin_transaction(conn).await?;
    let turned = async {
        rewrap_keystore(conn, town, old, next).await?;
        rewrap_uploads(conn, town, old, next).await?;
        rewrap_handovers(conn, town, old, next).await?;
        append_leaf(conn, town, leaf).await
    }
    .await;
    match turned {
        Ok(()) => Ok(AnsiTransactionManager::commit_transaction(conn).await?),
        Err(error) => {
            AnsiTransactionManager::rollback_transaction(conn).await?;
            Err(error)
        }
    }
}

async fn rewrap_keystore(
    conn: &mut AsyncPgConnection,
    town: TownCode,
    old: &EpochKey,
    next: &EpochKey,
) -> Result<(), StoreError> {
    let rows: Vec<(Uuid, Vec<u8>)> = keystore::table
        .filter(keystore::town_id.eq(town.as_str()))
        .select((keystore::subject_id, keystore::keyset))
        .load(conn)
        .await?;
    for (subject, wrapped) in rows {
        let fresh = turn(town, "keystore", subject, &wrapped, old, next)?;
        diesel::update(keystore::table)
            .filter(keystore::town_id.eq(town.as_str()))
            .filter(keystore::subject_id.eq(subject))
            .set((keystore::keyset.eq(fresh), keystore::epoch.eq(number(next))))
            .execute(conn)
            .await?;
    }
    Ok(())
}

async fn rewrap_uploads(
    conn: &mut AsyncPgConnection,
    town: TownCode,
    old: &EpochKey,
    next: &EpochKey,
) -> Result<(), StoreError> {
    let rows: Vec<(Uuid, Option<Vec<u8>>)> = upload::table
        .filter(upload::town_id.eq(town.as_str()))
        .filter(upload::load_key.is_not_null())
        .select((upload::upload_id, upload::load_key))
        .load(conn)
        .await?;
    for (subject, wrapped) in rows {
        let fresh = turn(town, "upload", subject, &wrapped.unwrap_or_default(), old, next)?;
        diesel::update(upload::table)
            .filter(upload::town_id.eq(town.as_str()))
            .filter(upload::upload_id.eq(subject))
            .set((upload::load_key.eq(fresh), upload::epoch.eq(number(next))))
            .execute(conn)
            .await?;
    }
    Ok(())
}

async fn rewrap_handovers(
    conn: &mut AsyncPgConnection,
    town: TownCode,
    old: &EpochKey,
    next: &EpochKey,
) -> Result<(), StoreError> {
    let rows: Vec<(Uuid, Vec<u8>)> = handover::table
        .filter(handover::town_id.eq(town.as_str()))
        .select((handover::handover_id, handover::handover_key))
        .load(conn)
        .await?;
    for (subject, wrapped) in rows {
        let fresh = turn(town, "handover", subject, &wrapped, old, next)?;
        diesel::update(handover::table)
            .filter(handover::town_id.eq(town.as_str()))
            .filter(handover::handover_id.eq(subject))
            .set((handover::handover_key.eq(fresh), handover::epoch.eq(number(next))))
            .execute(conn)
            .await?;
    }
    Ok(())
}

fn turn(
    town: TownCode,
    table: &'static str,
    subject: Uuid,
    wrapped: &[u8],
    old: &EpochKey,
    next: &EpochKey,
) -> Result<Vec<u8>, StoreError> {
    let place = Place { town: town.as_str(), table, subject: subject.as_bytes(), category: 0, version: 0 };
    Ok(rewrap(wrapped, &place, old, next)?)
}

/// An epoch's number as its column keeps it.
pub(crate) fn number(epoch: &EpochKey) -> i32 {
    i32::try_from(epoch.epoch()).unwrap_or(i32::MAX)
}
