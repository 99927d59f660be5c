//! The other towns' public keys, each believed only when two people of this town have compared it
//! with what the other town read out to them.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::upsert::excluded;
use diesel_async::RunQueryDsl;
use kernel::TownCode;
use kernel::id::StaffId;
use uuid::Uuid;

use crate::hub::KeyPurpose;
use crate::schema::peer_key;
use crate::{StoreError, TownConn, TownTx};

/// One pinned key, confirmed or not.
#[derive(Debug, Clone)]
pub struct PeerKeyRow {
    /// Whose it is.
    pub peer: TownCode,
    /// What it is for.
    pub purpose: KeyPurpose,
    /// Its bytes.
    pub public_key: Vec<u8>,
    /// Who compared it first.
    pub pinned_by: StaffId,
    /// Who compared it second.
    pub confirmed_by: Option<StaffId>,
    /// When it was pinned.
    pub pinned_at: DateTime<Utc>,
}

type Columns = (String, String, Vec<u8>, Uuid, Option<Uuid>, DateTime<Utc>);

fn row(
    (peer, purpose, public_key, pinned_by, confirmed_by, pinned_at): Columns,
) -> Result<PeerKeyRow, StoreError> {
    Ok(PeerKeyRow {
        peer: peer.parse().map_err(|_| StoreError::Malformed("peer_key.peer"))?,
        purpose: purpose.parse()?,
        public_key,
        pinned_by: StaffId::from_uuid(pinned_by),
        confirmed_by: confirmed_by.map(StaffId::from_uuid),
        pinned_at,
    })
}

impl TownConn {
    /// Another town's key, once two people have compared it.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn peer_key(
        &mut self,
        peer: TownCode,
        purpose: KeyPurpose,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let (driver, town) = self.parts()?;
        Ok(peer_key::table
            .filter(peer_key::town_id.eq(town))
            .filter(peer_key::peer.eq(peer.as_str()))
            .filter(peer_key::purpose.eq(purpose.as_str()))
            .filter(peer_key::confirmed_by.is_not_null())
            .select(peer_key::public_key)
            .first(driver)
            .await
            .optional()?)
    }

    /// Every pinned key, confirmed or waiting for the second person.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn peer_key_list(&mut self) -> Result<Vec<PeerKeyRow>, StoreError> {
        let (driver, town) = self.parts()?;
        let rows: Vec<Columns> = peer_key::table
            .filter(peer_key::town_id.eq(town))
            .order((peer_key::peer, peer_key::purpose))
            .select((
                peer_key::peer,
                peer_key::purpose,
                peer_key::public_key,
                peer_key::pinned_by,
                peer_key::confirmed_by,
                peer_key::pinned_at,
            ))
            .load(driver)
            .await?;
        rows.into_iter().map(row).collect()
    }
}

impl TownTx {
    /// Pins a key that one person has compared. Another key than the pinned one takes its place and
    /// waits to be confirmed again; the same one changes nothing.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn peer_key_pin(
        &mut self,
        peer: TownCode,
        purpose: KeyPurpose,
        public_key: &[u8],
        by: StaffId,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (driver, town) = self.parts()?;
        let pinned = diesel::insert_into(peer_key::table)
            .values((
                peer_key::town_id.eq(town),
                peer_key::peer.eq(peer.as_str()),
                peer_key::purpose.eq(purpose.as_str()),
                peer_key::public_key.eq(public_key),
                peer_key::pinned_by.eq(by.uuid()),
                peer_key::confirmed_by.eq(None::<Uuid>),
                peer_key::pinned_at.eq(at),
            ))
            .on_conflict((peer_key::town_id, peer_key::peer, peer_key::purpose))
            .do_update()
            .set((
                peer_key::public_key.eq(excluded(peer_key::public_key)),
                peer_key::pinned_by.eq(excluded(peer_key::pinned_by)),
                peer_key::confirmed_by.eq(excluded(peer_key::confirmed_by)),
                peer_key::pinned_at.eq(excluded(peer_key::pinned_at)),
            ));
        let another = peer_key::public_key.ne(excluded(peer_key::public_key));
        diesel::query_dsl::methods::FilterDsl::filter(pinned, another).execute(driver).await?;
        Ok(())
    }

    /// Confirms a pinned key as the second person, who has compared exactly these bytes; false when
    /// another key is pinned, it is confirmed already, or `by` pinned it.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn peer_key_confirm(
        &mut self,
        peer: TownCode,
        purpose: KeyPurpose,
        public_key: &[u8],
        by: StaffId,
    ) -> Result<bool, StoreError> {
        let (driver, town) = self.parts()?;
        let changed = diesel::update(peer_key::table)
            .filter(peer_key::town_id.eq(town))
            .filter(peer_key::peer.eq(peer.as_str()))
            .filter(peer_key::purpose.eq(purpose.as_str()))
            .filter(peer_key::public_key.eq(public_key))
            .filter(peer_key::confirmed_by.is_null())
            .filter(peer_key::pinned_by.ne(by.uuid()))
            .set(peer_key::confirmed_by.eq(by.uuid()))
            .execute(driver)
            .await?;
        Ok(changed == 1)
    }
}
