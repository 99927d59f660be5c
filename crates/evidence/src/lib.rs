//! Evidence (証跡): what was done, provable to somebody who was not there, without a word about a resident.
//!
//! Each act leaves a [`Leaf`]: who did what when to which opaque ids, and a salted commitment
//! ([`Committed`]) to the detail. Leaves stand in their town's hash [`chain`], so that none can be changed,
//! taken out or moved unnoticed, and in one Merkle log ([`merkle`], RFC 6962), whose [`Checkpoint`]s the
//! log's key signs and the towns cosign. [`verify()`] checks an exported [`Bundle`] offline.
//!
//! Pure: bytes and values in, bytes and values out. Who appends, and in which transaction, is `store`'s.

pub mod act;
pub mod bundle;
pub mod chain;
pub mod checkpoint;
pub mod commit;
pub mod leaf;
pub mod merkle;
pub mod verify;

mod fault;

pub use act::Act;
pub use bundle::{Bundle, Disclosure, Entry};
pub use chain::{ChainHead, SignedHead, chain_step};
pub use checkpoint::{Checkpoint, Cosignature, SignedCheckpoint};
pub use commit::{Blinding, Committed};
pub use leaf::{Actor, Leaf, SubjectRef};
pub use verify::{Trust, Verified, verify};
