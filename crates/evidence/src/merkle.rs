//! Merkle trees as in RFC 6962 §2.1: leaf = SHA-256(0x00 ‖ entry), node = SHA-256(0x01 ‖ left ‖ right).
//!
//! Proofs are checked by the crate `ct-merkle`. They are made here, because its tree hashes the entries
//! itself, and a town that proves its own leaves holds no more of the others' than their hashes. So the one
//! checks the other in every test.

use ct_merkle::{ConsistencyProof, InclusionProof, RootHash};
use kernel::Digest;
use seal::sha256;
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// Most leaves of a tree: what JSON keeps exactly (RFC 7493 §2.2), far below where `ct-merkle` would stop
/// the process.
const MAX_SIZE: u64 = (1 << 53) - 1;

/// A proof that does not hold, or cannot be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MerkleError {
    /// The tree has no such leaf, or never had that size.
    #[error("the tree has no such leaf or size")]
    Range,
    /// The proof does not lead to the root.
    #[error("the proof does not lead to the root")]
    Proof,
}

/// The hash of an entry as a leaf of the tree: SHA-256 over a zero byte, then the entry.
#[must_use]
pub fn leaf_hash(entry: &[u8]) -> Digest {
    Digest::from_bytes(sha256(&[&[0], entry]))
}

fn node_hash(left: &Digest, right: &Digest) -> Digest {
    Digest::from_bytes(sha256(&[&[1], left.as_bytes(), right.as_bytes()]))
}

/// A tree's size and root hash; together they name exactly one list of entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Root {
    /// Number of entries.
    pub size: u64,
    /// Root hash.
    pub hash: Digest,
}

/// What an append-only tree needs to go on and to tell its root: the roots of its full subtrees, one for each bit
/// of its size. It proves nothing; for that a [`Tree`] is built from the leaf hashes.
#[derive(Debug, Clone, Default)]
pub struct Frontier {
    size: u64,
    /// The largest first.
    peaks: Vec<Digest>,
}

impl Frontier {
    /// Appends an entry by its [`leaf_hash`].
    pub fn push(&mut self, leaf_hash: Digest) {
        let mut carried = leaf_hash;
        // Each set bit at the end is a full subtree of the size that is carried.
        for _ in 0..self.size.trailing_ones() {
            if let Some(left) = self.peaks.pop() {
                carried = node_hash(&left, &carried);
            }
        }
        self.peaks.push(carried);
        self.size += 1;
    }

    /// Size and root hash now. The empty tree's is SHA-256 of nothing.
    #[must_use]
    pub fn root(&self) -> Root {
        let peaks = self.peaks.iter().rev().copied();
        let hash = peaks.reduce(|right, left| node_hash(&left, &right));
        Root { size: self.size, hash: hash.unwrap_or_else(|| Digest::from_bytes(sha256(&[]))) }
    }
}

impl Extend<Digest> for Frontier {
    fn extend<T: IntoIterator<Item = Digest>>(&mut self, leaf_hashes: T) {
        leaf_hashes.into_iter().for_each(|leaf_hash| self.push(leaf_hash));
    }
}

/// An append-only tree in memory, of leaf hashes. It answers for every size it ever had.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    /// `levels[h][i]`: the root of the `i`-th full subtree of 2^h leaves; `levels[0]` are the leaf hashes.
    levels: Vec<Vec<Digest>>,
}

impl Tree {
    /// An empty tree.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends an entry by its [`leaf_hash`].
    pub fn push(&mut self, leaf_hash: Digest) {
        let mut carried = leaf_hash;
        for height in 0.. {
            if self.levels.len() == height {
                self.levels.push(Vec::new());
            }
            let Some(level) = self.levels.get_mut(height) else { return };
            level.push(carried);
            // Two full subtrees side by side make one of the next level.
            match level.as_chunks::<2>() {
                (pairs, []) => match pairs.last() {
                    Some([left, right]) => carried = node_hash(left, right),
                    None => return,
                },
                _ => return,
            }
        }
    }

    /// Number of entries.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.levels.first().map_or(0, |leaves| leaves.len() as u64)
    }

    /// Size and root hash now.
    #[must_use]
    pub fn root(&self) -> Root {
        let size = self.size();
        Root { size, hash: self.range(0, size) }
    }

    /// The root when the tree had `size` entries. The empty tree's is SHA-256 of nothing.
    ///
    /// # Errors
    /// [`MerkleError::Range`] when it never had so many.
    pub fn root_at(&self, size: u64) -> Result<Root, MerkleError> {
        if size > self.size() {
            Err(MerkleError::Range)
        } else {
            Ok(Root { size, hash: self.range(0, size) })
        }
    }

    /// The proof that the entry at `index` (from 0) stands in the tree of `size` entries (RFC 6962 §2.1.1).
    ///
    /// # Errors
    /// [`MerkleError::Range`] when there is no such entry, or never was such a tree.
    pub fn prove_inclusion(&self, index: u64, size: u64) -> Result<Vec<Digest>, MerkleError> {
        if index >= size || size > self.size() {
            return Err(MerkleError::Range);
        }
        let (mut from, mut until, mut path) = (0, size, Vec::new());
        while until - from > 1 {
            let middle = from + split(until - from);
            if index < middle {
                path.push(self.range(middle, until));
                until = middle;
            } else {
                path.push(self.range(from, middle));
                from = middle;
            }
        }
        path.reverse();
        Ok(path)
    }

    /// The proof that the tree of `size` entries only added to that of `old` entries (RFC 6962 §2.1.2).
    ///
    /// # Errors
    /// [`MerkleError::Range`] when there never were such trees, or `old` is larger.
    pub fn prove_consistency(&self, old: u64, size: u64) -> Result<Vec<Digest>, MerkleError> {
        if old > size || size > self.size() {
            return Err(MerkleError::Range);
        }
        if old == 0 || old == size {
            return Ok(Vec::new());
        }
        let (mut from, mut until, mut path) = (0, size, Vec::new());
        while until != old {
            let middle = from + split(until - from);
            if old <= middle {
                path.push(self.range(middle, until));
                until = middle;
            } else {
                path.push(self.range(from, middle));
                from = middle;
            }
        }
        // The subtree both trees have: the verifier knows it already when it is the whole old tree.
        if from > 0 {
            path.push(self.range(from, until));
        }
        path.reverse();
        Ok(path)
    }

    /// The hash of the leaves `from..until`, where `from` is where a subtree begins.
    fn range(&self, from: u64, until: u64) -> Digest {
        let leaves = until - from;
        if leaves == 0 {
            return Digest::of(b"");
        }
        if leaves.is_power_of_two() {
            let height = leaves.trailing_zeros();
            return self.full(height, from >> height);
        }
        let middle = from + split(leaves);
        node_hash(&self.range(from, middle), &self.range(middle, until))
    }

    fn full(&self, height: u32, index: u64) -> Digest {
        let level = usize::try_from(height).ok().and_then(|height| self.levels.get(height));
        let node = usize::try_from(index).ok().and_then(|index| level?.get(index));
        // Callers stay within the size, where every full subtree has been made.
        node.copied().unwrap_or_else(|| Digest::of(b""))
    }
}

/// The largest power of two below `leaves` (at least 2): where RFC 6962 splits a tree.
fn split(leaves: u64) -> u64 {
    1 << (u64::BITS - 1 - (leaves - 1).leading_zeros())
}

impl FromIterator<Digest> for Tree {
    fn from_iter<I: IntoIterator<Item = Digest>>(leaf_hashes: I) -> Self {
        let mut tree = Self::new();
        leaf_hashes.into_iter().for_each(|leaf_hash| tree.push(leaf_hash));
        tree
    }
}

impl Root {
    /// The root over these entries.
    #[must_use]
    pub fn of<T: AsRef<[u8]>>(entries: impl IntoIterator<Item = T>) -> Self {
        entries.into_iter().map(|entry| leaf_hash(entry.as_ref())).collect::<Tree>().root()
    }

    /// Checks that `entry` stands at `index` (from 0) in the tree of this root.
    ///
    /// # Errors
    /// [`MerkleError::Range`] for an index outside or a size beyond 2^53 − 1, [`MerkleError::Proof`] when the
    /// proof does not lead to the root.
    pub fn verify_inclusion(&self, entry: &[u8], index: u64, proof: &[Digest]) -> Result<(), MerkleError> {
        if index >= self.size || self.size > MAX_SIZE {
            return Err(MerkleError::Range);
        }
        let proof = InclusionProof::try_from_bytes(bytes(proof)).map_err(|_| MerkleError::Proof)?;
        self.ours().verify_inclusion(&entry, index, &proof).map_err(|_| MerkleError::Proof)
    }

    /// Checks that the tree of this root only added to the tree of `old`.
    ///
    /// # Errors
    /// As [`verify_inclusion`](Self::verify_inclusion); [`MerkleError::Range`] also when `old` is larger.
    pub fn verify_consistency(&self, old: &Self, proof: &[Digest]) -> Result<(), MerkleError> {
        if old.size > self.size || self.size > MAX_SIZE {
            return Err(MerkleError::Range);
        }
        if old.size == 0 {
            // Anything adds to nothing; but nothing has one root, and needs no proof.
            let empty = old.hash == Digest::of(b"") && proof.is_empty();
            return if empty { Ok(()) } else { Err(MerkleError::Proof) };
        }
        let proof = ConsistencyProof::try_from_bytes(bytes(proof)).map_err(|_| MerkleError::Proof)?;
        self.ours().verify_consistency(&old.ours(), &proof).map_err(|_| MerkleError::Proof)
    }

    fn ours(&self) -> RootHash<Sha256> {
        RootHash::new((*self.hash.as_bytes()).into(), self.size)
    }
}

fn bytes(digests: &[Digest]) -> Vec<u8> {
    digests.iter().flat_map(|digest| *digest.as_bytes()).collect()
}

#[cfg(test)]
#[path = "merkle_tests.rs"]
mod tests;
