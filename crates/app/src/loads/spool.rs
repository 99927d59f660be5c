//! The spool that a file is read from.

use std::time::Instant;

use chrono::Utc;
use kernel::TownCode;
use kernel::id::UploadId;
use seal::LoadKey;
use store::rows::operation::OperationRow;

use super::read::Reading;
use crate::error::store;
use crate::{App, Result};

/// How often progress is written.
const PROGRESS_EVERY_MS: u128 = 500;

/// The spool of an upload, and how far it is read.
pub(super) struct Spool<'a> {
    app: &'a App,
    pub town: TownCode,
    upload: UploadId,
    key: LoadKey,
    /// The name the file came under.
    pub file_name: Option<String>,
    seq: i32,
    /// The work whose progress it is.
    work: &'a mut OperationRow,
    told: Instant,
}

impl<'a> Spool<'a> {
    pub async fn of(app: &'a App, reading: &Reading<'_>, work: &'a mut OperationRow) -> Result<Self> {
        let (town, upload) = (reading.ctx.town, reading.upload.id);
        let mut conn = app.towns.read(town).await.map_err(store)?;
        let key = conn.load_key(upload).await.map_err(store)?;
        let file_name = conn.upload_name(upload, &key).await.map_err(store)?;
        Ok(Self { app, town, upload, key, file_name, seq: 0, work, told: Instant::now() })
    }

    /// Begins again at the first chunk.
    pub const fn rewind(&mut self) {
        self.seq = 0;
        self.work.done = 0;
    }

    /// The next chunk; says meanwhile how far the work has come.
    pub async fn next(&mut self) -> Result<Option<seal::Plain>> {
        if self.told.elapsed().as_millis() >= PROGRESS_EVERY_MS {
            self.told = Instant::now();
            self.work.updated_at = Utc::now();
            self.app.progress(self.town, self.work).await?;
        }
        let mut conn = self.app.towns.read(self.town).await.map_err(store)?;
        let chunk = conn.upload_chunk(self.upload, self.seq, &self.key).await.map_err(store)?;
        let bytes = chunk.as_ref().map_or(0, |chunk| i64::try_from(chunk.len()).unwrap_or(i64::MAX));
        self.work.done = self.work.done.saturating_add(bytes);
        self.seq += 1;
        Ok(chunk)
    }
}
