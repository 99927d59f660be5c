//! Handing a file in: spooled sealed as it arrives, complete only when its digest is what the sender
//! said. A file cut off on the way leaves nothing but a failed upload; one that comes in parts goes on where
//! it ended.

mod expiry;
mod parts;

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

/// Characters a file's name may have.
const NAME_LENGTH: usize = 255;

/// A file that is to come.
#[derive(Debug, Clone, Copy)]
pub struct NewUpload<'a> {
    /// 連携元.
    pub source: &'a SourceCode,
    /// The day the export shows.
    pub as_of: NaiveDate,
    /// The name it came under, from which a layout may take its period.
    pub file_name: Option<&'a str>,
}

impl<'a> NewUpload<'a> {
    /// A file of which no name is known.
    #[must_use]
    pub const fn of(source: &'a SourceCode, as_of: NaiveDate) -> Self {
        Self { source, as_of, file_name: None }
    }
}

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
    /// Begins to receive a file in one piece.
    ///
    /// # Errors
    /// `grant_missing`, `source_not_found`, `legal_entry_expired`; `invalid_value` for an export of a day
    /// that has not come or a name of more than 255 characters.
    pub async fn upload_begin(&self, ctx: &TownCtx, new: NewUpload<'_>) -> Result<Receiving> {
        let (row, key) = self.upload_open(ctx, new, false).await?;
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

    async fn upload_open(
        &self,
        ctx: &TownCtx,
        new: NewUpload<'_>,
        in_parts: bool,
    ) -> Result<(UploadRow, LoadKey)> {
        auth::require_any(ctx, HANDERS)?;
        let profile = self.profile(ctx).await?;
        let known = profile.town.sources.get(new.source);
        let known = known.ok_or_else(|| Fault::new(Code::SourceNotFound).with("source", new.source))?;
        known.legal.check(new.source, ctx.today())?;
        let invalid = |name: &str, ja, en| {
            Err(Fault::new(Code::InvalidValue).with("name", name).with_words("why", ja, en))
        };
        if new.as_of > ctx.today() {
            return invalid("as_of", "まだ来ていない日です", "the day has not come");
        }
        if new.file_name.is_some_and(|name| name.is_empty() || name.chars().count() > NAME_LENGTH) {
            return invalid("file_name", "1字から255字までです", "it has 1 to 255 characters");
        }
        let row = UploadRow {
            id: UploadId::new(),
            source: new.source.to_string(),
            as_of: new.as_of,
            state: "receiving".into(),
            size: 0,
            file_index: None,
            created_by: ctx.staff,
            created_at: ctx.now,
            in_parts,
        };
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let key = conn.upload_begin(&row, new.file_name).await.map_err(store)?;
        Ok((row, key))
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
        let size = i64::try_from(receiving.size).unwrap_or(i64::MAX);
        self.upload_received(ctx, UploadRow { size, ..receiving.row }, digest).await
    }

    /// Says that a file has come whole.
    async fn upload_received(&self, ctx: &TownCtx, row: UploadRow, digest: Digest) -> Result<UploadRow> {
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        let index = tx.keys().row_hash.hash(digest.as_bytes());
        if !tx.upload_received(row.id, row.size, index.as_bytes()).await.map_err(store)? {
            return Err(Fault::new(Code::UploadNotArriving).with("state", &row.state));
        }
        tx.commit(leaf::of(ctx, Act::UploadReceived, vec![row.id.into()], &digest)?).await.map_err(store)?;
        Ok(UploadRow { state: "received".into(), file_index: Some(index.as_bytes().to_vec()), ..row })
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
