//! Signatures over exact bytes (Ed25519, RFC 8032).
//!
//! What is signed is the pre-authentication encoding of DSSE v1 (github.com/secure-systems-lab/dsse,
//! `protocol.md`): the context's and the body's lengths stand before each, so that a receipt can never be taken
//! for a package's manifest.

use std::fmt;

use ed25519_dalek::Signer;

use crate::{KeyId, SealError, secret::Secret, text::base64_text};

/// A town's or the hub's key that signs.
pub struct SigningKey(ed25519_dalek::SigningKey);

impl SigningKey {
    /// A fresh key.
    pub fn generate() -> Self {
        Self::from_bytes(Secret::generate().expose())
    }

    /// The key from its 32-byte seed, as kept in the key folder.
    pub fn from_bytes(seed: &[u8; 32]) -> Self {
        Self(ed25519_dalek::SigningKey::from_bytes(seed))
    }

    /// The seed, for the key folder only.
    pub fn expose(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// The public half.
    pub fn verify_key(&self) -> VerifyKey {
        VerifyKey(self.0.verifying_key())
    }

    /// Signs `body` as a thing of the kind `context` (for example `tasuki/receipt/1`).
    pub fn sign(&self, context: &str, body: &[u8]) -> Signature {
        Signature(self.0.sign(&pre_authentication(context, body)).to_bytes())
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({}, [redacted])", self.verify_key().key_id())
    }
}

/// The public half of a [`SigningKey`]. As text: base64.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VerifyKey(ed25519_dalek::VerifyingKey);

impl VerifyKey {
    /// The key from its 32 bytes.
    ///
    /// # Errors
    /// [`SealError::KeyFormat`] for bytes that are no point of the curve, or one of small order, under which a
    /// signature proves nothing.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SealError> {
        let bytes = bytes.try_into().map_err(|_| SealError::KeyFormat)?;
        let key = ed25519_dalek::VerifyingKey::from_bytes(bytes).map_err(|_| SealError::KeyFormat)?;
        if key.is_weak() { Err(SealError::KeyFormat) } else { Ok(Self(key)) }
    }

    /// The key's 32 bytes.
    pub fn to_bytes(&self) -> [u8; 32] {
        self.0.to_bytes()
    }

    /// The key's short name.
    pub fn key_id(&self) -> KeyId {
        KeyId::of(self.0.as_bytes())
    }

    /// Checks that `signature` was made by this key's holder over exactly `body`, as a thing of the kind
    /// `context`.
    ///
    /// # Errors
    /// [`SealError::Signature`] otherwise.
    pub fn verify(&self, context: &str, body: &[u8], signature: &Signature) -> Result<(), SealError> {
        let signature = ed25519_dalek::Signature::from_bytes(&signature.0);
        self.0.verify_strict(&pre_authentication(context, body), &signature).map_err(|_| SealError::Signature)
    }
}

/// A signature of 64 bytes. As text: base64.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signature([u8; 64]);

impl Signature {
    /// The signature from its 64 bytes.
    ///
    /// # Errors
    /// [`SealError::KeyFormat`] for any other length.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SealError> {
        Ok(Self(bytes.try_into().map_err(|_| SealError::KeyFormat)?))
    }

    /// The signature's 64 bytes.
    pub fn to_bytes(&self) -> [u8; 64] {
        self.0
    }
}

base64_text!(VerifyKey);
base64_text!(Signature);

/// DSSE v1: `"DSSEv1" SP LEN(type) SP type SP LEN(body) SP body`, lengths as ASCII decimals.
fn pre_authentication(context: &str, body: &[u8]) -> Vec<u8> {
    let mut encoded = format!("DSSEv1 {} {context} {} ", context.len(), body.len()).into_bytes();
    encoded.extend_from_slice(body);
    encoded
}

#[cfg(test)]
#[path = "sign_tests.rs"]
mod tests;
