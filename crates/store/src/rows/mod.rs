//! Queries, a file a noun. Every function binds the town; sealed columns are opened and sealed here,
//! so that no plain value reaches a statement.

pub mod access;
pub mod consent;
pub mod credential;
pub mod denial;
pub mod entry;
pub mod handover;
pub mod handover_item;
pub mod household;
pub mod idempotency;
mod kept;
pub mod link_task;
pub mod load;
pub mod load_changed;
pub mod load_plan;
pub mod load_quality;
pub mod load_reason;
pub mod load_undo;
pub mod new_pack;
pub mod operation;
pub mod pack;
pub mod page;
pub mod peer_key;
pub mod person;
pub mod posting;
pub mod profile;
pub mod profile_plan;
pub mod register;
pub mod reject;
pub mod roster;
pub mod run;
pub mod score;
pub mod staff;
pub mod subject;
pub mod tally;
pub mod task;
pub mod token;
pub mod upload;
mod upload_expiry;
mod upload_part;
pub mod version;

use crate::StoreError;

/// What `work` makes of each, in order, on as many threads as there are cores. Nothing for a thread that answers
/// requests.
fn on_every_core<A: Sync, B: Send>(
    all: &[A],
    work: impl Fn(&A) -> Result<B, StoreError> + Sync,
) -> Result<Vec<B>, StoreError> {
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    let share = all.len().div_ceil(cores).max(1);
    let work = &work;
    let done: Vec<Result<Vec<B>, StoreError>> = std::thread::scope(|scope| {
        let threads: Vec<_> =
            all.chunks(share).map(|some| scope.spawn(move || some.iter().map(work).collect())).collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or(Err(StoreError::Sealed))).collect()
    });
    let mut together = Vec::with_capacity(all.len());
    for part in done {
        together.append(&mut part?);
    }
    Ok(together)
}
