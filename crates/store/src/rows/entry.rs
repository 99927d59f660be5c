//! What case workers record themselves, a version a row: relations, assessments, cases. Each version is sealed
//! under its person's key of the entry's category; none is ever changed.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kernel::Category;
use kernel::id::{PersonId, RunId, StaffId};
use seal::{KeySet, Plain};
use uuid::Uuid;

use crate::schema::{entry, keystore};
use crate::{StoreError, TownConn, TownTx};

/// One version of an entry.
#[derive(Debug)]
pub struct EntryRow {
    /// The entry, the same in all its versions.
    pub id: Uuid,
    /// Version, from 1.
    pub version: i32,
    /// Whom it is about.
    pub person: PersonId,
    /// What kind of thing it says: kinship, assessment or support.
    pub category: Category,
    /// The run it speaks of, if it does.
    pub run: Option<RunId>,
    /// Who wrote this version.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
    /// What it says (JSON).
    pub body: Plain,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = entry)]
pub(super) struct Columns {
    entry_id: Uuid,
    version: i32,
    person_id: Uuid,
    category: i16,
    run_id: Option<Uuid>,
    written_by: Uuid,
    written_at: DateTime<Utc>,
    body: Vec<u8>,
}

/// A version and its person's wrapped key set.
type Found = (Columns, Vec<u8>);

impl TownConn {
    /// Every version of what was recorded about a person, of all categories or of one, each entry's versions
    /// together and oldest first. Nothing of a category whose key was dropped.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when one does not open.
    pub async fn entries(
        &mut self,
        person: PersonId,
        category: Option<Category>,
    ) -> Result<Vec<EntryRow>, StoreError> {
        let (driver, town) = self.parts()?;
        let with_keys = keystore::town_id.eq(town.clone()).and(keystore::subject_id.eq(entry::person_id));
        let mut query = entry::table
            .inner_join(keystore::table.on(with_keys))
            .filter(entry::town_id.eq(town))
            .filter(entry::person_id.eq(person.uuid()))
            .into_boxed();
        if let Some(category) = category {
            query = query.filter(entry::category.eq(i16::from(category.number())));
        }
        let rows: Vec<Found> = query
            .order((entry::entry_id, entry::version))
            .select((Columns::as_select(), keystore::keyset))
            .load(driver)
            .await?;
        self.entries_open(rows)
    }

    /// The newest version of every entry of a category over the whole town, of all runs or of one. Nothing of
    /// whom the key was dropped.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when one does not open.
    pub async fn entries_newest(
        &mut self,
        category: Category,
        run: Option<RunId>,
    ) -> Result<Vec<EntryRow>, StoreError> {
        let (driver, town) = self.parts()?;
        let with_keys = keystore::town_id.eq(town.clone()).and(keystore::subject_id.eq(entry::person_id));
        let mut query = entry::table
            .inner_join(keystore::table.on(with_keys))
            .distinct_on(entry::entry_id)
            .order((entry::entry_id, entry::version.desc()))
            .select((Columns::as_select(), keystore::keyset))
            .filter(entry::town_id.eq(town))
            .filter(entry::category.eq(i16::from(category.number())))
            .into_boxed();
        if let Some(run) = run {
            query = query.filter(entry::run_id.eq(run.uuid()));
        }
        let rows: Vec<Found> = query.load(driver).await?;
        self.entries_open(rows)
    }

    fn entries_open(&self, rows: Vec<Found>) -> Result<Vec<EntryRow>, StoreError> {
        let mut entries = Vec::with_capacity(rows.len());
        for (columns, keyset) in rows {
            let keys = self.keyset_open(columns.person_id, &keyset)?;
            entries.extend(self.entry_open(&columns, &keys)?);
        }
        Ok(entries)
    }

    /// Opens a version; `None` when the key of its category was dropped.
    pub(super) fn entry_open(&self, c: &Columns, keys: &KeySet) -> Result<Option<EntryRow>, StoreError> {
        let number = u8::try_from(c.category).map_err(|_| StoreError::Malformed("entry.category"))?;
        let category = Category::from_number(number).ok_or(StoreError::Malformed("entry.category"))?;
        let Some(key) = keys.get(number) else { return Ok(None) };
        let place = self.place("entry", c.entry_id.as_bytes(), number, c.version.unsigned_abs());
        Ok(Some(EntryRow {
            id: c.entry_id,
            version: c.version,
            person: PersonId::from_uuid(c.person_id),
            category,
            run: c.run_id.map(RunId::from_uuid),
            by: StaffId::from_uuid(c.written_by),
            at: c.written_at,
            body: key.open(&place, &c.body)?,
        }))
    }
}

impl TownTx {
    /// Adds a version, sealed under its person's key, which is made where there is none yet.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] when the entry has this version already, or its run and person an entry;
    /// otherwise when a statement fails.
    pub async fn entry_insert(&mut self, new: &EntryRow) -> Result<(), StoreError> {
        let number = new.category.number();
        let key = self.subject_key_ensure(new.person.uuid(), number).await?;
        let place = self.place("entry", new.id.as_bytes(), number, new.version.unsigned_abs());
        let sealed = key.seal(&place, &new.body);
        let (driver, town) = self.parts()?;
        diesel::insert_into(entry::table)
            .values((
                entry::town_id.eq(town),
                entry::entry_id.eq(new.id),
                entry::version.eq(new.version),
                entry::person_id.eq(new.person.uuid()),
                entry::category.eq(i16::from(number)),
                entry::run_id.eq(new.run.map(RunId::uuid)),
                entry::written_by.eq(new.by.uuid()),
                entry::written_at.eq(new.at),
                entry::body.eq(sealed),
            ))
            .execute(driver)
            .await?;
        Ok(())
    }
}
