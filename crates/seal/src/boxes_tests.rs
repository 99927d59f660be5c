//! A box opens in its place, with its key, unaltered; and in no other way.

use proptest::prelude::*;

use super::*;

const SUBJECT: [u8; 16] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15];
const OTHER: [u8; 16] = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 16];

fn key(byte: u8) -> BoxKey {
    BoxKey::new(&Secret::from_bytes(&[byte; 32]))
}

fn place() -> Place<'static> {
    Place { town: "143669", table: "pack", subject: &SUBJECT, category: 3, version: 2 }
}

/// Made with another implementation of AES-256-GCM-SIV. Databases are full of such boxes: if this test fails,
/// none of them opens any more, and the format byte must change.
#[test]
fn a_box_of_format_1_opens() {
    let boxed =
        hex::decode("010102030405060708090a0b0c7a995723a254fefe419b28121a05d865a9831d247a79").unwrap();
    assert_eq!(&*key(7).open(&place(), &boxed).unwrap(), "記録".as_bytes());
}

#[test]
fn a_box_moved_elsewhere_does_not_open() {
    let boxed = key(7).seal(&place(), b"value");
    assert_eq!(&*key(7).open(&place(), &boxed).unwrap(), b"value");
    let elsewhere = [
        ("town", Place { town: "143618", ..place() }),
        ("table", Place { table: "pack_history", ..place() }),
        ("subject", Place { subject: &OTHER, ..place() }),
        ("category", Place { category: 4, ..place() }),
        ("version", Place { version: 3, ..place() }),
    ];
    for (what, place) in elsewhere {
        assert_eq!(key(7).open(&place, &boxed).unwrap_err(), SealError::Open, "another {what}");
    }
    assert_eq!(key(8).open(&place(), &boxed).unwrap_err(), SealError::Open, "another key");
}

#[test]
fn no_altered_or_shortened_box_opens() {
    let boxed = key(7).seal(&place(), b"ten bytes.");
    for at in 0..boxed.len() {
        let mut altered = boxed.clone();
        altered[at] ^= 1;
        let expected = if at == 0 { SealError::Format } else { SealError::Open };
        assert_eq!(key(7).open(&place(), &altered).unwrap_err(), expected, "byte {at}");
        assert!(key(7).open(&place(), &boxed[..at]).is_err(), "{at} bytes");
    }
}

#[test]
fn bytes_that_are_no_box_are_told_apart() {
    for bytes in [&[][..], &[1], &[1; 28], &[2; 60]] {
        assert_eq!(key(7).open(&place(), bytes).unwrap_err(), SealError::Format, "{bytes:?}");
    }
}

#[test]
fn equal_values_do_not_look_equal() {
    assert_ne!(key(7).seal(&place(), b"same"), key(7).seal(&place(), b"same"));
}

#[test]
fn a_reused_buffer_holds_the_last_value_only_and_nothing_after_an_error() {
    let mut plain = Plain::new();
    for value in
        [&b"long enough to be in the way"[..], b"short", b"", b"longer than anything that was here before"]
    {
        let boxed = key(7).seal(&place(), value);
        key(7).open_into(&place(), &boxed, &mut plain).unwrap();
        assert_eq!(&*plain, value);
    }
    let mut altered = key(7).seal(&place(), b"value");
    *altered.last_mut().unwrap() ^= 1;
    assert_eq!(key(7).open_into(&place(), &altered, &mut plain), Err(SealError::Open));
    assert!(plain.is_empty());
}

#[test]
fn boxes_append_one_after_another() {
    let mut out = b"before".to_vec();
    key(7).seal_into(&place(), b"a", &mut out);
    key(7).seal_into(&place(), b"bc", &mut out);
    let (first, second) = out[6..].split_at(30);
    assert_eq!(&*key(7).open(&place(), first).unwrap(), b"a");
    assert_eq!(&*key(7).open(&place(), second).unwrap(), b"bc");
}

proptest! {
    #[test]
    fn every_value_comes_back(
        value in proptest::collection::vec(any::<u8>(), 0..600),
        town in "[0-9]{6}",
        subject in any::<[u8; 16]>(),
        category in any::<u8>(),
        version in any::<u32>(),
    ) {
        let place = Place { town: &town, table: "pack", subject: &subject, category, version };
        let boxed = key(7).seal(&place, &value);
        prop_assert_eq!(boxed.len(), value.len() + 29);
        let opened = key(7).open(&place, &boxed).unwrap();
        prop_assert_eq!(&*opened, &value[..]);
    }
}
