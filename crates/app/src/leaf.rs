//! The leaf an act ends with.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use evidence::{Act, Actor, Committed, Leaf, SubjectRef};
use kernel::{CoopCtx, Digest, TownCode, TownCtx};
use serde::Serialize;
use store::access::BatchLeaf;
use store::town::LeafRow;

use crate::Result;

/// The leaf of an act of a member of staff; `detail` is committed to, never written.
///
/// # Errors
/// `evidence_refused` when the detail has no canonical form.
pub fn of(ctx: &TownCtx, act: Act, subjects: Vec<SubjectRef>, detail: &impl Serialize) -> Result<LeafRow> {
    make(ctx.town, act, ctx.now, Actor::Staff(ctx.staff), subjects, detail)
}

/// The leaf of the operator's act upon a town.
///
/// # Errors
/// As [`of`].
pub fn of_operator(
    town: TownCode,
    act: Act,
    ctx: &CoopCtx,
    subjects: Vec<SubjectRef>,
    detail: &impl Serialize,
) -> Result<LeafRow> {
    make(town, act, ctx.now, Actor::Staff(ctx.operator), subjects, detail)
}

/// The leaf of a job that no person started.
///
/// # Errors
/// As [`of`].
pub fn of_platform(
    town: TownCode,
    act: Act,
    at: DateTime<Utc>,
    subjects: Vec<SubjectRef>,
    detail: &impl Serialize,
) -> Result<LeafRow> {
    make(town, act, at, Actor::Platform, subjects, detail)
}

fn make(
    town: TownCode,
    act: Act,
    at: DateTime<Utc>,
    actor: Actor,
    subjects: Vec<SubjectRef>,
    detail: &impl Serialize,
) -> Result<LeafRow> {
    let commitment = Committed::to(detail)?.digest;
    let leaf = Leaf::new(town, act, at.timestamp_millis(), actor, subjects, commitment);
    Ok(LeafRow { id: leaf.id, body: leaf.bytes()? })
}

/// One leaf for all looks of one town in a batch: it commits to the access rows and names nobody.
pub(crate) fn batch() -> BatchLeaf {
    Arc::new(|town, entries| {
        let detail: Vec<_> = entries
            .iter()
            .map(|e| (e.person, e.staff, e.purpose, e.operation, e.at.timestamp_millis()))
            .collect();
        let at = entries.iter().map(|e| e.at).max().unwrap_or_default().timestamp_millis();
        let commitment = Committed::to(&detail).map_or_else(|_| Digest::of(b""), |c| c.digest);
        let leaf = Leaf::new(town, Act::PersonsRead, at, Actor::Platform, Vec::new(), commitment);
        // Both faults are impossible for what stands here (times and ids); an empty body is refused
        // by the reader of the log, never silently taken.
        LeafRow { id: leaf.id, body: leaf.bytes().unwrap_or_default() }
    })
}
