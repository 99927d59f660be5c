//! Tokens: issuing, listing, revoking. A secret is shown once, when it is made.

use chrono::{DateTime, TimeDelta, Utc};
use evidence::Act;
use kernel::id::{StaffId, TokenId};
use kernel::{Code, CoopCtx, Fault, Grant, Grants, TownCode, TownCtx};
use seal::TokenSecret;
use store::TownTx;
use store::coop::CoopTokenRow;
use store::rows::staff::StaffKind;
use store::rows::token::{TokenKind, TokenRow};
use store::town::LeafRow;

use crate::error::store;
use crate::staff::{invalid, view};
use crate::{App, Result, auth, leaf};

/// How long a system's token may hold: somebody looks at it again at least once a year.
const SERVICE_HOLDS: TimeDelta = TimeDelta::days(366);

/// A token just made, with its secret.
pub struct NewToken {
    /// The token.
    pub row: TokenRow,
    /// `tsk_<town>_<secret>`: shown once.
    pub secret: String,
}

impl NewToken {
    pub(crate) fn new(row: TokenRow, town: TownCode, secret: &TokenSecret) -> Self {
        Self { row, secret: format!("tsk_{town}_{}", secret.expose().as_str()) }
    }
}

/// The secret part of a town's token.
pub(crate) fn secret_of(token: &str) -> Result<TokenSecret> {
    let secret = token.rsplit('_').next().unwrap_or_default();
    secret.parse().map_err(|_| Fault::new(Code::Unauthenticated))
}

impl App {
    /// Issues a token to a system of the caller's town, or to the caller. It allows no more than the account's
    /// postings do, whatever its grants. Nobody is issued one in a colleague's name: what is done with it would be
    /// the colleague's in the evidence.
    ///
    /// # Errors
    /// `grant_missing` for anyone but the town's administrator, `staff_not_found`, `member_signs_in`;
    /// `invalid_value` for a system's token that would hold longer than a year.
    pub async fn token_issue(
        &self,
        ctx: &TownCtx,
        staff: StaffId,
        grants: Grants,
        expires_at: DateTime<Utc>,
    ) -> Result<NewToken> {
        let (tx, kind) = self.token_for(ctx, staff).await?;
        if kind == TokenKind::Issued && staff != ctx.staff {
            return Err(Fault::new(Code::MemberSignsIn));
        }
        if kind == TokenKind::Service && expires_at > ctx.now + SERVICE_HOLDS {
            return Err(invalid(
                "expires_at",
                "連携用のトークンは366日までです",
                "a service client's token holds for at most 366 days",
            ));
        }
        issued(tx, ctx, kind, staff, grants, expires_at).await
    }

    /// Hands a token to somebody made up, by the administrator's act: staff of the demonstration, of a training
    /// town, of a benchmark. On the machine itself only, never by REST.
    ///
    /// # Errors
    /// `grant_missing`, `staff_not_found`.
    pub async fn token_hand_out(
        &self,
        ctx: &TownCtx,
        staff: StaffId,
        grants: Grants,
        expires_at: DateTime<Utc>,
    ) -> Result<NewToken> {
        let (tx, kind) = self.token_for(ctx, staff).await?;
        issued(tx, ctx, kind, staff, grants, expires_at).await
    }

    /// What kind of token an account of the caller's town has, and the act that issues it.
    async fn token_for(&self, ctx: &TownCtx, staff: StaffId) -> Result<(TownTx, TokenKind)> {
        auth::require(ctx, Grant::TownAdmin)?;
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        let kind = match view(&mut tx, staff).await?.row.kind {
            StaffKind::Member => TokenKind::Issued,
            StaffKind::Service => TokenKind::Service,
        };
        Ok((tx, kind))
    }

    /// Issues the first token of a town's first administrator.
    ///
    /// # Errors
    /// `town_has_administrator` when the account had a token before.
    pub async fn token_first(
        &self,
        ctx: &CoopCtx,
        town: TownCode,
        admin: StaffId,
        expires_at: DateTime<Utc>,
    ) -> Result<NewToken> {
        let mut tx = self.towns.begin(town).await.map_err(store)?;
        if tx.token_list().await.map_err(store)?.iter().any(|token| token.staff == admin) {
            return Err(Code::TownHasAdministrator.into());
        }
        let grants: Grants = [Grant::TownAdmin].into_iter().collect();
        let token = insert(&mut tx, town, TokenKind::Issued, admin, grants, ctx.now, expires_at).await?;
        let leaf: LeafRow =
            leaf::of_operator(town, Act::TokenIssued, ctx, vec![token.row.id.into(), admin.into()], &())?;
        tx.commit(leaf).await.map_err(store)?;
        Ok(token)
    }

    /// Tokens of the caller's town, newest first, without their secrets.
    ///
    /// # Errors
    /// `grant_missing` for anyone but the town's administrator or auditor.
    pub async fn token_list(&self, ctx: &TownCtx) -> Result<Vec<TokenRow>> {
        auth::require_any(ctx, &[Grant::TownAdmin, Grant::Auditor])?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        conn.token_list().await.map_err(store)
    }

    /// Revokes a token; it holds from the next request on.
    ///
    /// # Errors
    /// `grant_missing`, `token_not_found`.
    pub async fn token_revoke(&self, ctx: &TownCtx, id: TokenId) -> Result<()> {
        auth::require(ctx, Grant::TownAdmin)?;
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        if !tx.token_revoke(id, ctx.now).await.map_err(store)? {
            return Err(Fault::new(Code::TokenNotFound));
        }
        tx.commit(leaf::of(ctx, Act::TokenRevoked, vec![id.into()], &())?).await.map_err(store)
    }

    /// Issues a token to an operator of the cooperative; on the machine itself only, never by REST.
    ///
    /// # Errors
    /// A fault when the database refuses.
    pub async fn operator_token(
        &self,
        operator: StaffId,
        now: DateTime<Utc>,
        expires_at: DateTime<Utc>,
    ) -> Result<String> {
        let secret = TokenSecret::generate();
        let row =
            CoopTokenRow { id: TokenId::new(), operator, created_at: now, expires_at, revoked_at: None };
        self.coop.token_insert(&row, &secret.hash()).await.map_err(store)?;
        Ok(format!("tsk_coop_{}", secret.expose().as_str()))
    }
}

async fn issued(
    mut tx: TownTx,
    ctx: &TownCtx,
    kind: TokenKind,
    staff: StaffId,
    grants: Grants,
    expires_at: DateTime<Utc>,
) -> Result<NewToken> {
    let token = insert(&mut tx, ctx.town, kind, staff, grants, ctx.now, expires_at).await?;
    let leaf = leaf::of(ctx, Act::TokenIssued, vec![token.row.id.into(), staff.into()], &())?;
    tx.commit(leaf).await.map_err(store)?;
    Ok(token)
}

async fn insert(
    tx: &mut TownTx,
    town: TownCode,
    kind: TokenKind,
    staff: StaffId,
    grants: Grants,
    now: DateTime<Utc>,
    expires_at: DateTime<Utc>,
) -> Result<NewToken> {
    let secret = TokenSecret::generate();
    let row = TokenRow {
        id: TokenId::new(),
        kind,
        staff,
        grants,
        created_at: now,
        expires_at,
        renewable_until: None,
        revoked_at: None,
    };
    tx.token_insert(&row, &secret.hash()).await.map_err(store)?;
    Ok(NewToken::new(row, town, &secret))
}
