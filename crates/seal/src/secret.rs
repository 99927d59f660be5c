//! The 32 bytes inside every key: wiped when dropped, silent in `Debug`.

use std::fmt;

use zeroize::{Zeroize, ZeroizeOnDrop};

use crate::random;

/// Length of every symmetric key, seed and salt of this crate, in bytes.
pub(crate) const KEY_LEN: usize = 32;

/// 32 secret bytes. They sit on the heap, so that moving a key leaves no copy behind on the stack.
#[derive(Zeroize, ZeroizeOnDrop)]
pub(crate) struct Secret(Box<[u8; KEY_LEN]>);

impl Secret {
    /// Fresh bytes from the operating system.
    pub(crate) fn generate() -> Self {
        let mut bytes = Box::new([0; KEY_LEN]);
        random::fill(bytes.as_mut_slice());
        Self(bytes)
    }

    /// A copy of `bytes`; the caller wipes its own.
    pub(crate) fn from_bytes(bytes: &[u8; KEY_LEN]) -> Self {
        let mut copy = Box::new([0; KEY_LEN]);
        copy.copy_from_slice(bytes);
        Self(copy)
    }

    /// The bytes themselves.
    pub(crate) fn expose(&self) -> &[u8; KEY_LEN] {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}
