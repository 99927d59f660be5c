//! Ids of people and households that a town did not know.

use kernel::{Digest, Known as Stated};
use uuid::{Builder, Uuid, Variant, Version};

/// How people and households that a town did not know get their ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Ids {
    /// Each another one.
    Fresh,
    /// By their number, in a training town: after a reset everybody has the id they had before, so that an
    /// exercise can name them.
    Fixed,
}

impl Ids {
    /// The id of whoever has `number` among the numbers of `system`.
    pub fn of(self, system: &str, number: &Stated<String>) -> Uuid {
        match (self, number) {
            (Self::Fixed, Stated::Present(number)) => {
                let digest = Digest::of(format!("{system}\0{number}").as_bytes());
                let half = digest.as_bytes().first_chunk().copied().unwrap_or_default();
                Builder::from_bytes(half)
                    .with_variant(Variant::RFC4122)
                    .with_version(Version::Custom)
                    .into_uuid()
            }
            (Self::Fixed, Stated::Absent(_)) | (Self::Fresh, _) => Uuid::now_v7(),
        }
    }
}
