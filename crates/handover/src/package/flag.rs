//! 支援措置の有無: travels ahead of the body, in a box of one size. "None" is said aloud, so that a missing flag
//! is never taken for it.

use kernel::Fault;
use serde::{Deserialize, Serialize};

use crate::item::canonical_bytes;

use super::padding;

kernel::words! {
    /// Whether somebody in the package is under protection (支援措置).
    Flag {
        /// Nobody is.
        None = "none", "支援措置の対象者はいない" / "nobody is under protection";
        /// Somebody is: whereabouts must not reach those named in the body's protection items.
        Protected = "protected", "支援措置の対象者がいる" / "somebody is under protection";
    }
}

/// Bytes of every flag before it is sealed.
const SIZE: usize = 256;

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Content {
    flag: Flag,
}

pub(super) fn encode(flag: Flag) -> Result<Vec<u8>, Fault> {
    padding::pad(&canonical_bytes(&Content { flag })?, SIZE)
}

/// The flag in an opened box, when there is one.
pub(super) fn decode(plain: &[u8]) -> Option<Flag> {
    let content: Content = serde_json::from_slice(padding::unpad(plain)?).ok()?;
    (plain.len() == SIZE).then_some(content.flag)
}
