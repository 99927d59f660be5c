//! What waits in a town, counted: for the operator, who reads none of it.

use std::collections::BTreeMap;

use diesel::dsl::count_star;
use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use crate::schema::{handover, link_task, load, operation, upload};
use crate::{StoreError, TownConn};

/// States of a handover that has not left the town; how the others stand, the hub knows.
const AT_HOME: [&str; 2] = ["draft", "approved"];

/// How much of what waits.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// 突合待ち: records that wait for a human.
    pub link_tasks: i64,
    /// Handovers that have not left the town, by direction and state (`out draft`).
    pub handovers: BTreeMap<String, i64>,
    /// Long works that have not ended.
    pub operations: i64,
    /// Files that came and were not loaded.
    pub uploads: i64,
    /// State and day of each source's newest load, whatever came of it.
    pub last_loads: BTreeMap<String, LastLoad>,
}

/// The newest load of a source.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LastLoad {
    /// `running`, `loaded`, `unchanged` or `failed`.
    pub state: String,
    /// Day the export shows.
    pub as_of: chrono::NaiveDate,
    /// When it began.
    pub started_at: chrono::DateTime<chrono::Utc>,
    /// Rows in the file.
    pub rows_read: i64,
    /// Rows rejected.
    pub rows_rejected: i64,
}

type LoadColumns = (String, String, chrono::NaiveDate, chrono::DateTime<chrono::Utc>, i64, i64);

impl TownConn {
    /// Counts what waits.
    ///
    /// # Errors
    /// [`StoreError`] when a statement fails.
    pub async fn tally(&mut self) -> Result<Tally, StoreError> {
        let last_loads = self.last_loads().await?;
        let (driver, town) = self.parts()?;
        let link_tasks = link_task::table
            .filter(link_task::town_id.eq(&town))
            .filter(link_task::state.eq("open"))
            .select(count_star())
            .get_result(driver)
            .await?;
        let operations = operation::table
            .filter(operation::town_id.eq(&town))
            .filter(operation::state.eq("running"))
            .select(count_star())
            .get_result(driver)
            .await?;
        let uploads = upload::table
            .filter(upload::town_id.eq(&town))
            .filter(upload::state.eq("received"))
            .select(count_star())
            .get_result(driver)
            .await?;
        let handovers: Vec<(String, String, i64)> = handover::table
            .filter(handover::town_id.eq(&town))
            .filter(handover::state.eq_any(AT_HOME))
            .group_by((handover::direction, handover::state))
            .select((handover::direction, handover::state, count_star()))
            .load(driver)
            .await?;
        let handovers =
            handovers.into_iter().map(|(way, state, count)| (format!("{way} {state}"), count)).collect();
        Ok(Tally { link_tasks, handovers, operations, uploads, last_loads })
    }

    async fn last_loads(&mut self) -> Result<BTreeMap<String, LastLoad>, StoreError> {
        let (driver, town) = self.parts()?;
        let rows: Vec<LoadColumns> = load::table
            .filter(load::town_id.eq(town))
            .filter(load::corrects.is_null())
            .distinct_on(load::source)
            .order((load::source, load::load_id.desc()))
            .select((
                load::source,
                load::state,
                load::as_of,
                load::started_at,
                load::rows_read,
                load::rows_rejected,
            ))
            .load(driver)
            .await?;
        let last = rows.into_iter().map(|(source, state, as_of, started_at, rows_read, rows_rejected)| {
            (source, LastLoad { state, as_of, started_at, rows_read, rows_rejected })
        });
        Ok(last.collect())
    }
}
