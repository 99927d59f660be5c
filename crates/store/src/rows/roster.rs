//! 名簿: a sealed copy of what a server holds in memory of a town's people. It is a cache and nothing else: it says
//! what the register said under one `people` counter, and everything in it can be made again.
//!
//! Why nothing outlives its erasure in here: the copy is sealed under a key of its own, which rests in the keystore
//! like everybody's, always in the same place ([`ROSTER`]), so that there are never two. Whatever moves the `people`
//! counter on drops that key in the same transaction ([`KEY_GONE`]), after it has the counter's row; a copy is given
//! its key only by a transaction that holds the same row and has found the counter where the copy says it stood. So
//! there is never a key of a copy that is older than the last change, whatever older data a keystore is joined with.

use diesel::prelude::*;
use diesel::sql_types::{Text, Uuid as SqlUuid};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::TownCode;
use seal::{BoxKey, KeySet, Place};
use uuid::Uuid;
use zeroize::Zeroizing;

use super::subject::ROSTER_SLOT;
use crate::schema::{keystore, roster};
use crate::town::epoch_number;
use crate::{StoreError, TownConn, TownTx};

/// The subject of a roster's key: no id that anybody is given.
pub(crate) const ROSTER: Uuid = Uuid::from_bytes(*b"roster of a town");

/// Drops the key ([`ROSTER`], `$2`) of a town's roster. To be sent after the statement that moves the counter on, never
/// with it: only a later statement sees a key that was written while the counter's row was waited for.
pub(crate) const KEY_GONE: &str = "DELETE FROM town.keystore WHERE town_id = $1 AND subject_id = $2";

/// Bytes before a chunk's content: how many chunks there are.
const COUNT: usize = 4;

/// A roster to be kept, chunk by chunk.
pub struct NewRoster {
    town: TownCode,
    keys: KeySet,
    key: BoxKey,
    count: u32,
    chunks: Vec<Vec<u8>>,
}

impl NewRoster {
    /// A roster of so many chunks under a fresh key.
    #[must_use]
    pub fn new(town: TownCode, count: u32) -> Self {
        let mut keys = KeySet::new();
        let key = keys.get_or_create(ROSTER_SLOT);
        Self { town, keys, key, count, chunks: Vec::new() }
    }

    /// Seals the next chunk.
    pub fn push(&mut self, content: &[u8]) {
        let number = u32::try_from(self.chunks.len()).unwrap_or(u32::MAX);
        let whole = Zeroizing::new([&self.count.to_be_bytes(), content].concat());
        self.chunks.push(self.key.seal(&place(&self.town, number), &whole));
    }
}

/// A roster as it rests, with its key.
pub struct SealedRoster {
    town: TownCode,
    key: BoxKey,
    chunks: Vec<Vec<u8>>,
}

impl SealedRoster {
    /// Opens every chunk, on every core at once, and gives what `read` makes of each, in order. Nothing for a thread
    /// that answers requests.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when one does not open, is missing or is not understood.
    pub fn open<T: Send>(&self, read: impl Fn(&[u8]) -> Option<T> + Sync) -> Result<Vec<T>, StoreError> {
        let numbered: Vec<(u32, &Vec<u8>)> = (0..).zip(&self.chunks).collect();
        super::on_every_core(&numbered, |(number, chunk)| {
            let plain = self.key.open(&place(&self.town, *number), chunk)?;
            let (count, content) = plain.split_first_chunk::<COUNT>().ok_or(StoreError::Sealed)?;
            if usize::try_from(u32::from_be_bytes(*count)) != Ok(self.chunks.len()) {
                return Err(StoreError::Sealed);
            }
            read(content).ok_or(StoreError::Sealed)
        })
    }
}

fn place(town: &TownCode, number: u32) -> Place<'_> {
    Place {
        town: town.as_str(),
        table: "roster",
        subject: ROSTER.as_bytes(),
        category: ROSTER_SLOT,
        version: number,
    }
}

impl TownConn {
    /// The town's roster, if there is one of this `people` counter.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when its key does not open.
    pub async fn roster(&mut self, people: i64) -> Result<Option<SealedRoster>, StoreError> {
        let code = self.town();
        let (driver, town) = self.parts()?;
        let key = keystore::town_id.eq(town.clone()).and(keystore::subject_id.eq(ROSTER));
        let rows: Vec<(Vec<u8>, Vec<u8>)> = roster::table
            .inner_join(keystore::table.on(key))
            .filter(roster::town_id.eq(town))
            .filter(roster::people.eq(people))
            .order(roster::chunk)
            .select((keystore::keyset, roster::body))
            .load(driver)
            .await?;
        let [(keyset, _), ..] = rows.as_slice() else { return Ok(None) };
        let key = self.keyset_open(ROSTER, keyset)?.get(ROSTER_SLOT).ok_or(StoreError::Sealed)?;
        let chunks = rows.into_iter().map(|(_, body)| body).collect();
        Ok(Some(SealedRoster { town: code, key, chunks }))
    }
}

impl TownTx {
    /// Keeps a roster in the place of the one before. False when the counter no longer stands where the roster says:
    /// then the transaction must not be committed.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] when another server keeps one at this moment.
    pub async fn roster_put(&mut self, new: NewRoster, people: i64) -> Result<bool, StoreError> {
        let wrapped = self.keyset_wrap(ROSTER, &new.keys);
        let epoch = epoch_number(&self.keys().epoch);
        let (driver, town) = self.parts()?;
        diesel::delete(roster::table.filter(roster::town_id.eq(&town))).execute(&mut *driver).await?;
        for (number, chunk) in (0_i32..).zip(&new.chunks) {
            diesel::insert_into(roster::table)
                .values((
                    roster::town_id.eq(&town),
                    roster::chunk.eq(number),
                    roster::people.eq(people),
                    roster::body.eq(chunk),
                ))
                .execute(&mut *driver)
                .await?;
        }
        // The counter before the key, as whoever moves it on takes them.
        if self.versions_hold().await?.people != people {
            return Ok(false);
        }
        let (driver, town) = self.parts()?;
        drop_key(driver, &town).await?;
        diesel::insert_into(keystore::table)
            .values((
                keystore::town_id.eq(town),
                keystore::subject_id.eq(ROSTER),
                keystore::epoch.eq(epoch),
                keystore::keyset.eq(wrapped),
            ))
            .execute(driver)
            .await?;
        Ok(true)
    }
}

/// Drops the key of a town's roster, if it has one; the caller has moved the counter on, or holds it.
pub(super) async fn drop_key(driver: &mut AsyncPgConnection, town: &str) -> Result<(), StoreError> {
    diesel::sql_query(KEY_GONE).bind::<Text, _>(town).bind::<SqlUuid, _>(ROSTER).execute(driver).await?;
    Ok(())
}
