//! Checking an exported [`Bundle`] offline, trusting nothing but the keys one already has.

use std::collections::BTreeMap;

use kernel::id::LeafId;
use kernel::{Fault, TownCode};
use seal::VerifyKey;

use crate::bundle::{Bundle, Entry, FORMAT};
use crate::chain::ChainHead;
use crate::checkpoint::{Checkpoint, SignedCheckpoint};
use crate::commit::Committed;
use crate::fault::invalid;
use crate::leaf::Leaf;
use crate::merkle::Root;

/// What the verifier trusts and remembers.
#[derive(Debug, Clone)]
pub struct Trust {
    /// The log this should be.
    pub origin: String,
    /// The log's public key.
    pub log: VerifyKey,
    /// Towns' public keys.
    pub witnesses: Vec<(TownCode, VerifyKey)>,
    /// How many of them must have cosigned.
    pub quorum: usize,
    /// The last checkpoint the verifier accepted, if any: the log must have grown from it.
    pub seen: Option<SignedCheckpoint>,
    /// The last head of this town's chain the verifier accepted, if any: the chain must pass through it.
    pub seen_head: Option<ChainHead>,
}

/// What a bundle was found to say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The leaves, in order.
    pub leaves: Vec<Leaf>,
    /// The chain's end.
    pub head: ChainHead,
    /// The log's root.
    pub checkpoint: Checkpoint,
    /// Towns that cosigned it, of those trusted.
    pub cosigned: usize,
    /// Details that were shown and fit.
    pub disclosed: usize,
}

/// Checks everything in a bundle: the checkpoint's signature and cosignatures, that it grew from the older
/// ones, the chain from its beginning here to the signed end, every leaf's place in the log, and every detail
/// that is shown.
///
/// # Errors
/// `evidence_invalid` with the first thing that does not fit.
pub fn verify(bundle: &Bundle, trust: &Trust) -> Result<Verified, Fault> {
    if bundle.format != FORMAT {
        return Err(invalid("知らない書式", "an unknown format"));
    }
    let (checkpoint, cosigned) = check_checkpoint(bundle, trust)?;
    let leaves = check_chain(bundle, trust)?;
    check_places(&bundle.entries, checkpoint.root)?;
    let disclosed = check_disclosures(bundle, &leaves)?;
    Ok(Verified { leaves, head: bundle.head.chain, checkpoint, cosigned, disclosed })
}

fn check_checkpoint(bundle: &Bundle, trust: &Trust) -> Result<(Checkpoint, usize), Fault> {
    let checkpoint = bundle.checkpoint.verify(&trust.log)?;
    if checkpoint.origin != trust.origin {
        return Err(invalid("別の記録のチェックポイント", "the checkpoint is another log's"));
    }
    let cosigned = bundle.checkpoint.cosigned_by(&trust.witnesses);
    if cosigned < trust.quorum {
        return Err(invalid(
            format!("町の連署が足りない（{cosigned}／{}）", trust.quorum),
            format!("too few towns cosigned ({cosigned} of {})", trust.quorum),
        ));
    }
    let mut met_seen = trust.seen.is_none();
    for earlier in &bundle.earlier {
        let old = earlier.checkpoint.verify(&trust.log)?;
        let grown = old.origin == checkpoint.origin
            && checkpoint.root.verify_consistency(&old.root, &earlier.proof).is_ok();
        if !grown {
            return Err(invalid(
                format!("記録が枝分かれしている（{} 件時点）", old.root.size),
                format!("the log forks from what it was at {} leaves", old.root.size),
            ));
        }
        met_seen |= trust.seen.as_ref().is_some_and(|seen| seen.text == earlier.checkpoint.text);
    }
    met_seen |= trust.seen.as_ref().is_some_and(|seen| seen.text == bundle.checkpoint.text);
    if !met_seen {
        return Err(invalid(
            "前に確認したチェックポイントからの続きである証明がない",
            "there is no proof that the log grew from the checkpoint seen before",
        ));
    }
    Ok((checkpoint, cosigned))
}

fn check_chain(bundle: &Bundle, trust: &Trust) -> Result<Vec<Leaf>, Fault> {
    bundle.head.verify(&trust.log)?;
    if bundle.head.town != bundle.town || bundle.head.checkpoint != bundle.checkpoint.digest() {
        return Err(invalid(
            "連鎖の末尾が別の町か別の時点のもの",
            "the chain's head is of another town or time",
        ));
    }
    if bundle.before.count == 0 && bundle.before != ChainHead::start(bundle.town) {
        return Err(invalid("連鎖の始まりが違う", "the chain does not begin where the town's does"));
    }
    let mut chain = bundle.before;
    let mut met_seen = trust.seen_head.is_none_or(|seen| seen == chain);
    let mut leaves = Vec::with_capacity(bundle.entries.len());
    for entry in &bundle.entries {
        let leaf = Leaf::from_bytes(entry.leaf.as_bytes())?;
        if leaf.town != bundle.town {
            return Err(invalid("別の町の証跡が混じっている", "there is a leaf of another town"));
        }
        chain = chain.after(entry.leaf.as_bytes());
        met_seen |= trust.seen_head == Some(chain);
        leaves.push(leaf);
    }
    if chain != bundle.head.chain {
        return Err(invalid(
            "連鎖が末尾と合わない（書換え・欠落・順序の入替え）",
            "the chain does not lead to its signed head (something was changed, left out or moved)",
        ));
    }
    if !met_seen {
        return Err(invalid(
            "前に確認した連鎖の末尾を通っていない",
            "the chain does not pass through the head seen before",
        ));
    }
    Ok(leaves)
}

/// Every leaf at its index; indexes rise with the chain, so that no leaf of the log stands for two.
fn check_places(entries: &[Entry], root: Root) -> Result<(), Fault> {
    let mut last = None;
    for entry in entries {
        let proven = root.verify_inclusion(entry.leaf.as_bytes(), entry.index, &entry.proof).is_ok();
        if !proven || last.is_some_and(|last| last >= entry.index) {
            return Err(invalid(
                format!("{} 番の証跡が記録に含まれていない", entry.index),
                format!("leaf {} is not proven to stand in the log", entry.index),
            ));
        }
        last = Some(entry.index);
    }
    Ok(())
}

fn check_disclosures(bundle: &Bundle, leaves: &[Leaf]) -> Result<usize, Fault> {
    let by_id: BTreeMap<LeafId, &Leaf> = leaves.iter().map(|leaf| (leaf.id, leaf)).collect();
    for shown in &bundle.disclosures {
        let leaf = by_id
            .get(&shown.leaf)
            .ok_or_else(|| invalid("明細の示す証跡がない", "a detail names a leaf that is not here"))?;
        Committed { salt: shown.salt.clone(), digest: leaf.commitment }.verify(&shown.detail)?;
    }
    Ok(bundle.disclosures.len())
}

#[cfg(test)]
#[path = "verify_tests.rs"]
mod tests;
