//! サインイン: a 職員番号 and a password for a token of half an hour, prolonged while somebody works; and the
//! one-time code with which a password is set.

use actix_web::{HttpResponse, post, web};
use app::sign_in::{Claimant, Password};
use kernel::Grant;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use super::tokens::Token;
use crate::answer::{Answer, Created};
use crate::request::{Bearer, Body, Stranger, Town};
use crate::{Platform, Problem, schema};

/// Who signs in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "town_code": "143669", "staff_number": "001234", "password": "坂道をのぼるとき海が光る"
}))]
pub struct NewSignIn {
    /// 全国地方公共団体コード.
    town_code: String,
    /// 職員番号.
    staff_number: String,
    /// Password.
    #[serde(deserialize_with = "password")]
    #[schema(value_type = String, format = Password)]
    password: Password,
}

/// A sign-in.
#[derive(Serialize, ToSchema)]
#[schema(example = json!({
    "token": {
        "id": "tok_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "kind": "sign_in",
        "staff_id": "stf_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70",
        "grants": ["overall_manager", "holder", "analyst", "case_worker", "approver", "town_admin", "auditor"],
        "created_at": "2026-04-01T00:00:00Z", "expires_at": "2026-04-01T00:30:00Z",
        "renewable_until": "2026-04-01T12:00:00Z", "revoked_at": null
    },
    "secret": "tsk_143669_shown-once", "grants": ["case_worker"]
}))]
pub struct SignIn {
    /// The token. Its own grants set no limit: the postings do, from day to day.
    token: Token,
    /// What to send as `Authorization: Bearer`. Shown this once and kept nowhere.
    secret: String,
    /// 権限: what the postings in force today allow.
    #[schema(value_type = Vec<schema::Grant>)]
    grants: Vec<Grant>,
}

/// Signs in.
///
/// Needs no token. An unknown town, an unknown 職員番号, a wrong password and somebody without a posting in force
/// are answered alike. Failures of one account cost growing waits from the fifth on, and those of one address
/// are counted too.
#[utoipa::path(
    request_body = NewSignIn,
    responses(
        (status = 201, description = "Signed in.", body = SignIn),
        (status = 401, description = "`sign_in_refused`, whatever the reason."),
        (status = 429, description = "`sign_in_throttled`: too many failures; wait as `Retry-After` says."),
    ),
)]
#[post("/sign-ins")]
pub async fn sign_in(
    platform: Platform,
    stranger: Stranger,
    body: Body<NewSignIn>,
) -> Result<Created<SignIn>, Problem> {
    let new = body.read()?;
    let who = stranger.says(&new.town_code, &new.staff_number);
    let signed_in = platform.sign_in(&who, &new.password).await?;
    let body = SignIn {
        secret: signed_in.token.secret,
        token: signed_in.token.row.into(),
        grants: signed_in.grants.iter().collect(),
    };
    Ok(Created { location: None, body })
}

/// Prolongs the sign-in of this token by half an hour.
///
/// Needs the token of a sign-in; its secret stays. It can be prolonged until 12 hours after the sign-in, and not
/// once it has expired.
#[utoipa::path(responses(
    (status = 200, description = "Prolonged.", body = Token),
    (status = 409, description = "`sign_in_not_renewable`: the token did not come from a sign-in."),
))]
#[post("/sign-ins/current/renewal")]
pub async fn renew_sign_in(platform: Platform, town: Town, bearer: Bearer) -> Answer<Token> {
    Ok(web::Json(platform.sign_in_renew(&town.0, &bearer.0).await?.into()))
}

/// Signs out: this token is refused from the next request on.
///
/// Needs the token, whatever it came from.
#[utoipa::path(responses((status = 204, description = "Signed out.")))]
#[post("/sign-ins/current/end")]
pub async fn sign_out(platform: Platform, town: Town, bearer: Bearer) -> Result<HttpResponse, Problem> {
    platform.sign_out(&town.0, &bearer.0).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// A password to set with a one-time code.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "town_code": "143669", "staff_number": "001234", "setup_code": "K7QM-2V9D-H4XT-0RCE",
    "password": "坂道をのぼるとき海が光る"
}))]
pub struct NewPassword {
    /// 全国地方公共団体コード.
    town_code: String,
    /// 職員番号.
    staff_number: String,
    /// 設定コード: as the town's administrator passed it on; small letters and missing hyphens do not matter.
    setup_code: String,
    /// Password: 12 to 256 characters of any script; no mixture of signs is asked for, and it does not expire.
    #[serde(deserialize_with = "password")]
    #[schema(value_type = String, format = Password, min_length = 12, max_length = 256)]
    password: Password,
}

/// Sets a password with a one-time code.
///
/// Needs no token. Every token of the account ends, and failed sign-ins are forgotten. A password that is
/// refused leaves the code as it is.
#[utoipa::path(
    request_body = NewPassword,
    responses(
        (status = 204, description = "Set; sign in with it."),
        (status = 422, description = "`setup_code_refused` for an unknown town or number and for a code that is wrong, used or expired, alike; `password_too_short`, `password_too_common`."),
        (status = 429, description = "`sign_in_throttled`: too many failures; wait as `Retry-After` says."),
    ),
)]
#[post("/password-setups")]
pub async fn set_up_password(
    platform: Platform,
    stranger: Stranger,
    body: Body<NewPassword>,
) -> Result<HttpResponse, Problem> {
    let new = body.read()?;
    let who: Claimant<'_> = stranger.says(&new.town_code, &new.staff_number);
    platform.password_set_up(&who, &new.setup_code, &new.password).await?;
    Ok(HttpResponse::NoContent().finish())
}

/// Another password in the place of the one so far.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "current_password": "坂道をのぼるとき海が光る", "password": "つゆくさの みちを あるく"
}))]
pub struct NewPasswordChange {
    /// The password so far.
    #[serde(deserialize_with = "password")]
    #[schema(value_type = String, format = Password)]
    current_password: Password,
    /// The new one: 12 to 256 characters of any script, and not the one so far.
    #[serde(deserialize_with = "password")]
    #[schema(value_type = String, format = Password, min_length = 12, max_length = 256)]
    password: Password,
}

/// Changes one's own password.
///
/// Needs the token and the password so far. Every other token of the account ends, and a set-up code that waits;
/// this token goes on. A wrong password so far counts as a failed sign-in. Sent again it is refused, since the
/// password so far is then another; nothing is done twice.
#[utoipa::path(
    request_body = NewPasswordChange,
    responses(
        (status = 204, description = "Changed."),
        (status = 422, description = "`password_wrong`; `password_too_short`, `password_too_common`, and `invalid_value` for the one so far again."),
        (status = 429, description = "`sign_in_throttled`: too many failures; wait as `Retry-After` says."),
    ),
)]
#[post("/sign-ins/current/password")]
pub async fn change_password(
    platform: Platform,
    town: Town,
    bearer: Bearer,
    stranger: Stranger,
    body: Body<NewPasswordChange>,
) -> Result<HttpResponse, Problem> {
    let new = body.read()?;
    let from = (bearer.0.as_str(), stranger.address());
    platform.password_change(&town.0, from, &new.current_password, &new.password).await?;
    Ok(HttpResponse::NoContent().finish())
}

fn password<'de, D: Deserializer<'de>>(from: D) -> Result<Password, D::Error> {
    String::deserialize(from).map(Password::from)
}
