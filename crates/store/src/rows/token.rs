//! Tokens, by the hash of their secret. Revocable at once: every request reads the town's `auth`
//! counter, and a token is read again when it has moved.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kernel::id::{StaffId, TokenId};
use kernel::{Grant, Grants};
use seal::TokenHash;
use uuid::Uuid;

use super::version::Changed;
use crate::schema::token;
use crate::word::words;
use crate::{StoreError, TownConn, TownTx};

words! {
    /// What a token came from.
    TokenKind("token.kind") {
        /// An administrator issued it to a member of staff.
        Issued = "issued";
        /// Somebody signed in.
        SignIn = "sign_in";
        /// An administrator issued it to a system.
        Service = "service";
    }
}

/// One token, without its secret.
#[derive(Debug, Clone)]
pub struct TokenRow {
    /// Public handle.
    pub id: TokenId,
    /// What it came from.
    pub kind: TokenKind,
    /// Whose it is.
    pub staff: StaffId,
    /// What it allows at most: the postings of whose it is may allow less.
    pub grants: Grants,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// Until when.
    pub expires_at: DateTime<Utc>,
    /// Until when it can be prolonged; a sign-in alone can.
    pub renewable_until: Option<DateTime<Utc>>,
    /// Revoked when, if it was.
    pub revoked_at: Option<DateTime<Utc>>,
}

type Columns = (
    Uuid,
    String,
    Uuid,
    Vec<String>,
    DateTime<Utc>,
    DateTime<Utc>,
    Option<DateTime<Utc>>,
    Option<DateTime<Utc>>,
);

fn row(
    (id, kind, staff, grants, created_at, expires_at, renewable_until, revoked_at): Columns,
) -> Result<TokenRow, StoreError> {
    let grants = grants
        .iter()
        .map(|grant| grant.parse::<Grant>().map_err(|_| StoreError::Malformed("token.grants")))
        .collect::<Result<Grants, _>>()?;
    Ok(TokenRow {
        id: TokenId::from_uuid(id),
        kind: kind.parse()?,
        staff: StaffId::from_uuid(staff),
        grants,
        created_at,
        expires_at,
        renewable_until,
        revoked_at,
    })
}

const COLUMNS: (
    token::token_id,
    token::kind,
    token::staff_id,
    token::grants,
    token::created_at,
    token::expires_at,
    token::renewable_until,
    token::revoked_at,
) = (
    token::token_id,
    token::kind,
    token::staff_id,
    token::grants,
    token::created_at,
    token::expires_at,
    token::renewable_until,
    token::revoked_at,
);

impl TownConn {
    /// The token with this secret, whatever its state.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn token_by_secret(&mut self, hash: &TokenHash) -> Result<Option<TokenRow>, StoreError> {
        let (driver, town) = self.parts()?;
        let found: Option<Columns> = token::table
            .filter(token::town_id.eq(town))
            .filter(token::secret_hash.eq(hash.as_bytes().as_slice()))
            .select(COLUMNS)
            .first(driver)
            .await
            .optional()?;
        found.map(row).transpose()
    }

    /// Every token, newest first.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn token_list(&mut self) -> Result<Vec<TokenRow>, StoreError> {
        let (driver, town) = self.parts()?;
        let rows: Vec<Columns> = token::table
            .filter(token::town_id.eq(town))
            .order(token::token_id.desc())
            .select(COLUMNS)
            .load(driver)
            .await?;
        rows.into_iter().map(row).collect()
    }
}

impl TownTx {
    /// Adds a token.
    ///
    /// # Errors
    /// [`StoreError`] when its member of staff is not there or the statement fails.
    pub async fn token_insert(&mut self, new: &TokenRow, hash: &TokenHash) -> Result<(), StoreError> {
        let grants: Vec<&str> = new.grants.iter().map(Grant::as_str).collect();
        let (driver, town) = self.parts()?;
        diesel::insert_into(token::table)
            .values((
                token::town_id.eq(town),
                token::token_id.eq(new.id.uuid()),
                token::kind.eq(new.kind.as_str()),
                token::staff_id.eq(new.staff.uuid()),
                token::secret_hash.eq(hash.as_bytes().as_slice()),
                token::grants.eq(grants),
                token::created_at.eq(new.created_at),
                token::expires_at.eq(new.expires_at),
                token::renewable_until.eq(new.renewable_until),
            ))
            .execute(driver)
            .await?;
        Ok(())
    }

    /// Prolongs a token.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn token_prolong(&mut self, id: TokenId, expires_at: DateTime<Utc>) -> Result<(), StoreError> {
        let (driver, town) = self.parts()?;
        diesel::update(token::table)
            .filter(token::town_id.eq(town))
            .filter(token::token_id.eq(id.uuid()))
            .set(token::expires_at.eq(expires_at))
            .execute(driver)
            .await?;
        Ok(())
    }

    /// Revokes every token of an account and moves the `auth` counter.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn token_revoke_all(&mut self, of: StaffId, at: DateTime<Utc>) -> Result<(), StoreError> {
        let (driver, town) = self.parts()?;
        diesel::update(token::table)
            .filter(token::town_id.eq(town))
            .filter(token::staff_id.eq(of.uuid()))
            .filter(token::revoked_at.is_null())
            .set(token::revoked_at.eq(at))
            .execute(driver)
            .await?;
        self.version_bump(Changed::Auth).await
    }

    /// Revokes every token of an account but one, and moves the `auth` counter.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn token_revoke_others(
        &mut self,
        of: StaffId,
        but: TokenId,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (driver, town) = self.parts()?;
        diesel::update(token::table)
            .filter(token::town_id.eq(town))
            .filter(token::staff_id.eq(of.uuid()))
            .filter(token::token_id.ne(but.uuid()))
            .filter(token::revoked_at.is_null())
            .set(token::revoked_at.eq(at))
            .execute(driver)
            .await?;
        self.version_bump(Changed::Auth).await
    }

    /// Revokes a token and moves the `auth` counter; false when there is none with this id.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn token_revoke(&mut self, id: TokenId, at: DateTime<Utc>) -> Result<bool, StoreError> {
        let (driver, town) = self.parts()?;
        let changed = diesel::update(token::table)
            .filter(token::town_id.eq(town))
            .filter(token::token_id.eq(id.uuid()))
            .set(token::revoked_at.eq(at))
            .execute(driver)
            .await?;
        self.version_bump(Changed::Auth).await?;
        Ok(changed > 0)
    }
}
