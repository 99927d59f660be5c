//! Records that a source had and no longer has: a plan tells what comes back from what is new.

use futures_util::{StreamExt, pin_mut};

use super::known::key16;
use super::{Key16, KeyedSet, Lookup};
use crate::StoreError;

impl Lookup<'_> {
    /// Keys of records of `source` that were closed at some time; those in force may be among them.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn ended(&self, source: &str) -> Result<KeyedSet<Key16>, StoreError> {
        let sql = "SELECT record_key FROM town.pack WHERE town_id = $1 AND source = $2 AND recorded_to IS NOT NULL UNION SELECT record_key FROM town.link_task WHERE town_id = $1 AND source = $2 AND state = 'closed'";
        let rows = self.client.query_raw(sql, [self.town.as_str(), source]).await?;
        pin_mut!(rows);
        let mut ended = KeyedSet::default();
        while let Some(row) = rows.next().await.transpose()? {
            ended.insert(key16(&row, 0)?);
        }
        Ok(ended)
    }
}
