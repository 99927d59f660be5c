//! What a piece of a file needs to know before its rows are resolved, asked for at once: nothing where no row
//! has changed; of the holders of numbers what the register says and their keys; everybody only where a row
//! cannot be told without. So a file that brings little asks for little, however many people the town has.

use std::time::{Duration, Instant};

use kernel::id::PersonId;
use kernel::{Identity, TownCode};
use layouts::Operation;
use seal::KeySet;
use store::load::KeyedSet;
use uuid::Uuid;

use super::apply::stale_people;
use super::intake::{Intake, changes};
use super::piece::{Decoded, Piece};
use super::resolve::Numbered;
use crate::error::{internal, store};
use crate::{App, Result};

/// How long nothing is asked at most: a quarter of the watchdog's patience.
const QUIET: Duration = Duration::from_secs(30);

/// What the numbers of some rows say.
#[derive(Default)]
struct Asked<'p> {
    /// Whose they are, with whom the row names.
    held: Vec<(PersonId, &'p Identity)>,
    /// Whether a row cannot be told without everybody.
    everybody: bool,
}

impl Intake<'_> {
    /// Asks what the town knows about the rows of these pieces that have changed. What was asked for the pieces
    /// before is forgotten: the file may be long.
    pub(super) async fn look_up(&mut self, app: &App, town: TownCode, pieces: &[Piece]) -> Result<()> {
        self.resolver.holders.clear();
        self.known.asked.clear();
        let changed: Vec<&Decoded> = pieces.iter().filter_map(|piece| self.changed(piece)).collect();
        if changed.is_empty() {
            return self.keep().await;
        }
        self.asked_at = Instant::now();
        let lookup = self.sink.lookup();
        lookup.people(&mut self.known).await.map_err(store)?;
        if self.resolver.has_fixed_ids() {
            lookup.everybody(&mut self.known).await.map_err(store)?;
        }
        if self.known.had_nobody() {
            // Then everybody is nobody, and there is nothing to ask of anyone.
            return self.everybody(app, town).await;
        }
        let Asked { held, mut everybody } = self.asked(&changed);
        everybody |= self.resolver.people.is_some();
        let persons: Vec<Uuid> = held.iter().map(|(person, _)| person.uuid()).collect();
        lookup.keys(&mut self.known, &persons).await.map_err(store)?;
        if !everybody {
            let load = self.sink.load();
            for (person, identity) in lookup.registered(&self.known, &persons, load).await.map_err(store)? {
                self.resolver.holders.entry(person).or_default().push(identity);
            }
        }
        everybody =
            everybody || held.iter().any(|(person, identity)| !self.resolver.is_verified(identity, *person));
        if everybody { self.everybody(app, town).await } else { Ok(()) }
    }

    /// Has everybody there: as they are now, or in the state that a plan looks at.
    async fn everybody(&mut self, app: &App, town: TownCode) -> Result<()> {
        if self.resolver.people.is_none() {
            self.resolver.people = Some(match self.sink.people_version() {
                None => app.people(town).await?,
                Some(version) => app.people_as_of(town, version).await?.ok_or_else(stale_people)?,
            });
        }
        Ok(())
    }

    /// A transaction in which nothing is asked for long is ended; a large file may change nothing for longer.
    async fn keep(&mut self) -> Result<()> {
        if self.asked_at.elapsed() < QUIET {
            return Ok(());
        }
        self.asked_at = Instant::now();
        self.sink.lookup().keep().await.map_err(store)
    }

    /// A row that is to be resolved.
    fn changed<'p>(&self, piece: &'p Piece) -> Option<&'p Decoded> {
        match piece {
            Piece::Row(row)
                if !row.overtaken && row.operation == Operation::Upsert && changes(&self.known, row) =>
            {
                Some(row)
            }
            Piece::Row(_) | Piece::Reject(..) => None,
        }
    }

    fn asked<'p>(&self, changed: &[&'p Decoded]) -> Asked<'p> {
        let (mut asked, mut new) = (Asked::default(), KeyedSet::default());
        for row in changed {
            // A human's decision may give a number that a later row has.
            asked.everybody |= self.known.remembered.contains_key(&row.record_key)
                || self.known.records.get(&row.record_key).is_some_and(|record| !record.tasks.is_empty());
            for (role, identity) in &row.persons {
                match self.resolver.numbered(self.sink.keys(), &self.known, *role, identity) {
                    Numbered::Held(person) => asked.held.push((person, identity)),
                    // Twice new is the second time somebody's.
                    Numbered::New(number) => asked.everybody |= !new.insert(number),
                    Numbered::Anybody => asked.everybody = true,
                }
            }
        }
        asked
    }

    /// Takes a subject's keys out, to seal under them; [`put_keys`](Self::put_keys) gives them back.
    pub(super) async fn take_keys(&mut self, subject: Uuid) -> Result<(KeySet, bool)> {
        if let Some(keys) = self.known.keysets.remove(&subject) {
            return Ok((keys, true));
        }
        if !self.known.asked.contains_key(&subject) {
            self.sink.lookup().keys(&mut self.known, &[subject]).await.map_err(store)?;
        }
        // Made anew where they are not known, keys would take the place of those that everything is sealed under.
        let keys = self.known.asked.remove(&subject);
        Ok((keys.ok_or_else(|| internal("a subject's keys were not asked for"))?, false))
    }

    /// Keeps a subject's keys: to the end where the load has made or added to them, for the next rows otherwise.
    pub(super) fn put_keys(&mut self, subject: Uuid, keys: KeySet, own: bool) {
        let to = if own { &mut self.known.keysets } else { &mut self.known.asked };
        to.insert(subject, keys);
    }
}
