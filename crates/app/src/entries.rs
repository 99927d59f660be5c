//! What case workers record themselves: relations, assessments, cases. An entry is kept as versions, each with
//! who wrote it, when and why; none is ever changed, and the newest stands.

use chrono::{DateTime, NaiveDate, Utc};
use kernel::id::{PersonId, RunId, StaffId};
use kernel::{Category, Code, Fault, TownCtx};
use seal::Plain;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use store::rows::entry::EntryRow;
use store::{StoreError, TownConn, TownTx};
use uuid::Uuid;

use crate::Result;
use crate::error::{internal, invalid, store};
use crate::release::{Hidden, Resident};

/// What an entry says.
pub trait Said: Serialize + DeserializeOwned {
    /// The key that seals it.
    const CATEGORY: Category;

    /// Whom it names beside the person it is about.
    fn others(&self) -> Vec<PersonId>;
}

/// One version of an entry.
#[derive(Debug, Clone)]
pub struct Version<T> {
    /// Which, from 1.
    pub number: u32,
    /// Who wrote it.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
    /// Why it was changed; `None` for the first version.
    pub reason: Option<String>,
    /// What it says.
    pub said: T,
}

/// An entry with all its versions.
#[derive(Debug, Clone)]
pub struct Entry<T> {
    /// Id, the same in all versions.
    pub id: Uuid,
    /// Whom it is about.
    pub person: PersonId,
    /// The run it speaks of, if it does.
    pub run: Option<RunId>,
    /// Versions before the newest, oldest first.
    pub earlier: Vec<Version<T>>,
    /// The version that stands.
    pub newest: Version<T>,
}

impl<T> Entry<T> {
    /// Every version, oldest first.
    pub fn versions(&self) -> impl Iterator<Item = &Version<T>> {
        self.earlier.iter().chain(std::iter::once(&self.newest))
    }
}

impl<T: Said> Resident for Entry<T> {
    fn persons(&self) -> Vec<PersonId> {
        let others = self.versions().flat_map(|version| version.said.others());
        std::iter::once(self.person).chain(others).collect()
    }

    fn hide_whereabouts(&mut self, _: &dyn Fn(PersonId) -> Option<Hidden>) {
        // What the town's own staff wrote down for each other; no address has a place in it.
    }
}

/// A change of an entry.
#[derive(Debug)]
pub struct Change {
    /// The version that was read.
    pub version: u32,
    /// Why it is changed.
    pub reason: String,
}

/// A version as it rests.
#[derive(Serialize, Deserialize)]
struct Body<T> {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    said: T,
}

/// Rows as entries; each entry's rows stand together, oldest first.
pub(crate) fn of_rows<T: Said>(rows: Vec<EntryRow>) -> Result<Vec<Entry<T>>> {
    let mut entries: Vec<Entry<T>> = Vec::new();
    for row in rows.into_iter().filter(|row| row.category == T::CATEGORY) {
        let (id, person, run) = (row.id, row.person, row.run);
        let version = version(&row)?;
        match entries.last_mut().filter(|entry| entry.id == id) {
            Some(entry) => entry.earlier.push(std::mem::replace(&mut entry.newest, version)),
            None => entries.push(Entry { id, person, run, earlier: Vec::new(), newest: version }),
        }
    }
    Ok(entries)
}

fn version<T: Said>(row: &EntryRow) -> Result<Version<T>> {
    let body: Body<T> =
        serde_json::from_slice(&row.body).map_err(|_| internal("an entry is not of the known form"))?;
    let number = row.version.unsigned_abs();
    Ok(Version { number, by: row.by, at: row.at, reason: body.reason, said: body.said })
}

/// Everything of a kind recorded about a person, oldest first.
pub(crate) async fn of_person<T: Said>(conn: &mut TownConn, person: PersonId) -> Result<Vec<Entry<T>>> {
    require(conn, person).await?;
    of_rows(conn.entries(person, Some(T::CATEGORY)).await.map_err(store)?)
}

/// Requires that the town knows the person.
pub(crate) async fn require(conn: &mut TownConn, person: PersonId) -> Result<()> {
    if conn.person_exists(person).await.map_err(store)? {
        return Ok(());
    }
    Err(Fault::new(Code::PersonNotFound))
}

/// Writes the first version of an entry.
///
/// # Errors
/// `version_superseded` when somebody wrote it first.
pub(crate) async fn begin<T: Said>(
    tx: &mut TownTx,
    ctx: &TownCtx,
    id: Uuid,
    about: (PersonId, Option<RunId>),
    said: T,
) -> Result<()> {
    put(tx, ctx, (id, about), 1, Body { reason: None, said }).await
}

/// Writes the next version of an entry.
///
/// # Errors
/// `version_superseded` when it was changed since `change.version` was read.
pub(crate) async fn go_on<T: Said>(
    tx: &mut TownTx,
    ctx: &TownCtx,
    entry: &Entry<T>,
    change: Change,
    said: T,
) -> Result<()> {
    if entry.newest.number != change.version {
        return Err(superseded(entry.newest.number));
    }
    let place = (entry.id, (entry.person, entry.run));
    put(tx, ctx, place, change.version + 1, Body { reason: Some(change.reason), said }).await
}

async fn put<T: Said>(
    tx: &mut TownTx,
    ctx: &TownCtx,
    (id, (person, run)): (Uuid, (PersonId, Option<RunId>)),
    number: u32,
    body: Body<T>,
) -> Result<()> {
    let body = serde_json::to_vec(&body).map(Plain::from).map_err(|_| internal("an entry is not JSON"))?;
    let version = i32::try_from(number).map_err(|_| internal("an entry has too many versions"))?;
    let row = EntryRow { id, version, person, category: T::CATEGORY, run, by: ctx.staff, at: ctx.now, body };
    match tx.entry_insert(&row).await {
        Err(StoreError::Duplicate) => Err(superseded(number)),
        done => done.map_err(store),
    }
}

fn superseded(version: u32) -> Fault {
    Fault::new(Code::VersionSuperseded).with("version", version)
}

/// Requires a day that has come.
pub(crate) fn not_to_come(ctx: &TownCtx, name: &'static str, day: NaiveDate) -> Result<()> {
    if day > ctx.today() {
        return Err(invalid(name, "まだ来ていない日です", "it lies in the future"));
    }
    Ok(())
}
