//! 処理: long work, as those who wait for it see it.

use kernel::id::OperationId;
use kernel::{Code, Fault, TownCtx};
use store::rows::operation::OperationRow;

use crate::error::store;
use crate::{App, Result};

impl App {
    /// One long work of the caller's town.
    ///
    /// # Errors
    /// `operation_not_found`.
    pub async fn operation(&self, ctx: &TownCtx, id: OperationId) -> Result<OperationRow> {
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        conn.operation(id).await.map_err(store)?.ok_or_else(|| Fault::new(Code::OperationNotFound))
    }
}
