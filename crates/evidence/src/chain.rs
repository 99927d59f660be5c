//! A town's hash chain: each step takes in the head before it, so that no leaf can be changed, taken out or
//! moved without every later head changing. The database computes the very same steps (`hub.append_leaf`).

use kernel::{Digest, Fault, TownCode, canonical};
use seal::{Signature, SigningKey, VerifyKey, sha256};
use serde::{Deserialize, Serialize};

use crate::fault::{invalid, refused};
use crate::merkle::leaf_hash;

/// What a head's signature is over (see [`SignedHead`]).
const CONTEXT: &str = "tasuki/chain-head/1";

/// The next head: SHA-256 over the previous head's 32 bytes, then the leaf's 32-byte [`leaf_hash`]. In SQL:
/// `sha256(prev || leaf_hash)`.
#[must_use]
pub fn chain_step(prev: &[u8; 32], leaf_hash: &[u8; 32]) -> [u8; 32] {
    sha256(&[prev, leaf_hash])
}

/// How long a town's chain is, and what its last head is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ChainHead {
    /// Leaves in the chain.
    pub count: u64,
    /// The head after the last of them.
    pub head: Digest,
}

impl ChainHead {
    /// The head of a town's chain before its first leaf: SHA-256 of `tasuki chain <code>`, so that no two
    /// towns' chains can be taken for each other.
    #[must_use]
    pub fn start(town: TownCode) -> Self {
        Self { count: 0, head: Digest::of(format!("tasuki chain {town}").as_bytes()) }
    }

    /// The head after one more leaf, given as its exact bytes.
    #[must_use]
    pub fn after(&self, leaf: &[u8]) -> Self {
        let head = chain_step(self.head.as_bytes(), leaf_hash(leaf).as_bytes());
        Self { count: self.count.saturating_add(1), head: Digest::from_bytes(head) }
    }
}

/// What the log's key says of one town's chain at a checkpoint, to that town alone. Without it an export
/// could leave out the last leaves and nobody would miss them; a checkpoint that named every town's count
/// would show each town how busy the others are.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SignedHead {
    /// Whose chain.
    pub town: TownCode,
    /// Its head.
    pub chain: ChainHead,
    /// The checkpoint it was true at: digest of its text.
    pub checkpoint: Digest,
    /// By the log's key, over the three above.
    pub signature: Signature,
}

impl SignedHead {
    /// Signs a town's head as of the checkpoint with this digest.
    ///
    /// # Errors
    /// `evidence_refused` for a count beyond what JSON keeps exactly.
    pub fn sign(
        key: &SigningKey,
        town: TownCode,
        chain: ChainHead,
        checkpoint: Digest,
    ) -> Result<Self, Fault> {
        let signature = key.sign(CONTEXT, &statement(town, chain, checkpoint)?);
        Ok(Self { town, chain, checkpoint, signature })
    }

    /// Checks the signature.
    ///
    /// # Errors
    /// `evidence_invalid` otherwise.
    pub fn verify(&self, key: &VerifyKey) -> Result<(), Fault> {
        let body = statement(self.town, self.chain, self.checkpoint)?;
        key.verify(CONTEXT, &body, &self.signature).map_err(|_| {
            invalid("連鎖の末尾の署名が正しくない", "the signature of the chain's head is not valid")
        })
    }
}

fn statement(town: TownCode, chain: ChainHead, checkpoint: Digest) -> Result<Vec<u8>, Fault> {
    canonical::to_vec(&(town, chain, checkpoint)).map_err(|_| refused())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn start() -> ChainHead {
        ChainHead::start("143669".parse().unwrap())
    }

    /// Computed apart, with `hashlib`: sha256(sha256("tasuki chain 143669") + sha256("\0abc")).
    #[test]
    fn a_step_is_what_sql_computes() {
        assert_eq!(
            start().head.to_string(),
            "f1ec5ca40b935c62ef1541871b8911fb2bdd17e93cad43bd0383ed1fa485c240"
        );
        assert_eq!(
            start().after(b"abc").head.to_string(),
            "492b88d3197defcd82e4c13212fb2fc6dad4bf2d8e41f242a4e0e7bb86cd959c"
        );
    }

    #[test]
    fn order_content_and_town_matter() {
        let ab = start().after(b"a").after(b"b");
        assert_eq!(ab.count, 2);
        assert_ne!(ab, start().after(b"b").after(b"a"));
        assert_ne!(ab.head, start().after(b"ab").head);
        assert_ne!(start(), ChainHead::start("143626".parse().unwrap()));
    }

    #[test]
    fn a_signed_head_says_one_thing_of_one_town() {
        let key = SigningKey::generate();
        let town = "143669".parse().unwrap();
        let signed = SignedHead::sign(&key, town, start().after(b"a"), Digest::of(b"checkpoint")).unwrap();
        signed.verify(&key.verify_key()).unwrap();
        assert!(signed.verify(&SigningKey::generate().verify_key()).is_err());
        let other_town = SignedHead { town: "143626".parse().unwrap(), ..signed.clone() };
        let shorter = SignedHead { chain: start(), ..signed.clone() };
        let older = SignedHead { checkpoint: Digest::of(b"another"), ..signed };
        for forged in [other_town, shorter, older] {
            assert!(forged.verify(&key.verify_key()).is_err());
        }
    }
}
