//! 支援措置: the town's list as its staff see it.

use std::sync::Arc;

use evidence::Act;
use kernel::id::PersonId;
use kernel::{Category, Code, Fault, Grant, TownCtx};
use store::rows::version::Changed;

use crate::error::store;
use crate::protection::{LIST, ProtectionList};
use crate::release::{Hidden, READERS, Resident};
use crate::{App, Released, Result, leaf};

/// The list as it stands.
pub struct ProtectionsView {
    /// Who is protected, and how old the list is.
    pub list: Arc<ProtectionList>,
}

impl Resident for ProtectionsView {
    fn persons(&self) -> Vec<PersonId> {
        self.list.protected().map(|(person, _)| person).collect()
    }

    fn hide_whereabouts(&mut self, _: &dyn Fn(PersonId) -> Option<Hidden>) {
        // The list in memory says who and until when, never where.
    }

    fn withhold(&mut self, denied: &dyn Fn(PersonId) -> bool) -> Option<usize> {
        let list = self.list.without(denied);
        let withheld = self.list.protected().count() - list.protected().count();
        self.list = Arc::new(list);
        Some(withheld)
    }
}

/// Grants that end a protection.
const ENDERS: &[Grant] = &[Grant::Approver];

impl App {
    /// Ends a protection that has passed its end date: a person has looked and decided. Nothing else
    /// ends one; a row that vanishes from the list does not.
    ///
    /// # Errors
    /// `grant_missing`, `purpose_required`, `person_not_found`, `protection_running`.
    pub async fn protection_end(&self, ctx: &TownCtx, person: PersonId, reason: &str) -> Result<()> {
        self.admit_reader(ctx, ENDERS)?;
        let versions = self.towns.versions(ctx.town).await.map_err(store)?;
        let list = self.protection_list_at(ctx.town, versions).await?;
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        // A load of the list that ends just now may have renewed the measure: then it is looked at again.
        tx.lock_town().await.map_err(store)?;
        if tx.versions().await.map_err(store)?.protection != versions.protection {
            drop(tx);
            return Box::pin(self.protection_end(ctx, person, reason)).await;
        }
        if !tx.person_exists(person).await.map_err(store)? {
            return Err(Fault::new(Code::PersonNotFound));
        }
        self.refuse_denied(&mut tx, ctx, [person]).await?;
        if !list.past_end(ctx.today()).any(|(past, _)| past == person) {
            return Err(Fault::new(Code::ProtectionRunning));
        }
        tx.pack_close_source(person.uuid(), Category::Protection, LIST, ctx.now).await.map_err(store)?;
        tx.version_bump(Changed::Protection).await.map_err(store)?;
        let leaf = leaf::of(ctx, Act::ProtectionEnded, vec![person.into()], &reason)?;
        tx.commit(leaf).await.map_err(store)
    }

    /// Who is protected in the caller's town.
    ///
    /// # Errors
    /// What [`App::release`] refuses.
    pub async fn protections(&self, ctx: &TownCtx) -> Result<Released<ProtectionsView>> {
        self.admit_reader(ctx, READERS)?;
        let list = self.protection_list(ctx.town).await?;
        self.release(ctx, "protections_read", READERS, ProtectionsView { list }).await
    }
}
