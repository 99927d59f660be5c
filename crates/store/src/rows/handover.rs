//! 引継ぎ as one town sees it. Its content and its items are sealed under a key of its own, so that a
//! handover can be forgotten whole.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::RunQueryDsl;
use kernel::TownCode;
use kernel::id::{HandoverId, StaffId};
use seal::{LoadKey, Plain};
use uuid::Uuid;

use crate::schema::handover;
use crate::town::epoch_number;
use crate::word::words;
use crate::{StoreError, TownConn, TownTx};

words! {
    /// Which way a handover goes, seen from the town whose row it is.
    Direction("handover.direction") {
        /// To another town.
        Out = "out";
        /// From another town.
        In = "in";
    }
}

/// One handover.
#[derive(Debug)]
pub struct HandoverRow {
    /// Id, the same in both towns and in the hub.
    pub id: HandoverId,
    /// Which way it goes.
    pub direction: Direction,
    /// The other town.
    pub peer: TownCode,
    /// The state's name in `handover`'s machine.
    pub state: String,
    /// From 1; each change moves it on.
    pub version: i32,
    /// Who drafted it.
    pub drafted_by: Option<StaffId>,
    /// Who approved it: never the one who drafted it.
    pub approved_by: Option<StaffId>,
    /// Since when.
    pub created_at: DateTime<Utc>,
    /// Last changed.
    pub updated_at: DateTime<Utc>,
    /// The content as `app` writes it (JSON).
    pub body: Plain,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = handover)]
struct Columns {
    handover_id: Uuid,
    direction: String,
    peer: String,
    state: String,
    version: i32,
    handover_key: Vec<u8>,
    body: Vec<u8>,
    drafted_by: Option<Uuid>,
    approved_by: Option<Uuid>,
    created_at: DateTime<Utc>,
    updated_at: DateTime<Utc>,
}

impl TownConn {
    /// One handover.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when it does not open.
    pub async fn handover(&mut self, id: HandoverId) -> Result<Option<HandoverRow>, StoreError> {
        let (driver, town) = self.parts()?;
        let found: Option<Columns> = handover::table
            .filter(handover::town_id.eq(town))
            .filter(handover::handover_id.eq(id.uuid()))
            .select(Columns::as_select())
            .first(driver)
            .await
            .optional()?;
        found.map(|columns| self.handover_open(columns)).transpose()
    }

    /// Handovers of one direction, newest first, from before `before`.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when one does not open.
    pub async fn handover_list(
        &mut self,
        direction: Direction,
        before: Option<HandoverId>,
        limit: i64,
    ) -> Result<Vec<HandoverRow>, StoreError> {
        let (driver, town) = self.parts()?;
        let mut query = handover::table
            .filter(handover::town_id.eq(town))
            .filter(handover::direction.eq(direction.as_str()))
            .into_boxed();
        if let Some(before) = before {
            query = query.filter(handover::handover_id.lt(before.uuid()));
        }
        let rows: Vec<Columns> = query
            .order(handover::handover_id.desc())
            .limit(limit)
            .select(Columns::as_select())
            .load(driver)
            .await?;
        rows.into_iter().map(|columns| self.handover_open(columns)).collect()
    }

    /// How far each handover has come by the town's own rows: what a job compares with the hub's, without
    /// opening any.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn handover_states(&mut self) -> Result<Vec<(HandoverId, String)>, StoreError> {
        let (driver, town) = self.parts()?;
        let rows: Vec<(Uuid, String)> = handover::table
            .filter(handover::town_id.eq(town))
            .select((handover::handover_id, handover::state))
            .load(driver)
            .await?;
        Ok(rows.into_iter().map(|(id, state)| (HandoverId::from_uuid(id), state)).collect())
    }

    fn handover_open(&self, c: Columns) -> Result<HandoverRow, StoreError> {
        let key = self.handover_key_open(c.handover_id, &c.handover_key)?;
        let place = self.place("handover", c.handover_id.as_bytes(), 0, c.version.unsigned_abs());
        Ok(HandoverRow {
            id: HandoverId::from_uuid(c.handover_id),
            direction: c.direction.parse()?,
            peer: c.peer.parse().map_err(|_| StoreError::Malformed("handover.peer"))?,
            state: c.state,
            version: c.version,
            drafted_by: c.drafted_by.map(StaffId::from_uuid),
            approved_by: c.approved_by.map(StaffId::from_uuid),
            created_at: c.created_at,
            updated_at: c.updated_at,
            body: key.boxes().open(&place, &c.body)?,
        })
    }

    /// Opens a handover's wrapped key.
    pub(super) fn handover_key_open(&self, id: Uuid, wrapped: &[u8]) -> Result<LoadKey, StoreError> {
        Ok(LoadKey::unwrap(&self.keys().epoch, &self.place("handover", id.as_bytes(), 0, 0), wrapped)?)
    }

    /// The key of a handover, if the town has it.
    ///
    /// # Errors
    /// [`StoreError::Sealed`] when it does not open.
    pub(super) async fn handover_key(&mut self, id: HandoverId) -> Result<Option<LoadKey>, StoreError> {
        let (driver, town) = self.parts()?;
        let wrapped: Option<Vec<u8>> = handover::table
            .filter(handover::town_id.eq(town))
            .filter(handover::handover_id.eq(id.uuid()))
            .select(handover::handover_key)
            .first(driver)
            .await
            .optional()?;
        wrapped.map(|wrapped| self.handover_key_open(id.uuid(), &wrapped)).transpose()
    }

    fn handover_seal(&self, key: &LoadKey, row: &HandoverRow, version: i32) -> Vec<u8> {
        let id = row.id.uuid();
        key.boxes().seal(&self.place("handover", id.as_bytes(), 0, version.unsigned_abs()), &row.body)
    }
}

impl TownTx {
    /// Adds a handover, not yet approved, and makes its key.
    ///
    /// # Errors
    /// [`StoreError::Duplicate`] when it is there already; otherwise when the statement fails.
    pub async fn handover_insert(&mut self, new: &HandoverRow) -> Result<(), StoreError> {
        let id = new.id.uuid();
        let key = LoadKey::generate();
        let wrapped = key.wrap(&self.keys().epoch, &self.place("handover", id.as_bytes(), 0, 0));
        let sealed = self.handover_seal(&key, new, new.version);
        let epoch = epoch_number(&self.keys().epoch);
        let (driver, town) = self.parts()?;
        diesel::insert_into(handover::table)
            .values((
                handover::town_id.eq(town),
                handover::handover_id.eq(id),
                handover::direction.eq(new.direction.as_str()),
                handover::peer.eq(new.peer.as_str()),
                handover::state.eq(&new.state),
                handover::version.eq(new.version),
                handover::epoch.eq(epoch),
                handover::handover_key.eq(wrapped),
                handover::body.eq(sealed),
                handover::drafted_by.eq(new.drafted_by.map(StaffId::uuid)),
                handover::created_at.eq(new.created_at),
                handover::updated_at.eq(new.updated_at),
            ))
            .execute(driver)
            .await?;
        Ok(())
    }

    /// Holds a handover's row still until the transaction ends, after the hub's.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn handover_hold(&mut self, id: HandoverId) -> Result<(), StoreError> {
        let (driver, town) = self.parts()?;
        handover::table
            .filter(handover::town_id.eq(town))
            .filter(handover::handover_id.eq(id.uuid()))
            .select(handover::version)
            .for_update()
            .first::<i32>(driver)
            .await
            .optional()?;
        Ok(())
    }

    /// Replaces state, approver and content and moves the version on by one. `changed` carries the version
    /// that was read.
    ///
    /// # Errors
    /// [`StoreError::Contention`] when the handover has moved on since, or is not there; otherwise when a
    /// statement fails.
    pub async fn handover_update(&mut self, changed: &HandoverRow) -> Result<(), StoreError> {
        let key = self.handover_key(changed.id).await?.ok_or(StoreError::Contention)?;
        let next = changed.version.saturating_add(1);
        let sealed = self.handover_seal(&key, changed, next);
        let (driver, town) = self.parts()?;
        let rows = diesel::update(handover::table)
            .filter(handover::town_id.eq(town))
            .filter(handover::handover_id.eq(changed.id.uuid()))
            .filter(handover::version.eq(changed.version))
            .set((
                handover::state.eq(&changed.state),
                handover::version.eq(next),
                handover::body.eq(sealed),
                handover::approved_by.eq(changed.approved_by.map(StaffId::uuid)),
                handover::updated_at.eq(changed.updated_at),
            ))
            .execute(driver)
            .await?;
        if rows == 1 { Ok(()) } else { Err(StoreError::Contention) }
    }

    /// As [`Self::handover_update`], and records who approved it.
    ///
    /// # Errors
    /// As [`Self::handover_update`]; [`StoreError::Contention`] also when it was approved before, or `by` drafted
    /// it: two people stand behind every handover.
    pub async fn handover_approve(&mut self, changed: &HandoverRow, by: StaffId) -> Result<(), StoreError> {
        let key = self.handover_key(changed.id).await?.ok_or(StoreError::Contention)?;
        let next = changed.version.saturating_add(1);
        let sealed = self.handover_seal(&key, changed, next);
        let (driver, town) = self.parts()?;
        let rows = diesel::update(handover::table)
            .filter(handover::town_id.eq(town))
            .filter(handover::handover_id.eq(changed.id.uuid()))
            .filter(handover::version.eq(changed.version))
            .filter(handover::approved_by.is_null())
            .filter(handover::drafted_by.is_distinct_from(by.uuid()))
            .set((
                handover::state.eq(&changed.state),
                handover::version.eq(next),
                handover::body.eq(sealed),
                handover::approved_by.eq(by.uuid()),
                handover::updated_at.eq(changed.updated_at),
            ))
            .execute(driver)
            .await?;
        if rows == 1 { Ok(()) } else { Err(StoreError::Contention) }
    }
}
