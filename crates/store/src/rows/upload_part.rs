//! Files that come in parts: each part is kept when it is answered, and the next one begins where it ended.

use chrono::{DateTime, Utc};
use diesel::dsl::max;
use diesel::prelude::*;
use diesel::sql_types::Bool;
use diesel_async::RunQueryDsl;
use kernel::id::UploadId;
use seal::LoadKey;
use uuid::Uuid;

use crate::schema::{upload, upload_chunk};
use crate::{StoreError, TownConn, TownTx};

impl TownTx {
    /// Keeps one part that begins at `offset`; false when the upload does not stand there, or is no longer
    /// arriving. Two parts at once cannot both stand there: the first takes the row.
    ///
    /// # Errors
    /// [`StoreError`] when a statement fails.
    pub async fn upload_part_insert(
        &mut self,
        id: UploadId,
        offset: i64,
        key: &LoadKey,
        bytes: &[u8],
    ) -> Result<bool, StoreError> {
        let uuid = id.uuid();
        let grown = i64::try_from(bytes.len()).unwrap_or(i64::MAX);
        let (driver, town) = self.parts()?;
        let moved = diesel::update(upload::table)
            .filter(upload::town_id.eq(town.clone()))
            .filter(upload::upload_id.eq(uuid))
            .filter(upload::state.eq("receiving"))
            .filter(upload::in_parts)
            .filter(upload::size.eq(offset))
            .set(upload::size.eq(upload::size + grown))
            .execute(driver)
            .await?;
        if moved == 0 {
            return Ok(false);
        }
        let last: Option<i32> = upload_chunk::table
            .filter(upload_chunk::town_id.eq(town))
            .filter(upload_chunk::upload_id.eq(uuid))
            .select(max(upload_chunk::seq))
            .first(driver)
            .await?;
        let seq = last.map_or(0, |last| last + 1);
        self.upload_chunk_insert(id, seq, key, bytes).await?;
        Ok(true)
    }
}

impl TownConn {
    /// Uploads that are still arriving and whose sender is taken to be gone: those in parts that were begun before
    /// `before`, and, after a stop of the server, those in one piece (`whole`).
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn uploads_deserted(
        &mut self,
        before: DateTime<Utc>,
        whole: bool,
    ) -> Result<Vec<UploadId>, StoreError> {
        let (driver, town) = self.parts()?;
        let cut_off = diesel::dsl::not(upload::in_parts).and(whole.into_sql::<Bool>());
        let ids: Vec<Uuid> = upload::table
            .filter(upload::town_id.eq(town))
            .filter(upload::state.eq("receiving"))
            .filter(cut_off.or(upload::in_parts.and(upload::created_at.lt(before))))
            .select(upload::upload_id)
            .load(driver)
            .await?;
        Ok(ids.into_iter().map(UploadId::from_uuid).collect())
    }
}
