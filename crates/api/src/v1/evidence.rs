//! 証跡: the town's leaves, the log's checkpoint, and an export that a stranger can check offline.

use actix_web::{get, web};
use app::evidence::LeafView;
use chrono::{DateTime, TimeZone, Utc};
use kernel::Digest;
use kernel::id::LeafId;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::answer::Answer;
use crate::paging::{Page, PageParams, Paging};
use crate::request::{AnyCaller, Params, Town};
use crate::{Platform, schema};

/// One act of the town (証跡).
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "place": 12, "id": "lef_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "act": "load_applied", "act_ja": "取込",
    "at": "2026-11-21T01:23:45Z", "actor": "stf_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70",
    "subjects": ["lod_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70"],
    "commitment": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08", "index": 40
}))]
pub struct Leaf {
    /// Place in the town's chain, from 1.
    #[schema(minimum = 1)]
    place: i64,
    /// Id.
    #[schema(value_type = schema::LeafId)]
    id: LeafId,
    /// What was done.
    act: String,
    /// The same as staff say it.
    act_ja: String,
    /// When.
    at: DateTime<Utc>,
    /// Who: a member of staff, or `platform`.
    actor: String,
    /// To what: opaque ids.
    subjects: Vec<String>,
    /// Salted commitment to the act's detail.
    #[schema(value_type = String)]
    commitment: Digest,
    /// Place in the one log, from 0; null until it is sequenced, within a second.
    #[schema(required = true)]
    index: Option<i64>,
}

impl From<LeafView> for Leaf {
    fn from(view: LeafView) -> Self {
        let leaf = view.leaf;
        Self {
            place: view.n,
            id: leaf.id,
            act: leaf.act.as_str().to_owned(),
            act_ja: leaf.act.ja().to_owned(),
            at: Utc.timestamp_millis_opt(leaf.at).single().unwrap_or_default(),
            actor: leaf.actor.to_string(),
            subjects: leaf.subjects.iter().map(ToString::to_string).collect(),
            commitment: leaf.commitment,
            index: view.index,
        }
    }
}

/// The log's newest checkpoint (C2SP tlog-checkpoint text), signed.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "text": "tasuki evidence log\n41\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n",
    "key_id": "9f86d081884c7d65", "signature": "c2lnbmF0dXJl", "public_key": "cHVibGljIGtleQ=="
}))]
pub struct LogCheckpoint {
    /// Origin, size and root hash: three lines.
    #[schema(example = "tasuki evidence log\n41\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n")]
    text: String,
    /// The key's id.
    #[schema(example = "9f86d081884c7d65")]
    key_id: String,
    /// Ed25519 signature, base64.
    #[schema(example = "c2lnbmF0dXJl")]
    signature: String,
    /// The public key, base64: compare it with the one you were given by hand.
    #[schema(example = "cHVibGljIGtleQ==")]
    public_key: String,
}

/// Where an export begins.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct BundleParams {
    /// The place in the town's chain after which to begin; 0, the default, is its beginning.
    #[param(minimum = 0, example = 0)]
    pub after: Option<i64>,
}

/// Acts of the town, oldest first.
///
/// Needs the grant `auditor` (監査) or `town_admin` (町管理者). No leaf says anything about a resident.
#[utoipa::path(params(PageParams), responses((status = 200, description = "Oldest first.", body = Page<Leaf>)))]
#[get("/evidence-leaves")]
pub async fn list_leaves(platform: Platform, town: Town, params: Params) -> Answer<Page<Leaf>> {
    let paging: Paging<i64> = Paging::from_params(&params)?;
    let limit = i32::try_from(paging.fetch()).unwrap_or(i32::MAX);
    let rows = platform.evidence_leaves(&town.0, paging.cursor.unwrap_or(0), limit).await?;
    Ok(web::Json(Page::of(town.0.now, rows, &paging, |view| view.n, Leaf::from)))
}

/// The newest signed checkpoint.
///
/// One log holds all towns; its signed size and root are what a bundle is verified against, and whoever
/// keeps one can prove later that nothing before it was changed.
#[utoipa::path(responses((status = 200, description = "The checkpoint.", body = LogCheckpoint)))]
#[get("/evidence-checkpoint")]
pub async fn read_checkpoint(platform: Platform, _caller: AnyCaller) -> Answer<LogCheckpoint> {
    let signed = platform.evidence_checkpoint().await?;
    Ok(web::Json(LogCheckpoint {
        text: signed.text,
        key_id: signed.key.to_string(),
        signature: signed.signature.to_string(),
        public_key: platform.evidence_key().to_string(),
    }))
}

/// The town's evidence with every proof.
///
/// Needs the grant `auditor` (監査) or `town_admin` (町管理者). `tasuki verify FILE --log-key KEY` checks
/// it offline.
#[utoipa::path(
    params(BundleParams),
    responses(
        (status = 200, description = "The bundle: leaves, chain, proofs, checkpoint.", body = Object),
        (status = 404, description = "`leaf_not_found`: the town's chain does not go as far as `after`."),
    ),
)]
#[get("/evidence-bundle")]
pub async fn export_evidence(platform: Platform, town: Town, params: Params) -> Answer<evidence::Bundle> {
    let after = params.get::<i64>("after")?.unwrap_or(0).max(0);
    Ok(web::Json(platform.evidence_export(&town.0, after).await?))
}
