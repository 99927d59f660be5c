//! An export of one town's evidence: everything a stranger needs to check it without asking us.

use kernel::id::LeafId;
use kernel::{Digest, TownCode};
use serde::{Deserialize, Serialize};

use crate::chain::{ChainHead, SignedHead};
use crate::checkpoint::SignedCheckpoint;
use crate::commit::Blinding;

/// The format of a bundle.
pub const FORMAT: u8 = 1;

/// One leaf of the export, with its place in the log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The leaf's exact bytes, which are JSON text.
    pub leaf: String,
    /// Its index in the Merkle log, from 0.
    pub index: u64,
    /// The proof that it stands there in the checkpoint's tree.
    pub proof: Vec<Digest>,
}

/// The detail behind one leaf's commitment, shown by whoever holds detail and salt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Disclosure {
    /// Which leaf.
    pub leaf: LeafId,
    /// What opens its commitment.
    pub salt: Blinding,
    /// What it meant.
    pub detail: serde_json::Value,
}

/// An older checkpoint, and the proof that the log has only been added to since.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Earlier {
    /// The older checkpoint.
    pub checkpoint: SignedCheckpoint,
    /// Consistency proof from it to the bundle's.
    pub proof: Vec<Digest>,
}

/// A town's leaves from one point of its chain to its end, as of a checkpoint.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Bundle {
    /// Format; 1.
    pub format: u8,
    /// Whose evidence.
    pub town: TownCode,
    /// The chain before the first leaf here.
    pub before: ChainHead,
    /// The leaves, in the chain's order, to its end.
    pub entries: Vec<Entry>,
    /// The chain's end as the log's key signed it.
    pub head: SignedHead,
    /// The log's root.
    pub checkpoint: SignedCheckpoint,
    /// Older checkpoints this one grew from.
    pub earlier: Vec<Earlier>,
    /// Details that are shown.
    pub disclosures: Vec<Disclosure>,
}
