//! 取込エラー: the lines of a load that could not be taken in, sealed under the load's key.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kernel::Fault;
use kernel::id::{LoadId, RejectId};
use seal::LoadKey;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::schema::reject;
use crate::{StoreError, TownConn};

/// One rejected line, opened.
#[derive(Debug, Clone)]
pub struct RejectRow {
    /// Id.
    pub id: RejectId,
    /// Load.
    pub load: LoadId,
    /// Line of the file, from 1.
    pub line: i32,
    /// `open`; `corrected` when its record came in order since; `superseded` when a later whole file took the
    /// place of this one.
    pub state: String,
    /// The load that settled it.
    pub settled_by: Option<LoadId>,
    /// The record's key within its source, where it could be read.
    pub record_key: Option<Vec<u8>>,
    /// What was wrong, and the line itself.
    pub detail: RejectDetail,
}

/// The sealed part of a reject.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct RejectDetail {
    /// Every reason.
    pub reasons: Vec<Fault>,
    /// The line's bytes as they came.
    #[serde(with = "raw")]
    pub raw: Vec<u8>,
}

mod raw {
    //! Raw bytes as base64 inside JSON.
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use serde::{Deserialize, Deserializer, Serializer, de};

    pub(super) fn serialize<S: Serializer>(bytes: &[u8], to: S) -> Result<S::Ok, S::Error> {
        to.serialize_str(&STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<u8>, D::Error> {
        STANDARD.decode(String::deserialize(from)?).map_err(de::Error::custom)
    }
}

type RejectColumns = (Uuid, i32, Vec<u8>, String, Option<Uuid>, Option<Vec<u8>>);

impl TownConn {
    /// Rejects of a load in the order of the file, after `after`.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when one does not open.
    pub async fn reject_list(
        &mut self,
        load: LoadId,
        key: &LoadKey,
        after: Option<RejectId>,
        limit: i64,
    ) -> Result<Vec<RejectRow>, StoreError> {
        let (driver, town) = self.parts()?;
        let mut query = reject::table
            .filter(reject::town_id.eq(town))
            .filter(reject::load_id.eq(load.uuid()))
            .into_boxed();
        if let Some(after) = after {
            query = query.filter(reject::reject_id.gt(after.uuid()));
        }
        let rows: Vec<RejectColumns> = query
            .order(reject::reject_id)
            .limit(limit)
            .select((
                reject::reject_id,
                reject::line,
                reject::detail,
                reject::state,
                reject::settled_by,
                reject::record_key,
            ))
            .load(driver)
            .await?;
        rows.into_iter().map(|row| self.reject_open(load, key, row)).collect()
    }

    /// Which of these are open rejects of a load.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn rejects_open(
        &mut self,
        load: LoadId,
        ids: &[RejectId],
    ) -> Result<Vec<RejectId>, StoreError> {
        let (driver, town) = self.parts()?;
        let ids: Vec<Uuid> = ids.iter().map(|id| id.uuid()).collect();
        let open: Vec<Uuid> = reject::table
            .filter(reject::town_id.eq(town))
            .filter(reject::load_id.eq(load.uuid()))
            .filter(reject::reject_id.eq_any(ids))
            .filter(reject::state.eq("open"))
            .select(reject::reject_id)
            .load(driver)
            .await?;
        Ok(open.into_iter().map(RejectId::from_uuid).collect())
    }

    fn reject_open(
        &self,
        load: LoadId,
        key: &LoadKey,
        (id, line, sealed, state, settled_by, record_key): RejectColumns,
    ) -> Result<RejectRow, StoreError> {
        let uuid = load.uuid();
        let place = self.place("reject", uuid.as_bytes(), 0, line.unsigned_abs());
        let detail = serde_json::from_slice(&key.boxes().open(&place, &sealed)?)?;
        let settled_by = settled_by.map(LoadId::from_uuid);
        Ok(RejectRow { id: RejectId::from_uuid(id), load, line, state, settled_by, record_key, detail })
    }
}
