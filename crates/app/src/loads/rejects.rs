//! 取込エラー: for the town's staff with what the line says, for whoever may see no resident without it.

use kernel::id::{LoadId, PersonId, RejectId};
use kernel::{Code, Fault, Place, TownCtx};
use store::rows::load::RejectRow;

use super::{LOADERS, READERS};
use crate::error::store;
use crate::release::{Hidden, Resident};
use crate::{App, Released, Result, auth};

/// Rejected lines: whose they are is not known, but what they say is somebody's.
#[derive(Debug)]
pub struct Rejects(pub Vec<RejectRow>);

impl Resident for Rejects {
    fn persons(&self) -> Vec<PersonId> {
        Vec::new()
    }

    fn hide_whereabouts(&mut self, hidden: &dyn Fn(PersonId) -> Option<Hidden>) {
        // A raw line may hold anybody's address. While the list cannot be relied on, no raw line is
        // shown; reasons and line numbers are.
        if hidden(PersonId::from_uuid(uuid::Uuid::nil())) == Some(Hidden::ListStale) {
            self.0.iter_mut().for_each(|row| row.detail.raw.clear());
        }
    }
}

/// Where a line was rejected and why, and nothing of what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectPlace {
    /// Id.
    pub id: RejectId,
    /// Line of the file, from 1.
    pub line: i32,
    /// Every reason, with the column or key as the layout names it.
    pub reasons: Vec<(Code, Option<String>)>,
}

impl From<RejectRow> for RejectPlace {
    fn from(row: RejectRow) -> Self {
        let column = |fault: &Fault| match fault.place() {
            Some(Place::Line { column, .. }) => column.clone(),
            _ => None,
        };
        let reasons = row.detail.reasons.iter().map(|fault| (fault.code(), column(fault))).collect();
        Self { id: row.id, line: row.line, reasons }
    }
}

impl App {
    /// Rejected lines of a load with every reason, in the order of the file.
    ///
    /// # Errors
    /// `grant_missing`, `purpose_required`, `load_not_found`.
    pub async fn reject_list(
        &self,
        ctx: &TownCtx,
        load: LoadId,
        after: Option<RejectId>,
        limit: i64,
    ) -> Result<Released<Rejects>> {
        self.admit_reader(ctx, LOADERS)?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let row = conn.load(load).await.map_err(store)?.ok_or_else(|| Fault::new(Code::LoadNotFound))?;
        let key = conn.load_key(row.upload).await.map_err(store)?;
        let rows = conn.reject_list(load, &key, after, limit).await.map_err(store)?;
        drop(conn);
        self.release(ctx, "reject_list", LOADERS, Rejects(rows)).await
    }

    /// The same without a word of what the lines say: nobody is read, so no purpose is asked for.
    ///
    /// # Errors
    /// `grant_missing`, `load_not_found`.
    pub async fn reject_places(
        &self,
        ctx: &TownCtx,
        load: LoadId,
        after: Option<RejectId>,
        limit: i64,
    ) -> Result<Vec<RejectPlace>> {
        auth::require_any(ctx, READERS)?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let row = conn.load(load).await.map_err(store)?.ok_or_else(|| Fault::new(Code::LoadNotFound))?;
        let key = conn.load_key(row.upload).await.map_err(store)?;
        let rows = conn.reject_list(load, &key, after, limit).await.map_err(store)?;
        Ok(rows.into_iter().map(RejectPlace::from).collect())
    }
}
