//! Taking a load back: the town knows again what it knew before, in one transaction. Only the last load of a source,
//! or what later ones rest on would be gone from under them.
//!
//! Persons whom the load brought remain, without a record in force: what was known of them in between stays readable
//! only under their keys. Their number ends too, so that the next file makes its people anew and nothing of a wrong
//! file rubs off on them; unless something else names the person by now (another source's record, a person's
//! decision, a consent, a case). Then the number stays theirs, and the next file's row waits for a human to say
//! whether it is them: neither mixed with somebody else nor cut off from what others have recorded.

use chrono::Utc;
use evidence::Act;
use kernel::id::LoadId;
use kernel::{Code, Fault, TownCtx};
use store::TownTx;
use store::rows::load::LoadRow;
use store::rows::load_reason::LoadReason;
use store::rows::version::Changed;

use super::apply::DECIDERS;
use super::not_ready;
use crate::error::store;
use crate::protection::LIST;
use crate::{App, Result, auth, failpoint, leaf, links};

impl App {
    /// Takes back the last load of a source.
    ///
    /// # Errors
    /// `grant_missing`, `load_not_found`; `load_not_ready` for one that was not applied, `load_not_latest` for one
    /// on which another stands.
    pub async fn load_rollback(&self, ctx: &TownCtx, id: LoadId, reason: &str) -> Result<LoadRow> {
        auth::require_any(ctx, DECIDERS)?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        conn.load(id).await.map_err(store)?.ok_or_else(|| Fault::new(Code::LoadNotFound))?;
        drop(conn);
        self.require_decider(ctx).await?;
        let profile = self.profile(ctx).await?;
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        // A load that runs, or a decision on the queue, would write between what is read here and what is undone.
        tx.lock_town().await.map_err(store)?;
        let load = last_applied(&mut tx, id).await?;
        // After the lock: a load that ran until now was recorded later than this was asked for.
        let at = Utc::now();
        for task in tx.load_undo(&load, at).await.map_err(store)? {
            let task = tx.link_task(task).await.map_err(store)?;
            if let Some((task, person)) = task.and_then(|task| task.person.map(|person| (task, person))) {
                let packs = links::packs(&profile, &task, person)?;
                tx.pack_insert_many(&packs, at).await.map_err(store)?;
            }
        }
        let key = tx.load_key(load.upload).await.map_err(store)?;
        tx.load_reason_put(id, &key, LoadReason::Rollback, reason).await.map_err(store)?;
        tx.load_rolled_back(id, ctx.staff, at).await.map_err(store)?;
        let changed = if load.source == LIST { Changed::Protection } else { Changed::People };
        tx.version_bump(changed).await.map_err(store)?;
        let leaf = leaf::of(ctx, Act::LoadRolledBack, vec![id.into()], &reason)?;
        failpoint::reach(failpoint::ROLLBACK_BEFORE);
        tx.commit(leaf).await.map_err(store)?;
        failpoint::reach(failpoint::ROLLBACK_AFTER);
        let rolled_back = Some((ctx.staff, at));
        Ok(LoadRow { state: "rolled_back".into(), rolled_back, ..load })
    }
}

/// The load, where it was applied and nothing of its source was since.
async fn last_applied(tx: &mut TownTx, id: LoadId) -> Result<LoadRow> {
    let load = tx.load(id).await.map_err(store)?.ok_or_else(|| Fault::new(Code::LoadNotFound))?;
    if !matches!(load.state.as_str(), "loaded" | "unchanged") {
        return Err(not_ready(&load.state));
    }
    if load.recorded_at.is_none() {
        let (ja, en) = ("取消しの機能ができる前のもの", "from before loads could be rolled back");
        return Err(Fault::new(Code::LoadNotReady).with_words("state", ja, en));
    }
    match tx.load_last_applied(&load.source).await.map_err(store)? {
        Some(last) if last.id != id => Err(Fault::new(Code::LoadNotLatest).with("latest", last.id)),
        _ => Ok(load),
    }
}
