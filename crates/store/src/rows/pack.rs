//! Packs: what one source row says about one subject in one category, sealed in one box, with the
//! line of the file it came from.

use chrono::{DateTime, NaiveDate, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kernel::id::{HandoverId, LoadId, PackId, StaffId, WatchNoteId};
use kernel::{Category, Identity, Observation, SectionCode, SourceCode, TownCode};
use seal::{ADDRESS, KeySet};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use uuid::Uuid;

use crate::schema::pack;
use crate::town::row_version;
use crate::{StoreError, TownConn};

/// The sealed content of a pack.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackBody {
    /// The part the subject plays in the record.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub role: String,
    /// Who the row says the subject is, without whereabouts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub identity: Option<Identity>,
    /// What it says about the subject in the pack's category.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub observations: Vec<Observation>,
    /// Where it came from, when another town handed it over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub origin: Option<PackOrigin>,
    /// Who wrote it, when no file brought it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub written: Option<Written>,
}

/// What staff wrote themselves: which note, in which version, for which section.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Written {
    /// The note, the same in all its versions.
    pub note: WatchNoteId,
    /// Version, from 1.
    pub version: u32,
    /// Who wrote this version.
    pub by: StaffId,
    /// 保有課.
    pub section: SectionCode,
    /// Its name as staff saw it then.
    pub section_name: String,
    /// Why it was corrected; `None` for the first version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Another town's source, kept with what it handed over (引継ぎ元).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackOrigin {
    /// The handover that brought it.
    pub handover: HandoverId,
    /// Whose record it was.
    pub town: TownCode,
    /// That town's name.
    pub town_name: String,
    /// 連携元 there.
    pub source: SourceCode,
    /// Its name as that town's staff say it.
    pub source_name: String,
    /// 保有課 there.
    pub holder: SectionCode,
    /// Its name.
    pub holder_name: String,
    /// The day as of which the source was last taken in there.
    pub as_of: NaiveDate,
}

/// Whereabouts, sealed apart under the subject's address key.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Whereabouts {
    /// 郵便番号.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    /// 住所.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// 電話番号.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

impl std::fmt::Debug for Whereabouts {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Whereabouts(redacted)")
    }
}

/// A pack, opened.
#[derive(Debug, Clone)]
pub struct PackRow {
    /// Person or household.
    pub subject: Uuid,
    /// Category.
    pub category: Category,
    /// Id.
    pub id: PackId,
    /// 連携元.
    pub source: String,
    /// 取込.
    pub load: LoadId,
    /// Line of the file, from 1.
    pub line: i32,
    /// When the platform learned it.
    pub recorded_from: DateTime<Utc>,
    /// When it was superseded.
    pub recorded_to: Option<DateTime<Utc>>,
    /// Content.
    pub body: PackBody,
    /// Whereabouts, where the row has any.
    pub whereabouts: Option<Whereabouts>,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = pack)]
pub(super) struct Columns {
    subject_id: Uuid,
    category: i16,
    pack_id: Uuid,
    source: String,
    load_id: Uuid,
    line: i32,
    recorded_from: DateTime<Utc>,
    recorded_to: Option<DateTime<Utc>>,
    body: Vec<u8>,
    whereabouts: Option<Vec<u8>>,
}

impl Columns {
    /// The number of the category.
    pub(super) const fn category(&self) -> i16 {
        self.category
    }
}

impl TownConn {
    /// A subject's packs in force, of all categories or of one.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when one does not open.
    pub async fn packs(
        &mut self,
        subject: Uuid,
        category: Option<Category>,
    ) -> Result<Vec<PackRow>, StoreError> {
        let (driver, town) = self.parts()?;
        let mut query =
            pack::table.filter(pack::town_id.eq(town)).filter(pack::subject_id.eq(subject)).into_boxed();
        if let Some(category) = category {
            query = query.filter(pack::category.eq(i16::from(category.number())));
        }
        let rows: Vec<Columns> =
            query.order((pack::category, pack::pack_id)).select(Columns::as_select()).load(driver).await?;
        // After the packs: a category that somebody is first given in between has its key by then.
        let keys = self.keysets(&[subject]).await?;
        // Not asked of the server: it may choose the index of all packs in force, the whole town's.
        let in_force = rows.into_iter().filter(|columns| columns.recorded_to.is_none());
        in_force.map(|columns| self.pack_open(columns, &keys)).collect()
    }

    /// Everything one source ever said about a subject in a category, superseded packs too, oldest first.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when one does not open.
    pub async fn packs_history(
        &mut self,
        subject: Uuid,
        category: Category,
        source: &str,
    ) -> Result<Vec<PackRow>, StoreError> {
        let (driver, town) = self.parts()?;
        let rows: Vec<Columns> = pack::table
            .filter(pack::town_id.eq(town))
            .filter(pack::subject_id.eq(subject))
            .filter(pack::category.eq(i16::from(category.number())))
            .filter(pack::source.eq(source))
            .order(pack::pack_id)
            .select(Columns::as_select())
            .load(driver)
            .await?;
        let keys = self.keysets(&[subject]).await?;
        rows.into_iter().map(|columns| self.pack_open(columns, &keys)).collect()
    }

    /// Every pack in force of these categories over the whole town: what scoring and the people
    /// index are made of. Subjects of whom `keys` has none are asked for theirs in one statement.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when one does not open.
    pub async fn packs_all(
        &mut self,
        categories: &[Category],
        keys: &HashMap<Uuid, KeySet>,
    ) -> Result<Vec<PackRow>, StoreError> {
        let numbers: Vec<i16> = categories.iter().map(|c| i16::from(c.number())).collect();
        let (driver, town) = self.parts()?;
        let rows: Vec<Columns> = pack::table
            .filter(pack::town_id.eq(town))
            .filter(pack::category.eq_any(numbers))
            .filter(pack::recorded_to.is_null())
            .select(Columns::as_select())
            .load(driver)
            .await?;
        self.packs_open(rows, keys).await
    }

    /// Opens packs under keys that may have been read before them: a category that somebody was first given in
    /// between has its key by now.
    pub(super) async fn packs_open(
        &mut self,
        rows: Vec<Columns>,
        keys: &HashMap<Uuid, KeySet>,
    ) -> Result<Vec<PackRow>, StoreError> {
        let lacks = |columns: &&Columns| {
            let keys = keys.get(&columns.subject_id);
            u8::try_from(columns.category).is_ok_and(|n| keys.and_then(|keys| keys.get(n)).is_none())
        };
        let late: Vec<Uuid> = rows.iter().filter(lacks).map(|columns| columns.subject_id).collect();
        let newer = if late.is_empty() { HashMap::new() } else { self.keysets(&late).await? };
        let keys_of = |subject| if newer.contains_key(&subject) { &newer } else { keys };
        rows.into_iter()
            .map(|columns| {
                let keys = keys_of(columns.subject_id);
                self.pack_open(columns, keys)
            })
            .collect()
    }

    pub(super) fn pack_open(&self, c: Columns, keys: &HashMap<Uuid, KeySet>) -> Result<PackRow, StoreError> {
        let number = u8::try_from(c.category).map_err(|_| StoreError::Malformed("pack.category"))?;
        let category = Category::from_number(number).ok_or(StoreError::Malformed("pack.category"))?;
        let keys = keys.get(&c.subject_id).ok_or(StoreError::Sealed)?;
        let version = row_version(c.pack_id);
        let place = self.place("pack", c.subject_id.as_bytes(), number, version);
        let body =
            serde_json::from_slice(&keys.get(number).ok_or(StoreError::Sealed)?.open(&place, &c.body)?)?;
        let whereabouts = c
            .whereabouts
            .map(|sealed| -> Result<_, StoreError> {
                let place = self.place("pack", c.subject_id.as_bytes(), ADDRESS, version);
                let key = keys.get(ADDRESS).ok_or(StoreError::Sealed)?;
                Ok(serde_json::from_slice(&key.open(&place, &sealed)?)?)
            })
            .transpose()?;
        Ok(PackRow {
            subject: c.subject_id,
            category,
            id: PackId::from_uuid(c.pack_id),
            source: c.source,
            load: LoadId::from_uuid(c.load_id),
            line: c.line,
            recorded_from: c.recorded_from,
            recorded_to: c.recorded_to,
            body,
            whereabouts,
        })
    }
}
