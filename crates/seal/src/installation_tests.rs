//! Role passwords and their verifiers, against the example of RFC 7677 §3.

use super::*;

const SALT: &str = "W22ZaJ0SNY7soEsUEjb6gQ==";
const AUTH_MESSAGE: &str = "n=user,r=rOprNGfwEbeRWgbNEkqO,\
     r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0,s=W22ZaJ0SNY7soEsUEjb6gQ==,i=4096,\
     c=biws,r=rOprNGfwEbeRWgbNEkqO%hvYDpWUa2RaTCAfuxFIlj)hNlF$k0";
const CLIENT_PROOF: &str = "dHzbZapWIk4jUhN+Ute9ytag9zjfMHgsqmmiz7AndVQ=";
const SERVER_SIGNATURE: &str = "6rriTRBi23WpRR/wtup+mMhUZUn/dB5nLTJRsjl95G4=";

fn hmac(key: &[u8]) -> Vec<u8> {
    let key = hmac::Key::new(hmac::HMAC_SHA256, key);
    hmac::sign(&key, AUTH_MESSAGE.as_bytes()).as_ref().to_vec()
}

/// What a server does with a verifier: it takes the client's proof, and proves itself in return.
#[test]
fn a_server_accepts_the_exchange_of_rfc_7677() {
    let verifier = scram_verifier("pencil", &STANDARD.decode(SALT).unwrap());
    let keys = verifier.strip_prefix(&format!("SCRAM-SHA-256$4096:{SALT}$")).unwrap();
    let (stored, server) = keys.split_once(':').unwrap();
    let stored = STANDARD.decode(stored).unwrap();
    let proof = STANDARD.decode(CLIENT_PROOF).unwrap();
    let client_key: Vec<u8> = proof.iter().zip(hmac(&stored)).map(|(a, b)| a ^ b).collect();
    assert_eq!(sha256(&[&client_key]).to_vec(), stored);
    assert_eq!(STANDARD.encode(hmac(&STANDARD.decode(server).unwrap())), SERVER_SIGNATURE);
}

/// Computed with another implementation of HMAC-SHA256. Roles in running clusters have this password.
#[test]
fn a_role_password_stays() {
    let password = InstallationSecret::from_bytes(&[7; 32]).role_password("tsk_143669");
    assert_eq!(password.expose(), "dae8fa0476555b76e8871e772161cf13bb12c8fbdc56a1c8fb173b9edb49c9f2");
}

#[test]
fn roles_and_installations_have_their_own_passwords() {
    let secret = InstallationSecret::generate();
    let password = |role| secret.role_password(role).expose().to_owned();
    assert_ne!(password("tsk_143669"), password("tsk_143618"));
    assert_ne!(password("tsk_143669"), InstallationSecret::generate().role_password("tsk_143669").expose());
}

#[test]
fn verifiers_are_salted_afresh() {
    let password = InstallationSecret::generate().role_password("tsk_143669");
    let (one, two) = (password.scram_verifier(), password.scram_verifier());
    assert_ne!(one, two);
    assert_eq!(one.len(), two.len());
    assert!(!one.contains(password.expose()));
}
