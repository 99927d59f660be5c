//! A load's key: seals the spooled upload, the rejects and the rows not yet linked, and dies with the rejects.

use crate::{BoxKey, EpochKey, Place, SealError, secret::Secret};

/// The key of one load.
#[derive(Debug)]
pub struct LoadKey {
    secret: Secret,
    boxes: BoxKey,
}

impl LoadKey {
    /// A fresh key.
    pub fn generate() -> Self {
        Self::new(Secret::generate())
    }

    fn new(secret: Secret) -> Self {
        let boxes = BoxKey::new(&secret);
        Self { secret, boxes }
    }

    /// The key ready to seal and open.
    pub fn boxes(&self) -> &BoxKey {
        &self.boxes
    }

    /// Wraps the key for the load's row at `place`.
    pub fn wrap(&self, epoch: &EpochKey, place: &Place) -> Vec<u8> {
        epoch.wrap(place, self.secret.expose())
    }

    /// Unwraps what [`wrap`](Self::wrap) made for the same place.
    ///
    /// # Errors
    /// [`SealError::Epoch`] for another epoch's key, [`SealError::Open`] for another place or altered bytes,
    /// [`SealError::Format`] for bytes that are no wrap of a load key.
    pub fn unwrap(epoch: &EpochKey, place: &Place, wrapped: &[u8]) -> Result<Self, SealError> {
        let bytes = epoch.unwrap(place, wrapped)?;
        let key = <&[u8; 32]>::try_from(&*bytes).map_err(|_| SealError::Format)?;
        Ok(Self::new(Secret::from_bytes(key)))
    }
}
