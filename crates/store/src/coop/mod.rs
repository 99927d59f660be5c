//! What all towns share: members and rulebook releases, written by the cooperative and read by
//! every town; and the cooperative's own tokens. No resident's data.

mod repeated;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::pooled_connection::deadpool::{Object, Pool};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use kernel::id::{StaffId, TokenId};
use kernel::slug::TownSlug;
use kernel::{Digest, TownCode};
use seal::TokenHash;
use uuid::Uuid;

use crate::hub::{CheckpointRow, latest_checkpoint};
use crate::schema::{coop_token, member, release};
use crate::{Installation, StoreError, TownConn, pool};

pub use repeated::Repeated;

/// Connections the cooperative may have open.
const COOP_CONNECTIONS: usize = 4;

/// A member town.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemberRow {
    /// Its code.
    pub town: TownCode,
    /// Its folder's name.
    pub slug: TownSlug,
    /// Its name, as staff read it.
    pub name: String,
    /// Since when.
    pub joined_at: DateTime<Utc>,
}

/// 版: a rulebook in its canonical, hashed form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReleaseRow {
    /// Digest of the canonical form.
    pub digest: Digest,
    /// 判定基準.
    pub rulebook: String,
    /// Its version, as people say it.
    pub version: String,
    /// The canonical form.
    pub canonical: Vec<u8>,
    /// When it was released.
    pub released_at: DateTime<Utc>,
}

/// One of the cooperative's tokens, without its secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CoopTokenRow {
    /// Public handle.
    pub id: TokenId,
    /// Whose it is.
    pub operator: StaffId,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// Until when.
    pub expires_at: DateTime<Utc>,
    /// Revoked when, if it was.
    pub revoked_at: Option<DateTime<Utc>>,
}

type MemberColumns = (String, String, String, DateTime<Utc>);

fn member_row((town, slug, name, joined_at): MemberColumns) -> Result<MemberRow, StoreError> {
    Ok(MemberRow {
        town: town.parse().map_err(|_| StoreError::Malformed("member.town_id"))?,
        slug: slug.parse().map_err(|_| StoreError::Malformed("member.slug"))?,
        name,
        joined_at,
    })
}

type ReleaseColumns = (Vec<u8>, String, String, Vec<u8>, DateTime<Utc>);

fn release_row(
    (digest, rulebook, version, canonical, released_at): ReleaseColumns,
) -> Result<ReleaseRow, StoreError> {
    let digest = digest.try_into().map_err(|_| StoreError::Malformed("release.digest"))?;
    Ok(ReleaseRow { digest: Digest::from_bytes(digest), rulebook, version, canonical, released_at })
}

type TokenColumns = (Uuid, Uuid, DateTime<Utc>, DateTime<Utc>, Option<DateTime<Utc>>);

fn token_row((id, operator, created_at, expires_at, revoked_at): TokenColumns) -> CoopTokenRow {
    CoopTokenRow {
        id: TokenId::from_uuid(id),
        operator: StaffId::from_uuid(operator),
        created_at,
        expires_at,
        revoked_at,
    }
}

async fn member_list(driver: &mut AsyncPgConnection) -> Result<Vec<MemberRow>, StoreError> {
    let rows: Vec<MemberColumns> = member::table.order(member::town_id).load(driver).await?;
    rows.into_iter().map(member_row).collect()
}

async fn release_get(
    driver: &mut AsyncPgConnection,
    digest: &Digest,
) -> Result<Option<ReleaseRow>, StoreError> {
    let found: Option<ReleaseColumns> = release::table
        .filter(release::digest.eq(digest.as_bytes().as_slice()))
        .first(driver)
        .await
        .optional()?;
    found.map(release_row).transpose()
}

impl TownConn {
    /// Every member town, by code.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn member_list(&mut self) -> Result<Vec<MemberRow>, StoreError> {
        let (driver, _) = self.parts()?;
        member_list(driver).await
    }

    /// The release with this digest.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn release(&mut self, digest: &Digest) -> Result<Option<ReleaseRow>, StoreError> {
        let (driver, _) = self.parts()?;
        release_get(driver, digest).await
    }
}

/// The cooperative's way to the database, as `<prefix>_coop`; no table of residents is open to it.
pub struct Coop {
    pool: Pool<AsyncPgConnection>,
}

impl Coop {
    /// The cooperative of an installation; nothing is opened yet.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when no pool can be made.
    pub fn new(installation: &Arc<Installation>) -> Result<Self, StoreError> {
        Ok(Self { pool: pool::open(installation, "coop", COOP_CONNECTIONS)? })
    }

    pub(crate) async fn conn(&self) -> Result<Object<AsyncPgConnection>, StoreError> {
        self.pool.get().await.map_err(|_| StoreError::Unavailable)
    }

    /// Adds a member, or corrects its slug and name.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] when another member has the slug; otherwise when the statement
    /// fails.
    pub async fn member_put(&self, put: &MemberRow) -> Result<(), StoreError> {
        diesel::insert_into(member::table)
            .values((
                member::town_id.eq(put.town.as_str()),
                member::slug.eq(put.slug.as_str()),
                member::name.eq(&put.name),
                member::joined_at.eq(put.joined_at),
            ))
            .on_conflict(member::town_id)
            .do_update()
            .set((member::slug.eq(put.slug.as_str()), member::name.eq(&put.name)))
            .execute(&mut self.conn().await?)
            .await?;
        Ok(())
    }

    /// Every member town, by code.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn member_list(&self) -> Result<Vec<MemberRow>, StoreError> {
        let mut conn = self.conn().await?;
        member_list(&mut conn).await
    }

    /// One member town.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn member_get(&self, town: TownCode) -> Result<Option<MemberRow>, StoreError> {
        let found: Option<MemberColumns> = member::table
            .filter(member::town_id.eq(town.as_str()))
            .first(&mut self.conn().await?)
            .await
            .optional()?;
        found.map(member_row).transpose()
    }

    /// Publishes a release; the same one again changes nothing.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn release_put(&self, put: &ReleaseRow) -> Result<(), StoreError> {
        diesel::insert_into(release::table)
            .values((
                release::digest.eq(put.digest.as_bytes().as_slice()),
                release::rulebook.eq(&put.rulebook),
                release::version.eq(&put.version),
                release::canonical.eq(&put.canonical),
                release::released_at.eq(put.released_at),
            ))
            .on_conflict(release::digest)
            .do_nothing()
            .execute(&mut self.conn().await?)
            .await?;
        Ok(())
    }

    /// Every release, newest first.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn release_list(&self) -> Result<Vec<ReleaseRow>, StoreError> {
        let rows: Vec<ReleaseColumns> = release::table
            .order((release::released_at.desc(), release::digest))
            .load(&mut self.conn().await?)
            .await?;
        rows.into_iter().map(release_row).collect()
    }

    /// The newest checkpoint of the evidence log, if one was ever signed.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn latest_checkpoint(&self) -> Result<Option<CheckpointRow>, StoreError> {
        let mut conn = self.conn().await?;
        latest_checkpoint(&mut conn).await
    }

    /// Adds a token of the cooperative.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn token_insert(&self, new: &CoopTokenRow, hash: &TokenHash) -> Result<(), StoreError> {
        diesel::insert_into(coop_token::table)
            .values((
                coop_token::token_id.eq(new.id.uuid()),
                coop_token::operator_id.eq(new.operator.uuid()),
                coop_token::secret_hash.eq(hash.as_bytes().as_slice()),
                coop_token::created_at.eq(new.created_at),
                coop_token::expires_at.eq(new.expires_at),
            ))
            .execute(&mut self.conn().await?)
            .await?;
        Ok(())
    }

    /// The cooperative's token with this secret, whatever its state.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn token_by_secret(&self, hash: &TokenHash) -> Result<Option<CoopTokenRow>, StoreError> {
        let found: Option<TokenColumns> = coop_token::table
            .filter(coop_token::secret_hash.eq(hash.as_bytes().as_slice()))
            .select((
                coop_token::token_id,
                coop_token::operator_id,
                coop_token::created_at,
                coop_token::expires_at,
                coop_token::revoked_at,
            ))
            .first(&mut self.conn().await?)
            .await
            .optional()?;
        Ok(found.map(token_row))
    }

    /// Revokes a token of the cooperative; false when there is none with this id.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn token_revoke(&self, id: TokenId, at: DateTime<Utc>) -> Result<bool, StoreError> {
        let changed = diesel::update(coop_token::table)
            .filter(coop_token::token_id.eq(id.uuid()))
            .set(coop_token::revoked_at.eq(at))
            .execute(&mut self.conn().await?)
            .await?;
        Ok(changed > 0)
    }
}
