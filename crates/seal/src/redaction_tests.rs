//! No key, salt, password or plaintext shows itself through `Debug`.

use crate::*;

/// 0xEE is 238 in decimal; neither form occurs in a redacted text by chance.
const BYTES: [u8; 32] = [0xEE; 32];

#[test]
fn debug_never_prints_secret_bytes() {
    let installation = InstallationSecret::from_bytes(&BYTES);
    let password = installation.role_password("role");
    let token: TokenSecret = hex::encode(BYTES).parse().unwrap();
    let place = Place { town: "143669", table: "t", subject: &[0; 16], category: 0, version: 0 };
    let epoch = EpochKey::from_bytes(1, &BYTES);
    let load = LoadKey::unwrap(&epoch, &place, &epoch.wrap(&place, &BYTES)).unwrap();
    let opened = load.boxes().open(&place, &load.boxes().seal(&place, &BYTES)).unwrap();
    let mut set = vec![3];
    set.extend(BYTES);
    let set = KeySet::unwrap(&epoch, &place, &epoch.wrap(&place, &set)).unwrap();
    let texts = [
        format!("{:?}", set.get(3).unwrap()),
        format!("{set:?}"),
        format!("{epoch:?}"),
        format!("{load:?}"),
        format!("{opened:?}"),
        format!("{installation:?}"),
        format!("{password:?}"),
        format!("{token:?}"),
        format!("{:?}", BlindKey::from_bytes(2026, &BYTES)),
        format!("{:?}", RowHashKey::from_bytes(&BYTES)),
        format!("{:?}", Salt::from_bytes(&BYTES)),
        format!("{:?}", ContentKey::from_bytes(&BYTES).unwrap()),
        format!("{:?}", SigningKey::from_bytes(&BYTES)),
        format!("{:?}", KemSecret::from_bytes(&BYTES)),
    ];
    for text in texts {
        assert!(text.contains("[redacted]"), "{text}");
        assert!(!text.contains("238") && !text.to_lowercase().contains("eeee"), "{text}");
        assert!(!text.contains(password.expose()), "{text}");
    }
}

/// The type inside every key is wiped when dropped; a key type that left it would lose this.
#[test]
fn secrets_are_wiped_on_drop() {
    fn wiped<T: zeroize::ZeroizeOnDrop>() {}
    wiped::<crate::secret::Secret>();
    wiped::<zeroize::Zeroizing<Vec<u8>>>();
    wiped::<ed25519_dalek::SigningKey>();
}
