//! The towns' public keys, as the hub publishes them. Not to be believed before two people have
//! compared them: see [`crate::rows::peer_key`].

use diesel::sql_types::{Bytea, Text};
use diesel::{QueryableByName, sql_query};
use diesel_async::RunQueryDsl;
use kernel::TownCode;

use crate::word::words;
use crate::{StoreError, TownConn, TownTx};

words! {
    /// What a public key is for.
    KeyPurpose("town_key.purpose") {
        /// Packages are sealed to it.
        Seal = "seal";
        /// Packages and receipts are verified by it.
        Sign = "sign";
    }
}

/// One published key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TownKey {
    /// Whose it is.
    pub town: TownCode,
    /// What it is for.
    pub purpose: KeyPurpose,
    /// Its bytes.
    pub public_key: Vec<u8>,
}

#[derive(QueryableByName)]
struct Columns {
    #[diesel(sql_type = Text)]
    town_id: String,
    #[diesel(sql_type = Text)]
    purpose: String,
    #[diesel(sql_type = Bytea)]
    public_key: Vec<u8>,
}

impl TownConn {
    /// Every town's published keys.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn hub_town_keys(&mut self) -> Result<Vec<TownKey>, StoreError> {
        let (driver, _) = self.parts()?;
        let rows: Vec<Columns> =
            sql_query("SELECT town_id, purpose, public_key FROM hub.town_keys()").load(driver).await?;
        rows.into_iter()
            .map(|c| {
                Ok(TownKey {
                    town: c.town_id.parse().map_err(|_| StoreError::Malformed("town_key.town_id"))?,
                    purpose: c.purpose.parse()?,
                    public_key: c.public_key,
                })
            })
            .collect()
    }
}

impl TownTx {
    /// Publishes this town's key, in place of an earlier one.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn hub_publish_key(
        &mut self,
        purpose: KeyPurpose,
        public_key: &[u8],
    ) -> Result<(), StoreError> {
        let (driver, town) = self.parts()?;
        sql_query("SELECT hub.publish_key($1, $2, $3)")
            .bind::<Text, _>(town)
            .bind::<Text, _>(purpose.as_str())
            .bind::<Bytea, _>(public_key)
            .execute(driver)
            .await?;
        Ok(())
    }
}
