//! The installation's secret and the passwords of the database roles, which all follow from it: no password is
//! kept anywhere, and none crosses the wire when a role is made.

use std::num::NonZeroU32;

use aws_lc_rs::{hmac, pbkdf2};
use base64::{Engine, engine::general_purpose::STANDARD};
use zeroize::{Zeroize, Zeroizing};

use crate::{mac::Mac, random, secret::Secret, sha256};

/// PostgreSQL's default (`scram_iterations`), and the least that RFC 7677 §4 allows.
const ITERATIONS: NonZeroU32 = NonZeroU32::new(4096).unwrap();
/// PostgreSQL's own length for the salt of a verifier (`SCRAM_DEFAULT_SALT_LEN`), in bytes.
const SALT_LEN: usize = 16;

/// The secret of one installation; it stays in a file outside the database.
#[derive(Debug)]
pub struct InstallationSecret {
    secret: Secret,
    mac: Mac,
}

impl InstallationSecret {
    /// A fresh secret.
    pub fn generate() -> Self {
        Self::new(Secret::generate())
    }

    /// The secret, as kept in its file.
    pub fn from_bytes(bytes: &[u8; 32]) -> Self {
        Self::new(Secret::from_bytes(bytes))
    }

    fn new(secret: Secret) -> Self {
        let mac = Mac::new(&secret);
        Self { secret, mac }
    }

    /// The bytes, for the secret's file only.
    pub fn expose(&self) -> &[u8; 32] {
        self.secret.expose()
    }

    /// The password of the database role `role`: always the same for the same secret and role.
    pub fn role_password(&self, role: &str) -> RolePassword {
        let mut tag = self.mac.tuple::<32>("role-password", &[role]);
        let password = RolePassword(Zeroizing::new(hex::encode(tag)));
        tag.zeroize();
        password
    }
}

/// A database role's password: 64 hex digits, so SCRAM's normalisation (SASLprep) leaves it as it is.
pub struct RolePassword(Zeroizing<String>);

impl RolePassword {
    /// The password, for the connection only.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// What `CREATE ROLE … PASSWORD` takes in the password's stead, so that the server never sees it:
    /// `SCRAM-SHA-256$<iterations>:<salt>$<StoredKey>:<ServerKey>` (PostgreSQL manual, `pg_authid`; RFC 5802 §3,
    /// RFC 7677). Salted afresh each time.
    pub fn scram_verifier(&self) -> String {
        scram_verifier(&self.0, &random::array::<SALT_LEN>())
    }
}

impl std::fmt::Debug for RolePassword {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("RolePassword([redacted])")
    }
}

fn scram_verifier(password: &str, salt: &[u8]) -> String {
    let mut salted = Zeroizing::new([0; 32]);
    pbkdf2::derive(pbkdf2::PBKDF2_HMAC_SHA256, ITERATIONS, salt, password.as_bytes(), salted.as_mut_slice());
    let salted = hmac::Key::new(hmac::HMAC_SHA256, salted.as_slice());
    let client_key = hmac::sign(&salted, b"Client Key");
    let stored_key = sha256(&[client_key.as_ref()]);
    let server_key = hmac::sign(&salted, b"Server Key");
    format!(
        "SCRAM-SHA-256${ITERATIONS}:{}${}:{}",
        STANDARD.encode(salt),
        STANDARD.encode(stored_key),
        STANDARD.encode(server_key)
    )
}

#[cfg(test)]
#[path = "installation_tests.rs"]
mod tests;
