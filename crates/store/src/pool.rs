//! A pool of connections as one of the installation's roles: opened when needed, closed when idle.

use std::sync::Arc;
use std::time::Duration;

use deadpool::managed::QueueMode;
use diesel_async::AsyncPgConnection;
use diesel_async::pooled_connection::deadpool::Pool;
use diesel_async::pooled_connection::{AsyncDieselConnectionManager, ManagerConfig, RecyclingMethod};
use tokio_postgres::NoTls;

use crate::{Installation, StoreError};

/// A pool as the role `<prefix>_<role>`; nothing is opened yet.
pub(crate) fn open(
    installation: &Arc<Installation>,
    role: &str,
    size: usize,
) -> Result<Pool<AsyncPgConnection>, StoreError> {
    let (installation, role) = (Arc::clone(installation), role.to_owned());
    let mut config = ManagerConfig::default();
    // A connection that is closed or has a transaction open is never handed out; asking each one by a
    // statement whether it lives would double the statements of every read.
    config.recycling_method = RecyclingMethod::Fast;
    config.custom_setup = Box::new(move |_| {
        let config = installation.config(&role);
        Box::pin(async move {
            let (client, connection) = config
                .connect(NoTls)
                .await
                .map_err(|error| diesel::ConnectionError::BadConnection(error.to_string()))?;
            AsyncPgConnection::try_from_client_and_connection(client, connection).await
        })
    });
    let manager = AsyncDieselConnectionManager::new_with_config("", config);
    // The one used last is used next: what is not needed any more becomes idle.
    let pool = Pool::builder(manager).max_size(size).queue_mode(QueueMode::Lifo);
    pool.build().map_err(|_| StoreError::Unavailable)
}

/// Closes the connections that nobody has used for so long; says how many.
pub(crate) fn close_idle(pool: &Pool<AsyncPgConnection>, idle: Duration) -> usize {
    pool.retain(|_, used| used.last_used() < idle).removed.len()
}
