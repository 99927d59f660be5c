//! 取込品質: what a loaded file was like, who has seen the report, and what came before it.

use chrono::{DateTime, Utc};
use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kernel::id::{LoadId, PersonId, StaffId};
use seal::{LoadKey, Plain};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

use super::load::LoadRow;
use crate::load::Key16;
use crate::schema::{link_task, load, load_quality, pack, reject};
use crate::{StoreError, TownConn, TownTx};

/// What a loaded file was like.
#[derive(Debug, Clone)]
pub struct QualityRow {
    /// Numbers, without a line and without a value.
    pub counts: serde_json::Value,
    /// Lines and values, sealed under the load's key.
    findings: Vec<u8>,
    /// Who has seen the report, and when.
    pub signed: Option<(StaffId, DateTime<Utc>)>,
    /// What they remarked, sealed likewise.
    remark: Option<Vec<u8>>,
}

/// A load before another one.
#[derive(Debug, Clone)]
pub struct Before {
    /// Which.
    pub load: LoadId,
    /// Rows rejected.
    pub rejected: i64,
    /// What its file was like.
    pub counts: serde_json::Value,
}

type Columns = (serde_json::Value, Vec<u8>, Option<Uuid>, Option<DateTime<Utc>>, Option<Vec<u8>>);

/// The box of a remark beside that of the findings.
const REMARK: u32 = 1;

impl TownConn {
    /// What a loaded file was like; `None` of a load that was not applied.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn load_quality(&mut self, id: LoadId) -> Result<Option<QualityRow>, StoreError> {
        let (driver, town) = self.parts()?;
        let found: Option<Columns> = load_quality::table
            .filter(load_quality::town_id.eq(town))
            .filter(load_quality::load_id.eq(id.uuid()))
            .select((
                load_quality::counts,
                load_quality::findings,
                load_quality::signed_by,
                load_quality::signed_at,
                load_quality::remark,
            ))
            .first(driver)
            .await
            .optional()?;
        Ok(found.map(|(counts, findings, by, at, remark)| QualityRow {
            counts,
            findings,
            signed: by.map(StaffId::from_uuid).zip(at),
            remark,
        }))
    }

    /// Opens the lines and values of a file's quality.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when they do not open.
    pub fn load_findings(&self, id: LoadId, key: &LoadKey, row: &QualityRow) -> Result<Plain, StoreError> {
        let uuid = id.uuid();
        Ok(key.boxes().open(&self.place("load_quality", uuid.as_bytes(), 0, 0), &row.findings)?)
    }

    /// Opens what whoever has seen the report remarked.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when it does not open.
    pub fn load_remark(
        &self,
        id: LoadId,
        key: &LoadKey,
        row: &QualityRow,
    ) -> Result<Option<String>, StoreError> {
        let Some(sealed) = &row.remark else { return Ok(None) };
        let uuid = id.uuid();
        let plain = key.boxes().open(&self.place("load_quality", uuid.as_bytes(), 0, REMARK), sealed)?;
        Ok(Some(String::from_utf8_lossy(&plain).into_owned()))
    }

    /// Applied loads of a source before `load`, corrections apart, the newest first, with their numbers.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn loads_before(&mut self, of: &LoadRow, limit: i64) -> Result<Vec<Before>, StoreError> {
        let (driver, town) = self.parts()?;
        let rows: Vec<(Uuid, i64, serde_json::Value)> = load::table
            .inner_join(
                load_quality::table
                    .on(load_quality::town_id.eq(load::town_id).and(load_quality::load_id.eq(load::load_id))),
            )
            .filter(load::town_id.eq(&town))
            .filter(load_quality::town_id.eq(&town))
            .filter(load::source.eq(&of.source))
            .filter(load::state.eq_any(["loaded", "unchanged"]))
            .filter(load::corrects.is_null())
            .filter(load::load_id.lt(of.id.uuid()))
            .order(load::load_id.desc())
            .limit(limit)
            .select((load::load_id, load::rows_rejected, load_quality::counts))
            .load(driver)
            .await?;
        let before = |(id, rejected, counts)| Before { load: LoadId::from_uuid(id), rejected, counts };
        Ok(rows.into_iter().map(before).collect())
    }

    /// The newest applied load of a source, corrections apart.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn load_newest(&mut self, of: &str) -> Result<Option<LoadId>, StoreError> {
        let (driver, town) = self.parts()?;
        let found: Option<Uuid> = load::table
            .filter(load::town_id.eq(town))
            .filter(load::source.eq(of))
            .filter(load::corrects.is_null())
            .filter(load::state.eq_any(["loaded", "unchanged"]))
            .order(load::load_id.desc())
            .select(load::load_id)
            .first(driver)
            .await
            .optional()?;
        Ok(found.map(LoadId::from_uuid))
    }

    /// How many rejects of a load are in which state.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn reject_states(&mut self, of: LoadId) -> Result<BTreeMap<String, i64>, StoreError> {
        let (driver, town) = self.parts()?;
        let rows: Vec<(String, i64)> = reject::table
            .filter(reject::town_id.eq(town))
            .filter(reject::load_id.eq(of.uuid()))
            .group_by(reject::state)
            .select((reject::state, count_star()))
            .load(driver)
            .await?;
        Ok(rows.into_iter().collect())
    }

    /// How many link tasks of a load are in which state now.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn load_task_states(&mut self, of: LoadId) -> Result<BTreeMap<String, i64>, StoreError> {
        let (driver, town) = self.parts()?;
        let rows: Vec<(String, i64)> = link_task::table
            .filter(link_task::town_id.eq(town))
            .filter(link_task::load_id.eq(of.uuid()))
            .group_by(link_task::state)
            .select((link_task::state, count_star()))
            .load(driver)
            .await?;
        Ok(rows.into_iter().collect())
    }

    /// Whose records these keys are in a source, as far as the town knows: a record in order may name several.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn record_persons(
        &mut self,
        of: &str,
        keys: &[Vec<u8>],
    ) -> Result<HashMap<Key16, Vec<PersonId>>, StoreError> {
        let (driver, town) = self.parts()?;
        let rows: Vec<(Vec<u8>, Uuid)> = pack::table
            .filter(pack::town_id.eq(town))
            .filter(pack::source.eq(of))
            .filter(pack::recorded_to.is_null())
            .filter(pack::record_key.eq_any(keys))
            .select((pack::record_key, pack::subject_id))
            .load(driver)
            .await?;
        let mut persons: HashMap<Key16, Vec<PersonId>> = HashMap::new();
        for (key, subject) in rows {
            let key = Key16::try_from(key).map_err(|_| StoreError::Malformed("a keyed index is 16 bytes"))?;
            let of_record = persons.entry(key).or_default();
            let person = PersonId::from_uuid(subject);
            if !of_record.contains(&person) {
                of_record.push(person);
            }
        }
        Ok(persons)
    }
}

impl TownTx {
    /// Writes down who has seen a load's report; false when somebody had before.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn load_sign(
        &mut self,
        id: LoadId,
        key: &LoadKey,
        by: StaffId,
        at: DateTime<Utc>,
        remark: Option<&str>,
    ) -> Result<bool, StoreError> {
        let uuid = id.uuid();
        let place = self.place("load_quality", uuid.as_bytes(), 0, REMARK);
        let sealed = remark.map(|remark| key.boxes().seal(&place, remark.as_bytes()));
        let (driver, town) = self.parts()?;
        let signed = diesel::update(load_quality::table)
            .filter(load_quality::town_id.eq(town))
            .filter(load_quality::load_id.eq(uuid))
            .filter(load_quality::signed_by.is_null())
            .set((
                load_quality::signed_by.eq(by.uuid()),
                load_quality::signed_at.eq(at),
                load_quality::remark.eq(sealed),
            ))
            .execute(driver)
            .await?;
        Ok(signed == 1)
    }
}
