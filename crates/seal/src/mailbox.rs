//! Sealing to another town's public key: HPKE (RFC 9180), base mode.
//!
//! One suite. The key encapsulation joins X25519 with ML-KEM-768 (X-Wing, draft-connolly-cfrg-xwing-kem), so
//! that what is recorded on the wire today stays closed for a child's lifetime. HPKE says nothing about who
//! sent and stops no replay: the sender signs the manifest, and the receiver keeps each handover's id.

use std::fmt;

use hpke::{
    Deserializable, Kem, OpModeR, OpModeS, Serializable, aead::ChaCha20Poly1305, kdf::HkdfSha256, kem::XWing,
};
use serde::{Deserialize, Serialize};

use crate::{KeyId, Plain, SealError, secret::Secret, text::base64_text};

/// The one suite, as every manifest names it. Another name is refused, never negotiated.
pub const SUITE: &str = "xwing-hkdf-sha256-chacha20poly1305-ed25519";

/// A town's key that receives. The 32 bytes are X-Wing's seed.
pub struct KemSecret {
    secret: Secret,
    private: Box<<XWing as Kem>::PrivateKey>,
}

impl KemSecret {
    /// A fresh key.
    pub fn generate() -> Self {
        Self::new(Secret::generate())
    }

    /// The key from its 32-byte seed, as kept in the key folder.
    pub fn from_bytes(seed: &[u8; 32]) -> Self {
        Self::new(Secret::from_bytes(seed))
    }

    #[expect(clippy::expect_used, reason = "any 32 bytes are a seed of X-Wing, and a Secret is 32 bytes")]
    fn new(secret: Secret) -> Self {
        let private =
            <XWing as Kem>::PrivateKey::from_bytes(secret.expose()).expect("a seed of the right length");
        Self { secret, private: Box::new(private) }
    }

    /// The seed, for the key folder only.
    pub fn expose(&self) -> &[u8; 32] {
        self.secret.expose()
    }

    /// The public half.
    pub fn public(&self) -> KemPublic {
        KemPublic(Box::new(XWing::sk_to_pk(&self.private)))
    }

    /// Opens what was sealed to this key with the same `info` and `aad`.
    ///
    /// # Errors
    /// [`SealError::Format`] when the encapsulated key has the wrong length, [`SealError::Open`] for another
    /// key, `info` or `aad`, or altered bytes.
    pub fn open(&self, info: &[u8], aad: &[u8], sealed: &Sealed) -> Result<Plain, SealError> {
        let enc = <XWing as Kem>::EncappedKey::from_bytes(&sealed.enc).map_err(|_| SealError::Format)?;
        let opened = hpke::single_shot_open::<ChaCha20Poly1305, HkdfSha256, XWing>(
            &OpModeR::Base,
            &self.private,
            &enc,
            info,
            &sealed.ciphertext,
            aad,
        );
        opened.map(Plain::from).map_err(|_| SealError::Open)
    }
}

impl fmt::Debug for KemSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KemSecret({}, [redacted])", self.public().key_id())
    }
}

/// The public half of a [`KemSecret`], 1,216 bytes. As text: base64.
#[derive(Clone, PartialEq, Eq)]
pub struct KemPublic(Box<<XWing as Kem>::PublicKey>);

impl KemPublic {
    /// The key from its 1,216 bytes.
    ///
    /// # Errors
    /// [`SealError::KeyFormat`] for another length or bytes that are no key.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SealError> {
        let key = <XWing as Kem>::PublicKey::from_bytes(bytes).map_err(|_| SealError::KeyFormat)?;
        Ok(Self(Box::new(key)))
    }

    /// The key's 1,216 bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.to_bytes().to_vec()
    }

    /// The key's short name.
    pub fn key_id(&self) -> KeyId {
        KeyId::of(&self.to_bytes())
    }

    /// Seals `plain` to the holder of this key. `info` is the hash of the signed manifest and `aad` what else
    /// both sides know: neither travels in here, and a difference in either keeps the seal shut.
    ///
    /// # Errors
    /// [`SealError::KeyFormat`] when nothing can be sealed to this key.
    pub fn seal(&self, info: &[u8], aad: &[u8], plain: &[u8]) -> Result<Sealed, SealError> {
        let sealed = hpke::single_shot_seal::<ChaCha20Poly1305, HkdfSha256, XWing>(
            &OpModeS::Base,
            &self.0,
            info,
            plain,
            aad,
        );
        let (enc, ciphertext) = sealed.map_err(|_| SealError::KeyFormat)?;
        Ok(Sealed { enc: enc.to_bytes().to_vec(), ciphertext })
    }
}

impl fmt::Debug for KemPublic {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "KemPublic({})", self.key_id())
    }
}

base64_text!(KemPublic);

/// What [`KemPublic::seal`] makes. In JSON both members are base64.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sealed {
    /// The encapsulated key, 1,120 bytes.
    #[serde(with = "crate::text::base64_bytes")]
    pub enc: Vec<u8>,
    /// The ciphertext, 16 bytes longer than what it hides.
    #[serde(with = "crate::text::base64_bytes")]
    pub ciphertext: Vec<u8>,
}

#[cfg(test)]
#[path = "mailbox_tests.rs"]
mod tests;
