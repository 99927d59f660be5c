//! The town's epoch key. It wraps the keys in the database and never a value; when it is destroyed, every key
//! that was not rewrapped is gone from every backup (design §5).

use crate::{Place, Plain, SealError, cipher::Cipher, place::Purpose, secret::Secret};

/// A town's key for one epoch.
#[derive(Debug)]
pub struct EpochKey {
    epoch: u32,
    secret: Secret,
    cipher: Cipher,
}

impl EpochKey {
    /// A fresh key for `epoch`.
    pub fn generate(epoch: u32) -> Self {
        Self::new(epoch, Secret::generate())
    }

    /// The key of `epoch`, as kept in the key folder.
    pub fn from_bytes(epoch: u32, bytes: &[u8; 32]) -> Self {
        Self::new(epoch, Secret::from_bytes(bytes))
    }

    fn new(epoch: u32, secret: Secret) -> Self {
        let cipher = Cipher::at_rest(&secret);
        Self { epoch, secret, cipher }
    }

    /// Number of the epoch.
    pub fn epoch(&self) -> u32 {
        self.epoch
    }

    /// The bytes, for the key folder only.
    pub fn expose(&self) -> &[u8; 32] {
        self.secret.expose()
    }

    /// Wraps key material for `place`: the epoch's number (4 bytes, big-endian), then the ciphertext.
    pub(crate) fn wrap(&self, place: &Place, keys: &[u8]) -> Vec<u8> {
        let mut wrapped = self.epoch.to_be_bytes().to_vec();
        self.cipher.seal_into(&place.aad(Purpose::Wrap { epoch: self.epoch }), keys, &mut wrapped);
        wrapped
    }

    /// Opens what [`wrap`](Self::wrap) made for the same place and epoch.
    pub(crate) fn unwrap(&self, place: &Place, wrapped: &[u8]) -> Result<Plain, SealError> {
        let (epoch, ciphertext) = split_epoch(wrapped)?;
        if epoch != self.epoch {
            return Err(SealError::Epoch { wrapped: epoch, given: self.epoch });
        }
        let mut keys = Plain::new();
        self.cipher.open_into(&place.aad(Purpose::Wrap { epoch }), ciphertext, &mut keys)?;
        Ok(keys)
    }
}

/// Number of the epoch under which `wrapped` was made, as it says of itself; proven only by unwrapping.
///
/// # Errors
/// [`SealError::Format`] when the bytes are too short to be a wrap.
pub fn epoch_of(wrapped: &[u8]) -> Result<u32, SealError> {
    split_epoch(wrapped).map(|(epoch, _)| epoch)
}

/// Takes a wrap from one epoch to the next; the keys inside stay what they are.
///
/// # Errors
/// As the unwrapping under `old`: [`SealError::Epoch`], [`SealError::Open`], [`SealError::Format`].
pub fn rewrap(wrapped: &[u8], place: &Place, old: &EpochKey, new: &EpochKey) -> Result<Vec<u8>, SealError> {
    Ok(new.wrap(place, &old.unwrap(place, wrapped)?))
}

fn split_epoch(wrapped: &[u8]) -> Result<(u32, &[u8]), SealError> {
    let (epoch, ciphertext) = wrapped.split_first_chunk::<4>().ok_or(SealError::Format)?;
    Ok((u32::from_be_bytes(*epoch), ciphertext))
}
