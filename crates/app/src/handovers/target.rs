//! Which handover is to be moved, how it stood when the caller read it, and holding it still meanwhile: what was
//! read is compared in the transaction that moves it, so that of two who have read the same one is first.

use kernel::id::HandoverId;
use kernel::{Code, Fault};
use store::TownTx;
use store::hub::HubState;

use super::view::{Found, find};
use crate::Result;
use crate::error::store;

/// How a handover stood between the two towns: the version of the town's own row and the hub's state, which
/// never comes back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stand {
    version: i32,
    hub: Option<HubState>,
}

impl Stand {
    pub(super) fn of(found: &Found) -> Self {
        Self {
            version: found.row.as_ref().map_or(0, |row| row.version),
            hub: found.hub.as_ref().map(|hub| hub.state),
        }
    }
}

/// A handover to be moved.
#[derive(Debug, Clone, Copy)]
pub struct Target {
    /// Which.
    pub id: HandoverId,
    /// How it stood when the caller read it, where they said so.
    pub read: Option<Stand>,
}

impl From<HandoverId> for Target {
    fn from(id: HandoverId) -> Self {
        Self { id, read: None }
    }
}

impl Target {
    /// Holds both rows until the transaction ends, the hub's first, and requires that they are as they were
    /// read.
    ///
    /// # Errors
    /// `handover_not_found`; `precondition_failed` when somebody moved it since.
    pub(super) async fn hold(self, tx: &mut TownTx) -> Result<Found> {
        tx.hub_hold(self.id).await.map_err(store)?;
        tx.handover_hold(self.id).await.map_err(store)?;
        let found = find(tx, self.id).await?;
        match self.read {
            Some(read) if read != Stand::of(&found) => Err(Fault::new(Code::PreconditionFailed)),
            _ => Ok(found),
        }
    }
}
