//! Where what a file says goes: into a load's stage, or nowhere. A plan and its load are one intake, so that the
//! one counts what the other does.

use seal::{KeySet, LoadKey};
use store::TownKeys;
use store::load::{Key16, Look, Lookup, Stage, StagedSubject, StagedTask};
use store::rows::reject::RejectDetail;
use uuid::Uuid;

use super::piece::Decoded;
use super::resolved::Pack;
use crate::Result;
use crate::error::store;

/// What takes a file's rows.
pub(super) enum Sink {
    /// A load's: everything is sealed and staged.
    Load(Box<LoadSink>),
    /// A plan's: everything is counted and forgotten.
    Plan(PlanSink),
}

/// What a plan looks at: one state of the town, with the counter that its people had in it.
pub(super) struct PlanSink {
    pub look: Look,
    pub version: i64,
}

/// A load's stage, and what seals its rejects and its waiting records.
pub(super) struct LoadSink {
    pub stage: Stage,
    pub key: LoadKey,
    pub load: Uuid,
}

impl Sink {
    pub fn keys(&self) -> &TownKeys {
        match self {
            Self::Load(sink) => sink.stage.keys(),
            Self::Plan(plan) => plan.look.keys(),
        }
    }

    /// Asks what the town knows.
    pub fn lookup(&self) -> Lookup<'_> {
        match self {
            Self::Load(sink) => sink.stage.lookup(),
            Self::Plan(plan) => plan.look.lookup(),
        }
    }

    /// The load that brings the rows.
    pub const fn load(&self) -> Option<Uuid> {
        match self {
            Self::Load(sink) => Some(sink.load),
            Self::Plan(_) => None,
        }
    }

    /// The counter of the people that count, where it is not the newest that does.
    pub const fn people_version(&self) -> Option<i64> {
        match self {
            Self::Load(_) => None,
            Self::Plan(plan) => Some(plan.version),
        }
    }

    /// Whether packs are sealed, for which the keys of whom they are about are needed.
    pub const fn seals(&self) -> bool {
        matches!(self, Self::Load(_))
    }

    /// A rejected line.
    pub async fn reject(&mut self, line: i32, record: Option<&Key16>, detail: RejectDetail) -> Result<()> {
        match self {
            Self::Load(sink) => {
                sink.stage.reject(&sink.key, sink.load, line, record, &detail).await.map_err(store)
            }
            Self::Plan(_) => Ok(()),
        }
    }

    /// A record that waits, or waited.
    pub async fn task(&mut self, task: &StagedTask<'_>) -> Result<()> {
        match self {
            Self::Load(sink) => sink.stage.task(&sink.key, task).await.map_err(store),
            Self::Plan(_) => Ok(()),
        }
    }

    /// What changes about a subject, beside packs.
    pub async fn subject(&mut self, subject: Uuid, changed: &StagedSubject<'_>) -> Result<()> {
        match self {
            Self::Load(sink) => sink.stage.subject(subject, changed).await.map_err(store),
            Self::Plan(_) => Ok(()),
        }
    }

    /// A pack, under the person's keys; whether keys were added to them.
    pub async fn pack(&mut self, keys: &mut KeySet, row: &Decoded, pack: &Pack) -> Result<bool> {
        match self {
            Self::Load(sink) => {
                let before = keys.slots().count();
                sink.stage.pack(keys, &pack.staged(row)).await.map_err(store)?;
                Ok(keys.slots().count() > before)
            }
            Self::Plan(_) => Ok(false),
        }
    }
}
