//! Keys and boxes: the only crate that touches cryptography (TLS apart).
//!
//! It takes bytes and gives bytes; it reads no file and opens no connection. What it offers, by what it
//! protects:
//!
//! * **At rest**: [`KeySet`] holds a subject's keys, [`EpochKey`] wraps them, [`BoxKey`] seals rows, and every
//!   box is bound to its [`Place`] (AES-256-GCM-SIV, RFC 8452).
//! * **Look-up without reading**: [`BlindKey`] and [`RowHashKey`] (HMAC-SHA256).
//! * **Between towns**: [`KemPublic`] and [`KemSecret`] (HPKE, RFC 9180), [`ContentKey`] for the bodies,
//!   [`SigningKey`] and [`VerifyKey`] (Ed25519). One suite, [`SUITE`]; nothing is negotiated.
//! * **Evidence**: [`Salt`] commits to what a leaf must not say aloud.
//! * **Access**: [`TokenSecret`] for callers, [`InstallationSecret`] for the database roles.
//!
//! Keys are wiped when dropped, and none of them says its bytes through `Debug`.

mod blind;
mod boxes;
mod cipher;
mod commit;
mod content;
mod epoch;
mod error;
mod hash;
mod installation;
mod key_id;
mod keyset;
mod load;
mod mac;
mod mailbox;
mod password;
mod place;
mod plain;
pub mod random;
mod rowhash;
mod secret;
mod setup_code;
mod sign;
mod text;
mod token;

#[cfg(test)]
mod redaction_tests;

pub use blind::{BlindIndex, BlindKey};
pub use boxes::BoxKey;
pub use commit::Salt;
pub use content::ContentKey;
pub use epoch::{EpochKey, epoch_of, rewrap};
pub use error::SealError;
pub use hash::sha256;
pub use installation::{InstallationSecret, RolePassword};
pub use key_id::KeyId;
pub use keyset::{ADDRESS, KeySet};
pub use load::LoadKey;
pub use mailbox::{KemPublic, KemSecret, SUITE, Sealed};
pub use password::PasswordHash;
pub use place::Place;
pub use plain::Plain;
pub use rowhash::{RowHash, RowHashKey};
pub use setup_code::SetupCode;
pub use sign::{Signature, SigningKey, VerifyKey};
pub use token::{TokenHash, TokenSecret};
