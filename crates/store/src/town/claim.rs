//! The claim a request holds on its Idempotency-Key, and how an act proves that the claim is still its own.
//!
//! Why no crash and no race makes two acts of one request:
//!
//! 1. The claim is a row of its own, committed before the act begins. Two requests with one key meet at the
//!    row's primary key: one holds the claim, the other does not act.
//! 2. Every transaction that a claimed request commits marks that row as acted, in the same transaction. So
//!    the act and the mark are there both or neither, wherever the process dies: a claim without the mark
//!    did nothing, and only such a claim is ever given up or taken over.
//! 3. The mark asks for the attempt's own number. When a claim is taken over because its holder seems dead,
//!    the number changes; a holder that was only slow then marks no row, and its transaction is rolled back.
//! 4. A claim is given up by deleting the row where it is not marked. Should a commit's answer have been
//!    lost on the way, that statement waits for the row's lock and then sees what the commit left.
//!
//! The claim travels with the task that answers the request rather than through every use case's arguments,
//! so that no use case can forget it. Work that a request only starts runs on a task of its own and carries
//! none; a load is guarded by its own index (`load_running`) instead.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::StoreError;
use crate::schema::idempotency;

tokio::task_local! {
    static HELD: Claim;
}

/// A claim on an Idempotency-Key by one attempt to do what the request asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Claim {
    pub(crate) key_index: [u8; 16],
    pub(crate) attempt: Uuid,
}

impl Claim {
    /// Runs an act under this claim.
    pub async fn hold<F: Future>(self, act: F) -> F::Output {
        HELD.scope(self, act).await
    }
}

/// Marks the claim of this task, if it holds one, in the caller's transaction.
///
/// # Errors
/// [`StoreError::Contention`] when the claim was taken over: the transaction must not be committed.
pub(super) async fn mark_acted(driver: &mut AsyncPgConnection, town: &str) -> Result<(), StoreError> {
    let Ok(claim) = HELD.try_with(|claim| *claim) else { return Ok(()) };
    let marked = diesel::update(idempotency::table)
        .filter(idempotency::town_id.eq(town))
        .filter(idempotency::key_index.eq(claim.key_index.as_slice()))
        .filter(idempotency::attempt.eq(claim.attempt))
        .set(idempotency::acted.eq(true))
        .execute(driver)
        .await?;
    if marked == 1 { Ok(()) } else { Err(StoreError::Contention) }
}
