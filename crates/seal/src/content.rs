//! The key of one package's bodies. It travels sealed to the receiver (see [`KemPublic`](crate::KemPublic)), so
//! that a large body is encrypted once and the public-key part stays small.

use crate::{Plain, SealError, cipher::Cipher, secret::Secret};

/// A key for the bodies of one package (ChaCha20-Poly1305, RFC 8439).
#[derive(Debug)]
pub struct ContentKey {
    secret: Secret,
    cipher: Cipher,
}

impl ContentKey {
    /// A fresh key; one for each package.
    pub fn generate() -> Self {
        Self::new(Secret::generate())
    }

    /// The key, as it came out of the receiver's mailbox.
    ///
    /// # Errors
    /// [`SealError::KeyFormat`] when there are not exactly 32 bytes.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SealError> {
        let bytes = bytes.try_into().map_err(|_| SealError::KeyFormat)?;
        Ok(Self::new(Secret::from_bytes(bytes)))
    }

    fn new(secret: Secret) -> Self {
        let cipher = Cipher::in_transit(&secret);
        Self { secret, cipher }
    }

    /// The bytes, to be sealed to the receiver and kept nowhere.
    pub fn expose(&self) -> &[u8; 32] {
        self.secret.expose()
    }

    /// Seals a body. `context` says which body of which package it is, in bytes that both sides know.
    pub fn seal(&self, context: &[u8], plain: &[u8]) -> Vec<u8> {
        let mut sealed = Vec::new();
        self.cipher.seal_into(context, plain, &mut sealed);
        sealed
    }

    /// Opens a body that was sealed in the same context.
    ///
    /// # Errors
    /// [`SealError::Format`] for bytes that are no sealed body, [`SealError::Open`] for another key, another
    /// context or altered bytes.
    pub fn open(&self, context: &[u8], sealed: &[u8]) -> Result<Plain, SealError> {
        let mut plain = Plain::new();
        self.cipher.open_into(context, sealed, &mut plain)?;
        Ok(plain)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_with_key_and_context_only() {
        let key = ContentKey::generate();
        let body = vec![b'x'; 300_000];
        let sealed = key.seal(b"package 1, body 0", &body);
        let again = ContentKey::from_bytes(key.expose()).unwrap();
        assert_eq!(&*again.open(b"package 1, body 0", &sealed).unwrap(), &body);
        assert_eq!(key.open(b"package 1, body 1", &sealed).unwrap_err(), SealError::Open);
        assert_eq!(ContentKey::generate().open(b"package 1, body 0", &sealed).unwrap_err(), SealError::Open);
    }

    #[test]
    fn a_key_has_32_bytes() {
        assert_eq!(ContentKey::from_bytes(&[0; 31]).unwrap_err(), SealError::KeyFormat);
        assert_eq!(ContentKey::from_bytes(&[0; 33]).unwrap_err(), SealError::KeyFormat);
    }
}
