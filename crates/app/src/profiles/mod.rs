//! 町の設定: applying a profile, and the one in force. What runs is the applied snapshot, read once and
//! kept while the town's `auth` counter stands still.

mod history;
mod plan;

use std::sync::Arc;

use evidence::Act;
use kernel::id::ProfileId;
use kernel::{Code, CoopCtx, Digest, Fault, TownCode, TownCtx};
use profiles::{Bundle, Cooperative, TownBundle, TownProfile, Version};
use store::TownTx;
use store::coop::MemberRow;
use store::rows::pack::PackRow;
use store::rows::profile::ProfileRow;
use store::rows::version::Changed;

use crate::cache::Versioned;
use crate::error::{internal, store};
use crate::{App, Result, leaf};

pub use history::ProfileVersion;
pub use plan::Plan;

/// A town's bundle, read and checked.
#[derive(Debug)]
pub struct Checked {
    /// The files that are kept.
    pub bundle: TownBundle,
    /// What they say of all towns.
    pub cooperative: Cooperative,
    /// What they say of the town.
    pub town: TownProfile,
}

impl Checked {
    /// Reads the files that belong to a member and checks all of them.
    ///
    /// # Errors
    /// Every fault by file and line; `profile_missing` when they hold no such town, `invalid_value` when its
    /// folder is another town's.
    pub fn of(files: &Bundle, member: &MemberRow) -> std::result::Result<Self, Vec<Fault>> {
        let slug = member.slug.as_str();
        let this = Self::read(files.of_town(slug)?)?;
        if this.town.code == member.town {
            // Samples are looked at here and not kept.
            let differs = profiles::golden::check(files, &this.town);
            return if differs.is_empty() { Ok(this) } else { Err(differs) };
        }
        let fault = Fault::new(Code::InvalidValue).with("name", "code");
        let ja = format!("{slug}/town.toml は {} の設定です", this.town.code);
        let en = format!("{slug}/town.toml is the profile of {}", this.town.code);
        Err(vec![fault.with_words("why", &ja, &en).at_pointer("/files")])
    }

    fn read(bundle: TownBundle) -> std::result::Result<Self, Vec<Fault>> {
        let (cooperative, town) = bundle.read()?;
        Ok(Self { bundle, cooperative, town })
    }

    /// As it is compared with another version.
    #[must_use]
    pub const fn version(&self) -> Version<'_> {
        Version { bundle: &self.bundle, cooperative: &self.cooperative, town: &self.town }
    }

    fn applied(self, id: ProfileId) -> Applied {
        Applied { id, cooperative: self.cooperative, town: self.town }
    }
}

/// A bundle as it was kept.
fn kept(bundle: &[u8]) -> Result<Checked> {
    let bundle = serde_json::from_slice(bundle).map_err(|_| internal("a kept bundle is not JSON"))?;
    Checked::read(bundle).map_err(|_| internal("a kept bundle no longer reads"))
}

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

/// The town's turn to change its profile: its `auth` counter is moved on first, so that of two who change it
/// at once the second waits here and then sees what the first has put in force.
pub(crate) struct Turn {
    tx: TownTx,
    current: Option<ProfileRow>,
}

impl Turn {
    async fn of(mut tx: TownTx) -> Result<Self> {
        tx.version_bump(Changed::Auth).await.map_err(store)?;
        let current = tx.profile_current().await.map_err(store)?;
        Ok(Self { tx, current })
    }

    async fn put(&mut self, ctx: &CoopCtx, digest: Digest, bundle: Vec<u8>) -> Result<ProfileId> {
        let id = ProfileId::new();
        let row = ProfileRow { id, digest, bundle, applied_at: ctx.now, applied_by: ctx.operator };
        self.tx.profile_insert(&row).await.map_err(store)?;
        Ok(id)
    }

    async fn commit(self, ctx: &CoopCtx, id: ProfileId, digest: &Digest) -> Result<()> {
        let town = self.tx.town();
        let leaf = leaf::of_operator(town, Act::ProfileApplied, ctx, vec![id.into()], digest)?;
        self.tx.commit(leaf).await.map_err(store)
    }
}

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
        self.apply(ctx, profile.code, bundle).await.map_err(|fault| vec![fault])
    }

    async fn apply(&self, ctx: &CoopCtx, town: TownCode, bundle: &TownBundle) -> Result<ProfileId> {
        let tx = self.towns.begin(town).await.map_err(store)?;
        let mut turn = Turn::of(tx).await?;
        let digest = bundle.digest();
        if let Some(current) = &turn.current
            && current.digest == digest
        {
            return Ok(current.id);
        }
        let bytes = serde_json::to_vec(bundle).map_err(|_| internal("a bundle is not JSON"))?;
        let id = turn.put(ctx, digest, bytes).await?;
        turn.commit(ctx, id, &digest).await?;
        Ok(id)
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
        let applied = kept(&row.bundle)?.applied(row.id);
        let applied = Arc::new(applied);
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

#[cfg(test)]
mod tests;
