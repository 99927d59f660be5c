//! 取込: from a spooled file to sealed packs, in one transaction; the work goes on after the request
//! has been answered, and after a restart from the beginning.

mod corrections;
mod drift;
mod entry_request;
mod intake;
mod paper;
mod rejects;
mod report;
mod resolve;

use std::collections::HashMap;
use std::sync::Arc;

use evidence::Act;
use kernel::id::{LoadId, OperationId, UploadId};
use kernel::{Code, Fault, Grant, Grants, SourceCode, TownCode, TownCtx};
use store::StoreError;
use store::rows::load::{LoadCounts, LoadRow};
use store::rows::operation::OperationRow;
use store::rows::upload::UploadRow;

use crate::error::store;
use crate::{App, Result, auth, leaf};

pub use drift::{COMPARED, Change, Differs, ROWS_MARK, SHARE_MARK};
pub use entry_request::{Ask, AskKind, EntryRequest, SourceAsks};
pub use rejects::Rejects;
pub use report::{Findings, FindingsState, LoadReport, Met, Numbers, SignOff};

/// Grants that start loads and see their rejects.
const LOADERS: &[Grant] = &[Grant::Holder, Grant::OverallManager];

/// What kind of long work a load is.
const KIND: &str = "load";

/// A load that was asked for.
#[derive(Debug)]
pub enum Begun {
    /// It is under way.
    Running {
        /// The load.
        load: LoadRow,
        /// Its progress.
        operation: OperationId,
    },
    /// This very file was loaded before with this very layout; nothing changes.
    Same(LoadRow),
}

/// The long work of a load that begins.
fn work(load: &LoadRow, upload: &UploadRow) -> OperationRow {
    OperationRow {
        id: OperationId::new(),
        kind: KIND.into(),
        state: "running".into(),
        done: 0,
        total: upload.size,
        target: Some(load.id.uuid()),
        fault_code: None,
        created_at: load.started_at,
        updated_at: load.started_at,
    }
}

impl App {
    /// Starts the load of a complete upload.
    ///
    /// # Errors
    /// `upload_not_found`, `load_not_ready`, `source_not_found`, `legal_entry_expired`.
    pub async fn load_begin(self: &Arc<Self>, ctx: &TownCtx, upload: UploadId) -> Result<Begun> {
        self.load_start(ctx, upload, None).await
    }

    /// The same, of a whole file or of lines that correct an earlier load.
    async fn load_start(
        self: &Arc<Self>,
        ctx: &TownCtx,
        upload: UploadId,
        corrects: Option<LoadId>,
    ) -> Result<Begun> {
        auth::require_any(ctx, LOADERS)?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let upload =
            conn.upload(upload).await.map_err(store)?.ok_or_else(|| Fault::new(Code::UploadNotFound))?;
        // Never two connections of one town at once: eight such acts would wait for each other.
        drop(conn);
        let (source, layout_digest) = self.loadable(ctx, &upload).await?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let file_index = upload.file_index.clone().unwrap_or_default();
        let same = conn
            .load_same(&upload.source, &file_index, &layout_digest, upload.as_of, corrects.is_some())
            .await
            .map_err(store)?;
        if let Some(load) = same {
            // Asked twice for one upload: its key still opens the load's rejects and link tasks.
            if load.upload != upload.id {
                conn.upload_abandon(upload.id).await.map_err(store)?;
            }
            return Ok(Begun::Same(load));
        }
        if upload.state != "received" {
            return Err(Fault::new(Code::LoadNotReady).with("state", &upload.state));
        }
        let load = LoadRow {
            id: LoadId::new(),
            upload: upload.id,
            source: source.to_string(),
            as_of: upload.as_of,
            layout_digest,
            file_index,
            state: "running".into(),
            counts: LoadCounts::default(),
            started_by: ctx.staff,
            started_at: ctx.now,
            finished_at: None,
            corrects,
        };
        conn.load_begin(&load).await.map_err(|error| match error {
            StoreError::Duplicate => Fault::new(Code::LoadNotReady).with("state", "running"),
            other => store(other),
        })?;
        drop(conn);
        let work = work(&load, &upload);
        let operation = work.id;
        self.load_spawn(ctx.clone(), upload, load.clone(), work).await?;
        Ok(Begun::Running { load, operation })
    }

    async fn loadable(&self, ctx: &TownCtx, upload: &UploadRow) -> Result<(SourceCode, Vec<u8>)> {
        let profile = self.profile(ctx).await?;
        let not_found = || Fault::new(Code::SourceNotFound).with("source", &upload.source);
        let code: SourceCode = upload.source.parse().map_err(|_| not_found())?;
        let source = profile.town.sources.get(&code).ok_or_else(not_found)?;
        source.legal.check(&code, ctx.today())?;
        Ok((code, source.layout.digest().as_bytes().to_vec()))
    }

    async fn load_spawn(
        self: &Arc<Self>,
        ctx: TownCtx,
        upload: UploadRow,
        load: LoadRow,
        work: OperationRow,
    ) -> Result<()> {
        self.progress(ctx.town, &work).await?;
        let app = Arc::clone(self);
        self.jobs.spawn(async move { app.load_run(&ctx, &upload, load, work).await });
        Ok(())
    }

    /// Runs one load to its end and says how it ended.
    async fn load_run(&self, ctx: &TownCtx, upload: &UploadRow, load: LoadRow, mut work: OperationRow) {
        let id = load.id;
        let code = match self.intake(ctx, upload, load, &mut work).await {
            Ok(()) => None,
            Err(fault) => match self.load_refuse(ctx, upload.id, id, &fault).await {
                Ok(refused) => refused.then(|| fault.code()),
                Err(error) => {
                    tracing::error!(load = %id, code = %error, "a failed load could not be marked");
                    Some(fault.code())
                }
            },
        };
        work.state = if code.is_some() { "failed" } else { "done" }.into();
        work.fault_code = code.map(|code| code.as_str().to_owned());
        work.updated_at = chrono::Utc::now();
        metrics::counter!("tasuki_loads_total", "town" => ctx.town.to_string(), "source" => upload.source.clone(), "state" => work.state.clone()).increment(1);
        if let Err(fault) = self.progress(ctx.town, &work).await {
            tracing::error!(load = %id, code = %fault, "the end of a load could not be recorded");
        }
    }

    /// Marks a load as refused; false when it was applied all the same, and only the answer was lost.
    async fn load_refuse(
        &self,
        ctx: &TownCtx,
        upload: UploadId,
        load: LoadId,
        fault: &Fault,
    ) -> Result<bool> {
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        let row = tx.load(load).await.map_err(store)?;
        let Some(row) = row.filter(|load| load.state == "running") else { return Ok(false) };
        let key = tx.load_key(upload).await.map_err(store)?;
        tx.load_failed(load, &key, fault, chrono::Utc::now()).await.map_err(store)?;
        tx.upload_refused(upload).await.map_err(store)?;
        if row.corrects.is_none() {
            tx.hub_record_refusal(&row, chrono::Utc::now()).await.map_err(store)?;
        }
        let leaf = leaf::of(ctx, Act::LoadRefused, vec![load.into()], &fault.code().as_str())?;
        tx.commit(leaf).await.map_err(store)?;
        Ok(true)
    }

    /// Writes a long work's progress.
    pub(crate) async fn progress(&self, town: TownCode, work: &OperationRow) -> Result<()> {
        let mut conn = self.towns.read(town).await.map_err(store)?;
        conn.operation_put(work).await.map_err(store)
    }

    /// Takes up what a stop of the server cut off: uploads that were arriving are given up, loads begin
    /// again from their spools, and those that had ended are said to have. Returns how many begin again.
    ///
    /// # Errors
    /// A fault when the database cannot be reached.
    pub async fn loads_resume(self: &Arc<Self>, town: TownCode) -> Result<usize> {
        let mut conn = self.towns.read(town).await.map_err(store)?;
        for upload in conn.uploads_receiving().await.map_err(store)? {
            conn.upload_abandon(upload).await.map_err(store)?;
        }
        let works = conn.operations_running(KIND).await.map_err(store)?;
        let mut works: HashMap<_, _> =
            works.into_iter().filter_map(|work| Some((work.target?, work))).collect();
        let mut resumed = 0;
        for load in conn.load_running().await.map_err(store)? {
            let Some(upload) = conn.upload(load.upload).await.map_err(store)? else { continue };
            let ctx = TownCtx {
                town,
                staff: load.started_by,
                grants: Grants::default(),
                purpose: None,
                now: chrono::Utc::now(),
                request: kernel::id::RequestId::new(),
            };
            let work = works.remove(&load.id.uuid()).unwrap_or_else(|| work(&load, &upload));
            self.load_spawn(ctx, upload, load, OperationRow { done: 0, ..work }).await?;
            resumed += 1;
        }
        for (load, mut work) in works {
            let ended = conn.load(LoadId::from_uuid(load)).await.map_err(store)?;
            let applied = ended.is_some_and(|load| load.state != "failed");
            work.state = if applied { "done" } else { "failed" }.into();
            work.updated_at = chrono::Utc::now();
            conn.operation_put(&work).await.map_err(store)?;
        }
        Ok(resumed)
    }

    /// One load, and why it failed if it did.
    ///
    /// # Errors
    /// `grant_missing`, `load_not_found`.
    pub async fn load(&self, ctx: &TownCtx, id: LoadId) -> Result<(LoadRow, Option<Fault>)> {
        auth::require_any(ctx, LOADERS)?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let load = conn.load(id).await.map_err(store)?.ok_or_else(|| Fault::new(Code::LoadNotFound))?;
        if load.state != "failed" {
            return Ok((load, None));
        }
        let key = conn.load_key(load.upload).await.map_err(store)?;
        let fault = conn.load_fault(id, &key).await.map_err(store)?;
        Ok((load, fault))
    }

    /// Loads, newest first.
    ///
    /// # Errors
    /// `grant_missing`.
    pub async fn load_list(&self, ctx: &TownCtx, before: Option<LoadId>, limit: i64) -> Result<Vec<LoadRow>> {
        auth::require_any(ctx, LOADERS)?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        conn.load_list(before, limit).await.map_err(store)
    }
}
