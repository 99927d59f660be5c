//! Handing a file in: spooled sealed as it arrives, complete only when its digest is what the sender
//! said. A file cut off on the way leaves nothing but a failed upload.

use chrono::NaiveDate;
use evidence::Act;
use kernel::digest::Digester;
use kernel::id::UploadId;
use kernel::{Code, Digest, Fault, Grant, SourceCode, TownCtx};
use seal::LoadKey;
use store::rows::upload::UploadRow;

use crate::error::store;
use crate::{App, Result, auth, leaf};

/// Bytes an upload may have: 1 GiB, more than ten years of any register of a town of 50,000.
pub const MAX_BYTES: u64 = 1 << 30;

/// Bytes of one sealed chunk of the spool.
const CHUNK: usize = 1 << 20;

/// Grants that hand files in.
const HANDERS: &[Grant] = &[Grant::Holder, Grant::OverallManager];

/// A file on its way in.
pub struct Receiving {
    row: UploadRow,
    key: LoadKey,
    digester: Digester,
    held: Vec<u8>,
    size: u64,
    limit: u64,
    seq: i32,
}

impl Receiving {
    /// Bytes that have come so far.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The same with a lower limit than [`MAX_BYTES`].
    #[must_use]
    pub const fn at_most(mut self, bytes: u64) -> Self {
        self.limit = if bytes < MAX_BYTES { bytes } else { MAX_BYTES };
        self
    }
}

/// Refuses a file whose sender says that it is too large, before a byte of it is taken.
///
/// # Errors
/// `file_too_large`.
pub fn check_length(length: Option<u64>) -> Result<()> {
    if length.is_some_and(|length| length > MAX_BYTES) { Err(too_large(MAX_BYTES)) } else { Ok(()) }
}

fn too_large(limit: u64) -> Fault {
    Fault::new(Code::FileTooLarge).with("limit", limit)
}

impl App {
    /// Begins to receive a file.
    ///
    /// # Errors
    /// `grant_missing`, `source_not_found`, `legal_entry_expired`; `invalid_value` for an export of a day
    /// that has not come.
    pub async fn upload_begin(
        &self,
        ctx: &TownCtx,
        source: &SourceCode,
        as_of: NaiveDate,
    ) -> Result<Receiving> {
        auth::require_any(ctx, HANDERS)?;
        let profile = self.profile(ctx).await?;
        let known = profile.town.sources.get(source);
        let known = known.ok_or_else(|| Fault::new(Code::SourceNotFound).with("source", source))?;
        known.legal.check(source, ctx.today())?;
        if as_of > ctx.today() {
            let fault = Fault::new(Code::InvalidValue).with("name", "as_of");
            return Err(fault.with_words("why", "まだ来ていない日です", "the day has not come"));
        }
        let row = UploadRow {
            id: UploadId::new(),
            source: source.to_string(),
            as_of,
            state: "receiving".into(),
            size: 0,
            file_index: None,
            created_by: ctx.staff,
            created_at: ctx.now,
        };
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let key = conn.upload_begin(&row).await.map_err(store)?;
        Ok(Receiving {
            row,
            key,
            digester: Digester::default(),
            held: Vec::new(),
            size: 0,
            limit: MAX_BYTES,
            seq: 0,
        })
    }

    /// Takes the next bytes.
    ///
    /// # Errors
    /// `file_too_large`; the upload is given up then.
    pub async fn upload_push(&self, ctx: &TownCtx, receiving: &mut Receiving, bytes: &[u8]) -> Result<()> {
        receiving.size = receiving.size.saturating_add(bytes.len() as u64);
        if receiving.size > receiving.limit {
            self.upload_abandon(ctx, receiving).await?;
            return Err(too_large(receiving.limit));
        }
        receiving.digester.update(bytes);
        receiving.held.extend_from_slice(bytes);
        while receiving.held.len() >= CHUNK {
            let rest = receiving.held.split_off(CHUNK);
            let chunk = std::mem::replace(&mut receiving.held, rest);
            self.spool(ctx, receiving, &chunk).await?;
        }
        Ok(())
    }

    /// Ends the file: it is complete when the digest is the one the sender gave.
    ///
    /// # Errors
    /// `upload_incomplete`, `digest_mismatch`; the upload is given up then.
    pub async fn upload_finish(
        &self,
        ctx: &TownCtx,
        mut receiving: Receiving,
        expected: Digest,
        length: Option<u64>,
    ) -> Result<UploadRow> {
        if let Some(length) = length
            && length != receiving.size
        {
            self.upload_abandon(ctx, &receiving).await?;
            let fault = Fault::new(Code::UploadIncomplete);
            return Err(fault.with("expected", length).with("found", receiving.size));
        }
        let digest = std::mem::take(&mut receiving.digester).finish();
        if digest != expected {
            self.upload_abandon(ctx, &receiving).await?;
            return Err(Fault::new(Code::DigestMismatch));
        }
        let rest = std::mem::take(&mut receiving.held);
        self.spool(ctx, &mut receiving, &rest).await?;
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        let index = tx.keys().row_hash.hash(digest.as_bytes());
        let size = i64::try_from(receiving.size).unwrap_or(i64::MAX);
        let id = receiving.row.id;
        tx.upload_received(id, size, index.as_bytes()).await.map_err(store)?;
        tx.commit(leaf::of(ctx, Act::UploadReceived, vec![id.into()], &digest)?).await.map_err(store)?;
        Ok(UploadRow {
            state: "received".into(),
            size,
            file_index: Some(index.as_bytes().to_vec()),
            ..receiving.row
        })
    }

    /// One upload.
    ///
    /// # Errors
    /// `grant_missing`, `upload_not_found`.
    pub async fn upload(&self, ctx: &TownCtx, id: UploadId) -> Result<UploadRow> {
        auth::require_any(ctx, HANDERS)?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        conn.upload(id).await.map_err(store)?.ok_or_else(|| Fault::new(Code::UploadNotFound))
    }

    /// Gives an upload up: what was spooled goes, and its key with it.
    ///
    /// # Errors
    /// A fault when the database cannot be reached.
    pub async fn upload_abandon(&self, ctx: &TownCtx, receiving: &Receiving) -> Result<()> {
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        conn.upload_abandon(receiving.row.id).await.map_err(store)
    }

    async fn spool(&self, ctx: &TownCtx, receiving: &mut Receiving, chunk: &[u8]) -> Result<()> {
        if chunk.is_empty() {
            return Ok(());
        }
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        conn.upload_chunk_insert(receiving.row.id, receiving.seq, &receiving.key, chunk)
            .await
            .map_err(store)?;
        receiving.seq += 1;
        Ok(())
    }
}
