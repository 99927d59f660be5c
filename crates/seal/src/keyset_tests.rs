//! Key sets, load keys and the turn of an epoch.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::{LoadKey, epoch_of, rewrap};

const SUBJECT: [u8; 16] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];

fn epoch(number: u32) -> EpochKey {
    EpochKey::from_bytes(number, &[7; 32])
}

fn store() -> Place<'static> {
    Place { town: "143669", table: "keystore", subject: &SUBJECT, category: 0, version: 1 }
}

fn pack() -> Place<'static> {
    Place { table: "pack", category: 3, ..store() }
}

/// Made with another implementation of AES-256-GCM-SIV: slots 3 and 255, under epoch 5.
#[test]
fn a_wrap_of_format_1_unwraps() {
    let wrapped = hex::decode(
        "00000005010102030405060708090a0b0c77a78b119adcca4354d0e3d79c1a949ebc6f610e4861aa7bf0340242\
         1af3008be6ceb24d54fc98d943b4fdb50219ff1789e0b9f6c042d190c46cbf064026a13af28ee5eb14547b7854\
         d95c450d0736816869",
    )
    .unwrap();
    assert_eq!(epoch_of(&wrapped), Ok(5));
    let keys = KeySet::unwrap(&epoch(5), &store(), &wrapped).unwrap();
    assert_eq!(keys.slots().collect::<Vec<_>>(), [3, ADDRESS]);
    let boxed = BoxKey::new(&Secret::from_bytes(&[4; 32])).seal(&pack(), b"value");
    assert_eq!(&*keys.get(3).unwrap().open(&pack(), &boxed).unwrap(), b"value");
}

#[test]
fn keys_survive_wrapping_and_are_all_different() {
    let mut keys = KeySet::new();
    let boxed = keys.get_or_create(3).seal(&pack(), b"value");
    keys.get_or_create(ADDRESS);
    keys.get_or_create(1);
    let keys = KeySet::unwrap(&epoch(1), &store(), &keys.wrap(&epoch(1), &store())).unwrap();
    assert_eq!(keys.slots().collect::<Vec<_>>(), [1, 3, ADDRESS]);
    assert_eq!(&*keys.get(3).unwrap().open(&pack(), &boxed).unwrap(), b"value");
    for slot in [1, ADDRESS] {
        assert_eq!(
            keys.get(slot).unwrap().open(&pack(), &boxed).unwrap_err(),
            SealError::Open,
            "slot {slot}"
        );
    }
    assert!(keys.get(2).is_none());
}

#[test]
fn asking_twice_gives_the_same_key() {
    let mut keys = KeySet::new();
    let boxed = keys.get_or_create(3).seal(&pack(), b"value");
    assert!(keys.get_or_create(3).open(&pack(), &boxed).is_ok());
}

#[test]
fn a_dropped_key_never_comes_back() {
    let mut keys = KeySet::new();
    let boxed = keys.get_or_create(3).seal(&pack(), b"value");
    keys.get_or_create(4);
    assert!(keys.drop_key(3));
    assert!(!keys.drop_key(3), "it is gone already");
    assert!(keys.get(3).is_none());
    assert_eq!(keys.slots().collect::<Vec<_>>(), [4], "the other stays");
    assert_eq!(keys.get_or_create(3).open(&pack(), &boxed).unwrap_err(), SealError::Open, "a new key is new");
}

#[test]
fn a_wrap_moved_elsewhere_does_not_open() {
    let mut keys = KeySet::new();
    keys.get_or_create(3);
    let wrapped = keys.wrap(&epoch(1), &store());
    let elsewhere = [
        ("town", Place { town: "143618", ..store() }),
        ("table", Place { table: "load", ..store() }),
        ("subject", Place { subject: &[9; 16], ..store() }),
        ("category", Place { category: 1, ..store() }),
        ("version", Place { version: 2, ..store() }),
    ];
    for (what, place) in elsewhere {
        assert_eq!(
            KeySet::unwrap(&epoch(1), &place, &wrapped).unwrap_err(),
            SealError::Open,
            "another {what}"
        );
    }
    let other = EpochKey::generate(1);
    assert_eq!(KeySet::unwrap(&other, &store(), &wrapped).unwrap_err(), SealError::Open, "another key");
}

#[test]
fn the_epoch_is_checked_and_authenticated() {
    let wrapped = KeySet::new().wrap(&epoch(1), &store());
    let refused = KeySet::unwrap(&epoch(2), &store(), &wrapped).unwrap_err();
    assert_eq!(refused, SealError::Epoch { wrapped: 1, given: 2 });
    let mut relabelled = wrapped;
    relabelled[3] = 2;
    assert_eq!(KeySet::unwrap(&epoch(2), &store(), &relabelled).unwrap_err(), SealError::Open);
}

#[test]
fn no_altered_or_shortened_wrap_opens() {
    let mut keys = KeySet::new();
    keys.get_or_create(3);
    let wrapped = keys.wrap(&epoch(1), &store());
    for at in 0..wrapped.len() {
        let mut altered = wrapped.clone();
        altered[at] ^= 1;
        assert!(KeySet::unwrap(&epoch(1), &store(), &altered).is_err(), "byte {at}");
        assert!(KeySet::unwrap(&epoch(1), &store(), &wrapped[..at]).is_err(), "{at} bytes");
    }
    assert_eq!(epoch_of(&wrapped[..3]), Err(SealError::Format));
}

#[test]
fn wrapped_bytes_that_are_no_key_set_are_refused() {
    let twice = [[3; 33], [3; 33]].concat();
    let descending = [[4; 33], [3; 33]].concat();
    for content in [&[3; 32][..], &[3; 34], &twice, &descending] {
        let wrapped = epoch(1).wrap(&store(), content);
        assert_eq!(KeySet::unwrap(&epoch(1), &store(), &wrapped).unwrap_err(), SealError::Format);
    }
}

#[test]
fn an_epoch_turns_without_touching_the_keys() {
    let mut keys = KeySet::new();
    let boxed = keys.get_or_create(3).seal(&pack(), b"value");
    let (old, new) = (epoch(1), EpochKey::generate(2));
    let before = keys.wrap(&old, &store());
    let after = rewrap(&before, &store(), &old, &new).unwrap();
    assert_eq!(epoch_of(&after), Ok(2));
    let keys = KeySet::unwrap(&new, &store(), &after).unwrap();
    assert_eq!(&*keys.get(3).unwrap().open(&pack(), &boxed).unwrap(), b"value");
    assert!(KeySet::unwrap(&new, &store(), &before).is_err(), "without the old key the old wrap stays shut");
    assert!(rewrap(&after, &store(), &old, &new).is_err(), "what has turned does not turn again");
}

#[test]
fn a_load_key_survives_wrapping_in_its_place_only() {
    let key = LoadKey::generate();
    let boxed = key.boxes().seal(&pack(), b"row");
    let place = Place { table: "load", ..store() };
    let wrapped = key.wrap(&epoch(1), &place);
    let again = LoadKey::unwrap(&epoch(1), &place, &wrapped).unwrap();
    assert_eq!(&*again.boxes().open(&pack(), &boxed).unwrap(), b"row");
    assert_eq!(LoadKey::unwrap(&epoch(1), &store(), &wrapped).unwrap_err(), SealError::Open);
    let short = epoch(1).wrap(&place, &[1; 31]);
    assert_eq!(LoadKey::unwrap(&epoch(1), &place, &short).unwrap_err(), SealError::Format);
}

/// The bytes that a box and a wrap authenticate never coincide, even where someone gave both the same key.
#[test]
fn a_wrap_is_no_box() {
    let wrapped = epoch(1).wrap(&store(), b"keys");
    let as_box = BoxKey::new(&Secret::from_bytes(&[7; 32]));
    assert_eq!(as_box.open(&store(), &wrapped[4..]).unwrap_err(), SealError::Open);
}

proptest! {
    #[test]
    fn the_set_holds_what_was_made_and_not_dropped(
        steps in proptest::collection::vec((any::<bool>(), 0..6_u8), 0..40),
    ) {
        let mut keys = KeySet::new();
        let mut expected = BTreeSet::new();
        for (make, slot) in steps {
            if make {
                keys.get_or_create(slot);
                expected.insert(slot);
            } else {
                prop_assert_eq!(keys.drop_key(slot), expected.remove(&slot));
            }
        }
        let keys = KeySet::unwrap(&epoch(1), &store(), &keys.wrap(&epoch(1), &store())).unwrap();
        prop_assert!(keys.slots().eq(expected));
    }
}
