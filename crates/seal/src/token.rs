//! The secret part of a caller's token. The server keeps only its hash: 256 random bits need no slow hash.

use std::{fmt, str::FromStr};

use zeroize::Zeroizing;

use crate::{SealError, secret::Secret, sha256};

/// The secret of one token, 32 random bytes; as text 64 lower-case hex digits.
pub struct TokenSecret(Secret);

impl TokenSecret {
    /// A fresh secret.
    pub fn generate() -> Self {
        Self(Secret::generate())
    }

    /// The secret's text, shown once to whoever the token is for.
    pub fn expose(&self) -> Zeroizing<String> {
        Zeroizing::new(hex::encode(self.0.expose()))
    }

    /// What is kept and looked up instead of the secret.
    pub fn hash(&self) -> TokenHash {
        TokenHash(sha256(&[self.0.expose()]))
    }
}

impl FromStr for TokenSecret {
    type Err = SealError;

    /// Reads the text form.
    ///
    /// # Errors
    /// [`SealError::Token`] for anything but 64 hex digits.
    fn from_str(text: &str) -> Result<Self, SealError> {
        let mut bytes = Zeroizing::new([0; 32]);
        hex::decode_to_slice(text, bytes.as_mut_slice()).map_err(|_| SealError::Token)?;
        Ok(Self(Secret::from_bytes(&bytes)))
    }
}

impl fmt::Debug for TokenSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenSecret([redacted])")
    }
}

/// SHA-256 of a token's secret.
#[derive(Debug, Clone, Copy)]
pub struct TokenHash([u8; 32]);

impl TokenHash {
    /// The hash read back from where it is stored.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }

    /// The hash, as it is stored.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl PartialEq for TokenHash {
    /// Takes the same time wherever the two differ.
    fn eq(&self, other: &Self) -> bool {
        aws_lc_rs::constant_time::verify_slices_are_equal(&self.0, &other.0).is_ok()
    }
}

impl Eq for TokenHash {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_round_trip_keeps_the_hash() {
        let secret = TokenSecret::generate();
        let again: TokenSecret = secret.expose().parse().unwrap();
        assert_eq!(secret.hash(), again.hash());
        assert_eq!(TokenHash::from_bytes(*secret.hash().as_bytes()), secret.hash());
        assert_ne!(secret.hash(), TokenSecret::generate().hash());
    }

    #[test]
    fn hash_is_sha256_of_the_bytes() {
        let secret: TokenSecret = "00".repeat(32).parse().unwrap();
        let expected = "66687aadf862bd776c8fc18b8e9f8e20089714856ee233b3902a591d0d5f2925";
        assert_eq!(hex::encode(secret.hash().as_bytes()), expected);
    }

    #[test]
    fn other_text_is_refused() {
        for text in ["", "00", &"0".repeat(63), &"00".repeat(33), &"zz".repeat(32), &"００".repeat(16)] {
            assert_eq!(text.parse::<TokenSecret>().unwrap_err(), SealError::Token, "{text:?}");
        }
    }
}
