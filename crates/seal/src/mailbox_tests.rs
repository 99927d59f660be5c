//! What is sealed to a town opens for that town, under the same manifest; and in no other way.

use super::*;

const INFO: &[u8] = b"hash of the manifest";
const AAD: &[u8] = b"body 0";

#[test]
fn opens_for_its_receiver_only() {
    let secret = KemSecret::generate();
    let sealed = secret.public().seal(INFO, AAD, b"content key").unwrap();
    let again = KemSecret::from_bytes(secret.expose());
    assert_eq!(&*again.open(INFO, AAD, &sealed).unwrap(), b"content key");
    assert_eq!(KemSecret::generate().open(INFO, AAD, &sealed).unwrap_err(), SealError::Open);
}

#[test]
fn another_manifest_or_associated_data_keeps_it_shut() {
    let secret = KemSecret::generate();
    let sealed = secret.public().seal(INFO, AAD, b"content key").unwrap();
    assert_eq!(secret.open(b"hash of another", AAD, &sealed).unwrap_err(), SealError::Open);
    assert_eq!(secret.open(INFO, b"body 1", &sealed).unwrap_err(), SealError::Open);
    assert_eq!(secret.open(AAD, INFO, &sealed).unwrap_err(), SealError::Open);
}

/// Every part of the encapsulated key is tried: ML-KEM's 1,088 bytes, X25519's 32, and the topmost bit, which
/// X25519 by itself ignores.
#[test]
fn nothing_altered_opens() {
    let secret = KemSecret::generate();
    let sealed = secret.public().seal(INFO, AAD, b"content key").unwrap();
    let enc = (0..1120).step_by(97).chain([1087, 1088, 1119]).map(|at| (at, 1)).chain([(1119, 0x80)]);
    for (at, bit) in enc {
        let mut altered = sealed.clone();
        altered.enc[at] ^= bit;
        assert_eq!(secret.open(INFO, AAD, &altered).unwrap_err(), SealError::Open, "enc, byte {at}");
    }
    for at in 0..sealed.ciphertext.len() {
        let mut altered = sealed.clone();
        altered.ciphertext[at] ^= 1;
        assert_eq!(secret.open(INFO, AAD, &altered).unwrap_err(), SealError::Open, "ciphertext, byte {at}");
    }
}

#[test]
fn lengths_are_checked() {
    let secret = KemSecret::generate();
    let sealed = secret.public().seal(INFO, AAD, b"").unwrap();
    assert_eq!((sealed.enc.len(), sealed.ciphertext.len()), (1120, 16));
    let short_enc = Sealed { enc: sealed.enc[1..].to_vec(), ..sealed.clone() };
    assert_eq!(secret.open(INFO, AAD, &short_enc).unwrap_err(), SealError::Format);
    let short_text = Sealed { ciphertext: sealed.ciphertext[1..].to_vec(), ..sealed };
    assert_eq!(secret.open(INFO, AAD, &short_text).unwrap_err(), SealError::Open);
}

#[test]
fn text_forms_come_back() {
    let secret = KemSecret::generate();
    let public = secret.public();
    let sealed = public.seal(INFO, AAD, b"content key").unwrap();
    let json = serde_json::to_string(&(&public, &sealed)).unwrap();
    let (public_again, sealed_again): (KemPublic, Sealed) = serde_json::from_str(&json).unwrap();
    assert_eq!((&public_again, &sealed_again), (&public, &sealed));
    assert_eq!(public_again.key_id(), public.key_id());
    assert_ne!(KemSecret::generate().public().key_id(), public.key_id());
}

#[test]
fn malformed_public_keys_are_refused() {
    let good = KemSecret::generate().public().to_bytes();
    assert_eq!(good.len(), 1216);
    // Coefficients of ML-KEM's key are below 3329; twelve set bits are 4095 (FIPS 203 §7.2, modulus check).
    let too_large = [0xff; 1216];
    for bytes in [&good[1..], &[], &too_large] {
        assert_eq!(KemPublic::from_bytes(bytes).unwrap_err(), SealError::KeyFormat, "{} bytes", bytes.len());
    }
    assert!(serde_json::from_str::<Sealed>(r#"{"enc":"AA==","ciphertext":"?"}"#).is_err());
    assert!(serde_json::from_str::<Sealed>(r#"{"enc":"AA==","ciphertext":"AA==","more":1}"#).is_err());
}
