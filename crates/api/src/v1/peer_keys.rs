//! 相手の町の鍵: seeing, pinning and confirming other towns' public keys.

use actix_web::{get, post, web};
use app::peer_keys::{Fingerprints, KeyPurpose, PeerKey as Key};
use chrono::{DateTime, Utc};
use kernel::id::StaffId;
use kernel::{Digest, TownCode};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::idempotency::IdempotencyHeader;
use crate::paging::{Order, Page, PageParams, Paging};
use crate::request::{Body, Params, PathId, Town};
use crate::{Platform, schema};

/// Another town's public keys.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "town_code": "143626",
    "keys": [{
        "purpose": "seal", "trust": "confirmed", "trust_ja": "二人が確認",
        "published": "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
        "pinned": "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
        "pinned_by": "stf_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "pinned_at": "2026-11-21T01:23:45Z",
        "confirmed_by": "stf_019a9f3c5b7a7c3e8a1f2b3c4d5e6f71"
    }]
}))]
pub struct PeerKeys {
    /// Whose.
    #[schema(value_type = schema::TownCode)]
    town_code: TownCode,
    /// One for each purpose.
    keys: Vec<PeerKey>,
}

/// One public key, as published and as pinned.
#[derive(Debug, Serialize, ToSchema)]
pub struct PeerKey {
    /// `seal`: packages are sealed to it; `sign`: packages and receipts are verified by it.
    purpose: String,
    /// `unpinned`, `pinned` by one person, `confirmed` by a second and so used, or `changed` since.
    trust: String,
    /// The same as staff read it.
    trust_ja: String,
    /// 指紋: SHA-256 of the published key, to be read out by telephone.
    #[schema(value_type = String, pattern = "^[0-9a-f]{64}$")]
    published: Digest,
    /// The same of the pinned key; null when none is.
    #[schema(required = true, value_type = Option<String>, pattern = "^[0-9a-f]{64}$")]
    pinned: Option<Digest>,
    /// 職員 who pinned it.
    #[schema(required = true, value_type = Option<schema::StaffId>)]
    pinned_by: Option<StaffId>,
    /// When.
    #[schema(required = true)]
    pinned_at: Option<DateTime<Utc>>,
    /// 職員 who confirmed it.
    #[schema(required = true, value_type = Option<schema::StaffId>)]
    confirmed_by: Option<StaffId>,
}

impl PeerKey {
    fn of(key: &Key) -> Self {
        let row = key.pinned.as_ref().map(|pin| &pin.row);
        Self {
            purpose: key.purpose.as_str().to_owned(),
            trust: key.trust().as_str().to_owned(),
            trust_ja: key.trust().ja().to_owned(),
            published: key.published,
            pinned: key.pinned.as_ref().map(|pin| pin.fingerprint),
            pinned_by: row.map(|row| row.pinned_by),
            pinned_at: row.map(|row| row.pinned_at),
            confirmed_by: row.and_then(|row| row.confirmed_by),
        }
    }
}

impl PeerKeys {
    /// The keys town by town; they come in the order of towns.
    fn by_town(keys: &[Key]) -> Vec<Self> {
        keys.chunk_by(|a, b| a.town == b.town)
            .filter_map(|of_town| {
                let town_code = of_town.first()?.town;
                Some(Self { town_code, keys: of_town.iter().map(PeerKey::of).collect() })
            })
            .collect()
    }

    fn one(town_code: TownCode, keys: &[Key]) -> Self {
        Self { town_code, keys: keys.iter().map(PeerKey::of).collect() }
    }
}

/// The fingerprints that a person has compared with what the other town read out.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "seal": "2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae",
    "sign": "fcde2b2edba56bf408601fb721fe9b5c338d10ee429ea04fae5511b68fbf8fb9"
}))]
pub struct ComparedKeys {
    /// 指紋 of the key that packages are sealed to.
    #[schema(value_type = String, pattern = "^[0-9a-f]{64}$")]
    seal: Digest,
    /// 指紋 of the key that packages and receipts are verified by.
    #[schema(value_type = String, pattern = "^[0-9a-f]{64}$")]
    sign: Digest,
}

impl From<ComparedKeys> for Fingerprints {
    fn from(keys: ComparedKeys) -> Self {
        Self { seal: keys.seal, sign: keys.sign }
    }
}

/// The other towns' public keys.
///
/// Needs the grant `town_admin` (町管理者), `approver` (決裁), `case_worker` (活用) or `auditor` (監査).
#[utoipa::path(params(PageParams), responses((status = 200, description = "By town code.", body = Page<PeerKeys>)))]
#[get("/peer-keys")]
pub async fn list_peer_keys(platform: Platform, town: Town, params: Params) -> Answer<Page<PeerKeys>> {
    let paging = Paging::from_params(&params)?;
    let rows = PeerKeys::by_town(&platform.peer_keys(&town.0).await?);
    Ok(web::Json(Page::cut(town.0.now, rows, &paging, Order::Rising, |row| row.town_code, |row| row)))
}

/// Pins a town's keys, as the first person who has compared them.
///
/// Needs the grant `town_admin` (町管理者) or `approver` (決裁). A key is used only once a second person has
/// confirmed it.
#[utoipa::path(
    params(IdempotencyHeader),
    request_body = ComparedKeys,
    responses((status = 200, description = "Pinned; waits for the second person.", body = PeerKeys)),
)]
#[post("/peer-keys/{town_code}/pins")]
pub async fn pin_peer_keys(
    platform: Platform,
    town: Town,
    id: PathId<TownCode>,
    body: Body<ComparedKeys>,
) -> Answer<PeerKeys> {
    require_town(&platform, &town, &id).await?;
    let keys = platform.peer_key_pin(&town.0, id.0, body.read()?.into()).await?;
    Ok(web::Json(PeerKeys::one(id.0, &keys)))
}

/// Confirms a town's pinned keys, as the second person who has compared them.
///
/// Needs the grant `town_admin` (町管理者) or `approver` (決裁). Whoever pinned them cannot confirm them.
#[utoipa::path(
    request_body = ComparedKeys,
    responses(
        (status = 200, description = "Confirmed; the keys are used from now on.", body = PeerKeys),
        (status = 409, description = "`key_not_pinned`: nobody has pinned these keys."),
    ),
)]
#[post("/peer-keys/{town_code}/confirmations")]
pub async fn confirm_peer_keys(
    platform: Platform,
    town: Town,
    id: PathId<TownCode>,
    body: Body<ComparedKeys>,
) -> Answer<PeerKeys> {
    require_town(&platform, &town, &id).await?;
    let keys = platform.peer_key_confirm(&town.0, id.0, body.read()?.into()).await?;
    Ok(web::Json(PeerKeys::one(id.0, &keys)))
}

/// A town that publishes keys, before the body is judged.
async fn require_town(platform: &Platform, town: &Town, id: &PathId<TownCode>) -> Result<(), kernel::Fault> {
    let known = platform.peer_keys(&town.0).await?;
    let published = |key: &Key| key.town == id.0 && key.purpose == KeyPurpose::Seal;
    if known.iter().any(published) { Ok(()) } else { Err(id.not_found()) }
}
