//! Applied profiles. At run time the applied snapshot rules, never the folder.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kernel::Digest;
use kernel::id::{ProfileId, StaffId};
use uuid::Uuid;

use crate::schema::profile;
use crate::{StoreError, TownConn, TownTx};

/// One applied version of a town's profile.
#[derive(Debug, Clone)]
pub struct ProfileRow {
    /// Its id; later ones sort later.
    pub id: ProfileId,
    /// Identity of its content.
    pub digest: Digest,
    /// Its files, as `profiles` packs them.
    pub bundle: Vec<u8>,
    /// When it came into force.
    pub applied_at: DateTime<Utc>,
    /// Who applied it.
    pub applied_by: StaffId,
}

type Columns = (Uuid, Vec<u8>, Vec<u8>, DateTime<Utc>, Uuid);

fn row((id, digest, bundle, applied_at, applied_by): Columns) -> Result<ProfileRow, StoreError> {
    let digest: [u8; 32] = digest.try_into().map_err(|_| StoreError::Malformed("profile.digest"))?;
    Ok(ProfileRow {
        id: ProfileId::from_uuid(id),
        digest: Digest::from_bytes(digest),
        bundle,
        applied_at,
        applied_by: StaffId::from_uuid(applied_by),
    })
}

impl TownConn {
    /// The profile in force, if one was ever applied.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn profile_current(&mut self) -> Result<Option<ProfileRow>, StoreError> {
        Ok(self.profile_list(1).await?.pop())
    }

    /// One applied version.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn profile_get(&mut self, id: ProfileId) -> Result<Option<ProfileRow>, StoreError> {
        let (driver, town) = self.parts()?;
        let found: Option<Columns> = profile::table
            .filter(profile::town_id.eq(town))
            .filter(profile::profile_id.eq(id.uuid()))
            .select((
                profile::profile_id,
                profile::digest,
                profile::bundle,
                profile::applied_at,
                profile::applied_by,
            ))
            .first(driver)
            .await
            .optional()?;
        found.map(row).transpose()
    }

    /// Applied profiles, newest first.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn profile_list(&mut self, limit: i64) -> Result<Vec<ProfileRow>, StoreError> {
        let (driver, town) = self.parts()?;
        let rows: Vec<Columns> = profile::table
            .filter(profile::town_id.eq(town))
            .order(profile::profile_id.desc())
            .limit(limit)
            .select((
                profile::profile_id,
                profile::digest,
                profile::bundle,
                profile::applied_at,
                profile::applied_by,
            ))
            .load(driver)
            .await?;
        rows.into_iter().map(row).collect()
    }
}

impl TownTx {
    /// Puts a profile in force.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn profile_insert(&mut self, new: &ProfileRow) -> Result<(), StoreError> {
        let (driver, town) = self.parts()?;
        diesel::insert_into(profile::table)
            .values((
                profile::town_id.eq(town),
                profile::profile_id.eq(new.id.uuid()),
                profile::digest.eq(new.digest.as_bytes().as_slice()),
                profile::bundle.eq(&new.bundle),
                profile::applied_at.eq(new.applied_at),
                profile::applied_by.eq(new.applied_by.uuid()),
            ))
            .execute(driver)
            .await?;
        Ok(())
    }
}
