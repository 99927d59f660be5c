//! 支援措置: the town's list as its staff see it.

use std::sync::Arc;

use kernel::TownCtx;
use kernel::id::PersonId;

use crate::protection::ProtectionList;
use crate::release::{Hidden, READERS, Resident};
use crate::{App, Released, Result};

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
}

impl App {
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
