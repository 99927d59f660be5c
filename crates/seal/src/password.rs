//! Passwords of staff, kept as Argon2id (RFC 9106) and nothing else. The hash is slow on purpose: whoever has
//! copied the database and the keys still has to try passwords one by one.

use argon2::{Algorithm, Argon2, Params, Version};
use zeroize::Zeroizing;

use crate::{SealError, random};

/// The first byte of a kept hash: which parameters made it. Other parameters are another number, so that old
/// hashes still verify.
const FORMAT: u8 = 1;

/// Memory of one hash, KiB; passes over it; lanes. 19 MiB, 2 and 1: the first choice of the OWASP Password
/// Storage Cheat Sheet (2024).
const MEMORY: u32 = 19_456;
const PASSES: u32 = 2;
const LANES: u32 = 1;

const SALT: usize = 16;
const HASH: usize = 32;

/// A password's hash with its salt, as it is kept (sealed like everything else).
pub struct PasswordHash([u8; 1 + SALT + HASH]);

impl PasswordHash {
    /// Hashes a password under a fresh salt: about 20 ms of one core and 19 MiB.
    ///
    /// # Errors
    /// [`SealError::Password`] for a text longer than Argon2 takes (4 GiB).
    pub fn of(password: &str) -> Result<Self, SealError> {
        let salt: [u8; SALT] = random::array();
        let hash = stretch(password, &salt)?;
        let mut kept = [0; 1 + SALT + HASH];
        kept[0] = FORMAT;
        kept[1..=SALT].copy_from_slice(&salt);
        kept[1 + SALT..].copy_from_slice(hash.as_slice());
        Ok(Self(kept))
    }

    /// A hash that no password has: verifying against it takes as long as against a real one, so that an
    /// account that does not exist is not told by the time of the answer.
    #[must_use]
    pub fn nobodys() -> Self {
        let mut kept = random::array::<{ 1 + SALT + HASH }>();
        kept[0] = FORMAT;
        Self(kept)
    }

    /// The hash read back from where it is kept.
    ///
    /// # Errors
    /// [`SealError::Password`] for bytes that are none of a known format.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, SealError> {
        let kept: [u8; 1 + SALT + HASH] = bytes.try_into().map_err(|_| SealError::Password)?;
        if kept[0] == FORMAT { Ok(Self(kept)) } else { Err(SealError::Password) }
    }

    /// The bytes to keep.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8] {
        &self.0
    }

    /// Whether this is the password; as slow as [`Self::of`], and equally slow whatever the answer.
    #[must_use]
    pub fn verifies(&self, password: &str) -> bool {
        let (salt, hash) = self.0[1..].split_at(SALT);
        let Ok(salt) = <&[u8; SALT]>::try_from(salt) else { return false };
        stretch(password, salt).is_ok_and(|stretched| {
            aws_lc_rs::constant_time::verify_slices_are_equal(stretched.as_slice(), hash).is_ok()
        })
    }
}

fn stretch(password: &str, salt: &[u8; SALT]) -> Result<Zeroizing<[u8; HASH]>, SealError> {
    let params = Params::new(MEMORY, PASSES, LANES, Some(HASH)).map_err(|_| SealError::Password)?;
    let mut hash = Zeroizing::new([0; HASH]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(password.as_bytes(), salt, hash.as_mut_slice())
        .map_err(|_| SealError::Password)?;
    Ok(hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_password_verifies_and_another_does_not() {
        let hash = PasswordHash::of("襷をつなぐ走者たち").unwrap();
        let again = PasswordHash::from_bytes(hash.as_bytes()).unwrap();
        assert!(again.verifies("襷をつなぐ走者たち"));
        assert!(!again.verifies("襷をつなぐ走者たち "));
        assert!(!PasswordHash::nobodys().verifies("襷をつなぐ走者たち"));
    }

    #[test]
    fn two_hashes_of_one_password_differ() {
        let (a, b) = (PasswordHash::of("x").unwrap(), PasswordHash::of("x").unwrap());
        assert_ne!(a.as_bytes(), b.as_bytes());
    }

    #[test]
    fn other_bytes_are_no_hash() {
        let hash = PasswordHash::of("x").unwrap();
        assert!(PasswordHash::from_bytes(&hash.as_bytes()[1..]).is_err());
        let mut newer = hash.as_bytes().to_vec();
        newer[0] = 2;
        assert!(PasswordHash::from_bytes(&newer).is_err());
    }
}
