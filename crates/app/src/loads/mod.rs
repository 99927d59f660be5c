//! 取込: from a spooled file to sealed packs, in one transaction; the work goes on after the request
//! has been answered, and after a restart from the beginning.

mod apply;
mod corrections;
mod drift;
mod entry_request;
mod guard;
mod hand;
mod intake;
mod lookup;
pub(crate) mod numbers;
mod old_book;
mod paper;
mod piece;
mod plan;
mod read;
mod rejects;
mod report;
mod resolve;
mod resolved;
mod resume;
mod rollback;
mod sink;
mod spool;

use std::sync::Arc;

use chrono::{DateTime, Utc};
use evidence::Act;
use kernel::id::{LoadId, OperationId, UploadId};
use kernel::{Code, Digest, Fault, Grant, SourceCode, TownCode, TownCtx};
use store::rows::load::{LoadCounts, LoadRow, Settles};
use store::rows::operation::OperationRow;
use store::rows::upload::UploadRow;
use store::{StoreError, TownConn};
use uuid::Uuid;

use crate::error::store;
use crate::{App, Result, auth, leaf};

pub use apply::Override;
pub use corrections::Named;
pub use drift::{COMPARED, Change, Differs, ROWS_MARK, SHARE_MARK};
pub use entry_request::{Ask, AskKind, EntryRequest, SourceAsks};
pub use guard::{Guard, Tripped};
pub use old_book::OldBooks;
pub use plan::{LoadPlan, Planned, Wanted};
pub use rejects::{RejectPlace, Rejects};
pub use report::{Findings, FindingsState, LoadReport, Met, Numbers, SignOff};

/// Grants that start loads and see their rejects.
const LOADERS: &[Grant] = &[Grant::Holder, Grant::OverallManager];

/// Grants that see loads and plans: who starts them, and who decides about a guard.
const READERS: &[Grant] = &[Grant::Holder, Grant::OverallManager, Grant::Approver];

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

/// Why a load was done against a guard, and why it was rolled back: where it was, and who asks may know.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reasons {
    /// Why guards were passed over.
    pub overriding: Option<String>,
    /// Why it was rolled back.
    pub rollback: Option<String>,
}

/// The long work on a file: its load, or its plan.
fn work(kind: &str, target: Uuid, upload: &UploadRow, at: DateTime<Utc>) -> OperationRow {
    OperationRow {
        id: OperationId::new(),
        kind: kind.to_owned(),
        state: "running".into(),
        done: 0,
        total: upload.size,
        target: Some(target),
        fault_code: None,
        created_at: at,
        updated_at: at,
    }
}

/// A load of a file that is about to begin.
fn new_load(ctx: &TownCtx, upload: &UploadRow, layout: Digest) -> LoadRow {
    LoadRow {
        id: LoadId::new(),
        upload: upload.id,
        source: upload.source.clone(),
        as_of: upload.as_of,
        layout_digest: layout.as_bytes().to_vec(),
        file_index: upload.file_index.clone().unwrap_or_default(),
        state: "running".into(),
        counts: LoadCounts::default(),
        started_by: ctx.staff,
        started_at: ctx.now,
        finished_at: None,
        plan: None,
        overridden: Vec::new(),
        recorded_at: None,
        rolled_back: None,
        corrects: None,
        settles: Vec::new(),
    }
}

impl App {
    /// Starts the load of a complete upload.
    ///
    /// # Errors
    /// `upload_not_found`, `load_not_ready`, `source_not_found`, `legal_entry_expired`.
    pub async fn load_begin(self: &Arc<Self>, ctx: &TownCtx, upload: UploadId) -> Result<Begun> {
        self.load_start(ctx, upload, None, Vec::new()).await
    }

    /// The same, of a whole file or of lines that correct an earlier load.
    async fn load_start(
        self: &Arc<Self>,
        ctx: &TownCtx,
        upload: UploadId,
        corrects: Option<LoadId>,
        settles: Vec<Settles>,
    ) -> Result<Begun> {
        auth::require_any(ctx, LOADERS)?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let upload =
            conn.upload(upload).await.map_err(store)?.ok_or_else(|| Fault::new(Code::UploadNotFound))?;
        // Never two connections of one town at once: eight such acts would wait for each other.
        drop(conn);
        let layout = self.loadable(ctx, &upload).await?;
        // Lines that are said to stand for rejects are read for that, whether they were read before or not.
        let names = !settles.is_empty();
        let load = LoadRow { corrects, settles, ..new_load(ctx, &upload, layout) };
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let same = if names { None } else { same(&mut conn, &upload, layout, corrects.is_some()).await? };
        if let Some(same) = same {
            // Asked twice for one upload: its key still opens the load's rejects and link tasks.
            if same.upload != upload.id {
                conn.upload_abandon(upload.id).await.map_err(store)?;
            }
            return Ok(Begun::Same(same));
        }
        received(&upload)?;
        conn.load_begin(&load).await.map_err(running)?;
        drop(conn);
        self.load_under_way(ctx, upload, load).await
    }

    /// A load whose row is there goes on by itself.
    async fn load_under_way(
        self: &Arc<Self>,
        ctx: &TownCtx,
        upload: UploadRow,
        load: LoadRow,
    ) -> Result<Begun> {
        let work = work(KIND, load.id.uuid(), &upload, load.started_at);
        let operation = work.id;
        self.load_spawn(ctx.clone(), upload, load.clone(), work).await?;
        Ok(Begun::Running { load, operation })
    }

    /// The layout that reads a file now, where the file may be loaded.
    async fn loadable(&self, ctx: &TownCtx, upload: &UploadRow) -> Result<Digest> {
        let profile = self.profile(ctx).await?;
        let not_found = || Fault::new(Code::SourceNotFound).with("source", &upload.source);
        let code: SourceCode = upload.source.parse().map_err(|_| not_found())?;
        let source = profile.town.sources.get(&code).ok_or_else(not_found)?;
        source.legal.check(&code, ctx.today())?;
        Ok(source.layout.digest())
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
        self.jobs.spawn(async move {
            app.load_run(&ctx, &upload, load, work).await;
            // Whoever searched before the load does not wait for what it changed.
            if let Err(fault) = app.people_again(ctx.town).await {
                tracing::warn!(town = %ctx.town, code = %fault, "a town's people were not opened after a load");
            }
        });
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
        // Such a file may be the right one: its spool stays for the plan that says so.
        if !matches!(fault.code(), Code::GuardTripped | Code::LoadPlanStale) {
            tx.upload_refused(upload).await.map_err(store)?;
        }
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

    /// Why guards were passed over for a load and why it was rolled back.
    ///
    /// # Errors
    /// `grant_missing`, `load_not_found`.
    pub async fn load_reasons(&self, ctx: &TownCtx, load: &LoadRow) -> Result<Reasons> {
        auth::require_any(ctx, READERS)?;
        if load.overridden.is_empty() && load.rolled_back.is_none() {
            return Ok(Reasons::default());
        }
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let key = conn.load_key(load.upload).await.map_err(store)?;
        let (overriding, rollback) = conn.load_reasons(load.id, &key).await.map_err(store)?;
        Ok(Reasons { overriding, rollback })
    }

    /// One load, and why it failed if it did.
    ///
    /// # Errors
    /// `grant_missing`, `load_not_found`.
    pub async fn load(&self, ctx: &TownCtx, id: LoadId) -> Result<(LoadRow, Option<Fault>)> {
        auth::require_any(ctx, READERS)?;
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

/// The load that took this very file before, with the layout that now holds, and stands.
async fn same(
    conn: &mut TownConn,
    upload: &UploadRow,
    layout: Digest,
    corrects: bool,
) -> Result<Option<LoadRow>> {
    let index = upload.file_index.clone().unwrap_or_default();
    conn.load_same(&upload.source, &index, layout.as_bytes(), upload.as_of, corrects).await.map_err(store)
}

/// Refuses a file that is not whole, or is used up.
fn received(upload: &UploadRow) -> Result<()> {
    if upload.state == "received" {
        return Ok(());
    }
    Err(not_ready(&upload.state))
}

/// That the state which an upload, a plan or a load is in does not allow this.
fn not_ready(state: &str) -> Fault {
    let ja = match state {
        "receiving" => "受付中",
        "received" => "受付済み",
        "running" => "処理中",
        "ready" => "計画済み",
        "loaded" => "取込済み",
        "unchanged" => "変更なし",
        "rolled_back" => "取消し済み",
        "failed" => "失敗",
        other => other,
    };
    Fault::new(Code::LoadNotReady).with_words("state", ja, state)
}

fn running(error: StoreError) -> Fault {
    match error {
        StoreError::Duplicate => not_ready("running"),
        other => store(other),
    }
}
