//! From a bearer token to who acts. The token's prefix names the town and so the pool; its hash
//! proves it. A known token is taken from memory only while the town's `auth` counter, read for
//! every request, has not moved: a revocation holds from the next request on. What somebody may do is what the
//! postings in force today allow and the token does: both are asked again for each request.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use kernel::ctx::jst_date;
use kernel::id::RequestId;
use kernel::{Code, CoopCtx, Fault, Grant, Purpose, TownCode, TownCtx};
use seal::TokenSecret;
use store::rows::posting::{PostingRow, allowed};
use store::rows::token::TokenRow;

use crate::cache::Versioned;
use crate::error::store;
use crate::{App, Result};

/// Who a credential stands for.
#[derive(Debug, Clone)]
pub enum Caller {
    /// A member of staff of a town.
    Town(TownCtx),
    /// The cooperative's operator.
    Coop(CoopCtx),
}

/// What a request says of itself, before anyone is believed.
#[derive(Debug, Clone)]
pub struct Asking<'a> {
    /// The bearer token.
    pub token: &'a str,
    /// `Tasuki-Purpose`, if given.
    pub purpose: Option<Purpose>,
    /// Now.
    pub now: DateTime<Utc>,
    /// From header to log.
    pub request: RequestId,
}

/// Tokens seen, each with the `auth` counter it was read under.
pub(crate) type TokenCache = Versioned<(TownCode, [u8; 32]), i64, Arc<Credential>>;

/// A token, and the postings of whose it is.
#[derive(Debug)]
pub(crate) struct Credential {
    token: TokenRow,
    postings: Vec<PostingRow>,
}

impl App {
    /// Believes a token, or does not.
    ///
    /// # Errors
    /// `unauthenticated` for no token of this installation, `token_revoked` for one that was, `posting_ended`
    /// when no posting of whose it is holds today.
    pub async fn authenticate(&self, asking: Asking<'_>) -> Result<Caller> {
        let unknown = || Fault::new(Code::Unauthenticated);
        let (holder, secret) =
            asking.token.strip_prefix("tsk_").and_then(|rest| rest.split_once('_')).ok_or_else(unknown)?;
        let secret: TokenSecret = secret.parse().map_err(|_| unknown())?;
        if holder == "coop" {
            return self.authenticate_operator(&asking, &secret).await;
        }
        let town: TownCode = holder.parse().map_err(|_| unknown())?;
        let known = self.credential(town, &secret, asking.now).await?.ok_or_else(unknown)?;
        if known.token.revoked_at.is_some() || known.token.expires_at <= asking.now {
            return Err(Fault::new(Code::TokenRevoked));
        }
        let allowed = allowed(&known.postings, jst_date(asking.now));
        if allowed.is_empty() {
            return Err(Fault::new(Code::PostingEnded));
        }
        Ok(Caller::Town(TownCtx {
            town,
            staff: known.token.staff,
            grants: known.token.grants.and(allowed),
            purpose: asking.purpose,
            now: asking.now,
            request: asking.request,
        }))
    }

    async fn credential(
        &self,
        town: TownCode,
        secret: &TokenSecret,
        now: DateTime<Utc>,
    ) -> Result<Option<Arc<Credential>>> {
        let hash = secret.hash();
        // An unknown town and an unknown secret must look alike.
        if !self.is_member(town).await? {
            return Ok(None);
        }
        let auth = self.towns.versions(town).await.map_err(store)?.auth;
        let key = (town, *hash.as_bytes());
        // One that is over may have been prolonged since it was remembered.
        if let Some(known) = self.tokens.get(&key, &auth).filter(|known| known.token.expires_at > now) {
            return Ok(Some(known));
        }
        let mut conn = self.towns.read(town).await.map_err(store)?;
        let Some(token) = conn.token_by_secret(&hash).await.map_err(store)? else { return Ok(None) };
        let postings = conn.posting_list(Some(token.staff)).await.map_err(store)?;
        let known = Arc::new(Credential { token, postings });
        self.tokens.put(key, auth, Arc::clone(&known));
        Ok(Some(known))
    }

    async fn authenticate_operator(&self, asking: &Asking<'_>, secret: &TokenSecret) -> Result<Caller> {
        let row = self.coop.token_by_secret(&secret.hash()).await.map_err(store)?;
        let row = row.ok_or_else(|| Fault::new(Code::Unauthenticated))?;
        if row.revoked_at.is_some() || row.expires_at <= asking.now {
            return Err(Fault::new(Code::TokenRevoked));
        }
        Ok(Caller::Coop(CoopCtx { operator: row.operator, now: asking.now, request: asking.request }))
    }
}

/// Requires a grant.
///
/// # Errors
/// `grant_missing`.
pub fn require(ctx: &TownCtx, grant: Grant) -> Result<()> {
    require_any(ctx, &[grant])
}

/// Requires one of several grants.
///
/// # Errors
/// `grant_missing`, naming them all.
pub fn require_any(ctx: &TownCtx, grants: &[Grant]) -> Result<()> {
    if grants.iter().any(|grant| ctx.grants.has(*grant)) {
        return Ok(());
    }
    let ja: Vec<_> = grants.iter().map(|grant| grant.ja()).collect();
    let en: Vec<_> = grants.iter().map(|grant| grant.as_str()).collect();
    Err(Fault::new(Code::GrantMissing).with_words("grant", &ja.join("・"), &en.join(" or ")))
}
