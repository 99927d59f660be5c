//! Ids of whom and what a town did not know: people, households, accounts.

use kernel::id::StaffId;
use kernel::{Digest, Known as Stated};
use store::TownTx;
use uuid::{Builder, Uuid, Variant, Version};

use crate::Result;
use crate::error::store;
use crate::profiles::Applied;

/// How they get their ids.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Ids {
    /// Each another one.
    Fresh,
    /// By their number, in a training town: after a reset everybody has the id they had before, so that an
    /// exercise can name them.
    Fixed,
}

impl Ids {
    /// As the town wishes.
    pub const fn of_town(profile: &Applied) -> Self {
        if profile.town.training { Self::Fixed } else { Self::Fresh }
    }

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

    /// The id of an account to be added, by its 職員番号; the first administrator, who has none yet, says so.
    /// Another one where an account has it: accounts are never taken away.
    ///
    /// # Errors
    /// A fault when the database cannot be reached.
    pub async fn of_account(self, tx: &mut TownTx, number: Option<&str>) -> Result<StaffId> {
        let number = number.map_or_else(Stated::default, |number| Stated::Present(number.to_owned()));
        let id = StaffId::from_uuid(self.of("staff", &number));
        let is_taken = self == Self::Fixed && tx.staff_exists(id).await.map_err(store)?;
        Ok(if is_taken { StaffId::new() } else { id })
    }
}
