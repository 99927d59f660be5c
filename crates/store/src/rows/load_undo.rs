//! Rolling a load back: what it brought ends, what it closed stands again, found by the load's own instant. Nothing
//! is deleted: what the load said stays, with the time for which it was believed.
//!
//! What people have decided since stays decided. A record that somebody has closed since does not come back, and
//! a decision made since on a link task is the task's, whatever the task said before.

use chrono::{DateTime, Utc};
use diesel::sql_types::{Nullable, Text, Timestamptz, Uuid as SqlUuid};
use diesel::{QueryableByName, sql_query};
use diesel_async::RunQueryDsl;
use kernel::id::{LinkTaskId, LoadId, PersonId, StaffId};
use uuid::Uuid;

use super::link_task::LinkDecision;
use super::load::LoadRow;
use crate::{StoreError, TownTx};

/// In the order in which each finds what it asks for: `$1` town, `$2` load, `$3` source, `$4` the load's instant,
/// `$5` now.
const STEPS: &[&str] = &[
    // Packs that the load closed, but for records of which a person has since closed what the load said of them.
    "UPDATE town.pack p SET recorded_to = NULL WHERE p.town_id = $1 AND p.source = $3 AND p.recorded_to = $4 AND NOT EXISTS (SELECT 1 FROM town.pack q WHERE q.town_id = $1 AND q.subject_id = p.subject_id AND q.load_id = $2 AND q.source = $3 AND q.record_key = p.record_key AND q.recorded_from = $4 AND q.recorded_to IS NOT NULL)",
    "UPDATE town.pack SET recorded_to = $5 WHERE town_id = $1 AND source = $3 AND load_id = $2 AND recorded_to IS NULL",
    // Numbers learned, but of newcomers whom something else names by now.
    "UPDATE town.identifier i SET recorded_to = $5 WHERE i.town_id = $1 AND i.recorded_from = $4 AND i.recorded_to IS NULL AND NOT EXISTS (SELECT 1 FROM town.person p WHERE p.town_id = $1 AND p.person_id = i.person_id AND p.created_at = $4 AND (EXISTS (SELECT 1 FROM town.pack q WHERE q.town_id = $1 AND q.subject_id = p.person_id AND q.load_id <> $2) OR EXISTS (SELECT 1 FROM town.identifier j WHERE j.town_id = $1 AND j.person_id = p.person_id AND j.recorded_from <> $4) OR EXISTS (SELECT 1 FROM town.link_task t WHERE t.town_id = $1 AND t.person_id = p.person_id) OR EXISTS (SELECT 1 FROM town.entry e WHERE e.town_id = $1 AND e.person_id = p.person_id) OR EXISTS (SELECT 1 FROM town.consent c WHERE c.town_id = $1 AND c.person_id = p.person_id) OR EXISTS (SELECT 1 FROM town.handover_item h WHERE h.town_id = $1 AND h.person_id = p.person_id) OR EXISTS (SELECT 1 FROM town.denial d WHERE d.town_id = $1 AND d.person_id = p.person_id)))",
    // Numbers that it ended, unless they are somebody's by now.
    "UPDATE town.identifier i SET recorded_to = NULL WHERE i.town_id = $1 AND i.source = $3 AND i.recorded_to = $4 AND NOT EXISTS (SELECT 1 FROM town.identifier j WHERE j.town_id = $1 AND j.number_index = i.number_index AND j.recorded_to IS NULL)",
    "UPDATE town.membership SET recorded_to = $5 WHERE town_id = $1 AND load_id = $2 AND recorded_to IS NULL",
    "UPDATE town.membership m SET recorded_to = NULL WHERE m.town_id = $1 AND m.recorded_to = $4 AND NOT EXISTS (SELECT 1 FROM town.membership n WHERE n.town_id = $1 AND n.person_id = m.person_id AND n.recorded_to IS NULL)",
    // Rejects of earlier loads that it settled.
    "UPDATE town.reject SET state = 'open', settled_by = NULL WHERE town_id = $1 AND settled_by = $2",
    // Tasks that the load made; what was decided on them is remembered.
    "UPDATE town.link_task t SET state = 'closed' WHERE t.town_id = $1 AND t.load_id = $2 AND t.state <> 'closed' AND NOT EXISTS (SELECT 1 FROM town.link_task_before b WHERE b.town_id = $1 AND b.load_id = $2 AND b.link_task_id = t.link_task_id)",
    // Tasks that it changed or closed.
    "UPDATE town.link_task t SET load_id = b.was_load_id, upload_id = b.upload_id, line = b.line, row_hash = b.row_hash, body = b.body, state = CASE WHEN t.decided_at IS NOT DISTINCT FROM b.decided_at THEN b.state WHEN t.decided_at IS NULL THEN 'open' WHEN t.person_id IS NULL THEN 'refused' ELSE 'linked' END FROM town.link_task_before b WHERE b.town_id = $1 AND b.load_id = $2 AND t.town_id = $1 AND t.link_task_id = b.link_task_id",
];

/// Decisions made on tasks of the load, about records that wait again in an older task.
const CARRIED: &str = "SELECT t.link_task_id, d.person_id, d.decided_by, d.decided_at FROM town.link_task_before b JOIN town.link_task t ON t.town_id = $1 AND t.link_task_id = b.link_task_id JOIN town.link_task d ON d.town_id = $1 AND d.load_id = $2 AND d.record_key = t.record_key AND d.part = t.part AND d.source = t.source WHERE b.town_id = $1 AND b.load_id = $2 AND t.state = 'open' AND d.decided_by IS NOT NULL AND d.decided_at IS NOT NULL";

/// Tasks on which a person has since said whose the record is.
const LINKED_SINCE: &str = "SELECT t.link_task_id FROM town.link_task_before b JOIN town.link_task t ON t.town_id = $1 AND t.link_task_id = b.link_task_id WHERE b.town_id = $1 AND b.load_id = $2 AND t.state = 'linked' AND t.decided_at IS DISTINCT FROM b.decided_at";

#[derive(QueryableByName)]
struct Carried {
    #[diesel(sql_type = SqlUuid)]
    link_task_id: Uuid,
    #[diesel(sql_type = Nullable<SqlUuid>)]
    person_id: Option<Uuid>,
    #[diesel(sql_type = SqlUuid)]
    decided_by: Uuid,
    #[diesel(sql_type = Timestamptz)]
    decided_at: DateTime<Utc>,
}

#[derive(QueryableByName)]
struct Task {
    #[diesel(sql_type = SqlUuid)]
    link_task_id: Uuid,
}

impl TownTx {
    /// Takes back what a load did to the town's records, and carries over what people have decided since. Returns
    /// the tasks that people have linked since: what they say is to be written to those persons anew.
    ///
    /// # Errors
    /// [`StoreError::Malformed`] for a load of which it is not known when it was recorded; otherwise when a
    /// statement fails.
    pub async fn load_undo(
        &mut self,
        load: &LoadRow,
        at: DateTime<Utc>,
    ) -> Result<Vec<LinkTaskId>, StoreError> {
        let recorded = load.recorded_at.ok_or(StoreError::Malformed("load.recorded_at"))?;
        for step in STEPS {
            let (driver, town) = self.parts()?;
            sql_query(*step)
                .bind::<Text, _>(town)
                .bind::<SqlUuid, _>(load.id.uuid())
                .bind::<Text, _>(&load.source)
                .bind::<Timestamptz, _>(recorded)
                .bind::<Timestamptz, _>(at)
                .execute(driver)
                .await?;
        }
        self.carry_decisions(load.id).await?;
        let (driver, town) = self.parts()?;
        let query = sql_query(LINKED_SINCE).bind::<Text, _>(town).bind::<SqlUuid, _>(load.id.uuid());
        let linked: Vec<Task> = query.load(driver).await?;
        Ok(linked.into_iter().map(|task| LinkTaskId::from_uuid(task.link_task_id)).collect())
    }

    async fn carry_decisions(&mut self, load: LoadId) -> Result<(), StoreError> {
        let (driver, town) = self.parts()?;
        let query = sql_query(CARRIED).bind::<Text, _>(town).bind::<SqlUuid, _>(load.uuid());
        let carried: Vec<Carried> = query.load(driver).await?;
        for one in carried {
            let decision = one
                .person_id
                .map_or(LinkDecision::Refused, |person| LinkDecision::Linked(PersonId::from_uuid(person)));
            let (task, by) = (LinkTaskId::from_uuid(one.link_task_id), StaffId::from_uuid(one.decided_by));
            self.link_task_decide(task, decision, by, one.decided_at).await?;
        }
        Ok(())
    }

    /// Says that a load was rolled back, and that its file has not come.
    ///
    /// # Errors
    /// [`StoreError`] when a statement fails.
    pub async fn load_rolled_back(
        &mut self,
        load: LoadId,
        by: StaffId,
        at: DateTime<Utc>,
    ) -> Result<(), StoreError> {
        let (driver, town) = self.parts()?;
        sql_query("UPDATE town.load SET state = 'rolled_back', rolled_back_at = $3, rolled_back_by = $4 WHERE town_id = $1 AND load_id = $2")
            .bind::<Text, _>(&town)
            .bind::<SqlUuid, _>(load.uuid())
            .bind::<Timestamptz, _>(at)
            .bind::<SqlUuid, _>(by.uuid())
            .execute(driver)
            .await?;
        sql_query("SELECT hub.take_back_arrival($1, $2)")
            .bind::<Text, _>(&town)
            .bind::<SqlUuid, _>(load.uuid())
            .execute(driver)
            .await?;
        Ok(())
    }
}
