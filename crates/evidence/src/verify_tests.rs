//! A log of two towns' leaves, exported for one of them; then every way to falsify the export that we know.

use kernel::id::StaffId;
use kernel::{Code, Digest, Lang};
use seal::SigningKey;
use serde_json::json;

use super::*;
use crate::act::Act;
use crate::bundle::{Disclosure, Earlier};
use crate::chain::SignedHead;
use crate::merkle::{Tree, leaf_hash};

struct Log {
    key: SigningKey,
    town: TownCode,
    tree: Tree,
    leaves: Vec<(String, u64, Committed)>,
    chain: ChainHead,
}

impl Log {
    fn new() -> Self {
        let town = "143669".parse().unwrap();
        let chain = ChainHead::start(town);
        Self { key: SigningKey::generate(), town, tree: Tree::new(), leaves: vec![], chain }
    }

    /// One leaf of another town, then one of ours.
    fn act(&mut self, n: u64) {
        self.tree.push(leaf_hash(format!("another town's leaf {n}").as_bytes()));
        let committed = Committed::to(&json!({ "n": n })).unwrap();
        let leaf = Leaf::new(
            self.town,
            Act::LoadApplied,
            1_790_000_000_000,
            StaffId::new(),
            vec![],
            committed.digest,
        );
        let bytes = leaf.bytes().unwrap();
        self.chain = self.chain.after(&bytes);
        self.leaves.push((String::from_utf8(bytes.clone()).unwrap(), self.tree.size(), committed));
        self.tree.push(leaf_hash(&bytes));
    }

    fn checkpoint(&self) -> SignedCheckpoint {
        let checkpoint = Checkpoint { origin: "tasuki.example/log".into(), root: self.tree.root() };
        SignedCheckpoint::sign(&checkpoint, &self.key)
    }

    fn bundle(&self) -> Bundle {
        let checkpoint = self.checkpoint();
        let entries = self.leaves.iter().map(|(leaf, index, _)| Entry {
            leaf: leaf.clone(),
            index: *index,
            proof: self.tree.prove_inclusion(*index, self.tree.size()).unwrap(),
        });
        let (leaf, _, committed) = &self.leaves[1];
        let shown = Disclosure {
            leaf: Leaf::from_bytes(leaf.as_bytes()).unwrap().id,
            salt: committed.salt.clone(),
            detail: json!({"n": 1}),
        };
        Bundle {
            format: FORMAT,
            town: self.town,
            before: ChainHead::start(self.town),
            entries: entries.collect(),
            head: SignedHead::sign(&self.key, self.town, self.chain, checkpoint.digest()).unwrap(),
            checkpoint,
            earlier: vec![],
            disclosures: vec![shown],
        }
    }

    fn trust(&self) -> Trust {
        Trust {
            origin: "tasuki.example/log".into(),
            log: self.key.verify_key(),
            witnesses: vec![],
            quorum: 0,
            seen: None,
            seen_head: None,
        }
    }
}

fn log(acts: u64) -> Log {
    let mut log = Log::new();
    (0..acts).for_each(|n| log.act(n));
    log
}

#[track_caller]
fn found(bundle: &Bundle, trust: &Trust, what: &str) {
    let fault = verify(bundle, trust).unwrap_err();
    assert_eq!(fault.code(), Code::EvidenceInvalid);
    assert!(fault.detail(Lang::En).contains(what), "{}", fault.detail(Lang::En));
}

#[test]
fn an_honest_bundle_verifies_also_after_a_journey_as_json() {
    let log = log(5);
    let text = serde_json::to_string(&log.bundle()).unwrap();
    let verified = verify(&serde_json::from_str(&text).unwrap(), &log.trust()).unwrap();
    assert_eq!((verified.leaves.len(), verified.head.count, verified.disclosed), (5, 5, 1));
    assert_eq!(verified.checkpoint.root.size, 10);
}

#[test]
fn an_export_may_begin_in_the_middle() {
    let log = log(5);
    let mut bundle = log.bundle();
    bundle.disclosures.clear();
    for entry in bundle.entries.drain(..2) {
        bundle.before = bundle.before.after(entry.leaf.as_bytes());
    }
    assert_eq!(verify(&bundle, &log.trust()).unwrap().leaves.len(), 3);
    bundle.before.count = 0;
    found(&bundle, &log.trust(), "does not begin");
}

#[test]
fn an_edited_leaf_is_found() {
    let log = log(5);
    for n in 0..5 {
        let mut bundle = log.bundle();
        bundle.entries[n].leaf = bundle.entries[n].leaf.replace("load_applied", "run_scored");
        found(&bundle, &log.trust(), "something was changed");
    }
}

#[test]
fn a_deleted_leaf_is_found() {
    let log = log(5);
    for n in 0..5 {
        let mut bundle = log.bundle();
        bundle.entries.remove(n);
        found(&bundle, &log.trust(), "left out");
    }
}

#[test]
fn moved_leaves_are_found() {
    let log = log(5);
    let mut bundle = log.bundle();
    bundle.entries.swap(1, 2);
    found(&bundle, &log.trust(), "moved");
}

#[test]
fn a_truncated_chain_is_found_even_when_it_ends_neatly() {
    let log = log(5);
    let mut bundle = log.bundle();
    bundle.entries.pop();
    bundle.head.chain = log.leaves[..4]
        .iter()
        .fold(ChainHead::start(log.town), |chain, (leaf, ..)| chain.after(leaf.as_bytes()));
    found(&bundle, &log.trust(), "signature of the chain's head");
    // The signed end of an earlier checkpoint does not fit this one.
    let mut shorter = Log::new();
    shorter.key = SigningKey::from_bytes(log.key.expose());
    shorter.act(0);
    bundle.head = shorter.bundle_head();
    found(&bundle, &log.trust(), "of another town or time");
}

impl Log {
    fn bundle_head(&self) -> SignedHead {
        SignedHead::sign(&self.key, self.town, self.chain, self.checkpoint().digest()).unwrap()
    }
}

#[test]
fn a_leaf_that_is_not_in_the_log_is_found() {
    let log = log(3);
    let mut bundle = log.bundle();
    bundle.entries[1].index = bundle.entries[0].index;
    found(&bundle, &log.trust(), "not proven");
    let mut bundle = log.bundle();
    bundle.entries[2].proof[0] = Digest::of(b"x");
    found(&bundle, &log.trust(), "not proven");
}

/// A log that numbers a town's leaves otherwise than the town wrote them proves each, and is refused.
#[test]
fn a_log_that_reorders_a_towns_leaves_is_found() {
    let mut log = log(2);
    let hashes = log.leaves.iter().rev().map(|(leaf, ..)| leaf_hash(leaf.as_bytes()));
    log.tree = hashes.collect();
    for (n, (_, index, _)) in log.leaves.iter_mut().rev().enumerate() {
        *index = n as u64;
    }
    found(&log.bundle(), &log.trust(), "not proven");
}

#[test]
fn a_forked_log_is_found() {
    let mut log = log(3);
    let seen = log.checkpoint();
    log.act(3);
    let mut trust = log.trust();
    trust.seen = Some(seen.clone());
    let mut bundle = log.bundle();
    found(&bundle, &trust, "no proof that the log grew");

    bundle.earlier.push(Earlier { checkpoint: seen, proof: log.tree.prove_consistency(6, 8).unwrap() });
    verify(&bundle, &trust).unwrap();

    // The same log key signs another history of the same length.
    let mut fork = Log { key: SigningKey::from_bytes(log.key.expose()), ..Log::new() };
    (0..4).for_each(|n| fork.act(n));
    let mut forked = fork.bundle();
    forked.earlier.clone_from(&bundle.earlier);
    found(&forked, &trust, "forks");
}

#[test]
fn a_rewritten_chain_is_found_by_whoever_saw_it_before() {
    let mut log = log(2);
    let seen_head = log.chain;
    log.act(2);
    let mut trust = log.trust();
    trust.seen_head = Some(seen_head);
    verify(&log.bundle(), &trust).unwrap();
    let mut rewritten = Log { key: SigningKey::from_bytes(log.key.expose()), ..Log::new() };
    (0..3).for_each(|n| rewritten.act(n));
    found(&rewritten.bundle(), &trust, "does not pass through");
}

#[test]
fn too_few_witnesses_another_log_and_another_key_are_refused() {
    let log = log(2);
    let town = SigningKey::generate();
    let mut trust = log.trust();
    trust.witnesses = vec![("143626".parse().unwrap(), town.verify_key())];
    trust.quorum = 1;
    let mut bundle = log.bundle();
    found(&bundle, &trust, "too few towns");
    bundle.checkpoint.cosign("143626".parse().unwrap(), 1, &town);
    assert_eq!(verify(&bundle, &trust).unwrap().cosigned, 1);
    found(&bundle, &Trust { origin: "other.example/log".into(), ..log.trust() }, "another log's");
    let stranger = SigningKey::generate().verify_key();
    found(&bundle, &Trust { log: stranger, ..log.trust() }, "checkpoint's signature");
}

#[test]
fn a_leaf_of_another_town_and_an_unknown_format_are_refused() {
    let log = log(2);
    let mut bundle = log.bundle();
    bundle.entries[0].leaf = bundle.entries[0].leaf.replace("143669", "143626");
    found(&bundle, &log.trust(), "another town");
    found(&Bundle { format: 2, ..log.bundle() }, &log.trust(), "unknown format");
}

#[test]
fn a_detail_that_does_not_fit_is_found() {
    let log = log(3);
    let mut bundle = log.bundle();
    bundle.disclosures[0].detail = json!({"n": 2});
    found(&bundle, &log.trust(), "does not fit its commitment");
    let mut bundle = log.bundle();
    bundle.disclosures[0].leaf = LeafId::new();
    found(&bundle, &log.trust(), "not here");
}
