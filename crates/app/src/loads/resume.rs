//! What a stop of the server cut off is taken up again.

use std::collections::HashMap;
use std::sync::Arc;

use kernel::id::{LoadId, RequestId, StaffId};
use kernel::{Grants, TownCode, TownCtx};
use store::TownConn;
use store::rows::operation::OperationRow;
use uuid::Uuid;

use super::{KIND, plan, work as work_of};
use crate::error::store;
use crate::{App, Result};

/// Works that had not ended, by what they work on.
type Works = HashMap<Uuid, OperationRow>;

impl App {
    /// Takes up what a stop of the server cut off: uploads that were arriving are given up, loads and their plans
    /// begin again from their spools, and those that had ended are said to have. Returns how many begin again.
    ///
    /// # Errors
    /// A fault when the database cannot be reached.
    pub async fn loads_resume(self: &Arc<Self>, town: TownCode) -> Result<usize> {
        self.uploads_desert(town, chrono::Utc::now(), true).await?;
        let mut resumed = self.plans_resume(town).await?;
        let mut conn = self.towns.read(town).await.map_err(store)?;
        let mut works = works(&mut conn, KIND).await?;
        let mut running = Vec::new();
        for load in conn.load_running().await.map_err(store)? {
            let upload = conn.upload(load.upload).await.map_err(store)?;
            running.extend(upload.map(|upload| (load, upload)));
        }
        drop(conn);
        for (load, upload) in running {
            let work = works.remove(&load.id.uuid());
            let work = work.unwrap_or_else(|| work_of(KIND, load.id.uuid(), &upload, load.started_at));
            let ctx = acting(town, load.started_by);
            self.load_spawn(ctx, upload, load, OperationRow { done: 0, ..work }).await?;
            resumed += 1;
        }
        let mut conn = self.towns.read(town).await.map_err(store)?;
        for (load, work) in works {
            let ended = conn.load(LoadId::from_uuid(load)).await.map_err(store)?;
            end(&mut conn, work, ended.is_some_and(|load| load.state != "failed")).await?;
        }
        Ok(resumed)
    }

    async fn plans_resume(self: &Arc<Self>, town: TownCode) -> Result<usize> {
        let mut conn = self.towns.read(town).await.map_err(store)?;
        let mut works = works(&mut conn, plan::KIND).await?;
        let mut running = Vec::new();
        for plan in conn.load_plans_running().await.map_err(store)? {
            let upload = conn.upload(plan.upload).await.map_err(store)?;
            running.extend(upload.map(|upload| (plan, upload)));
        }
        drop(conn);
        let mut resumed = 0;
        for (plan, upload) in running {
            let work = works.remove(&plan.id.uuid());
            let work = work.unwrap_or_else(|| work_of(plan::KIND, plan.id.uuid(), &upload, plan.created_at));
            let ctx = acting(town, plan.created_by);
            self.load_plan_spawn(ctx, upload, plan, OperationRow { done: 0, ..work }).await?;
            resumed += 1;
        }
        let mut conn = self.towns.read(town).await.map_err(store)?;
        for work in works.into_values() {
            end(&mut conn, work, true).await?;
        }
        Ok(resumed)
    }
}

async fn works(conn: &mut TownConn, kind: &str) -> Result<Works> {
    let works = conn.operations_running(kind).await.map_err(store)?;
    Ok(works.into_iter().filter_map(|work| Some((work.target?, work))).collect())
}

/// Says of a work that it has ended, and nobody was told.
async fn end(conn: &mut TownConn, mut work: OperationRow, well: bool) -> Result<()> {
    work.state = if well { "done" } else { "failed" }.into();
    work.updated_at = chrono::Utc::now();
    conn.operation_put(&work).await.map_err(store)
}

/// Who began it, going on now.
fn acting(town: TownCode, staff: StaffId) -> TownCtx {
    TownCtx {
        town,
        staff,
        grants: Grants::default(),
        purpose: None,
        now: chrono::Utc::now(),
        request: RequestId::new(),
    }
}
