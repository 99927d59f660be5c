//! What a town still keeps, in force or ended: the last version of every record. Retention counts from the
//! end of a record, so it has to see the records that no file names any more.

use std::collections::{HashMap, HashSet};

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kernel::Category;
use seal::KeySet;
use uuid::Uuid;

use super::pack::{Columns, PackRow};
use crate::schema::{link_task, pack};
use crate::{StoreError, TownConn};

/// A record by its source and its keyed identity there.
type RecordKey = (String, Vec<u8>);

/// A pack that was closed.
#[derive(Queryable, Selectable)]
#[diesel(table_name = pack)]
struct Closed {
    subject_id: Uuid,
    pack_id: Uuid,
    source: String,
    record_key: Vec<u8>,
    recorded_to: Option<DateTime<Utc>>,
}

impl TownConn {
    /// A subject's packs in force, and the last ones of its records that have ended: those have
    /// `recorded_to`. A version that a later one replaced is not among them: the later one stands for it.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when one does not open.
    pub async fn packs_kept(&mut self, subject: Uuid) -> Result<Vec<PackRow>, StoreError> {
        let mut kept = self.packs(subject, None).await?;
        let ended = self.ended(Some(subject)).await?;
        if !ended.is_empty() {
            let keys = self.keysets(&[subject]).await?;
            kept.extend(self.packs_by_id(&ended, &keys).await?);
        }
        Ok(kept)
    }

    /// The same over the whole town, households included.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when one does not open.
    pub async fn packs_kept_all(&mut self, keys: &HashMap<Uuid, KeySet>) -> Result<Vec<PackRow>, StoreError> {
        let mut kept = self.packs_all(Category::ALL, keys).await?;
        let ended = self.ended(None).await?;
        kept.extend(self.packs_by_id(&ended, keys).await?);
        Ok(kept)
    }

    /// Subject and id of the packs, of one subject or of all, with which a record ended: nothing made from
    /// the record is in force or waits in the link queue, and it was nobody else's later.
    async fn ended(&mut self, subject: Option<Uuid>) -> Result<Vec<(Uuid, Uuid)>, StoreError> {
        let (driver, town) = self.parts()?;
        let mut query = pack::table
            .filter(pack::town_id.eq(&town))
            .filter(pack::recorded_to.is_not_null())
            .select(Closed::as_select())
            .into_boxed();
        if let Some(subject) = subject {
            query = query.filter(pack::subject_id.eq(subject));
        }
        let closed: Vec<Closed> = query.load(driver).await?;
        if closed.is_empty() {
            return Ok(Vec::new());
        }
        let records: HashSet<&Vec<u8>> = closed.iter().map(|pack| &pack.record_key).collect();
        let records: Vec<&Vec<u8>> = records.into_iter().collect();
        let ends = self.ends_of(&records).await?;
        let last = |pack: &Closed| {
            let end = ends.get(&(pack.source.clone(), pack.record_key.clone()));
            end.is_some_and(|end| end.is_some() && *end == pack.recorded_to)
        };
        Ok(closed.iter().filter(|pack| last(pack)).map(|pack| (pack.subject_id, pack.pack_id)).collect())
    }

    /// When each of these records ended, whoever it was about; nothing while it goes on.
    async fn ends_of(
        &mut self,
        records: &[&Vec<u8>],
    ) -> Result<HashMap<RecordKey, Option<DateTime<Utc>>>, StoreError> {
        let (driver, town) = self.parts()?;
        let packs: Vec<(String, Vec<u8>, Option<DateTime<Utc>>)> = pack::table
            .filter(pack::town_id.eq(&town))
            .filter(pack::record_key.eq_any(records))
            .select((pack::source, pack::record_key, pack::recorded_to))
            .load(driver)
            .await?;
        let waiting: Vec<RecordKey> = link_task::table
            .filter(link_task::town_id.eq(&town))
            .filter(link_task::record_key.eq_any(records))
            .filter(link_task::state.ne("closed"))
            .select((link_task::source, link_task::record_key))
            .load(driver)
            .await?;
        let mut ends: HashMap<RecordKey, Option<DateTime<Utc>>> = HashMap::new();
        for (source, key, to) in packs {
            let end = ends.entry((source, key)).or_insert(to);
            *end = end.zip(to).map(|(one, other)| one.max(other));
        }
        ends.extend(waiting.into_iter().map(|record| (record, None)));
        Ok(ends)
    }

    async fn packs_by_id(
        &mut self,
        packs: &[(Uuid, Uuid)],
        keys: &HashMap<Uuid, KeySet>,
    ) -> Result<Vec<PackRow>, StoreError> {
        let (subjects, ids): (HashSet<Uuid>, Vec<Uuid>) = packs.iter().copied().unzip();
        let (driver, town) = self.parts()?;
        let rows: Vec<Columns> = pack::table
            .filter(pack::town_id.eq(town))
            .filter(pack::subject_id.eq_any(subjects))
            .filter(pack::pack_id.eq_any(ids))
            .order((pack::category, pack::pack_id))
            .select(Columns::as_select())
            .load(driver)
            .await?;
        self.packs_open(rows, keys).await
    }
}
