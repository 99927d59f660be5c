//! The short name of a public key.

use std::{fmt, str::FromStr};

use crate::{SealError, hash::head, sha256, text::serde_as_text};

/// Names a public key: the first 8 bytes of its SHA-256, written as 16 hex digits. It finds a key; it proves
/// nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct KeyId([u8; 8]);

impl KeyId {
    /// The id of a public key's bytes.
    pub(crate) fn of(public: &[u8]) -> Self {
        Self(head(&sha256(&[public])))
    }
}

impl fmt::Display for KeyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.0))
    }
}

impl FromStr for KeyId {
    type Err = SealError;

    fn from_str(text: &str) -> Result<Self, SealError> {
        let mut bytes = [0; 8];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| SealError::KeyFormat)?;
        Ok(Self(bytes))
    }
}

serde_as_text!(KeyId);
