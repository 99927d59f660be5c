//! Tokens: what staff and systems of a town authenticate with. A secret is shown once.

use std::collections::BTreeSet;

use actix_web::{HttpResponse, get, post, web};
use app::rows::TokenRow;
use chrono::{DateTime, Utc};
use kernel::id::{StaffId, TokenId};
use kernel::{Code, Fault, Grant};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::{Answer, Created};
use crate::idempotency::IdempotencyHeader;
use crate::paging::{Order, Page, PageParams, Paging};
use crate::request::{Body, Params, PathId, Town};
use crate::{Platform, Problem, schema};

/// A token, without its secret.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "tok_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "kind": "issued",
    "staff_id": "stf_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70",
    "grants": ["case_worker"], "created_at": "2026-04-01T00:00:00Z",
    "expires_at": "2027-03-31T15:00:00Z", "renewable_until": null, "revoked_at": null
}))]
pub struct Token {
    /// Public handle.
    #[schema(value_type = schema::TokenId)]
    id: TokenId,
    /// What it came from.
    #[schema(value_type = schema::TokenKind)]
    kind: &'static str,
    /// 職員: whose it is.
    #[schema(value_type = schema::StaffId)]
    staff_id: StaffId,
    /// 権限: what it allows at most; the postings of whose it is may allow less.
    #[schema(value_type = Vec<schema::Grant>)]
    grants: Vec<Grant>,
    /// Since when.
    created_at: DateTime<Utc>,
    /// Until when.
    expires_at: DateTime<Utc>,
    /// Until when it can be prolonged; null for a token that did not come from a sign-in.
    #[schema(required = true)]
    renewable_until: Option<DateTime<Utc>>,
    /// When it was revoked; null while it was not.
    #[schema(required = true)]
    revoked_at: Option<DateTime<Utc>>,
}

impl From<TokenRow> for Token {
    fn from(row: TokenRow) -> Self {
        Self {
            id: row.id,
            kind: row.kind.as_str(),
            staff_id: row.staff,
            grants: row.grants.iter().collect(),
            created_at: row.created_at,
            expires_at: row.expires_at,
            renewable_until: row.renewable_until,
            revoked_at: row.revoked_at,
        }
    }
}

/// A token to issue.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "staff_id": "stf_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "grants": ["case_worker"],
    "expires_at": "2027-03-31T15:00:00Z"
}))]
pub struct NewToken {
    /// 連携用, or the caller: whose it will be.
    #[schema(value_type = schema::StaffId)]
    staff_id: StaffId,
    /// 権限: what it will allow; at least one.
    #[schema(value_type = Vec<schema::Grant>, min_items = 1)]
    grants: BTreeSet<Grant>,
    /// Until when; in the future, and for a service client within 366 days.
    #[serde(deserialize_with = "crate::request::day::read_time")]
    expires_at: DateTime<Utc>,
}

impl NewToken {
    fn check(&self, now: DateTime<Utc>) -> Result<(), Fault> {
        let (name, ja, en) = if self.grants.is_empty() {
            ("grants", "一つ以上必要です", "at least one is needed")
        } else if self.expires_at <= now {
            ("expires_at", "今より後の時刻にしてください", "it is not in the future")
        } else {
            return Ok(());
        };
        let fault = Fault::new(Code::InvalidValue).with("name", name).with_words("why", ja, en);
        Err(fault.at_pointer(format!("/{name}")))
    }
}

/// A token just issued, with its secret.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "token": {
        "id": "tok_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "kind": "issued",
        "staff_id": "stf_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70",
        "grants": ["case_worker"], "created_at": "2026-04-01T00:00:00Z",
        "expires_at": "2027-03-31T15:00:00Z", "renewable_until": null, "revoked_at": null
    },
    "secret": "tsk_143669_shown-once"
}))]
pub struct IssuedToken {
    /// The token.
    token: Token,
    /// What to send as `Authorization: Bearer`. Shown this once and kept nowhere.
    secret: String,
}

/// All tokens of the town.
///
/// Needs the grant `town_admin` (町管理者) or `auditor` (監査). Secrets are never shown again.
#[utoipa::path(
    params(PageParams),
    responses((status = 200, description = "Tokens, newest first.", body = Page<Token>)),
)]
#[get("/tokens")]
pub async fn list_tokens(platform: Platform, town: Town, params: Params) -> Answer<Page<Token>> {
    let paging = Paging::from_params(&params)?;
    let rows = platform.token_list(&town.0).await?;
    Ok(web::Json(Page::cut(town.0.now, rows, &paging, Order::Falling, |row| row.id, Token::from)))
}

/// Issues a token to a service client, or to the administrator who asks.
///
/// Needs the grant `town_admin` (町管理者). The secret is in this answer and nowhere else. It allows no more than
/// the postings of whose it is. Colleagues sign in (`/sign-ins`): nobody is issued a token in their name.
#[utoipa::path(
    params(IdempotencyHeader),
    request_body = NewToken,
    responses(
        (status = 201, description = "Issued.", body = IssuedToken),
        (status = 403, description = "`member_signs_in`: it is a colleague's account; `grant_missing`."),
        (status = 404, description = "`staff_not_found`: the town has no such member of staff."),
    ),
)]
#[post("/tokens")]
pub async fn issue_token(
    platform: Platform,
    town: Town,
    body: Body<NewToken>,
) -> Result<Created<IssuedToken>, Problem> {
    let new = body.read()?;
    new.check(town.0.now)?;
    let grants = new.grants.into_iter().collect();
    let issued = platform.token_issue(&town.0, new.staff_id, grants, new.expires_at).await?;
    Ok(Created { location: None, body: IssuedToken { token: issued.row.into(), secret: issued.secret } })
}

/// Revokes a token.
///
/// Needs the grant `town_admin` (町管理者). It holds from the next request on. Revoking again changes
/// nothing for the one who holds it.
#[utoipa::path(responses((status = 204, description = "Revoked.")))]
#[post("/tokens/{token_id}/revocation")]
pub async fn revoke_token(
    platform: Platform,
    town: Town,
    id: PathId<TokenId>,
) -> Result<HttpResponse, Problem> {
    platform.token_revoke(&town.0, id.0).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_allows_something_and_ends_later() {
        let now = Utc::now();
        let token = |grants: &[Grant], hours| NewToken {
            staff_id: StaffId::new(),
            grants: grants.iter().copied().collect(),
            expires_at: now + chrono::Duration::hours(hours),
        };
        assert_eq!(token(&[Grant::Holder], 1).check(now), Ok(()));
        for (bad, pointer) in [(token(&[], 1), "/grants"), (token(&[Grant::Holder], 0), "/expires_at")] {
            let fault = bad.check(now).unwrap_err();
            assert_eq!(crate::problem::pointer(&fault), pointer);
        }
    }
}
