//! 引継ぎデータ: what travels between two towns. Outside, a manifest in the clear, signed by the sender over its
//! exact bytes: who, to whom, on which consents, until when. Inside, sealed to the receiver: the protection
//! flag in a box of its own, and the body.

mod flag;
mod manifest;
mod open;
mod padding;
mod seal;
mod wire;

use ::seal::{KemSecret, Sealed, Signature, VerifyKey, sha256};
use kernel::id::HandoverItemId;
use kernel::{Code, Digest, Fault, TownCode};
use serde::{Deserialize, Serialize};

use crate::organ::Organ;

pub use flag::Flag;
pub use manifest::{ConsentMark, Head, Manifest, Release};
pub use open::{Acknowledged, Opened, OpenedFlag, open_flag, open_package, why_unreadable};
pub use seal::{Offer, seal_package};

/// What a manifest's signature is over.
const CONTEXT: &str = "tasuki/manifest/1";
/// What each sealed part is, so that none can stand in another's place.
const KEY_PART: &[u8] = b"tasuki/package/key/1";
const FLAG_PART: &[u8] = b"tasuki/package/flag/1";
const BODY_PART: &[u8] = b"tasuki/package/body/1";

/// A sealed and signed package. [`to_bytes`](Self::to_bytes) is how it is kept and carried.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Package {
    /// The manifest's exact bytes: canonical JSON of a [`Manifest`].
    pub manifest: Vec<u8>,
    /// The sender's, over exactly those bytes.
    pub signature: Signature,
    /// The body's key, sealed to the receiver.
    pub key: Sealed,
    /// The protection flag, sealed to the receiver; of one size whatever it says.
    pub flag: Sealed,
    /// The padded body, under the body's key.
    pub body: Vec<u8>,
}

impl Package {
    /// Names this very package: the digest of the manifest, which names everything else.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(&self.manifest)
    }
}

/// Another town's signing key, as two people pinned it.
#[derive(Debug, Clone, Copy)]
pub struct Pinned {
    /// Whose.
    pub town: TownCode,
    /// The key.
    pub key: VerifyKey,
}

/// Who opens a package: the town, its key, and the keys it has pinned.
#[derive(Debug, Clone, Copy)]
pub struct Receiver<'a> {
    /// The receiving town.
    pub town: TownCode,
    /// Its mailbox key.
    pub key: &'a KemSecret,
    /// Other towns' signing keys.
    pub pinned: &'a [Pinned],
}

/// What the sender keeps of a package, to check the receipt against.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sent {
    /// Digest of the manifest.
    pub manifest: Digest,
    /// To whom.
    pub receiver: Organ,
    /// Each item and its digest, in the body's order.
    pub items: Vec<(HandoverItemId, Digest)>,
}

fn tampered() -> Fault {
    Code::PackageTampered.into()
}

/// The digest of a sealed box. Its two parts have their lengths before them, so that nothing moves between.
fn box_digest(sealed: &Sealed) -> Digest {
    let length = |part: &[u8]| (part.len() as u64).to_be_bytes();
    let (enc, ciphertext) = (&sealed.enc, &sealed.ciphertext);
    Digest::from_bytes(sha256(&[&length(enc), enc, &length(ciphertext), ciphertext]))
}

/// What binds the body to its package: which part it is, then the manifest's head.
fn body_context(info: &Digest) -> Vec<u8> {
    [BODY_PART, info.as_bytes()].concat()
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
