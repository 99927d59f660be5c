//! A signature holds for its bytes, its context and its key; and for nothing else.

use proptest::prelude::*;

use super::*;

const RECEIPT: &str = "tasuki/receipt/1";
const MANIFEST: &str = "tasuki/manifest/1";

/// The example of DSSE's `protocol.md`.
#[test]
fn pre_authentication_encoding_is_that_of_dsse() {
    let encoded = pre_authentication("http://example.com/HelloWorld", b"hello world");
    assert_eq!(encoded, b"DSSEv1 29 http://example.com/HelloWorld 11 hello world");
}

/// RFC 8032 §7.1, test 1: seed and public key.
#[test]
fn the_public_key_follows_from_the_seed() {
    let mut seed = [0; 32];
    hex::decode_to_slice("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", &mut seed)
        .unwrap();
    let key = SigningKey::from_bytes(&seed);
    let expected = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a";
    assert_eq!(hex::encode(key.verify_key().to_bytes()), expected);
    assert_eq!(key.expose(), &seed);
}

#[test]
fn a_receipt_is_never_a_manifest() {
    let key = SigningKey::generate();
    let signature = key.sign(RECEIPT, b"body");
    assert_eq!(key.verify_key().verify(RECEIPT, b"body", &signature), Ok(()));
    assert_eq!(key.verify_key().verify(MANIFEST, b"body", &signature), Err(SealError::Signature));
}

#[test]
fn context_and_body_do_not_run_into_each_other() {
    let key = SigningKey::generate();
    let signature = key.sign("a", b"1 b");
    assert!(key.verify_key().verify("a 1", b"b", &signature).is_err());
}

#[test]
fn another_body_key_or_signature_is_refused() {
    let key = SigningKey::generate();
    let signature = key.sign(RECEIPT, b"body");
    assert!(key.verify_key().verify(RECEIPT, b"body ", &signature).is_err());
    assert!(SigningKey::generate().verify_key().verify(RECEIPT, b"body", &signature).is_err());
    for at in 0..64 {
        let mut bytes = signature.to_bytes();
        bytes[at] ^= 1;
        let altered = Signature::from_bytes(&bytes).unwrap();
        assert_eq!(
            key.verify_key().verify(RECEIPT, b"body", &altered),
            Err(SealError::Signature),
            "byte {at}"
        );
    }
}

/// Points of small order: the neutral element, and the one with y = 0.
#[test]
fn weak_and_malformed_public_keys_are_refused() {
    let mut neutral = [0; 32];
    neutral[0] = 1;
    for bytes in [&neutral[..], &[0; 32], &[7; 31], &[7; 33], &[]] {
        assert_eq!(VerifyKey::from_bytes(bytes), Err(SealError::KeyFormat), "{bytes:?}");
    }
}

#[test]
fn text_forms_come_back() {
    let key = SigningKey::generate();
    let public = key.verify_key();
    let signature = key.sign(RECEIPT, b"body");
    let json = serde_json::to_string(&(public, signature, public.key_id())).unwrap();
    let (public_again, signature_again, id): (VerifyKey, Signature, KeyId) =
        serde_json::from_str(&json).unwrap();
    assert_eq!((public_again, signature_again, id), (public, signature, public.key_id()));
    assert_eq!(public.to_string().parse(), Ok(public));
    assert_eq!(id.to_string().len(), 16);
}

#[test]
fn other_text_is_refused() {
    for text in ["", "!", "AAAA", "AAAA=", &"A".repeat(86)] {
        assert_eq!(text.parse::<VerifyKey>(), Err(SealError::KeyFormat), "{text:?}");
        assert_eq!(text.parse::<Signature>(), Err(SealError::KeyFormat), "{text:?}");
        assert_eq!(text.parse::<KeyId>(), Err(SealError::KeyFormat), "{text:?}");
    }
}

proptest! {
    #[test]
    fn what_is_signed_verifies(seed in any::<[u8; 32]>(), context in ".{0,20}", body in any::<Vec<u8>>()) {
        let key = SigningKey::from_bytes(&seed);
        prop_assert_eq!(key.verify_key().verify(&context, &body, &key.sign(&context, &body)), Ok(()));
    }
}
