//! Checkpoints: the log's root, signed, so that nobody is shown another log than everybody else.
//!
//! The text has the shape of C2SP's `tlog-checkpoint` (github.com/C2SP/C2SP): origin, size, root. The
//! signatures are this platform's own, bound to their context, so a witness of another kind cannot check
//! them as they are.

use std::fmt::Write as _;

use base64::{Engine, engine::general_purpose::STANDARD};
use kernel::{Digest, Fault, TownCode};
use seal::{KeyId, Signature, SigningKey, VerifyKey};
use serde::{Deserialize, Serialize};

use crate::fault::invalid;
use crate::merkle::Root;

const CONTEXT: &str = "tasuki/checkpoint/1";
const COSIGNATURE_CONTEXT: &str = "tasuki/cosignature/1";

/// A log's root at a size.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Which log: one line, the same for its whole life.
    pub origin: String,
    /// Its size and root hash.
    pub root: Root,
}

impl Checkpoint {
    /// Three lines: origin, size in decimal, root hash in base64.
    #[must_use]
    pub fn text(&self) -> String {
        let mut text = self.origin.replace('\n', " ");
        // Writing to a String cannot fail.
        let _ = write!(text, "\n{}\n{}\n", self.root.size, STANDARD.encode(self.root.hash.as_bytes()));
        text
    }

    /// The checkpoint in this text.
    ///
    /// # Errors
    /// `evidence_invalid` for any other shape; there is one spelling of a checkpoint.
    pub fn parse(text: &str) -> Result<Self, Fault> {
        let unreadable =
            || invalid("チェックポイントの形が正しくない", "the checkpoint is not of the known form");
        let mut lines = text.split('\n');
        let (Some(origin), Some(size), Some(hash)) = (lines.next(), lines.next(), lines.next()) else {
            return Err(unreadable());
        };
        let size = size.parse().map_err(|_| unreadable())?;
        let hash =
            STANDARD.decode(hash).ok().and_then(|bytes| bytes.try_into().ok()).ok_or_else(unreadable)?;
        let read = Self { origin: origin.to_owned(), root: Root { size, hash: Digest::from_bytes(hash) } };
        if !read.origin.is_empty() && read.text() == text { Ok(read) } else { Err(unreadable()) }
    }
}

/// A town's word that it saw the log grow to this checkpoint from the one before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Cosignature {
    /// Who.
    pub town: TownCode,
    /// When: milliseconds since 1970-01-01T00:00:00Z.
    pub at: i64,
    /// By the town's key, over town, time and the checkpoint's text.
    pub signature: Signature,
}

impl Cosignature {
    /// What a cosignature is over.
    fn statement(town: TownCode, at: i64, text: &str) -> String {
        format!("{town}\n{at}\n{text}")
    }
}

/// A checkpoint as it is kept and handed on: exact text, the log's signature, the towns' cosignatures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedCheckpoint {
    /// [`Checkpoint::text`], as signed.
    pub text: String,
    /// Which key of the log signed.
    pub key: KeyId,
    /// Over exactly the text.
    pub signature: Signature,
    /// The towns' cosignatures so far.
    pub cosignatures: Vec<Cosignature>,
}

impl SignedCheckpoint {
    /// Signs a checkpoint with the log's key.
    #[must_use]
    pub fn sign(checkpoint: &Checkpoint, key: &SigningKey) -> Self {
        let text = checkpoint.text();
        let signature = key.sign(CONTEXT, text.as_bytes());
        Self { text, key: key.verify_key().key_id(), signature, cosignatures: Vec::new() }
    }

    /// Adds a town's cosignature at `at` (milliseconds since 1970-01-01T00:00:00Z). The town has checked
    /// before that this checkpoint only adds to the one it cosigned last.
    pub fn cosign(&mut self, town: TownCode, at: i64, key: &SigningKey) {
        let signature =
            key.sign(COSIGNATURE_CONTEXT, Cosignature::statement(town, at, &self.text).as_bytes());
        self.cosignatures.push(Cosignature { town, at, signature });
    }

    /// Digest of the text: how a chain's head names its checkpoint.
    #[must_use]
    pub fn digest(&self) -> Digest {
        Digest::of(self.text.as_bytes())
    }

    /// Checks the log's signature and gives what was signed.
    ///
    /// # Errors
    /// `evidence_invalid` for another key, an altered text or an unknown form.
    pub fn verify(&self, key: &VerifyKey) -> Result<Checkpoint, Fault> {
        key.verify(CONTEXT, self.text.as_bytes(), &self.signature).map_err(|_| {
            invalid("チェックポイントの署名が正しくない", "the checkpoint's signature is not valid")
        })?;
        Checkpoint::parse(&self.text)
    }

    /// How many different towns of `witnesses` have cosigned. A cosignature that does not hold counts for
    /// nothing: anybody can add one.
    #[must_use]
    pub fn cosigned_by(&self, witnesses: &[(TownCode, VerifyKey)]) -> usize {
        witnesses.iter().filter(|(town, key)| self.has_cosigned(*town, key)).count()
    }

    fn has_cosigned(&self, town: TownCode, key: &VerifyKey) -> bool {
        self.cosignatures.iter().filter(|by| by.town == town).any(|by| {
            let statement = Cosignature::statement(town, by.at, &self.text);
            key.verify(COSIGNATURE_CONTEXT, statement.as_bytes(), &by.signature).is_ok()
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checkpoint() -> Checkpoint {
        Checkpoint { origin: "tasuki.example/log".into(), root: Root::of([b"a", b"b"]) }
    }

    #[test]
    fn the_text_has_three_lines_and_one_spelling() {
        let text = checkpoint().text();
        assert!(text.starts_with("tasuki.example/log\n2\n") && text.ends_with("=\n"), "{text}");
        assert_eq!(Checkpoint::parse(&text).unwrap(), checkpoint());
        for bad in [
            text.replace("\n2\n", "\n02\n"),
            text.replace("\n2\n", "\n+2\n"),
            text.replace("tasuki.example/log", ""),
            text.replace("=\n", "=\nmore\n"),
            text.trim_end().to_owned(),
            String::new(),
        ] {
            assert!(Checkpoint::parse(&bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn only_the_logs_key_and_the_exact_text_verify() {
        let key = SigningKey::generate();
        let signed = SignedCheckpoint::sign(&checkpoint(), &key);
        assert_eq!(signed.verify(&key.verify_key()).unwrap(), checkpoint());
        assert!(signed.verify(&SigningKey::generate().verify_key()).is_err());
        let grown = SignedCheckpoint { text: signed.text.replace("\n2\n", "\n3\n"), ..signed };
        assert!(grown.verify(&key.verify_key()).is_err());
    }

    #[test]
    fn a_town_counts_once_and_only_under_its_own_key() {
        let (kaisei, oi) = ("143669".parse().unwrap(), "143626".parse().unwrap());
        let (key, other) = (SigningKey::generate(), SigningKey::generate());
        let witnesses = [(kaisei, key.verify_key()), (oi, other.verify_key())];
        let mut signed = SignedCheckpoint::sign(&checkpoint(), &SigningKey::generate());
        assert_eq!(signed.cosigned_by(&witnesses), 0);
        signed.cosign(kaisei, 1, &key);
        signed.cosign(kaisei, 2, &key);
        signed.cosign(oi, 1, &key);
        assert_eq!(signed.cosigned_by(&witnesses), 1);
        signed.cosign(oi, 3, &other);
        assert_eq!(signed.cosigned_by(&witnesses), 2);
        signed.text.push_str("x\n");
        assert_eq!(signed.cosigned_by(&witnesses), 0);
    }
}
