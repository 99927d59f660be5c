//! 受付: handing a file in. The body is the file itself; it is spooled sealed as it arrives and complete
//! only when its digest is the one in the header.

use actix_web::http::header::{CONTENT_LENGTH, HeaderMap};
use actix_web::{HttpRequest, get, post, web};
use app::rows::UploadRow;
use app::uploads::Receiving;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use chrono::{DateTime, NaiveDate, Utc};
use futures_util::StreamExt;
use kernel::id::{StaffId, UploadId};
use kernel::{Code, Digest, Fault, SourceCode, TownCtx};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::answer::{Answer, Created};
use crate::idempotency::IdempotencyHeader;
use crate::request::{Params, PathId, Town};
use crate::{Platform, Problem, schema};

/// A file handed in (受付).
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "upl_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "source": "resident_register", "as_of": "2026-11-20",
    "state": "received", "size": 1048576, "created_by": "stf_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70",
    "created_at": "2026-11-21T01:23:45Z"
}))]
pub struct Upload {
    /// Id.
    #[schema(value_type = schema::UploadId)]
    id: UploadId,
    /// 連携元.
    source: String,
    /// The day the export shows.
    as_of: NaiveDate,
    /// `receiving`, `received`, `loaded` or `failed`.
    state: String,
    /// Bytes received.
    #[schema(minimum = 0)]
    size: i64,
    /// 職員: who handed it in.
    #[schema(value_type = schema::StaffId)]
    created_by: StaffId,
    /// When.
    created_at: DateTime<Utc>,
}

impl From<UploadRow> for Upload {
    fn from(row: UploadRow) -> Self {
        Self {
            id: row.id,
            source: row.source,
            as_of: row.as_of,
            state: row.state,
            size: row.size,
            created_by: row.created_by,
            created_at: row.created_at,
        }
    }
}

/// What the file is.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct UploadParams {
    /// 連携元: the source's name in the town's profile.
    #[param(example = "resident_register")]
    pub source: String,
    /// The day the export shows (何月何日時点).
    #[param(example = "2026-11-20")]
    pub as_of: NaiveDate,
}

/// Hands a file in.
///
/// Needs the grant `holder` (保有・管理) or `overall_manager` (総括管理). The body is the file, at most
/// 1 GiB; `Content-Digest` carries its SHA-256 (RFC 9530). A file cut off on the way leaves nothing.
#[utoipa::path(
    params(
        UploadParams,
        IdempotencyHeader,
        ("Content-Digest" = String, Header, description = "`sha-256=:<base64>:` (RFC 9530).",
            example = "sha-256=:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=:"),
    ),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The file as the system exported it."),
    responses(
        (status = 201, description = "Received whole.", body = Upload),
        (status = 409, description = "`legal_entry_expired`: the source's legal entry has ended."),
    ),
)]
#[post("/uploads")]
pub async fn receive_upload(
    platform: Platform,
    town: Town,
    params: Params,
    request: HttpRequest,
    payload: web::Payload,
) -> Result<Created<Upload>, Problem> {
    let source: SourceCode = params.need("source")?;
    let as_of: NaiveDate = params.need("as_of")?;
    let digest = content_digest(request.headers())?;
    let length = content_length(request.headers());
    app::uploads::check_length(length)?;
    let receiving = platform.upload_begin(&town.0, &source, as_of).await?;
    let receiving = spool(&platform, &town.0, receiving, payload).await?;
    let row = platform.upload_finish(&town.0, receiving, digest, length).await?;
    Ok(Created { location: Some(format!("/api/v1/uploads/{}", row.id)), body: row.into() })
}

async fn spool(
    platform: &Platform,
    ctx: &TownCtx,
    mut receiving: Receiving,
    mut payload: web::Payload,
) -> Result<Receiving, Fault> {
    while let Some(bytes) = payload.next().await {
        match bytes {
            Ok(bytes) => platform.upload_push(ctx, &mut receiving, &bytes).await?,
            Err(_) => {
                platform.upload_abandon(ctx, &receiving).await?;
                let found = receiving.size();
                return Err(Fault::new(Code::UploadIncomplete).with("expected", "?").with("found", found));
            }
        }
    }
    Ok(receiving)
}

fn content_digest(headers: &HeaderMap) -> Result<Digest, Fault> {
    let missing = || Fault::new(Code::DigestRequired);
    let header = headers.get("content-digest").and_then(|value| value.to_str().ok()).ok_or_else(missing)?;
    let member = header.split(',').map(str::trim).find_map(|member| member.strip_prefix("sha-256="));
    let base64 = member.and_then(|value| value.strip_prefix(':')?.strip_suffix(':')).ok_or_else(missing)?;
    let bytes = BASE64_STANDARD.decode(base64).map_err(|_| missing())?;
    Ok(Digest::from_bytes(bytes.try_into().map_err(|_| missing())?))
}

fn content_length(headers: &HeaderMap) -> Option<u64> {
    headers.get(CONTENT_LENGTH)?.to_str().ok()?.parse().ok()
}

/// One file handed in.
///
/// Needs the grant `holder` (保有・管理) or `overall_manager` (総括管理).
#[utoipa::path(responses((status = 200, description = "The upload as it stands.", body = Upload)))]
#[get("/uploads/{upload_id}")]
pub async fn read_upload(platform: Platform, town: Town, id: PathId<UploadId>) -> Answer<Upload> {
    Ok(web::Json(platform.upload(&town.0, id.0).await?.into()))
}

#[cfg(test)]
mod tests {
    use actix_web::http::header::{HeaderName, HeaderValue};

    use super::*;

    fn headers(digest: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(HeaderName::from_static("content-digest"), HeaderValue::from_str(digest).unwrap());
        headers
    }

    #[test]
    fn a_digest_is_read_as_rfc_9530_writes_it() {
        let abc = "sha-256=:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=:";
        assert_eq!(content_digest(&headers(abc)), Ok(Digest::of(b"abc")));
        assert_eq!(content_digest(&headers(&format!("sha-512=:AA==:, {abc}"))), Ok(Digest::of(b"abc")));
        for bad in ["", "sha-256=ungWv48B", "sha-256=:AA==:", "md5=:AA==:", "sha-256=:!!:"] {
            assert_eq!(
                content_digest(&headers(bad)).map_err(|f| f.code()),
                Err(Code::DigestRequired),
                "{bad}"
            );
        }
        assert!(content_digest(&HeaderMap::new()).is_err());
    }
}
