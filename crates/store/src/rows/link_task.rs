//! 突合 that waits for a human: a record of an unknown person, sealed under its upload's load key
//! until somebody says whose it is. The human's word can be undone.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::fmt;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kernel::id::{LinkTaskId, LoadId, PersonId, StaffId, UploadId};
use kernel::{Identity, Observation};
use seal::LoadKey;
use serde::{Deserialize, Serialize};
use uuid::Uuid;
use zeroize::Zeroizing;

use crate::schema::{link_task, upload};
use crate::word::words;
use crate::{StoreError, TownConn, TownTx};

words! {
    /// How far a task has come.
    LinkTaskState("link_task.state") {
        /// Waits.
        Open = "open";
        /// A human said whose record it is.
        Linked = "linked";
        /// A human said it is nobody's here.
        Refused = "refused";
        /// A later file no longer has the record.
        Closed = "closed";
    }
}

/// What a human decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LinkDecision {
    /// The record is this person's.
    Linked(PersonId),
    /// It is nobody's whom the town knows.
    Refused,
}

impl LinkDecision {
    const fn state(self) -> LinkTaskState {
        match self {
            Self::Linked(_) => LinkTaskState::Linked,
            Self::Refused => LinkTaskState::Refused,
        }
    }

    /// Whose it is, if anybody's.
    #[must_use]
    pub const fn person(self) -> Option<PersonId> {
        match self {
            Self::Linked(person) => Some(person),
            Self::Refused => None,
        }
    }
}

/// One record that waits, or waited.
#[derive(Debug)]
pub struct LinkTaskRow {
    /// Id.
    pub id: LinkTaskId,
    /// 取込 that brought it.
    pub load: LoadId,
    /// The file, whose load key seals it.
    pub upload: UploadId,
    /// 連携元.
    pub source: String,
    /// Line of the file, from 1.
    pub line: i32,
    /// Keyed mark of the part that the subject plays in the record: tells the parts of one record apart.
    pub part: Vec<u8>,
    /// Keyed identity of the record in its source.
    pub record_key: Vec<u8>,
    /// Keyed hash of the row.
    pub row_hash: Vec<u8>,
    /// How far it has come.
    pub state: LinkTaskState,
    /// Whose it is, once linked.
    pub person: Option<PersonId>,
    /// What the record says; `None` once the load key is gone.
    pub body: Option<LinkTaskBody>,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// Who decided.
    pub decided_by: Option<StaffId>,
    /// When.
    pub decided_at: Option<DateTime<Utc>>,
}

/// The sealed part of a task.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkTaskBody {
    /// The part the subject plays in the record.
    pub role: String,
    /// Who the row says the subject is.
    pub identity: Identity,
    /// What it says about the subject.
    pub observations: Vec<Observation>,
    /// Who it might be, likeliest first.
    pub candidates: Vec<CandidateNote>,
    /// Why no machine may decide, as staff read it.
    pub reason_ja: String,
    /// The same in English.
    pub reason_en: String,
}

/// A person whom the record might be about.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CandidateNote {
    /// The person.
    pub person: PersonId,
    /// What speaks for it and against it, as staff read it.
    pub reason_ja: String,
    /// The same in English.
    pub reason_en: String,
}

impl fmt::Debug for LinkTaskBody {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LinkTaskBody(redacted)")
    }
}

impl fmt::Debug for CandidateNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "CandidateNote({}, redacted)", self.person)
    }
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = link_task)]
struct Columns {
    link_task_id: Uuid,
    load_id: Uuid,
    upload_id: Uuid,
    source: String,
    line: i32,
    part: Vec<u8>,
    record_key: Vec<u8>,
    row_hash: Vec<u8>,
    state: String,
    person_id: Option<Uuid>,
    body: Vec<u8>,
    created_at: DateTime<Utc>,
    decided_by: Option<Uuid>,
    decided_at: Option<DateTime<Utc>>,
}

/// A task's columns and its upload's wrapped load key.
type Found = (Columns, Option<Vec<u8>>);

impl TownConn {
    /// One task.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when it does not open.
    pub async fn link_task(&mut self, id: LinkTaskId) -> Result<Option<LinkTaskRow>, StoreError> {
        let (driver, town) = self.parts()?;
        let with_key = upload::town_id.eq(town.clone()).and(upload::upload_id.eq(link_task::upload_id));
        let found: Option<Found> = link_task::table
            .left_join(upload::table.on(with_key))
            .filter(link_task::town_id.eq(town))
            .filter(link_task::link_task_id.eq(id.uuid()))
            .select((Columns::as_select(), upload::load_key.nullable()))
            .first(driver)
            .await
            .optional()?;
        found.map(|found| self.link_task_open(&mut HashMap::new(), found)).transpose()
    }

    /// Tasks in this state, oldest first, after `after`.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when one does not open.
    pub async fn link_task_list(
        &mut self,
        state: LinkTaskState,
        after: Option<LinkTaskId>,
        limit: i64,
    ) -> Result<Vec<LinkTaskRow>, StoreError> {
        let (driver, town) = self.parts()?;
        let with_key = upload::town_id.eq(town.clone()).and(upload::upload_id.eq(link_task::upload_id));
        let mut query = link_task::table
            .left_join(upload::table.on(with_key))
            .filter(link_task::town_id.eq(town))
            .filter(link_task::state.eq(state.as_str()))
            .into_boxed();
        if let Some(after) = after {
            query = query.filter(link_task::link_task_id.gt(after.uuid()));
        }
        let rows: Vec<Found> = query
            .order(link_task::link_task_id)
            .limit(limit)
            .select((Columns::as_select(), upload::load_key.nullable()))
            .load(driver)
            .await?;
        let mut keys = HashMap::new();
        rows.into_iter().map(|found| self.link_task_open(&mut keys, found)).collect()
    }

    fn link_task_open(
        &self,
        keys: &mut HashMap<Uuid, LoadKey>,
        (c, wrapped): Found,
    ) -> Result<LinkTaskRow, StoreError> {
        let body = match wrapped {
            Some(wrapped) => {
                let key = match keys.entry(c.upload_id) {
                    Entry::Occupied(known) => known.into_mut(),
                    Entry::Vacant(slot) => slot.insert(self.load_key_open(c.upload_id, &wrapped)?),
                };
                let place = self.place("link_task", c.link_task_id.as_bytes(), 0, 0);
                Some(serde_json::from_slice(&key.boxes().open(&place, &c.body)?)?)
            }
            None => None,
        };
        Ok(LinkTaskRow {
            id: LinkTaskId::from_uuid(c.link_task_id),
            load: LoadId::from_uuid(c.load_id),
            upload: UploadId::from_uuid(c.upload_id),
            source: c.source,
            line: c.line,
            part: c.part,
            record_key: c.record_key,
            row_hash: c.row_hash,
            state: c.state.parse()?,
            person: c.person_id.map(PersonId::from_uuid),
            body,
            created_at: c.created_at,
            decided_by: c.decided_by.map(StaffId::from_uuid),
            decided_at: c.decided_at,
        })
    }
}

impl TownConn {
    /// Why a person decided a task, where they said so and the key is there still.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when it does not open.
    pub async fn link_task_reason(&mut self, id: LinkTaskId) -> Result<Option<String>, StoreError> {
        let (driver, town) = self.parts()?;
        let sealed: Option<(Option<Vec<u8>>, Option<Uuid>)> = link_task::table
            .filter(link_task::town_id.eq(town))
            .filter(link_task::link_task_id.eq(id.uuid()))
            .select((link_task::reason, link_task::reason_upload_id))
            .first(driver)
            .await
            .optional()?;
        let Some((Some(sealed), Some(upload))) = sealed else { return Ok(None) };
        let key = match self.load_key(UploadId::from_uuid(upload)).await {
            Err(StoreError::Sealed) => return Ok(None),
            key => key?,
        };
        let uuid = id.uuid();
        let place = self.place("link_task_reason", uuid.as_bytes(), 0, 0);
        let plain = key.boxes().open(&place, &sealed)?;
        let text = String::from_utf8(plain.to_vec());
        text.map(Some).map_err(|_| StoreError::Malformed("a reason is no text"))
    }
}

impl TownTx {
    /// Keeps why a person decided a task.
    ///
    /// # Errors
    /// [`StoreError`] when the load's key is gone or the statement fails.
    pub async fn link_task_reason_put(
        &mut self,
        id: LinkTaskId,
        upload: UploadId,
        reason: &str,
    ) -> Result<(), StoreError> {
        let key = self.load_key(upload).await?;
        let uuid = id.uuid();
        let place = self.place("link_task_reason", uuid.as_bytes(), 0, 0);
        let sealed = key.boxes().seal(&place, reason.as_bytes());
        let (driver, town) = self.parts()?;
        diesel::update(link_task::table)
            .filter(link_task::town_id.eq(town))
            .filter(link_task::link_task_id.eq(id.uuid()))
            .set((link_task::reason.eq(sealed), link_task::reason_upload_id.eq(upload.uuid())))
            .execute(driver)
            .await?;
        Ok(())
    }

    /// Adds one task, open and undecided whatever the row says.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when it has no body; otherwise when the statement fails.
    pub async fn link_task_insert(&mut self, new: &LinkTaskRow, key: &LoadKey) -> Result<(), StoreError> {
        let body = new.body.as_ref().ok_or(StoreError::Sealed)?;
        let id = new.id.uuid();
        let plain = Zeroizing::new(serde_json::to_vec(body)?);
        let sealed = key.boxes().seal(&self.place("link_task", id.as_bytes(), 0, 0), &plain);
        let (driver, town) = self.parts()?;
        diesel::insert_into(link_task::table)
            .values((
                link_task::town_id.eq(town),
                link_task::link_task_id.eq(id),
                link_task::load_id.eq(new.load.uuid()),
                link_task::upload_id.eq(new.upload.uuid()),
                link_task::source.eq(&new.source),
                link_task::line.eq(new.line),
                link_task::part.eq(&new.part),
                link_task::record_key.eq(&new.record_key),
                link_task::row_hash.eq(&new.row_hash),
                link_task::state.eq(LinkTaskState::Open.as_str()),
                link_task::body.eq(sealed),
                link_task::created_at.eq(new.created_at),
            ))
            .execute(driver)
            .await?;
        Ok(())
    }

    /// Records a human's decision on an open task; false when there is no such task or it is no
    /// longer open.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn link_task_decide(
        &mut self,
        id: LinkTaskId,
        decision: LinkDecision,
        by: StaffId,
        at: DateTime<Utc>,
    ) -> Result<bool, StoreError> {
        let (driver, town) = self.parts()?;
        let changed = diesel::update(link_task::table)
            .filter(link_task::town_id.eq(town))
            .filter(link_task::link_task_id.eq(id.uuid()))
            .filter(link_task::state.eq(LinkTaskState::Open.as_str()))
            .set((
                link_task::state.eq(decision.state().as_str()),
                link_task::person_id.eq(decision.person().map(PersonId::uuid)),
                link_task::decided_by.eq(by.uuid()),
                link_task::decided_at.eq(at),
            ))
            .execute(driver)
            .await?;
        Ok(changed == 1)
    }

    /// Takes a decision back: the task is open again. False when that is not, or no longer, how it
    /// was decided.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn link_task_undo(&mut self, id: LinkTaskId, was: LinkDecision) -> Result<bool, StoreError> {
        let (driver, town) = self.parts()?;
        let changed = diesel::update(link_task::table)
            .filter(link_task::town_id.eq(town))
            .filter(link_task::link_task_id.eq(id.uuid()))
            .filter(link_task::state.eq(was.state().as_str()))
            .filter(link_task::person_id.is_not_distinct_from(was.person().map(PersonId::uuid)))
            .set((
                link_task::state.eq(LinkTaskState::Open.as_str()),
                link_task::person_id.eq(None::<Uuid>),
                link_task::decided_by.eq(None::<Uuid>),
                link_task::decided_at.eq(None::<DateTime<Utc>>),
                link_task::reason.eq(None::<Vec<u8>>),
                link_task::reason_upload_id.eq(None::<Uuid>),
            ))
            .execute(driver)
            .await?;
        Ok(changed == 1)
    }
}
