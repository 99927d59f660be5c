//! 練習町: a town in which everything may be tried, because it can be put back as it was.

use evidence::Act;
use kernel::{Code, CoopCtx, Fault, TownCode};

use crate::error::store;
use crate::{App, Result, leaf};

impl App {
    /// Whether a town is one to practise in.
    ///
    /// # Errors
    /// `profile_missing`; a fault when the database cannot be reached.
    pub async fn is_training_town(&self, town: TownCode) -> Result<bool> {
        Ok(self.profile_of(town).await?.town.training)
    }

    /// Empties a training town: residents, staff, tokens, everything but its profile. Needs the superuser, whose
    /// name and password `admin` is: no role of the platform may delete so much.
    ///
    /// # Errors
    /// `profile_missing`; `training_town_only` for a member, of which nothing is touched.
    pub async fn training_town_empty(
        &self,
        ctx: &CoopCtx,
        town: TownCode,
        admin: (&str, &str),
    ) -> Result<()> {
        let profile = self.profile_of(town).await?;
        if !profile.town.training {
            return Err(Fault::new(Code::TrainingTownOnly).with("town", &profile.town.name));
        }
        let leaf = leaf::of_operator(town, Act::TrainingReset, ctx, vec![profile.id.into()], &profile.id)?;
        self.towns.installation().empty_town(admin, town, &leaf).await.map_err(store)
    }
}
