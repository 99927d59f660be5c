//! One error for the crate: what failed, never why in a way that helps whoever tampers.

use thiserror::Error;

/// Why a box, a key or a signature was refused.
///
/// No variant carries bytes of a key, of a plaintext or of a ciphertext, so each may be logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
pub enum SealError {
    /// The box does not open: another key, another place, or altered bytes. Which of them is not said, and
    /// cannot be told.
    #[error("the box does not open with this key in this place")]
    Open,
    /// The bytes are not a box of a format this version knows: truncated, or written by a newer version.
    #[error("these bytes are not a sealed box of a known format")]
    Format,
    /// The key was wrapped under another epoch's key; fetch that epoch's key, or rewrap.
    #[error("wrapped under epoch {wrapped}, but the key given is of epoch {given}")]
    Epoch {
        /// The epoch named on the wrap.
        wrapped: u32,
        /// The epoch of the key that was given.
        given: u32,
    },
    /// The signature does not hold for these bytes in this context under this key.
    #[error("the signature does not hold for these bytes under this key")]
    Signature,
    /// The text or bytes given are not a key, key id or signature of the expected kind.
    #[error("not a valid key, key id or signature: wrong length, alphabet or value")]
    KeyFormat,
    /// The text is not the secret part of a token.
    #[error("not the secret part of a token")]
    Token,
    /// The text is no password that can be hashed, or the bytes are no hash of one.
    #[error("not a password, or not the hash of one")]
    Password,
}
