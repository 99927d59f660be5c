//! 訂正の取込: the rejected lines of a load, put right and handed in alone. It is a load like any other, but it
//! closes nothing: what the file of the corrected load said, beside these lines, still stands.

use std::sync::Arc;

use kernel::id::{LoadId, RejectId, UploadId};
use kernel::{Code, Fault, SourceCode, TownCtx};
use layouts::layout::Mode;
use profiles::Source;
use store::load::RejectPlace;
use store::rows::load::Settles;

use super::{Begun, LOADERS};
use crate::error::store;
use crate::{App, Result, auth};

/// A reject and the line of the correction's file that stands for it: needed where the key of either could not be
/// read, or was wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Named {
    /// The reject.
    pub reject: RejectId,
    /// Line of the file, from 1.
    pub line: u32,
}

impl App {
    /// Starts the load of lines that correct an earlier load's rejects. Of a correction it corrects the load that
    /// that one did.
    ///
    /// # Errors
    /// `grant_missing`, `load_not_found`, `load_not_ready` for a load that was not applied, `upload_not_found`,
    /// `correction_mismatch` for a file of another source or day, `load_superseded` when a later whole file has
    /// come since, `reject_not_found` for one that is not among the load's open ones; and as
    /// [`App::load_begin`].
    pub async fn correction_begin(
        self: &Arc<Self>,
        ctx: &TownCtx,
        load: LoadId,
        upload: UploadId,
        named: &[Named],
    ) -> Result<Begun> {
        auth::require_any(ctx, LOADERS)?;
        let (load, _) = self.applied(ctx.town, load).await?;
        let upload_row = self.upload(ctx, upload).await?;
        if (&upload_row.source, upload_row.as_of) != (&load.source, load.as_of) {
            let fault = Fault::new(Code::CorrectionMismatch);
            return Err(fault.with("source", &load.source).with("as_of", load.as_of));
        }
        let profile = self.profile(ctx).await?;
        let source = load.source.parse::<SourceCode>().ok();
        let source = source.and_then(|code| profile.town.sources.get(&code));
        let source = source.ok_or_else(|| Fault::new(Code::SourceNotFound).with("source", &load.source))?;
        let corrected = load.corrects.unwrap_or(load.id);
        self.require_newest(ctx, source, &load.source, corrected).await?;
        let settles = self.settles(ctx, load.id, named).await?;
        self.load_start(ctx, upload, Some(corrected), settles).await
    }

    /// Rejects of the load that are said to be put right, each of them open.
    async fn settles(&self, ctx: &TownCtx, load: LoadId, named: &[Named]) -> Result<Vec<Settles>> {
        if named.is_empty() {
            return Ok(Vec::new());
        }
        let ids: Vec<RejectId> = named.iter().map(|one| one.reject).collect();
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let open = conn.rejects_open(load, &ids).await.map_err(store)?;
        if let Some(at) = ids.iter().position(|id| !open.contains(id)) {
            return Err(Fault::new(Code::RejectNotFound).at_pointer(format!("/settles/{at}/reject_id")));
        }
        let settles = |one: &Named| Settles {
            line: one.line,
            reject: RejectPlace { load: load.uuid(), reject: one.reject.uuid() },
        };
        Ok(named.iter().map(settles).collect())
    }

    /// Where each file says all there is, only the newest may be corrected: an older one's lines would take the
    /// place of what a newer file says.
    pub(super) async fn require_newest(
        &self,
        ctx: &TownCtx,
        source: &Source,
        code: &str,
        corrected: LoadId,
    ) -> Result<()> {
        if source.layout.mode == Mode::Append {
            return Ok(());
        }
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let newest = conn.load_newest(code).await.map_err(store)?;
        match newest {
            Some(newest) if newest != corrected => Err(Fault::new(Code::LoadSuperseded).with("load", newest)),
            _ => Ok(()),
        }
    }
}

/// How a file is read: a correction closes nothing, whatever its layout says of whole files.
pub(super) const fn mode(corrects: bool, layout: Mode) -> Mode {
    match layout {
        Mode::Snapshot if corrects => Mode::Append,
        other => other,
    }
}
