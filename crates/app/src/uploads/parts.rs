//! Files in parts: what has come stays when a line breaks, and the sender goes on from there.

use chrono::{DateTime, TimeDelta, Utc};
use kernel::digest::Digester;
use kernel::id::UploadId;
use kernel::{Code, Digest, Fault, TownCode, TownCtx};
use store::rows::upload::UploadRow;

use super::{CHUNK, MAX_BYTES, NewUpload, too_large};
use crate::error::store;
use crate::{App, Result};

/// How long a file in parts may be on its way.
const PATIENCE: TimeDelta = TimeDelta::hours(24);

impl App {
    /// Begins a file that comes in parts.
    ///
    /// # Errors
    /// As [`Self::upload_begin`].
    pub async fn upload_begin_in_parts(&self, ctx: &TownCtx, new: NewUpload<'_>) -> Result<UploadRow> {
        Ok(self.upload_open(ctx, new, true).await?.0)
    }

    /// Keeps the part that begins at `offset`; how many bytes have come then.
    ///
    /// # Errors
    /// `grant_missing`, `upload_not_found`, `upload_not_arriving`, `upload_offset` with where to go on,
    /// `file_too_large`.
    pub async fn upload_part(
        &self,
        ctx: &TownCtx,
        id: UploadId,
        offset: u64,
        bytes: &[u8],
    ) -> Result<UploadRow> {
        let row = self.arriving(ctx, id).await?;
        let stands = u64::try_from(row.size).unwrap_or_default();
        if stands != offset {
            return Err(Fault::new(Code::UploadOffset).with("found", stands));
        }
        if stands.saturating_add(bytes.len() as u64) > MAX_BYTES {
            return Err(too_large(MAX_BYTES));
        }
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        let key = tx.load_key(id).await.map_err(store)?;
        for (at, chunk) in (offset..).step_by(CHUNK).zip(bytes.chunks(CHUNK)) {
            let at = i64::try_from(at).unwrap_or(i64::MAX);
            if !tx.upload_part_insert(id, at, &key, chunk).await.map_err(store)? {
                drop(tx);
                let now = self.arriving(ctx, id).await?;
                return Err(Fault::new(Code::UploadOffset).with("found", now.size));
            }
        }
        tx.commit_bookkeeping().await.map_err(store)?;
        let grown = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        Ok(UploadRow { size: row.size.saturating_add(grown), ..row })
    }

    /// Ends a file that came in parts: it is complete when the digest is the one the sender gave.
    ///
    /// # Errors
    /// As [`Self::upload_part`]; `digest_mismatch`, which gives the upload up.
    pub async fn upload_complete(&self, ctx: &TownCtx, id: UploadId, expected: Digest) -> Result<UploadRow> {
        let row = self.arriving(ctx, id).await?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let key = conn.load_key(id).await.map_err(store)?;
        let mut digester = Digester::default();
        for seq in 0.. {
            let Some(chunk) = conn.upload_chunk(id, seq, &key).await.map_err(store)? else { break };
            digester.update(&chunk);
        }
        if digester.finish() != expected {
            conn.upload_abandon(id).await.map_err(store)?;
            return Err(Fault::new(Code::DigestMismatch));
        }
        drop(conn);
        self.upload_received(ctx, row, expected).await
    }

    /// Gives up files whose sender is gone: in parts and begun a day ago, and, after a stop of the server, those
    /// that came in one piece (`whole`).
    ///
    /// # Errors
    /// A fault when the database cannot be reached.
    pub async fn uploads_desert(&self, town: TownCode, now: DateTime<Utc>, whole: bool) -> Result<usize> {
        let mut conn = self.towns.read(town).await.map_err(store)?;
        let deserted = conn.uploads_deserted(now - PATIENCE, whole).await.map_err(store)?;
        for upload in &deserted {
            conn.upload_abandon(*upload).await.map_err(store)?;
        }
        Ok(deserted.len())
    }

    /// An upload that takes parts.
    async fn arriving(&self, ctx: &TownCtx, id: UploadId) -> Result<UploadRow> {
        let row = self.upload(ctx, id).await?;
        if row.in_parts && row.state == "receiving" {
            return Ok(row);
        }
        Err(Fault::new(Code::UploadNotArriving).with("state", &row.state))
    }
}
