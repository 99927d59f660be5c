//! Emptying a training town: everything that was known and done in it goes, so that the next class begins where
//! the last one did. Deletes what no role of the platform may delete, so only the superuser can, at the server.

use kernel::TownCode;
use tokio_postgres::Transaction;

use super::Installation;
use crate::StoreError;
use crate::town::LeafRow;

/// What stays: how the town is set up, and the counters that tell every server to look again.
const KEPT: &[&str] = &["profile", "version"];

impl Installation {
    /// Deletes every row of a town but its profile, and writes the act into its chain, in one transaction. The
    /// caller has made sure that it is a training town.
    ///
    /// # Errors
    /// [`StoreError`] when the superuser cannot connect or a statement fails; nothing is deleted then.
    pub async fn empty_town(
        &self,
        admin: (&str, &str),
        town: TownCode,
        leaf: &LeafRow,
    ) -> Result<(), StoreError> {
        let mut client = self.admin(admin.0, admin.1, &self.database).await?;
        let tx = client.transaction().await?;
        // Rows point at each other in both directions; nothing is left that could point at nothing.
        tx.batch_execute("SET LOCAL session_replication_role = replica").await?;
        for table in tables(&tx).await? {
            tx.execute(&format!("DELETE FROM town.\"{table}\" WHERE town_id = $1"), &[&town.as_str()])
                .await?;
        }
        tx.execute(
            "UPDATE town.version SET auth = auth + 1, people = people + 1, protection = protection + 1 WHERE town_id = $1",
            &[&town.as_str()],
        )
        .await?;
        // A town's chain takes leaves from the town's own role alone.
        let role = self.prefix.role(town.as_str());
        tx.batch_execute(&format!("SET LOCAL SESSION AUTHORIZATION {role}")).await?;
        tx.execute("SELECT hub.append_leaf($1, $2, $3)", &[&town.as_str(), &leaf.id.uuid(), &leaf.body])
            .await
            .map_err(|error| StoreError::from(error).of_leaf())?;
        Ok(tx.commit().await?)
    }
}

/// The tables of towns, as they are now: one that is added later is emptied as well.
async fn tables(tx: &Transaction<'_>) -> Result<Vec<String>, StoreError> {
    let rows = tx
        .query("SELECT tablename::text FROM pg_catalog.pg_tables WHERE schemaname = 'town' ORDER BY 1", &[])
        .await?;
    let all = rows.iter().map(|row| row.get::<_, String>(0));
    Ok(all.filter(|table| !KEPT.contains(&table.as_str())).collect())
}
