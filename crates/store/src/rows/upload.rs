//! Files being handed in: spooled in sealed chunks under the load key, so that a killed load
//! resumes, and emptied when loaded.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kernel::id::{StaffId, UploadId};
use seal::{LoadKey, Plain};
use uuid::Uuid;

use crate::schema::{upload, upload_chunk};
use crate::town::epoch_number;
use crate::{StoreError, TownConn, TownTx};

/// One file handed in.
#[derive(Debug, Clone)]
pub struct UploadRow {
    /// Id.
    pub id: UploadId,
    /// 連携元.
    pub source: String,
    /// Day the export shows.
    pub as_of: NaiveDate,
    /// `receiving`, `received`, `loaded` or `failed`.
    pub state: String,
    /// Bytes received.
    pub size: i64,
    /// Keyed identity of the file's content, once complete.
    pub file_index: Option<Vec<u8>>,
    /// Who hands it in.
    pub created_by: StaffId,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// Whether it comes in parts.
    pub in_parts: bool,
}

type Columns = (Uuid, String, NaiveDate, String, i64, Option<Vec<u8>>, Uuid, DateTime<Utc>, bool);

fn row((id, source, as_of, state, size, file_index, created_by, created_at, in_parts): Columns) -> UploadRow {
    UploadRow {
        id: UploadId::from_uuid(id),
        source,
        as_of,
        state,
        size,
        file_index,
        created_by: StaffId::from_uuid(created_by),
        created_at,
        in_parts,
    }
}

impl TownConn {
    /// One upload.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn upload(&mut self, id: UploadId) -> Result<Option<UploadRow>, StoreError> {
        let (driver, town) = self.parts()?;
        let found: Option<Columns> = upload::table
            .filter(upload::town_id.eq(town))
            .filter(upload::upload_id.eq(id.uuid()))
            .select((
                upload::upload_id,
                upload::source,
                upload::as_of,
                upload::state,
                upload::size,
                upload::file_index,
                upload::created_by,
                upload::created_at,
                upload::in_parts,
            ))
            .first(driver)
            .await
            .optional()?;
        Ok(found.map(row))
    }

    /// The key of an upload's load, while its rejects live.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when the key is gone or does not open.
    pub async fn load_key(&mut self, id: UploadId) -> Result<LoadKey, StoreError> {
        let (driver, town) = self.parts()?;
        let wrapped: Option<Option<Vec<u8>>> = upload::table
            .filter(upload::town_id.eq(town))
            .filter(upload::upload_id.eq(id.uuid()))
            .select(upload::load_key)
            .first(driver)
            .await
            .optional()?;
        let wrapped = wrapped.flatten().ok_or(StoreError::Sealed)?;
        self.load_key_open(id.uuid(), &wrapped)
    }

    /// Opens an upload's wrapped load key.
    pub(super) fn load_key_open(&self, upload: Uuid, wrapped: &[u8]) -> Result<LoadKey, StoreError> {
        Ok(LoadKey::unwrap(&self.keys().epoch, &self.place("upload", upload.as_bytes(), 0, 0), wrapped)?)
    }

    /// One chunk of the spooled file, opened; `None` past the last.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when it does not open.
    pub async fn upload_chunk(
        &mut self,
        id: UploadId,
        seq: i32,
        key: &LoadKey,
    ) -> Result<Option<Plain>, StoreError> {
        let (driver, town) = self.parts()?;
        let sealed: Option<Vec<u8>> = upload_chunk::table
            .filter(upload_chunk::town_id.eq(town))
            .filter(upload_chunk::upload_id.eq(id.uuid()))
            .filter(upload_chunk::seq.eq(seq))
            .select(upload_chunk::body)
            .first(driver)
            .await
            .optional()?;
        let uuid = id.uuid();
        let place = self.place("upload_chunk", uuid.as_bytes(), 0, seq.unsigned_abs());
        sealed.map(|sealed| Ok(key.boxes().open(&place, &sealed)?)).transpose()
    }

    /// Spools one chunk. Its own statement: an upload is no act until it is complete.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn upload_chunk_insert(
        &mut self,
        id: UploadId,
        seq: i32,
        key: &LoadKey,
        bytes: &[u8],
    ) -> Result<(), StoreError> {
        let uuid = id.uuid();
        let sealed =
            key.boxes().seal(&self.place("upload_chunk", uuid.as_bytes(), 0, seq.unsigned_abs()), bytes);
        let (driver, town) = self.parts()?;
        diesel::insert_into(upload_chunk::table)
            .values((
                upload_chunk::town_id.eq(town),
                upload_chunk::upload_id.eq(uuid),
                upload_chunk::seq.eq(seq),
                upload_chunk::body.eq(sealed),
            ))
            .execute(driver)
            .await?;
        Ok(())
    }

    /// The name the file came under.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when it does not open.
    pub async fn upload_name(&mut self, id: UploadId, key: &LoadKey) -> Result<Option<String>, StoreError> {
        let (driver, town) = self.parts()?;
        let sealed: Option<Option<Vec<u8>>> = upload::table
            .filter(upload::town_id.eq(town))
            .filter(upload::upload_id.eq(id.uuid()))
            .select(upload::file_name)
            .first(driver)
            .await
            .optional()?;
        let Some(sealed) = sealed.flatten() else { return Ok(None) };
        let plain = key.boxes().open(&self.place("upload_name", id.uuid().as_bytes(), 0, 0), &sealed)?;
        String::from_utf8(plain.to_vec())
            .map(Some)
            .map_err(|_| StoreError::Malformed("a file's name is no text"))
    }

    /// Begins an upload and makes its load key; the name the file came under is sealed with it.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn upload_begin(
        &mut self,
        new: &UploadRow,
        file_name: Option<&str>,
    ) -> Result<LoadKey, StoreError> {
        let uuid = new.id.uuid();
        let key = LoadKey::generate();
        let name_place = self.place("upload_name", uuid.as_bytes(), 0, 0);
        let file_name = file_name.map(|name| key.boxes().seal(&name_place, name.as_bytes()));
        let wrapped = key.wrap(&self.keys().epoch, &self.place("upload", uuid.as_bytes(), 0, 0));
        let epoch = epoch_number(&self.keys().epoch);
        let (driver, town) = self.parts()?;
        diesel::insert_into(upload::table)
            .values((
                upload::town_id.eq(town),
                upload::upload_id.eq(uuid),
                upload::source.eq(&new.source),
                upload::as_of.eq(new.as_of),
                upload::state.eq("receiving"),
                upload::size.eq(0),
                upload::epoch.eq(epoch),
                upload::load_key.eq(wrapped),
                upload::created_by.eq(new.created_by.uuid()),
                upload::created_at.eq(new.created_at),
                upload::in_parts.eq(new.in_parts),
                upload::file_name.eq(file_name),
            ))
            .execute(driver)
            .await?;
        Ok(key)
    }

    /// Gives an upload up that was cut off or refused: its chunks and its key go.
    ///
    /// # Errors
    /// [`StoreError`] when a statement fails.
    pub async fn upload_abandon(&mut self, id: UploadId) -> Result<(), StoreError> {
        self.upload_chunks_delete(id).await?;
        let (driver, town) = self.parts()?;
        diesel::update(upload::table)
            .filter(upload::town_id.eq(town))
            .filter(upload::upload_id.eq(id.uuid()))
            .set((upload::state.eq("failed"), upload::load_key.eq(None::<Vec<u8>>)))
            .execute(driver)
            .await?;
        Ok(())
    }

    /// Empties the spool of an upload.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn upload_chunks_delete(&mut self, id: UploadId) -> Result<(), StoreError> {
        let (driver, town) = self.parts()?;
        diesel::delete(upload_chunk::table)
            .filter(upload_chunk::town_id.eq(town))
            .filter(upload_chunk::upload_id.eq(id.uuid()))
            .execute(driver)
            .await?;
        Ok(())
    }
}

impl TownTx {
    /// Marks an upload of so many bytes complete; false when it is no longer arriving, or has grown since.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn upload_received(
        &mut self,
        id: UploadId,
        size: i64,
        file_index: &[u8],
    ) -> Result<bool, StoreError> {
        let (driver, town) = self.parts()?;
        let marked = diesel::update(upload::table)
            .filter(upload::town_id.eq(town))
            .filter(upload::upload_id.eq(id.uuid()))
            .filter(upload::state.eq("receiving"))
            .filter(upload::size.eq(size).or(diesel::dsl::not(upload::in_parts)))
            .set((upload::state.eq("received"), upload::size.eq(size), upload::file_index.eq(file_index)))
            .execute(driver)
            .await?;
        Ok(marked == 1)
    }

    /// Gives up an upload whose load was refused: its spool goes; its key stays, because the reason is
    /// sealed under it.
    ///
    /// # Errors
    /// [`StoreError`] when a statement fails.
    pub async fn upload_refused(&mut self, id: UploadId) -> Result<(), StoreError> {
        self.upload_chunks_delete(id).await?;
        let (driver, town) = self.parts()?;
        diesel::update(upload::table)
            .filter(upload::town_id.eq(town))
            .filter(upload::upload_id.eq(id.uuid()))
            .set(upload::state.eq("failed"))
            .execute(driver)
            .await?;
        Ok(())
    }
}
