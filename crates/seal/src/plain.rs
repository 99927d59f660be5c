//! What comes out of a box: bytes that are wiped when dropped.

use std::{fmt, ops::Deref};

use zeroize::Zeroizing;

/// The opened content of a box. Reads as `&[u8]`, is wiped when dropped, and `Debug` tells only its length.
#[derive(Default)]
pub struct Plain(Zeroizing<Vec<u8>>);

impl Plain {
    /// An empty buffer, to be reused over many [`open_into`](crate::BoxKey::open_into) calls.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the length and hands out the whole buffer for writing. A buffer that must grow is replaced, not
    /// reallocated, so that the old one is wiped.
    pub(crate) fn room(&mut self, len: usize) -> &mut [u8] {
        if self.0.capacity() < len {
            self.0 = Zeroizing::new(vec![0; len]);
        } else {
            self.0.resize(len, 0);
        }
        &mut self.0
    }
}

impl From<Vec<u8>> for Plain {
    fn from(bytes: Vec<u8>) -> Self {
        Self(Zeroizing::new(bytes))
    }
}

impl Deref for Plain {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        &self.0
    }
}

impl fmt::Debug for Plain {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Plain({} bytes, [redacted])", self.0.len())
    }
}
