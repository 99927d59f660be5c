//! The authenticated cipher under boxes, wraps and package bodies, with its key schedule made once.

use std::fmt;

use aws_lc_rs::aead::{
    AES_256_GCM_SIV, Aad, Algorithm, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey,
};

use crate::{Plain, SealError, random, secret::Secret};

/// The format of every ciphertext made here: this byte, the nonce, the ciphertext, the tag.
const FORMAT: u8 = 1;
/// Length of the authentication tag of both ciphers, in bytes.
const TAG_LEN: usize = 16;

/// A ready cipher. Ciphertexts read `format ‖ nonce ‖ ciphertext ‖ tag`, with a fresh random nonce each.
pub(crate) struct Cipher(LessSafeKey);

impl Cipher {
    /// AES-256-GCM-SIV (RFC 8452), for what rests: a nonce that repeats, after a restored machine image for
    /// example, tells at most that two plaintexts are equal.
    pub(crate) fn at_rest(secret: &Secret) -> Self {
        Self::new(&AES_256_GCM_SIV, secret)
    }

    /// ChaCha20-Poly1305 (RFC 8439), for what travels: the suite's cipher, under a key used for one package.
    pub(crate) fn in_transit(secret: &Secret) -> Self {
        Self::new(&CHACHA20_POLY1305, secret)
    }

    #[expect(clippy::expect_used, reason = "both ciphers take exactly the 32 bytes a Secret is")]
    fn new(algorithm: &'static Algorithm, secret: &Secret) -> Self {
        Self(LessSafeKey::new(UnboundKey::new(algorithm, secret.expose()).expect("a key of 32 bytes")))
    }

    /// Appends the sealed `plain` to `out`.
    #[expect(
        clippy::expect_used,
        reason = "sealing fails only beyond 64 GiB, which no body limit lets through"
    )]
    pub(crate) fn seal_into(&self, aad: &[u8], plain: &[u8], out: &mut Vec<u8>) {
        let nonce = random::array::<NONCE_LEN>();
        out.reserve(sealed_len(plain.len()));
        out.push(FORMAT);
        out.extend_from_slice(&nonce);
        let body = out.len();
        out.extend_from_slice(plain);
        let tag = self
            .0
            .seal_in_place_separate_tag(
                Nonce::assume_unique_for_key(nonce),
                Aad::from(aad),
                out.split_at_mut(body).1,
            )
            .expect("a plaintext the cipher can take");
        out.extend_from_slice(tag.as_ref());
    }

    /// Opens `boxed` into `out`, replacing what was there. `out` is empty after an error.
    pub(crate) fn open_into(&self, aad: &[u8], boxed: &[u8], out: &mut Plain) -> Result<(), SealError> {
        out.room(0);
        let (format, rest) = boxed.split_first().ok_or(SealError::Format)?;
        if *format != FORMAT {
            return Err(SealError::Format);
        }
        let (nonce, rest) = rest.split_first_chunk::<NONCE_LEN>().ok_or(SealError::Format)?;
        let (ciphertext, tag) = rest.split_last_chunk::<TAG_LEN>().ok_or(SealError::Format)?;
        let room = out.room(ciphertext.len());
        let opened = self.0.open_separate_gather(
            Nonce::assume_unique_for_key(*nonce),
            Aad::from(aad),
            ciphertext,
            tag,
            room,
        );
        if opened.is_err() {
            out.room(0);
            return Err(SealError::Open);
        }
        Ok(())
    }
}

/// Length of a sealed plaintext of `plain` bytes.
pub(crate) fn sealed_len(plain: usize) -> usize {
    1 + NONCE_LEN + plain + TAG_LEN
}

impl fmt::Debug for Cipher {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[redacted]")
    }
}
