//! Files that came whole and that nobody loads: planned and left, or refused by a guard and not asked for again.
//! A spool is a copy of a town's records that nothing rests on, so it goes after a while.

use chrono::{DateTime, TimeDelta, Utc};
use evidence::Act;
use kernel::TownCode;

use crate::error::store;
use crate::{App, Result, leaf};

impl App {
    /// Lets go of files that came whole and with which nothing was done for so long: neither planned nor loaded.
    /// Each is an act, for its coming was one. Says how many.
    ///
    /// # Errors
    /// A fault when the database cannot be reached.
    pub async fn uploads_expire(
        &self,
        town: TownCode,
        now: DateTime<Utc>,
        after: TimeDelta,
    ) -> Result<usize> {
        let mut conn = self.towns.read(town).await.map_err(store)?;
        let unused = conn.uploads_unused(now - after).await.map_err(store)?;
        drop(conn);
        let mut gone = 0;
        for upload in unused {
            let mut tx = self.towns.begin(town).await.map_err(store)?;
            if tx.upload_expire(upload).await.map_err(store)? {
                let leaf =
                    leaf::of_platform(town, Act::UploadExpired, now, vec![upload.into()], &after.num_days())?;
                tx.commit(leaf).await.map_err(store)?;
                metrics::counter!("tasuki_uploads_expired_total", "town" => town.to_string()).increment(1);
                gone += 1;
            }
        }
        Ok(gone)
    }
}
