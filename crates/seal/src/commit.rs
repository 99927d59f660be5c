//! Salted commitments: an evidence leaf can later be shown to have meant certain bytes, and until then says
//! nothing about them. Dropping the salt makes the leaf mute for ever.

use crate::{hash::sha256, secret::Secret};

/// 32 random bytes that hide what a commitment stands for. One salt for one commitment.
#[derive(Debug)]
pub struct Salt(Secret);

impl Salt {
    /// A fresh salt.
    pub fn generate() -> Self {
        Self(Secret::generate())
    }

    /// A salt that was kept (sealed, beside what it commits to).
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self(Secret::from_bytes(bytes))
    }

    /// The bytes, to be kept sealed or handed to whoever may check the commitment.
    pub fn expose(&self) -> &[u8; 32] {
        self.0.expose()
    }

    /// The commitment to `bytes`: SHA-256 over salt, then bytes. The salt's fixed length keeps them apart.
    pub fn commit(&self, bytes: &[u8]) -> [u8; 32] {
        sha256(&[self.0.expose(), bytes])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_with_its_salt_only() {
        let salt = Salt::generate();
        let commitment = salt.commit("相談".as_bytes());
        assert_eq!(commitment, Salt::from_bytes(salt.expose()).commit("相談".as_bytes()));
        assert_ne!(commitment, salt.commit("相談 ".as_bytes()));
        assert_ne!(commitment, Salt::generate().commit("相談".as_bytes()));
        assert_ne!(commitment, sha256(&["相談".as_bytes()]), "a guess without the salt must not fit");
    }
}
