//! 受付: handing a file in. The body is the file itself; it is spooled sealed as it arrives and complete
//! only when its digest is the one in the header. A large file, or one on a poor line, comes in parts.

use actix_web::http::header::{CONTENT_LENGTH, HeaderMap};
use actix_web::{HttpRequest, get, post, web};
use app::rows::UploadRow;
use app::uploads::{NewUpload, Receiving};
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
use crate::problem::{at_header, in_query};
use crate::request::{GivenDay, Params, PathId, Town};
use crate::{Platform, Problem, schema};

/// The digest of what a request carries, and of the whole of which it is a part.
const CONTENT_DIGEST: &str = "Content-Digest";
const REPR_DIGEST: &str = "Repr-Digest";

/// Where a part begins.
const UPLOAD_OFFSET: &str = "Upload-Offset";

/// Bytes of a part that are kept at once.
const PIECE: usize = 1 << 20;

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
    #[param(value_type = String)]
    pub source: SourceCode,
    /// The day the export shows (何月何日時点).
    #[param(example = "2026-11-20")]
    pub as_of: NaiveDate,
    /// The name the file came under, from which a layout may take its period. Kept sealed.
    #[param(example = "shukketsu_202611.csv", min_length = 1, max_length = 255)]
    pub file_name: Option<String>,
}

impl UploadParams {
    fn read(params: &Params) -> Result<Self, Problem> {
        let (source, as_of) = (params.need("source")?, params.need::<GivenDay>("as_of")?.into());
        Ok(Self { source, as_of, file_name: params.get("file_name")? })
    }

    fn upload(&self) -> NewUpload<'_> {
        NewUpload { source: &self.source, as_of: self.as_of, file_name: self.file_name.as_deref() }
    }
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
    let asked = UploadParams::read(&params)?;
    let digest = digest(request.headers(), CONTENT_DIGEST)?;
    let length = content_length(request.headers());
    app::uploads::check_length(length)?;
    let receiving = platform.upload_begin(&town.0, asked.upload()).await.map_err(in_query)?;
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

/// Begins a file that comes in parts.
///
/// Needs the grant `holder` (保有・管理) or `overall_manager` (総括管理). For large files and poor lines: send
/// the parts to `/uploads/{upload_id}/parts`, then its digest to `/uploads/{upload_id}/completion`. What is not
/// completed within a day is given up.
#[utoipa::path(
    params(UploadParams, IdempotencyHeader),
    responses(
        (status = 201, description = "The upload, of which nothing has come.", body = Upload),
        (status = 409, description = "`legal_entry_expired`: the source's legal entry has ended."),
    ),
)]
#[post("/partial-uploads")]
pub async fn begin_partial_upload(
    platform: Platform,
    town: Town,
    params: Params,
) -> Result<Created<Upload>, Problem> {
    let asked = UploadParams::read(&params)?;
    let row = platform.upload_begin_in_parts(&town.0, asked.upload()).await.map_err(in_query)?;
    Ok(Created { location: Some(format!("/api/v1/uploads/{}", row.id)), body: row.into() })
}

/// Sends the next part.
///
/// Needs the grant `holder` (保有・管理) or `overall_manager` (総括管理). `Upload-Offset` says how many bytes
/// came before this part. What has come of a part that is cut off stays: the upload's `size` says where to go on.
#[utoipa::path(
    params(
        ("Upload-Offset" = u64, Header, description = "Bytes of the file before this part: the upload's `size`.",
            example = 8388608),
    ),
    request_body(content = Vec<u8>, content_type = "application/octet-stream", description = "The bytes that follow."),
    responses(
        (status = 200, description = "The part is kept; `size` is where the next one begins.", body = Upload),
        (status = 409, description = "`upload_offset`: the upload stands elsewhere; `upload_not_arriving`."),
    ),
)]
#[post("/uploads/{upload_id}/parts")]
pub async fn send_upload_part(
    platform: Platform,
    town: Town,
    id: PathId<UploadId>,
    request: HttpRequest,
    payload: web::Payload,
) -> Answer<Upload> {
    // Before what is wrong with the request: whether there is such an upload.
    platform.upload(&town.0, id.0).await?;
    let offset = upload_offset(request.headers())?;
    Ok(web::Json(take_part(&platform, &town.0, id.0, offset, payload).await?.into()))
}

/// Keeps a part piece by piece; what has come stays when the rest does not.
async fn take_part(
    platform: &Platform,
    ctx: &TownCtx,
    id: UploadId,
    mut offset: u64,
    mut payload: web::Payload,
) -> Result<UploadRow, Fault> {
    let mut held = Vec::new();
    let mut cut_off = false;
    while let Some(bytes) = payload.next().await {
        match bytes {
            Ok(bytes) => held.extend_from_slice(&bytes),
            Err(_) => {
                cut_off = true;
                break;
            }
        }
        if held.len() >= PIECE {
            platform.upload_part(ctx, id, offset, &held).await?;
            offset += held.len() as u64;
            held.clear();
        }
    }
    let row = platform.upload_part(ctx, id, offset, &held).await?;
    if cut_off {
        return Err(Fault::new(Code::UploadIncomplete).with("expected", "?").with("found", row.size));
    }
    Ok(row)
}

/// Ends a file that came in parts.
///
/// Needs the grant `holder` (保有・管理) or `overall_manager` (総括管理). `Repr-Digest` carries the SHA-256 of
/// the whole file (RFC 9530). When it differs the upload is given up.
#[utoipa::path(
    params(
        ("Repr-Digest" = String, Header, description = "`sha-256=:<base64>:` of the whole file (RFC 9530).",
            example = "sha-256=:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=:"),
    ),
    responses(
        (status = 200, description = "Received whole.", body = Upload),
        (status = 409, description = "`upload_not_arriving`: it was completed or given up before."),
    ),
)]
#[post("/uploads/{upload_id}/completion")]
pub async fn complete_upload(
    platform: Platform,
    town: Town,
    id: PathId<UploadId>,
    request: HttpRequest,
) -> Answer<Upload> {
    platform.upload(&town.0, id.0).await?;
    let digest = digest(request.headers(), REPR_DIGEST)?;
    Ok(web::Json(platform.upload_complete(&town.0, id.0, digest).await?.into()))
}

fn upload_offset(headers: &HeaderMap) -> Result<u64, Fault> {
    let given = headers.get(UPLOAD_OFFSET).and_then(|value| value.to_str().ok()?.parse().ok());
    given.ok_or_else(|| {
        let why = ("何バイト目からかを数字で書いてください", "say as a number how many bytes came before");
        at_header(
            Fault::new(Code::InvalidValue).with("name", UPLOAD_OFFSET).with_words("why", why.0, why.1),
            UPLOAD_OFFSET,
        )
    })
}

fn digest(headers: &HeaderMap, name: &str) -> Result<Digest, Fault> {
    let missing = || at_header(Fault::new(Code::DigestRequired).with("header", name), name);
    let header = headers.get(name).and_then(|value| value.to_str().ok()).ok_or_else(missing)?;
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

    fn headers(value: &str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(HeaderName::from_static("content-digest"), HeaderValue::from_str(value).unwrap());
        headers
    }

    #[test]
    fn a_digest_is_read_as_rfc_9530_writes_it() {
        let abc = "sha-256=:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=:";
        assert_eq!(digest(&headers(abc), CONTENT_DIGEST), Ok(Digest::of(b"abc")));
        assert_eq!(
            digest(&headers(&format!("sha-512=:AA==:, {abc}")), CONTENT_DIGEST),
            Ok(Digest::of(b"abc"))
        );
        for bad in ["", "sha-256=ungWv48B", "sha-256=:AA==:", "md5=:AA==:", "sha-256=:!!:"] {
            assert_eq!(
                digest(&headers(bad), CONTENT_DIGEST).map_err(|f| f.code()),
                Err(Code::DigestRequired),
                "{bad}"
            );
        }
        assert!(digest(&HeaderMap::new(), CONTENT_DIGEST).is_err());
    }
}
