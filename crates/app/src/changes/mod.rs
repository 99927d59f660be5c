//! What changed since: the town's acts in the order in which they were committed, for systems that keep
//! themselves up to date. The order is the hash chain's: an act ends with its leaf, and the chain's row is
//! locked from there to the commit, so whoever sees place n sees every place before it, however long a load
//! took and whatever time it began at. A time could not tell that.

mod noun;
mod position;

use std::collections::BTreeSet;

use chrono::{DateTime, Utc};
use evidence::{Act, Leaf, SubjectRef};
use kernel::TownCtx;
use kernel::id::{LoadId, PersonId, RunId};
use store::TownConn;
use store::hub::LeafEntry;

use crate::error::store;
use crate::protection::LIST;
use crate::release::READERS;
use crate::{App, Result, auth};

pub use noun::Noun;
pub use position::{NoPosition, Position};

/// Acts that one page reads at most: bounds what a page costs where a filter leaves little of them.
const ACTS: i32 = 500;

/// Where a reader begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Start {
    /// Before the town's first act.
    Beginning,
    /// Behind the newest.
    Now,
    /// Where a page ended.
    At(Position),
}

/// One thing that an act changed. An id, and nothing of what the thing says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The act's place in the town's chain, from 1.
    pub place: i64,
    /// When the act began. Not the order: an act that took long is told after shorter ones that began later.
    pub at: DateTime<Utc>,
    /// What was done.
    pub act: Act,
    /// What it was done to.
    pub noun: Noun,
    /// Which; `None` for what there is one of in a town.
    pub id: Option<SubjectRef>,
}

/// A page of the feed.
#[derive(Debug)]
pub struct Changes {
    /// Changes in the order of their acts; of one act, each thing once.
    pub items: Vec<Change>,
    /// Where the next page begins; there always is one.
    pub next: Position,
    /// Whether more is there already.
    pub more: bool,
}

impl App {
    /// The changes after `start`, of one noun or of all.
    ///
    /// Nothing in them says anything about a resident but that something changed, so no purpose is asked for and
    /// no look is recorded; whoever then reads the person says why and is.
    ///
    /// # Errors
    /// `grant_missing`; `invalid_cursor` for a position of another town or of a history that is no longer this
    /// town's.
    pub async fn changes(
        &self,
        ctx: &TownCtx,
        start: Start,
        noun: Option<Noun>,
        limit: usize,
    ) -> Result<Changes> {
        auth::require_any(ctx, READERS)?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let from = match start {
            Start::Beginning => Position::beginning(ctx.town),
            Start::Now => {
                let next = Position::now(&mut conn).await?;
                return Ok(Changes { items: Vec::new(), next, more: false });
            }
            Start::At(position) => position,
        };
        let begun = from.check(&mut conn, ctx.town).await?;
        let fresh = conn.hub_changes(from.n, ACTS).await.map_err(store)?;
        let unread = fresh.len() >= usize::try_from(ACTS).unwrap_or_default();
        let mut page = Page { items: Vec::new(), next: from, limit, noun };
        for entry in begun.iter().chain(&fresh) {
            if page.room() == 0 || !page.take(&mut conn, entry).await? {
                return Ok(Changes { items: page.items, next: page.next, more: true });
            }
        }
        Ok(Changes { items: page.items, next: page.next, more: unread })
    }
}

/// A page as it fills.
struct Page {
    items: Vec<Change>,
    next: Position,
    limit: usize,
    noun: Option<Noun>,
}

impl Page {
    fn room(&self) -> usize {
        self.limit.saturating_sub(self.items.len())
    }

    /// Tells of an act; whether of the whole of it.
    async fn take(&mut self, conn: &mut TownConn, entry: &LeafEntry) -> Result<bool> {
        let leaf = Leaf::from_bytes(&entry.body)?;
        let told = self.next.within.take();
        let at = DateTime::from_timestamp_millis(leaf.at).unwrap_or_default();
        let mut things = named(&leaf);
        if told.is_some() {
            let place = things.iter().position(|(_, id)| *id == told);
            // What was told last is not among what the act names: it is one of the many it changed.
            things.drain(..place.map_or(things.len(), |place| place + 1));
        }
        if self.noun.is_none_or(|wanted| wanted == Noun::Person) {
            things.extend(many(conn, &leaf, told.as_ref(), self.room() + 1).await?);
        }
        if changes_protections(conn, &leaf).await? {
            things.push((Noun::ProtectionList, None));
        }
        things.retain(|(noun, _)| self.noun.is_none_or(|wanted| wanted == *noun));
        let room = self.room();
        let whole = things.len() <= room;
        things.truncate(room);
        let within = things.last().filter(|_| !whole).and_then(|(_, id)| id.clone());
        self.items.extend(things.into_iter().map(|(noun, id)| Change {
            place: entry.n,
            at,
            act: leaf.act,
            noun,
            id,
        }));
        self.next = Position { within, ..Position::behind(entry) };
        Ok(whole)
    }
}

/// Acts that change nothing, and so are not told.
const NO_CHANGE: &[Act] = &[Act::PersonsRead, Act::Exported];

/// A thing by its noun and id.
type Thing = (Noun, Option<SubjectRef>);

/// What an act names, each once, in its order. The end of a protection names the person in the evidence, which
/// is an auditor's; here it is a change of the list.
fn named(leaf: &Leaf) -> Vec<Thing> {
    if leaf.act == Act::ProtectionEnded || NO_CHANGE.contains(&leaf.act) {
        return Vec::new();
    }
    let mut seen = BTreeSet::new();
    let subjects = leaf.subjects.iter().filter(|subject| seen.insert((*subject).clone()));
    subjects.filter_map(|subject| Some((Noun::of(subject)?, Some(subject.clone())))).collect()
}

/// The persons that a bulk act changed without naming them, after the one told last.
async fn many(
    conn: &mut TownConn,
    leaf: &Leaf,
    told: Option<&SubjectRef>,
    limit: usize,
) -> Result<Vec<Thing>> {
    let limit = i64::try_from(limit).unwrap_or(i64::MAX);
    let after: Option<PersonId> = told.and_then(|told| told.as_str().parse().ok());
    let persons = match leaf.act {
        Act::LoadApplied | Act::LoadRolledBack => match subject::<LoadId>(leaf) {
            Some(load) => conn.load_persons(load, after, limit).await,
            None => Ok(Vec::new()),
        },
        Act::RunScored => match subject::<RunId>(leaf) {
            Some(run) => conn.run_persons(run, after, limit).await,
            None => Ok(Vec::new()),
        },
        _ => Ok(Vec::new()),
    };
    let persons = persons.map_err(store)?;
    Ok(persons.into_iter().map(|person| (Noun::Person, Some(person.into()))).collect())
}

/// Whether the list of protections may be another since this act. Decisions on the link queue count without
/// looking which source the record is of.
async fn changes_protections(conn: &mut TownConn, leaf: &Leaf) -> Result<bool> {
    Ok(match leaf.act {
        Act::ProtectionEnded | Act::LinkDecided | Act::LinkUndone | Act::NumberMoved => true,
        Act::LoadApplied | Act::LoadRolledBack => match subject::<LoadId>(leaf) {
            Some(load) => conn.load(load).await.map_err(store)?.is_some_and(|row| row.source == LIST),
            None => false,
        },
        _ => false,
    })
}

fn subject<T: std::str::FromStr>(leaf: &Leaf) -> Option<T> {
    leaf.subjects.iter().find_map(|subject| subject.as_str().parse().ok())
}
