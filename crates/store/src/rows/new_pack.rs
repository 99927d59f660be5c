//! Packs written and closed outside a load: settled from the link queue, received with a handover, written by staff.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kernel::Category;
use kernel::id::{LoadId, PackId};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

use super::pack::{Columns, PackBody, PackRow};
use crate::schema::pack;
use crate::town::row_version;
use crate::{StoreError, TownTx};

/// Rows of one multi-row statement: twelve binds each, well below PostgreSQL's 65,535.
const CHUNK: usize = 4_000;

/// A pack to be written outside a load: settled from the link queue, or received with a handover.
#[derive(Debug, Clone)]
pub struct NewPack {
    /// Person or household.
    pub subject: Uuid,
    /// Category.
    pub category: Category,
    /// 連携元.
    pub source: String,
    /// 取込, or the id of what brought it.
    pub load: LoadId,
    /// Line of the file, from 1; 0 when it came from no file.
    pub line: i32,
    /// Keyed identity of the record in its source, 16 bytes.
    pub record_key: Vec<u8>,
    /// Keyed hash of the record, 16 bytes.
    pub row_hash: Vec<u8>,
    /// Content.
    pub body: PackBody,
}

impl TownTx {
    /// Seals and writes packs under their subjects' own keys, made where they are missing. A few
    /// statements in all, however many packs there are.
    ///
    /// # Errors
    /// [`StoreError`] when a statement fails.
    pub async fn pack_insert_many(&mut self, packs: &[NewPack], at: DateTime<Utc>) -> Result<(), StoreError> {
        let mut subjects: BTreeMap<u8, BTreeSet<Uuid>> = BTreeMap::new();
        for new in packs {
            subjects.entry(new.category.number()).or_default().insert(new.subject);
        }
        let mut keys = BTreeMap::new();
        for (number, subjects) in subjects {
            let subjects: Vec<Uuid> = subjects.into_iter().collect();
            keys.insert(number, self.keysets_ensure(&subjects, number).await?);
        }
        for chunk in packs.chunks(CHUNK) {
            let mut rows = Vec::with_capacity(chunk.len());
            for new in chunk {
                let id = PackId::new().uuid();
                let number = new.category.number();
                let key = keys.get(&number).and_then(|keys| keys.get(&new.subject)?.get(number));
                let place = self.place("pack", new.subject.as_bytes(), number, row_version(id));
                let body = key.ok_or(StoreError::Sealed)?.seal(&place, &serde_json::to_vec(&new.body)?);
                rows.push((
                    pack::town_id.eq(self.town().to_string()),
                    pack::subject_id.eq(new.subject),
                    pack::category.eq(i16::from(number)),
                    pack::pack_id.eq(id),
                    pack::source.eq(&new.source),
                    pack::load_id.eq(new.load.uuid()),
                    pack::line.eq(new.line),
                    pack::record_key.eq(&new.record_key),
                    pack::row_hash.eq(&new.row_hash),
                    pack::recorded_from.eq(at),
                    pack::body.eq(body),
                ));
            }
            let (driver, _) = self.parts()?;
            diesel::insert_into(pack::table).values(rows).execute(driver).await?;
        }
        Ok(())
    }

    /// Closes the packs in force that one record of a source gave one subject in one part, of which
    /// `part` is the keyed mark. The role is sealed in the packs: they are opened to tell.
    ///
    /// # Errors
    /// [`StoreError`] when a statement fails or a pack does not open.
    pub async fn pack_close_record(
        &mut self,
        subject: Uuid,
        source: &str,
        record_key: &[u8],
        part: &[u8],
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let keys = self.keysets(&[subject]).await?;
        let (driver, town) = self.parts()?;
        let rows: Vec<Columns> = pack::table
            .filter(pack::town_id.eq(&town))
            .filter(pack::subject_id.eq(subject))
            .filter(pack::source.eq(source))
            .filter(pack::record_key.eq(record_key))
            .filter(pack::recorded_to.is_null())
            .select(Columns::as_select())
            .load(driver)
            .await?;
        let mut ids = Vec::new();
        for columns in rows {
            let pack = self.pack_open(columns, &keys)?;
            if self.keys().part(record_key, &pack.body.role) == part {
                ids.push(pack.id.uuid());
            }
        }
        let (driver, town) = self.parts()?;
        diesel::update(pack::table)
            .filter(pack::town_id.eq(town))
            .filter(pack::subject_id.eq(subject))
            .filter(pack::pack_id.eq_any(ids))
            .set(pack::recorded_to.eq(at))
            .execute(driver)
            .await?;
        Ok(())
    }

    /// Closes one pack; false when it was not, or no longer, in force.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn pack_close(&mut self, pack: &PackRow, at: DateTime<Utc>) -> Result<bool, StoreError> {
        let (driver, town) = self.parts()?;
        let closed = diesel::update(pack::table)
            .filter(pack::town_id.eq(town))
            .filter(pack::subject_id.eq(pack.subject))
            .filter(pack::category.eq(i16::from(pack.category.number())))
            .filter(pack::pack_id.eq(pack.id.uuid()))
            .filter(pack::recorded_to.is_null())
            .set(pack::recorded_to.eq(at))
            .execute(driver)
            .await?;
        Ok(closed == 1)
    }

    /// Closes the packs in force that one source gave one subject in one category.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn pack_close_source(
        &mut self,
        subject: Uuid,
        category: Category,
        source: &str,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (driver, town) = self.parts()?;
        diesel::update(pack::table)
            .filter(pack::town_id.eq(town))
            .filter(pack::subject_id.eq(subject))
            .filter(pack::category.eq(i16::from(category.number())))
            .filter(pack::source.eq(source))
            .filter(pack::recorded_to.is_null())
            .set(pack::recorded_to.eq(at))
            .execute(driver)
            .await?;
        Ok(())
    }
}
