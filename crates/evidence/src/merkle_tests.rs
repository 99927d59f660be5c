//! Known answers are those of the Certificate Transparency reference implementation
//! (github.com/transparency-dev/merkle, `testonly`): eight entries, their roots and proofs.

use proptest::prelude::*;

use super::*;

const ENTRIES: [&str; 8] =
    ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"];

const ROOTS: [&str; 9] = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
];

fn tree(size: usize) -> Tree {
    ENTRIES[..size].iter().map(|entry| leaf_hash(&hex::decode(entry).unwrap())).collect()
}

fn digest(text: &str) -> Digest {
    text.parse().unwrap()
}

#[test]
fn roots_of_zero_to_eight_entries() {
    for (size, expected) in ROOTS.iter().enumerate() {
        let root = Root { size: size as u64, hash: digest(expected) };
        assert_eq!(tree(size).root(), root);
        assert_eq!(tree(8).root_at(size as u64), Ok(root));
    }
}

#[test]
fn a_frontier_tells_the_same_roots_and_keeps_no_leaf() {
    let mut frontier = Frontier::default();
    for (size, root) in ROOTS.iter().enumerate() {
        assert_eq!(frontier.root(), Root { size: size as u64, hash: digest(root) });
        let next = ENTRIES.get(size).map(|entry| leaf_hash(&hex::decode(entry).unwrap()));
        frontier.extend(next);
    }
    let (mut frontier, mut tree) = (Frontier::default(), Tree::new());
    for n in 0..1_500_u64 {
        assert_eq!(frontier.root(), tree.root());
        assert_eq!(frontier.peaks.len(), n.count_ones() as usize, "one digest a full subtree");
        let hash = leaf_hash(&n.to_be_bytes());
        frontier.push(hash);
        tree.push(hash);
    }
}

#[test]
fn known_inclusion_proofs() {
    let proof: Vec<_> = [
        "bc1a0643b12e4d2d7c77918f44e0f4f79a838b6cf9ec5b5c283e1f4d88599e6b",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]
    .map(digest)
    .into();
    assert_eq!(tree(8).prove_inclusion(5, 8), Ok(proof));
    assert_eq!(tree(3).prove_inclusion(2, 3), Ok(vec![digest(ROOTS[2])]));
    assert_eq!(tree(1).prove_inclusion(0, 1), Ok(vec![]));
}

#[test]
fn known_consistency_proofs() {
    let proof: Vec<_> = [
        "0ebc5d3437fbe2db158b9f126a1d118e308181031d0a949f8dededebc558ef6a",
        "ca854ea128ed050b41b35ffc1b87b8eb2bde461e9e3b5596ece6b9d5975a0ae0",
        "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    ]
    .map(digest)
    .into();
    assert_eq!(tree(8).prove_consistency(6, 8), Ok(proof));
    assert_eq!(tree(8).prove_consistency(8, 8), Ok(vec![]));
}

#[test]
fn every_proof_holds_and_no_other() {
    for size in 0..=8 {
        // Of a tree that has grown on since.
        let tree = tree(8);
        let root = tree.root_at(size as u64).unwrap();
        for (index, entry) in ENTRIES.iter().enumerate().take(size) {
            let proof = tree.prove_inclusion(index as u64, size as u64).unwrap();
            let entry = hex::decode(entry).unwrap();
            assert_eq!(root.verify_inclusion(&entry, index as u64, &proof), Ok(()));
            assert!(root.verify_inclusion(b"another", index as u64, &proof).is_err());
            assert!(root.verify_inclusion(&entry, size as u64, &proof).is_err());
            let mut longer = proof.clone();
            longer.push(Digest::of(b"x"));
            assert_eq!(root.verify_inclusion(&entry, index as u64, &longer), Err(MerkleError::Proof));
        }
        for (old_size, hash) in ROOTS.iter().enumerate().take(size + 1) {
            let old = Root { size: old_size as u64, hash: digest(hash) };
            let proof = tree.prove_consistency(old_size as u64, size as u64).unwrap();
            assert_eq!(root.verify_consistency(&old, &proof), Ok(()), "{old_size} of {size}");
            let forged = Root { hash: Digest::of(b"fork"), ..old };
            assert!(root.verify_consistency(&forged, &proof).is_err(), "{old_size} of {size}");
        }
    }
}

#[test]
fn what_was_never_there_has_no_proof() {
    assert_eq!(tree(8).prove_inclusion(8, 8), Err(MerkleError::Range));
    assert_eq!(tree(8).prove_inclusion(8, 9), Err(MerkleError::Range));
    assert_eq!(tree(0).prove_inclusion(0, 0), Err(MerkleError::Range));
    assert_eq!(tree(8).prove_consistency(8, 9), Err(MerkleError::Range));
    assert_eq!(tree(8).prove_consistency(5, 4), Err(MerkleError::Range));
    assert_eq!(tree(8).root_at(9), Err(MerkleError::Range));
    assert_eq!(tree(3).root().verify_consistency(&tree(8).root(), &[]), Err(MerkleError::Range));
}

#[test]
fn a_size_no_tree_has_is_refused_and_stops_nothing() {
    let huge = Root { size: u64::MAX, hash: Digest::of(b"") };
    assert_eq!(huge.verify_inclusion(b"", u64::MAX - 1, &[]), Err(MerkleError::Range));
    assert_eq!(huge.verify_consistency(&tree(2).root(), &[]), Err(MerkleError::Range));
}

proptest! {
    #[test]
    fn a_larger_tree_keeps_what_the_smaller_had(size in 1_usize..80, more in 0_usize..80, at in 0_usize..80) {
        let entries: Vec<[u8; 8]> = (0..size + more).map(|n| (n as u64).to_be_bytes()).collect();
        let old = Root::of(&entries[..size]);
        let tree: Tree = entries.iter().map(|entry| leaf_hash(entry)).collect();
        let (root, all) = (tree.root(), tree.size());
        let at = at % entries.len();
        let consistency = tree.prove_consistency(size as u64, all).unwrap();
        prop_assert_eq!(root.verify_consistency(&old, &consistency), Ok(()));
        let inclusion = tree.prove_inclusion(at as u64, all).unwrap();
        prop_assert_eq!(root.verify_inclusion(&entries[at], at as u64, &inclusion), Ok(()));
    }
}
