//! The watchdog: ends sessions that keep a transaction open which nobody will end, or in which others wait
//! for too long. What they had not committed is rolled back, as after a lost connection.

use std::sync::Arc;
use std::time::Duration;

use diesel::sql_types::{BigInt, Double, Text};
use diesel::{QueryableByName, sql_query};
use diesel_async::pooled_connection::deadpool::Pool;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use crate::{Installation, StoreError, pool};

/// How long a session may keep a transaction open.
#[derive(Debug, Clone, Copy)]
pub struct Patience {
    /// While it asks nothing of the server.
    pub idle: Duration,
    /// While others wait for a lock that it holds.
    pub blocking: Duration,
}

impl Default for Patience {
    /// Two minutes in which nothing is asked: between two batches of a load lie milliseconds. Fifteen minutes
    /// at work while others wait: many times what the largest register takes.
    fn default() -> Self {
        Self { idle: Duration::from_secs(120), blocking: Duration::from_secs(900) }
    }
}

/// Ends the sessions of this installation's roles in this database that have lost all patience.
const END: &str = "SELECT count(pg_terminate_backend(a.pid)) AS ended FROM pg_stat_activity a \
     WHERE a.datname = current_database() AND starts_with(a.usename::text, $1) AND a.pid <> pg_backend_pid() AND \
     (a.state LIKE 'idle in transaction%' AND a.state_change < clock_timestamp() - make_interval(secs => $2) \
      OR a.xact_start < clock_timestamp() - make_interval(secs => $3) AND EXISTS \
         (SELECT 1 FROM pg_locks w WHERE NOT w.granted AND a.pid = ANY (pg_blocking_pids(w.pid))))";

/// The installation's watchdog, as `<prefix>_watch`: it may end other roles' sessions and read no table.
pub struct Watch {
    pool: Pool<AsyncPgConnection>,
    roles: String,
}

impl Watch {
    /// The watchdog of an installation; nothing is opened yet.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when no pool can be made.
    pub fn new(installation: &Arc<Installation>) -> Result<Self, StoreError> {
        Ok(Self { pool: pool::open(installation, "watch", 1)?, roles: installation.prefix.role("") })
    }

    /// Ends what nobody else will end; says how many sessions.
    ///
    /// # Errors
    /// [`StoreError`] when the role cannot connect or the statement fails.
    pub async fn end_stuck(&self, patience: Patience) -> Result<i64, StoreError> {
        let mut conn = self.pool.get().await.map_err(|_| StoreError::Unavailable)?;
        let ended: Ended = sql_query(END)
            .bind::<Text, _>(&self.roles)
            .bind::<Double, _>(patience.idle.as_secs_f64())
            .bind::<Double, _>(patience.blocking.as_secs_f64())
            .get_result(&mut conn)
            .await?;
        Ok(ended.ended)
    }
}

#[derive(QueryableByName)]
struct Ended {
    #[diesel(sql_type = BigInt)]
    ended: i64,
}
