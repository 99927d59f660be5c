//! 町村: the members of the cooperative.

use std::collections::BTreeMap;
use std::sync::RwLock;

use kernel::slug::TownSlug;
use kernel::{Code, CoopCtx, Fault, TownCode};
use store::StoreError;
use store::coop::MemberRow;

use crate::error::store;
use crate::{App, Result};

/// Members, as last read; a member is never removed while the platform runs.
#[derive(Default)]
pub struct MemberCache(RwLock<BTreeMap<TownCode, MemberRow>>);

impl App {
    /// Admits a town or renames it: its role, its chain, its keys, its public keys in the hub.
    ///
    /// # Errors
    /// `slug_taken`, with nothing done; a fault when the database refuses.
    pub async fn town_admit(&self, ctx: &CoopCtx, town: TownCode, slug: TownSlug, name: &str) -> Result<()> {
        let member = MemberRow { town, slug, name: name.to_owned(), joined_at: ctx.now };
        // First, because it alone can be refused: another town may have the slug.
        self.coop.member_put(&member).await.map_err(|error| match error {
            StoreError::Duplicate => Fault::new(Code::SlugTaken).with("slug", &member.slug),
            other => store(other),
        })?;
        self.towns.installation().admit(town).await.map_err(store)?;
        let mut tx = self.towns.begin(town).await.map_err(store)?;
        let (kem, sign) = (tx.keys().kem.public().to_bytes(), tx.keys().sign.verify_key().to_bytes());
        tx.hub_publish_key(store::hub::KeyPurpose::Seal, &kem).await.map_err(store)?;
        tx.hub_publish_key(store::hub::KeyPurpose::Sign, &sign).await.map_err(store)?;
        tx.commit_bookkeeping().await.map_err(store)
    }

    /// Every member.
    ///
    /// # Errors
    /// A fault when the database cannot be reached.
    pub async fn members(&self) -> Result<Vec<MemberRow>> {
        self.coop.member_list().await.map_err(store)
    }

    /// The member with this code.
    ///
    /// # Errors
    /// As [`Self::members`].
    pub async fn member(&self, town: TownCode) -> Result<Option<MemberRow>> {
        if let Ok(known) = self.members.0.read()
            && let Some(member) = known.get(&town)
        {
            return Ok(Some(member.clone()));
        }
        let members = self.members().await?;
        let found = members.iter().find(|member| member.town == town).cloned();
        if let Ok(mut known) = self.members.0.write() {
            *known = members.into_iter().map(|member| (member.town, member)).collect();
        }
        Ok(found)
    }

    /// Whether a town is a member.
    ///
    /// # Errors
    /// As [`Self::members`].
    pub async fn is_member(&self, town: TownCode) -> Result<bool> {
        Ok(self.member(town).await?.is_some())
    }
}
