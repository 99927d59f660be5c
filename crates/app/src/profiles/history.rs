//! The versions of a town's profile: who applied what when, and what differs between two.

use std::sync::Arc;

use kernel::id::ProfileId;
use kernel::{Code, CoopCtx, Fault, TownCode};
use profiles::{Difference, TownBundle};
use store::TownConn;
use store::rows::profile::ProfileRow;

use super::{Applied, Checked, kept};
use crate::error::{internal, store};
use crate::{App, Result};

/// One applied version with its files.
#[derive(Debug)]
pub struct ProfileVersion {
    /// Who applied it when.
    pub row: ProfileRow,
    /// Its files.
    pub bundle: TownBundle,
}

/// Versions looked at: more than a town will have.
const ALL: i64 = 1_000;

impl App {
    /// The profile in force in a town, for the operator.
    ///
    /// # Errors
    /// `profile_missing` when none was ever applied.
    pub async fn profile_in_force(&self, _: &CoopCtx, town: TownCode) -> Result<Arc<Applied>> {
        self.profile_of(town).await
    }

    /// Every applied version of a town, newest first.
    ///
    /// # Errors
    /// A fault when the database cannot be reached.
    pub async fn profile_versions(&self, _: &CoopCtx, town: TownCode) -> Result<Vec<ProfileRow>> {
        let mut conn = self.towns.read(town).await.map_err(store)?;
        conn.profile_list(ALL).await.map_err(store)
    }

    /// One applied version with its files: to be read, or to be applied again.
    ///
    /// # Errors
    /// `profile_not_found`.
    pub async fn profile_version(
        &self,
        _: &CoopCtx,
        town: TownCode,
        id: ProfileId,
    ) -> Result<ProfileVersion> {
        let mut conn = self.towns.read(town).await.map_err(store)?;
        let row = find(&mut conn, id).await?;
        let bundle =
            serde_json::from_slice(&row.bundle).map_err(|_| internal("an applied bundle is not JSON"))?;
        Ok(ProfileVersion { row, bundle })
    }

    /// What differs from one version to another; without the first, from the one applied before.
    ///
    /// # Errors
    /// `profile_not_found`.
    pub async fn profile_difference(
        &self,
        _: &CoopCtx,
        town: TownCode,
        from: Option<ProfileId>,
        to: ProfileId,
    ) -> Result<Difference> {
        let mut conn = self.towns.read(town).await.map_err(store)?;
        let new = find(&mut conn, to).await?;
        let old = match from {
            Some(from) => Some(find(&mut conn, from).await?),
            None => conn.profile_list(ALL).await.map_err(store)?.into_iter().find(|row| row.id < to),
        };
        drop(conn);
        let old = old.map(|row| kept(&row.bundle)).transpose()?;
        Ok(Difference::between(old.as_ref().map(Checked::version), kept(&new.bundle)?.version()))
    }
}

async fn find(conn: &mut TownConn, id: ProfileId) -> Result<ProfileRow> {
    conn.profile_get(id).await.map_err(store)?.ok_or_else(|| Fault::new(Code::ProfileNotFound))
}
