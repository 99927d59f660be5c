//! What a load leaves behind about its file, in the load's own transaction: its quality, and what became of the
//! rejects of earlier loads.

use seal::LoadKey;
use serde::{Deserialize, Serialize};
use tokio_postgres::Client;
use uuid::Uuid;

use super::known::{Key16, Known, key16};
use super::{Lookup, Stage, place};
use crate::StoreError;
use crate::rows::load::LoadRow;

/// A reject of an earlier load.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct RejectPlace {
    /// Its load.
    pub load: Uuid,
    /// The reject.
    pub reject: Uuid,
}

/// What a file was like, ready to rest.
#[derive(Debug)]
pub struct StagedQuality {
    /// Numbers, without a line and without a value.
    pub counts: serde_json::Value,
    /// Lines and values, sealed.
    pub(super) findings: Vec<u8>,
}

impl Stage {
    /// Seals what a file was like under the load's key.
    #[must_use]
    pub fn quality(
        &self,
        key: &LoadKey,
        load: &LoadRow,
        counts: serde_json::Value,
        findings: &[u8],
    ) -> StagedQuality {
        let id = load.id.uuid();
        let findings = key.boxes().seal(&place(&self.town, "load_quality", &id, 0, 0), findings);
        StagedQuality { counts, findings }
    }
}

impl Lookup<'_> {
    /// Rejects of a source's earlier loads that are open, by the key of their record.
    pub(super) async fn open_rejects(&self, source: &str, known: &mut Known) -> Result<(), StoreError> {
        let rows = self
            .client
            .query(
                "SELECT r.record_key, r.load_id, r.reject_id FROM town.load l JOIN town.reject r ON r.load_id = l.load_id WHERE l.town_id = $1 AND r.town_id = $1 AND l.source = $2 AND r.state = 'open' AND r.record_key IS NOT NULL",
                &[&self.town.as_str(), &source],
            )
            .await?;
        for row in rows {
            let place = RejectPlace { load: row.try_get(1)?, reject: row.try_get(2)? };
            let key: Key16 = key16(&row, 0)?;
            known.rejects.entry(key).or_default().push(place);
        }
        Ok(())
    }
}

/// Writes down what the file was like.
pub(super) async fn record(
    client: &Client,
    town: &str,
    load: &LoadRow,
    quality: &StagedQuality,
) -> Result<(), StoreError> {
    client
        .execute(
            "INSERT INTO town.load_quality (town_id, load_id, counts, findings) VALUES ($1, $2, $3, $4)",
            &[&town, &load.id.uuid(), &quality.counts, &quality.findings],
        )
        .await?;
    Ok(())
}

/// Marks the earlier rejects whose records have come in order now; and, when the file says all there is, every
/// other one of the source as superseded: whoever reads on reads this load's.
pub(super) async fn settle(
    client: &Client,
    town: &str,
    load: &LoadRow,
    corrected: &[RejectPlace],
    supersedes: bool,
) -> Result<(), StoreError> {
    let (loads, rejects): (Vec<Uuid>, Vec<Uuid>) = corrected.iter().map(|one| (one.load, one.reject)).unzip();
    client
        .execute(
            "UPDATE town.reject r SET state = 'corrected', settled_by = $2 FROM unnest($3::uuid[], $4::uuid[]) AS c (load_id, reject_id) WHERE r.town_id = $1 AND r.load_id = c.load_id AND r.reject_id = c.reject_id AND r.state = 'open'",
            &[&town, &load.id.uuid(), &loads, &rejects],
        )
        .await?;
    if supersedes {
        client
            .execute(
                "UPDATE town.reject r SET state = 'superseded', settled_by = $2 FROM town.load l WHERE r.town_id = $1 AND l.town_id = $1 AND l.load_id = r.load_id AND l.source = $3 AND l.as_of <= $4 AND r.load_id <> $2 AND r.state = 'open'",
                &[&town, &load.id.uuid(), &load.source, &load.as_of],
            )
            .await?;
    }
    Ok(())
}
