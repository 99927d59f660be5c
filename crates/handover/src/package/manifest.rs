//! The outer manifest: everything about a package that may be seen on the way, and that the receiver checks
//! before it opens anything. No name, no category, no number of items.

use ::seal::KeyId;
use chrono::{DateTime, Utc};
use kernel::id::HandoverId;
use kernel::{Digest, Fault};
use serde::{Deserialize, Serialize};

use crate::item::canonical_bytes;
use crate::machine::Kind;
use crate::organ::Organ;

/// The manifest's format.
pub(super) const VERSION: u8 = 1;

/// How the body's key reaches the receiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Release {
    /// Whole, in the package.
    Direct,
}

/// A consent a package rests on: named, not shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ConsentMark {
    /// The record's digest.
    pub digest: Digest,
    /// At this epoch.
    pub epoch: u64,
}

/// The part of the manifest that is known before anything is sealed; every seal is bound to its digest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Head {
    /// Format; 1.
    pub v: u8,
    /// The one suite ([`SUITE`](::seal::SUITE)); another is refused.
    pub suite: String,
    /// How the key travels.
    pub release: Release,
    /// Which handover.
    pub handover: HandoverId,
    /// ケース移管 or 情報提供.
    pub kind: Kind,
    /// From.
    pub sender: Organ,
    /// The sender's key that signs.
    pub sender_key: KeyId,
    /// To.
    pub receiver: Organ,
    /// The receiver's key it is sealed to.
    pub receiver_key: KeyId,
    /// The consents it rests on.
    pub consents: Vec<ConsentMark>,
    /// The version of the sender's protection list that was consulted.
    pub protection_epoch: u64,
    /// When it was sealed.
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub offered_at: DateTime<Utc>,
    /// From this instant on it can no longer be accepted.
    #[serde(with = "chrono::serde::ts_milliseconds")]
    pub expires_at: DateTime<Utc>,
}

impl Head {
    /// What every seal is bound to.
    pub(super) fn info(&self) -> Result<Digest, Fault> {
        Ok(Digest::of(&canonical_bytes(self)?))
    }
}

/// The whole manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// What was known before sealing.
    pub head: Head,
    /// Bytes of the padded body.
    pub size_class: u64,
    /// Digest of the sealed key.
    pub key: Digest,
    /// Digest of the sealed flag.
    pub flag: Digest,
    /// Digest of the sealed body.
    pub body: Digest,
}
