//! The one TEMP table of a load and the COPY stream into it. Everything sealed before it gets here:
//! a TEMP table's rows may stand in the server's log when a statement fails.

use std::pin::Pin;

use kernel::id::{HouseholdId, PersonId};
use seal::{ADDRESS, KeySet, LoadKey};
use tokio_postgres::binary_copy::BinaryCopyInWriter;
use tokio_postgres::types::{ToSql, Type};
use uuid::Uuid;

use super::BulkLoad;
use super::known::Key16;
use crate::StoreError;
use crate::rows::link_task::LinkTaskBody;
use crate::rows::load::RejectDetail;
use crate::rows::pack::{PackBody, Whereabouts};
use crate::town::row_version;

/// What a staged row is. Numbers stand in the SQL beside this file.
#[derive(Clone, Copy)]
#[repr(i16)]
pub(super) enum Kind {
    Pack = 0,
    Reject = 1,
    LinkTask = 2,
    KeySet = 3,
    Person = 4,
    Household = 5,
    Member = 6,
    Number = 7,
    Carried = 8,
}

/// The stage is written once and read once a kind of row: in memory, as far as 256 MB of it go (of which
/// PostgreSQL takes only what a load needs), and not through the file system each time.
pub(super) const CREATE: &str = "SET temp_buffers = '256MB'; CREATE TEMP TABLE stage (
    kind smallint NOT NULL,
    subject_id uuid,
    row_id uuid,
    household_id uuid,
    category smallint,
    line integer,
    label text,
    record_key bytea,
    row_hash bytea,
    body bytea,
    whereabouts bytea
) ON COMMIT DROP";

const COPY: &str = "COPY stage (kind, subject_id, row_id, household_id, category, line, label, record_key, row_hash, body, whereabouts) FROM STDIN (FORMAT binary)";

/// The open COPY stream of a load.
pub struct Stage {
    writer: Pin<Box<BinaryCopyInWriter>>,
    staged: Staged,
}

/// Which kinds of rows there are: a statement for one that is not there would read the whole stage for
/// nothing.
#[derive(Clone, Copy, Default)]
pub(super) struct Staged(u16);

impl Staged {
    const fn note(&mut self, kind: Kind) {
        self.0 |= 1 << kind as i16;
    }

    /// Whether there is a row of one of these kinds.
    pub fn any(self, kinds: &[Kind]) -> bool {
        kinds.iter().any(|kind| self.0 & (1 << *kind as i16) != 0)
    }
}

/// One pack to be sealed and staged.
pub struct StagedPack<'a> {
    /// Whom it is about.
    pub person: PersonId,
    /// Category number.
    pub category: u8,
    /// Line of the file.
    pub line: i32,
    /// The part the person plays in the row.
    pub role: &'a str,
    /// The record's key within its source.
    pub record_key: Key16,
    /// Hash of the row.
    pub row_hash: Key16,
    /// Content.
    pub body: &'a PackBody,
    /// Whereabouts, sealed apart.
    pub whereabouts: Option<&'a Whereabouts>,
}

#[derive(Default)]
struct Columns<'a> {
    subject: Option<Uuid>,
    row: Option<Uuid>,
    household: Option<Uuid>,
    category: Option<i16>,
    line: Option<i32>,
    label: Option<&'a str>,
    record_key: Option<&'a [u8]>,
    row_hash: Option<&'a [u8]>,
    body: Option<&'a [u8]>,
    whereabouts: Option<&'a [u8]>,
}

impl BulkLoad {
    /// Opens the COPY stream. While it is open the transaction takes no other statement.
    ///
    /// # Errors
    /// [`StoreError`] when the stream is refused.
    pub async fn stage(&self) -> Result<Stage, StoreError> {
        let sink = self.client.copy_in(COPY).await?;
        let types = [
            Type::INT2,
            Type::UUID,
            Type::UUID,
            Type::UUID,
            Type::INT2,
            Type::INT4,
            Type::TEXT,
            Type::BYTEA,
            Type::BYTEA,
            Type::BYTEA,
            Type::BYTEA,
        ];
        Ok(Stage { writer: Box::pin(BinaryCopyInWriter::new(sink, &types)), staged: Staged::default() })
    }

    /// Seals and stages a pack under the person's keys; a missing key is made in `keys`, which must be
    /// staged afterwards.
    ///
    /// # Errors
    /// [`StoreError`] when the stream breaks.
    pub async fn stage_pack(
        &self,
        stage: &mut Stage,
        keys: &mut KeySet,
        pack: &StagedPack<'_>,
    ) -> Result<(), StoreError> {
        let (subject, id) = (pack.person.uuid(), Uuid::now_v7());
        let version = row_version(id);
        let place = self.place("pack", &subject, pack.category, version);
        let body = keys.get_or_create(pack.category).seal(&place, &serde_json::to_vec(pack.body)?);
        let whereabouts = match pack.whereabouts {
            Some(plain) => {
                let place = self.place("pack", &subject, ADDRESS, version);
                Some(keys.get_or_create(ADDRESS).seal(&place, &serde_json::to_vec(plain)?))
            }
            None => None,
        };
        stage
            .write(
                Kind::Pack,
                Columns {
                    subject: Some(subject),
                    row: Some(id),
                    category: Some(i16::from(pack.category)),
                    line: Some(pack.line),
                    label: Some(pack.role),
                    record_key: Some(&pack.record_key),
                    row_hash: Some(&pack.row_hash),
                    body: Some(&body),
                    whereabouts: whereabouts.as_deref(),
                    ..Columns::default()
                },
            )
            .await
    }

    /// Seals and stages a rejected line.
    ///
    /// # Errors
    /// [`StoreError`] when the stream breaks.
    pub async fn stage_reject(
        &self,
        stage: &mut Stage,
        key: &LoadKey,
        load: Uuid,
        line: i32,
        detail: &RejectDetail,
    ) -> Result<(), StoreError> {
        let codes = detail.reasons.iter().map(|fault| fault.code().as_str()).collect::<Vec<_>>().join(",");
        let place = self.place("reject", &load, 0, line.unsigned_abs());
        let body = key.boxes().seal(&place, &serde_json::to_vec(detail)?);
        let columns = Columns {
            row: Some(Uuid::now_v7()),
            line: Some(line),
            label: Some(&codes),
            body: Some(&body),
            ..Columns::default()
        };
        stage.write(Kind::Reject, columns).await
    }

    /// Seals and stages a row that waits for a human to say who it is.
    ///
    /// # Errors
    /// [`StoreError`] when the stream breaks.
    pub async fn stage_link_task(
        &self,
        stage: &mut Stage,
        key: &LoadKey,
        place: (i32, &str),
        marks: (Key16, Key16),
        body: &LinkTaskBody,
    ) -> Result<(), StoreError> {
        self.stage_task(stage, (Kind::LinkTask, Uuid::now_v7()), key, place, marks, body).await
    }

    /// Seals and stages what a record now says on which a human has decided: the task and the decision
    /// stay, and only what it rests on changes.
    ///
    /// # Errors
    /// [`StoreError`] when the stream breaks.
    pub async fn stage_decided_task(
        &self,
        stage: &mut Stage,
        key: &LoadKey,
        task: Uuid,
        place: (i32, &str),
        marks: (Key16, Key16),
        body: &LinkTaskBody,
    ) -> Result<(), StoreError> {
        self.stage_task(stage, (Kind::Carried, task), key, place, marks, body).await
    }

    async fn stage_task(
        &self,
        stage: &mut Stage,
        (kind, id): (Kind, Uuid),
        key: &LoadKey,
        (line, role): (i32, &str),
        (record_key, row_hash): (Key16, Key16),
        body: &LinkTaskBody,
    ) -> Result<(), StoreError> {
        let sealed = key.boxes().seal(&self.place("link_task", &id, 0, 0), &serde_json::to_vec(body)?);
        let columns = Columns {
            row: Some(id),
            line: Some(line),
            label: Some(role),
            record_key: Some(&record_key),
            row_hash: Some(&row_hash),
            body: Some(&sealed),
            ..Columns::default()
        };
        stage.write(kind, columns).await
    }

    /// Stages a subject's key set, new or grown.
    ///
    /// # Errors
    /// [`StoreError`] when the stream breaks.
    pub async fn stage_keyset(
        &self,
        stage: &mut Stage,
        subject: Uuid,
        keys: &KeySet,
    ) -> Result<(), StoreError> {
        let wrapped = keys.wrap(&self.keys.epoch, &self.place("keystore", &subject, 0, 0));
        let columns = Columns { subject: Some(subject), body: Some(&wrapped), ..Columns::default() };
        stage.write(Kind::KeySet, columns).await
    }
}

impl Stage {
    /// Stages a person the town did not know, with the index of the number they go by.
    ///
    /// # Errors
    /// [`StoreError`] when the stream breaks.
    pub async fn person(&mut self, person: PersonId, number: &Key16) -> Result<(), StoreError> {
        let columns =
            Columns { subject: Some(person.uuid()), record_key: Some(number), ..Columns::default() };
        self.write(Kind::Person, columns).await
    }

    /// Stages a number that a known person goes by in another system.
    ///
    /// # Errors
    /// [`StoreError`] when the stream breaks.
    pub async fn number(&mut self, person: PersonId, number: &Key16) -> Result<(), StoreError> {
        let columns =
            Columns { subject: Some(person.uuid()), record_key: Some(number), ..Columns::default() };
        self.write(Kind::Number, columns).await
    }

    /// Stages a household the town did not know.
    ///
    /// # Errors
    /// [`StoreError`] when the stream breaks.
    pub async fn household(&mut self, household: HouseholdId, number: &Key16) -> Result<(), StoreError> {
        let columns =
            Columns { household: Some(household.uuid()), record_key: Some(number), ..Columns::default() };
        self.write(Kind::Household, columns).await
    }

    /// Stages a new membership.
    ///
    /// # Errors
    /// [`StoreError`] when the stream breaks.
    pub async fn member(&mut self, person: PersonId, household: HouseholdId) -> Result<(), StoreError> {
        let columns =
            Columns { subject: Some(person.uuid()), household: Some(household.uuid()), ..Columns::default() };
        self.write(Kind::Member, columns).await
    }

    /// Ends the stream and says what is there.
    pub(super) async fn finish(mut self) -> Result<Staged, StoreError> {
        self.writer.as_mut().finish().await?;
        Ok(self.staged)
    }

    async fn write(&mut self, kind: Kind, c: Columns<'_>) -> Result<(), StoreError> {
        self.staged.note(kind);
        let values: [&(dyn ToSql + Sync); 11] = [
            &(kind as i16),
            &c.subject,
            &c.row,
            &c.household,
            &c.category,
            &c.line,
            &c.label,
            &c.record_key,
            &c.row_hash,
            &c.body,
            &c.whereabouts,
        ];
        Ok(self.writer.as_mut().write(&values).await?)
    }
}
