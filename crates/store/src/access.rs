//! Who looked at whom, why and when. Rows are group-committed before the answers leave: each batch
//! takes what arrived while the last one was being committed, with one leaf a town. The role that
//! writes them may insert rows of all towns and read none.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::{DateTime, Utc};
use kernel::id::{PersonId, StaffId};
use kernel::{Purpose, TownCode};
use tokio::sync::{mpsc, oneshot};
use tokio_postgres::{Client, Statement};
use uuid::Uuid;

use crate::town::LeafRow;
use crate::{Installation, StoreError, TownConn};

/// Entries one batch takes at most; what is more waits for the next.
const BATCH: usize = 1024;

/// One look at one person.
#[derive(Debug, Clone, Copy)]
pub struct AccessEntry {
    /// Whose resident.
    pub town: TownCode,
    /// Who was looked at.
    pub person: PersonId,
    /// Who looked.
    pub staff: StaffId,
    /// Why.
    pub purpose: Purpose,
    /// By which operation of the API.
    pub operation: &'static str,
    /// When.
    pub at: DateTime<Utc>,
}

/// Makes the leaf of one town's part of a batch.
pub type BatchLeaf = Arc<dyn Fn(TownCode, &[AccessEntry]) -> LeafRow + Send + Sync>;

type Waiting = (Vec<AccessEntry>, oneshot::Sender<bool>);

/// The door every look at a person goes through.
#[derive(Clone)]
pub struct AccessLog(mpsc::Sender<Waiting>);

impl AccessLog {
    /// Starts the writer.
    #[must_use]
    pub fn start(installation: Arc<Installation>, leaf: BatchLeaf) -> Self {
        let (send, receive) = mpsc::channel(4096);
        tokio::spawn(Writer { installation, leaf, open: None }.run(receive));
        Self(send)
    }

    /// Records looks and returns once they are committed.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when they could not be recorded: the answer must not leave then.
    pub async fn record(&self, entries: Vec<AccessEntry>) -> Result<(), StoreError> {
        if entries.is_empty() {
            return Ok(());
        }
        let (done, waiting) = oneshot::channel();
        self.0.send((entries, done)).await.map_err(|_| StoreError::Unavailable)?;
        match waiting.await {
            Ok(true) => Ok(()),
            _ => Err(StoreError::Unavailable),
        }
    }
}

struct Writer {
    installation: Arc<Installation>,
    leaf: BatchLeaf,
    open: Option<Open>,
}

struct Open {
    client: Client,
    insert: Statement,
    append: Statement,
}

impl Writer {
    async fn run(mut self, mut receive: mpsc::Receiver<Waiting>) {
        let mut arrived = Vec::new();
        while receive.recv_many(&mut arrived, BATCH).await > 0 {
            let entries: Vec<AccessEntry> =
                arrived.iter().flat_map(|(entries, _)| entries.iter().copied()).collect();
            let written = match self.write(&entries).await {
                Ok(()) => true,
                Err(error) => {
                    tracing::error!(%error, looks = entries.len(), "looks at residents could not be recorded");
                    self.open = None;
                    false
                }
            };
            for (_, done) in arrived.drain(..) {
                // Whoever no longer waits was cut off; the look stays recorded.
                let _ = done.send(written);
            }
        }
    }

    async fn write(&mut self, entries: &[AccessEntry]) -> Result<(), StoreError> {
        let open = match self.open.take() {
            Some(open) if !open.client.is_closed() => self.open.insert(open),
            _ => self.open.insert(Open::new(&self.installation).await?),
        };
        let mut towns: BTreeMap<TownCode, Vec<AccessEntry>> = BTreeMap::new();
        for entry in entries {
            towns.entry(entry.town).or_default().push(*entry);
        }
        let leaves: Vec<(TownCode, LeafRow)> =
            towns.iter().map(|(town, entries)| (*town, (self.leaf)(*town, entries))).collect();
        open.commit(entries, &leaves).await
    }
}

impl Open {
    async fn new(installation: &Installation) -> Result<Self, StoreError> {
        let client = installation.connect("log").await?;
        let insert = client
            .prepare(
                "INSERT INTO town.access (town_id, access_id, person_id, staff_id, purpose, operation, at) SELECT * FROM unnest($1::text[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::text[], $7::timestamptz[])",
            )
            .await?;
        let append = client
            .prepare(
                "SELECT hub.append_leaf(l.town, l.id, l.body) FROM unnest($1::text[], $2::uuid[], $3::bytea[]) AS l (town, id, body)",
            )
            .await?;
        Ok(Self { client, insert, append })
    }

    /// One transaction, its statements sent together. Should one fail, the server answers COMMIT by
    /// rolling back, and that statement's own answer is the error seen here.
    async fn commit(
        &self,
        entries: &[AccessEntry],
        leaves: &[(TownCode, LeafRow)],
    ) -> Result<(), StoreError> {
        let towns: Vec<&str> = entries.iter().map(|e| e.town.as_str()).collect();
        let ids: Vec<Uuid> = entries.iter().map(|_| Uuid::now_v7()).collect();
        let persons: Vec<Uuid> = entries.iter().map(|e| e.person.uuid()).collect();
        let staff: Vec<Uuid> = entries.iter().map(|e| e.staff.uuid()).collect();
        let purposes: Vec<&str> = entries.iter().map(|e| e.purpose.as_str()).collect();
        let operations: Vec<&str> = entries.iter().map(|e| e.operation).collect();
        let times: Vec<DateTime<Utc>> = entries.iter().map(|e| e.at).collect();
        let insert = async {
            let binds: [&(dyn tokio_postgres::types::ToSql + Sync); 7] =
                [&towns, &ids, &persons, &staff, &purposes, &operations, &times];
            self.client.execute(&self.insert, &binds).await
        };
        let chains: Vec<&str> = leaves.iter().map(|(town, _)| town.as_str()).collect();
        let leaf_ids: Vec<Uuid> = leaves.iter().map(|(_, leaf)| leaf.id.uuid()).collect();
        let bodies: Vec<&[u8]> = leaves.iter().map(|(_, leaf)| leaf.body.as_slice()).collect();
        let append = async { self.client.execute(&self.append, &[&chains, &leaf_ids, &bodies]).await };
        let (begun, inserted, appended, committed) = tokio::join!(
            self.client.batch_execute("BEGIN"),
            insert,
            append,
            self.client.batch_execute("COMMIT")
        );
        begun?;
        inserted?;
        appended?;
        committed?;
        Ok(())
    }
}

/// One recorded look, as the town's auditor reads it.
#[derive(Debug, Clone)]
pub struct AccessRow {
    /// Id; a later look has a greater one.
    pub id: Uuid,
    /// Who looked.
    pub staff: StaffId,
    /// Why.
    pub purpose: String,
    /// By which operation.
    pub operation: String,
    /// When.
    pub at: DateTime<Utc>,
}

impl TownConn {
    /// Who looked at a person, newest first, before the look `before`.
    ///
    /// # Errors
    /// [`StoreError`] when the statement fails.
    pub async fn access_list(
        &mut self,
        person: PersonId,
        before: Option<Uuid>,
        limit: i64,
    ) -> Result<Vec<AccessRow>, StoreError> {
        use crate::schema::access;
        use diesel::prelude::*;
        use diesel_async::RunQueryDsl;

        let (driver, town) = self.parts()?;
        let mut query = access::table
            .filter(access::town_id.eq(town))
            .filter(access::person_id.eq(person.uuid()))
            .into_boxed();
        if let Some(before) = before {
            query = query.filter(access::access_id.lt(before));
        }
        let rows: Vec<Look> = query
            .order(access::access_id.desc())
            .limit(limit)
            .select((access::access_id, access::staff_id, access::purpose, access::operation, access::at))
            .load(driver)
            .await?;
        Ok(rows.into_iter().map(look).collect())
    }
}

/// A look's columns: id, staff, purpose, operation, time.
pub(crate) type Look = (Uuid, Uuid, String, String, DateTime<Utc>);

/// A look as it is read.
pub(crate) fn look((id, staff, purpose, operation, at): Look) -> AccessRow {
    AccessRow { id, staff: StaffId::from_uuid(staff), purpose, operation, at }
}
