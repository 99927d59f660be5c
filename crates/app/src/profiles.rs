//! 町の設定: applying a profile, and the one in force. What runs is the applied snapshot, read once and
//! kept while the town's `auth` counter stands still.

use std::sync::Arc;

use evidence::Act;
use kernel::id::ProfileId;
use kernel::{Code, CoopCtx, Fault, TownCode, TownCtx};
use profiles::{Cooperative, TownBundle, TownProfile};
use store::rows::pack::PackRow;
use store::rows::profile::ProfileRow;
use store::rows::version::Changed;

use crate::cache::Versioned;
use crate::error::{internal, store};
use crate::{App, Result, leaf};

/// A profile in force.
#[derive(Debug)]
pub struct Applied {
    /// Which applied version.
    pub id: ProfileId,
    /// What the town shares with the others.
    pub cooperative: Cooperative,
    /// The town's own.
    pub town: TownProfile,
}

impl Applied {
    /// The name of the section that holds a source, as staff see it; the source's own name when the
    /// profile no longer has it.
    #[must_use]
    pub fn holder(&self, source: &str) -> String {
        let found = self.town.sources.iter().find(|(code, _)| code.as_str() == source);
        found
            .and_then(|(_, source)| self.town.section(&source.section))
            .map_or_else(|| source.to_owned(), |section| section.name.clone())
    }

    /// The section that holds a pack, as staff see it: this town's, or the other town's it came from.
    #[must_use]
    pub fn holder_of(&self, pack: &PackRow) -> String {
        match (&pack.body.origin, &pack.body.written) {
            (Some(origin), _) => format!("{}から引継ぎ（{}）", origin.town_name, origin.holder_name),
            (None, Some(written)) => written.section_name.clone(),
            (None, None) => self.holder(&pack.source),
        }
    }
}

/// Profiles read, each with the `auth` counter it was read under.
pub(crate) type ProfileCache = Versioned<TownCode, i64, Arc<Applied>>;

impl App {
    /// Puts a profile in force for the town it names. The operator may: a profile holds no
    /// resident's data.
    ///
    /// # Errors
    /// Every fault of the bundle by file and line; one when the database refuses.
    pub async fn profile_apply(
        &self,
        ctx: &CoopCtx,
        bundle: &TownBundle,
    ) -> std::result::Result<ProfileId, Vec<Fault>> {
        let (_, profile) = bundle.read()?;
        self.apply(ctx, &profile, bundle).await.map_err(|fault| vec![fault])
    }

    async fn apply(&self, ctx: &CoopCtx, profile: &TownProfile, bundle: &TownBundle) -> Result<ProfileId> {
        let bytes = serde_json::to_vec(bundle).map_err(|_| internal("a bundle is not JSON"))?;
        let digest = bundle.digest();
        let mut tx = self.towns.begin(profile.code).await.map_err(store)?;
        if let Some(current) = tx.profile_current().await.map_err(store)?
            && current.digest == digest
        {
            return Ok(current.id);
        }
        let row = ProfileRow {
            id: ProfileId::new(),
            digest,
            bundle: bytes,
            applied_at: ctx.now,
            applied_by: ctx.operator,
        };
        tx.profile_insert(&row).await.map_err(store)?;
        tx.version_bump(Changed::Auth).await.map_err(store)?;
        let leaf = leaf::of_operator(profile.code, Act::ProfileApplied, ctx, vec![row.id.into()], &digest)?;
        tx.commit(leaf).await.map_err(store)?;
        Ok(row.id)
    }

    /// The profile in force in the caller's town.
    ///
    /// # Errors
    /// `profile_missing` when none was ever applied.
    pub async fn profile(&self, ctx: &TownCtx) -> Result<Arc<Applied>> {
        self.profile_of(ctx.town).await
    }

    pub(crate) async fn profile_of(&self, town: TownCode) -> Result<Arc<Applied>> {
        let auth = self.towns.versions(town).await.map_err(store)?.auth;
        self.profile_at(town, auth).await
    }

    /// The same under a counter that the caller's own statement has just read.
    pub(crate) async fn profile_at(&self, town: TownCode, auth: i64) -> Result<Arc<Applied>> {
        if let Some(applied) = self.profiles.get(&town, &auth) {
            return Ok(applied);
        }
        let mut conn = self.towns.read(town).await.map_err(store)?;
        let row =
            conn.profile_current().await.map_err(store)?.ok_or_else(|| Fault::new(Code::ProfileMissing))?;
        let bundle: TownBundle =
            serde_json::from_slice(&row.bundle).map_err(|_| internal("an applied bundle is not JSON"))?;
        let (cooperative, profile) =
            bundle.read().map_err(|_| internal("an applied bundle no longer reads"))?;
        let applied = Arc::new(Applied { id: row.id, cooperative, town: profile });
        self.profiles.put(town, auth, Arc::clone(&applied));
        Ok(applied)
    }

    /// Applied versions, newest first.
    ///
    /// # Errors
    /// A fault when the database cannot be reached.
    pub async fn profile_history(&self, ctx: &TownCtx) -> Result<Vec<ProfileRow>> {
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        conn.profile_list(100).await.map_err(store)
    }
}
