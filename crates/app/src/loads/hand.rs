//! The operator's hand: loading for a town whose staff cannot, by the same use cases as theirs.

use kernel::{CoopCtx, Grant, TownCode, TownCtx};

use crate::App;

impl App {
    /// Who acts when the operator loads for a town. May hand in, plan, load and roll back, and every leaf names the
    /// operator; has no purpose, and without one nobody's record is read ([`App::release`] refuses).
    #[must_use]
    pub fn loading_hand(&self, ctx: &CoopCtx, town: TownCode) -> TownCtx {
        TownCtx {
            town,
            staff: ctx.operator,
            grants: [Grant::OverallManager].into_iter().collect(),
            purpose: None,
            now: ctx.now,
            request: ctx.request,
        }
    }
}
