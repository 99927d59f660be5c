//! Turning a town's epoch key: what was dropped before is from then on unreadable in every backup.

use evidence::Act;
use kernel::{CoopCtx, TownCode};

use crate::error::store;
use crate::{App, Result, leaf};

impl App {
    /// Turns a town's epoch; returns the new one's number. The caller holds the key folder alone: another
    /// process that has the old key in memory would go on wrapping under it.
    ///
    /// # Errors
    /// A fault when the database refuses; the old key then stays.
    pub async fn epoch_turn(&self, ctx: &CoopCtx, town: TownCode) -> Result<u32> {
        let leaf = leaf::of_operator(town, Act::EpochTurned, ctx, Vec::new(), &())?;
        self.towns.turn_epoch(town, leaf).await.map_err(store)
    }
}
