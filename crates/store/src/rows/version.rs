//! A town's switches: counters that every cache is checked against in the reading statement.

use diesel::prelude::*;
use diesel_async::RunQueryDsl;

use super::roster;
use crate::schema::version;
use crate::{StoreError, TownConn, TownTx};

/// The three counters of a town.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Queryable)]
pub struct Versions {
    /// Tokens, grants and profile.
    pub auth: i64,
    /// People, households and what is recorded about them.
    pub people: i64,
    /// The protection list.
    pub protection: i64,
}

/// Which counter moves on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Changed {
    /// Tokens, grants or profile.
    Auth,
    /// People or their records.
    People,
    /// People, and the protection list with them.
    Protection,
}

impl TownConn {
    /// The counters.
    ///
    /// # Errors
    /// [`StoreError`] when the town was never admitted or the statement fails.
    pub async fn versions(&mut self) -> Result<Versions, StoreError> {
        let (driver, town) = self.parts()?;
        Ok(version::table
            .filter(version::town_id.eq(town))
            .select((version::auth, version::people, version::protection))
            .first(driver)
            .await?)
    }
}

impl TownTx {
    /// The counters, held as they are until the transaction ends: whoever moves one on waits.
    ///
    /// # Errors
    /// As [`TownConn::versions`].
    pub async fn versions_hold(&mut self) -> Result<Versions, StoreError> {
        let (driver, town) = self.parts()?;
        Ok(version::table
            .filter(version::town_id.eq(town))
            .select((version::auth, version::people, version::protection))
            .for_share()
            .first(driver)
            .await?)
    }

    /// Moves a counter on. With `people` the key of the roster goes, which shows them as they were.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn version_bump(&mut self, changed: Changed) -> Result<(), StoreError> {
        let (driver, town) = self.parts()?;
        let (auth, people, protection) = match changed {
            Changed::Auth => (1, 0, 0),
            Changed::People => (0, 1, 0),
            Changed::Protection => (0, 1, 1),
        };
        diesel::update(version::table)
            .filter(version::town_id.eq(&town))
            .set((
                version::auth.eq(version::auth + auth),
                version::people.eq(version::people + people),
                version::protection.eq(version::protection + protection),
            ))
            .execute(&mut *driver)
            .await?;
        if people > 0 {
            roster::drop_key(driver, &town).await?;
        }
        Ok(())
    }
}
