//! Boxes at rest: a value, sealed for one place.

use crate::{
    Place, Plain, SealError,
    cipher::{Cipher, sealed_len},
    place::Purpose,
    secret::Secret,
};

/// A key ready to seal and open: one of a subject's (see [`KeySet`](crate::KeySet)) or a load's
/// (see [`LoadKey`](crate::LoadKey)). Its key schedule is made once; a box then costs about a microsecond.
#[derive(Debug)]
pub struct BoxKey(Cipher);

impl BoxKey {
    /// Prepares the key.
    pub(crate) fn new(secret: &Secret) -> Self {
        Self(Cipher::at_rest(secret))
    }

    /// Seals `plain` for `place`: 29 bytes longer than `plain`, different each time.
    pub fn seal(&self, place: &Place, plain: &[u8]) -> Vec<u8> {
        let mut boxed = Vec::with_capacity(sealed_len(plain.len()));
        self.seal_into(place, plain, &mut boxed);
        boxed
    }

    /// Appends the box to `out`, for callers that write many in a row.
    pub fn seal_into(&self, place: &Place, plain: &[u8], out: &mut Vec<u8>) {
        self.0.seal_into(&place.aad(Purpose::Box), plain, out);
    }

    /// Opens a box that was sealed for `place` under this key.
    ///
    /// # Errors
    /// [`SealError::Format`] for bytes that are no box, [`SealError::Open`] for another key, another place or
    /// altered bytes.
    pub fn open(&self, place: &Place, boxed: &[u8]) -> Result<Plain, SealError> {
        let mut plain = Plain::new();
        self.open_into(place, boxed, &mut plain)?;
        Ok(plain)
    }

    /// As [`open`](Self::open), into a buffer that is reused. After an error `plain` is empty.
    ///
    /// # Errors
    /// As [`open`](Self::open).
    pub fn open_into(&self, place: &Place, boxed: &[u8], plain: &mut Plain) -> Result<(), SealError> {
        self.0.open_into(&place.aad(Purpose::Box), boxed, plain)
    }
}

#[cfg(test)]
#[path = "boxes_tests.rs"]
mod tests;
