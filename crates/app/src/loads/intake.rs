//! What one file's rows come to, for a load and for its plan alike: changed or not, whose, in force or waiting.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Instant;

use kernel::TownCode;
use layouts::layout::{Guard as Limits, Mode};
use layouts::{Operation, Summary};
use store::load::{Closing, Key16, KeyedSet, Known, RejectPlace, StagedSubject, StagedTask, TaskPlace};
use store::rows::load::{LoadCounts, Settles};
use store::rows::reject::RejectDetail;
use uuid::Uuid;

use super::guard::{self, Tripped};
use super::piece::{Decoded, Piece};
use super::report::{Met, balanced};
use super::resolve::Resolver;
use super::resolved::{Pack, Registered, Waiting};
use super::sink::Sink;
use crate::error::internal;
use crate::{App, Result};

/// Everything one intake works with.
pub(super) struct Intake<'a> {
    pub(super) sink: Sink,
    mode: Mode,
    /// Whether the file is a few lines put right, which no guard of whole files fits.
    corrects: bool,
    pub(super) known: Known,
    /// When the town was last asked something.
    pub(super) asked_at: Instant,
    met: Met,
    /// Records that the source had once; only a plan asks.
    ended: KeyedSet<Key16>,
    /// Rejects that a line of the file stands for, by the line.
    settles: BTreeMap<u32, Vec<RejectPlace>>,
    /// Records of the town that the file still has.
    seen: KeyedSet<Key16>,
    unreadable: u64,
    /// Whose keys this load has added to, in id order: the key store's index is then written in its own.
    grown: BTreeSet<Uuid>,
    closing: Closing,
    counts: LoadCounts,
    tally: Tally,
    pub(super) resolver: Resolver<'a>,
}

/// What the loaded rows are to the town.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Tally {
    /// Records that the source never had.
    pub new: i64,
    /// Records that say something else.
    pub changed: i64,
    /// Records that had ended and are back.
    pub reopened: i64,
}

/// A file read to its end.
pub(super) struct Taken {
    pub sink: Sink,
    pub closing: Closing,
    pub counts: LoadCounts,
    pub tally: Tally,
    pub met: Met,
    /// Guards that its counts trip.
    pub tripped: Vec<Tripped>,
}

impl<'a> Intake<'a> {
    pub fn new(
        (mode, corrects): (Mode, bool),
        sink: Sink,
        known: Known,
        ended: KeyedSet<Key16>,
        resolver: Resolver<'a>,
    ) -> Self {
        Self {
            sink,
            mode,
            corrects,
            known,
            asked_at: Instant::now(),
            met: Met::default(),
            ended,
            resolver,
            settles: BTreeMap::new(),
            seen: KeyedSet::default(),
            unreadable: 0,
            grown: BTreeSet::new(),
            closing: Closing::default(),
            counts: LoadCounts::default(),
            tally: Tally::default(),
        }
    }

    /// Says which lines stand for rejects of an earlier load: one that comes in order settles them.
    pub fn stand_for(&mut self, settles: &[Settles]) {
        for one in settles {
            self.settles.entry(one.line).or_default().push(one.reject);
        }
    }

    /// Takes what a part of the file gave.
    pub async fn take_all(&mut self, app: &App, town: TownCode, pieces: &mut Vec<Piece>) -> Result<()> {
        self.look_up(app, town, pieces).await?;
        for piece in pieces.drain(..) {
            match piece {
                Piece::Row(row) => self.take_row(row).await?,
                Piece::Reject(reject, key) => self.take_reject(reject, key).await?,
            }
        }
        Ok(())
    }

    async fn take_reject(&mut self, reject: layouts::Reject, key: Option<Key16>) -> Result<()> {
        match key {
            Some(key) if self.known.records.contains_key(&key) => _ = self.seen.insert(key),
            Some(_) => {}
            None => self.unreadable += 1,
        }
        self.counts.rejected += 1;
        for fault in &reject.reasons {
            *self.counts.rejects.entry(fault.code().as_str().to_owned()).or_default() += 1;
        }
        let detail = RejectDetail { reasons: reject.reasons, raw: reject.raw };
        self.sink.reject(line(reject.line), key.as_ref(), detail).await
    }

    async fn take_row(&mut self, mut row: Decoded) -> Result<()> {
        if row.overtaken {
            self.counts.unchanged += 1;
            return Ok(());
        }
        self.closing.corrected.extend(self.known.rejects.remove(&row.record_key).unwrap_or_default());
        self.closing.corrected.extend(self.settles.remove(&row.line).unwrap_or_default());
        let before = self.known.records.get(&row.record_key);
        if before.is_some() {
            self.seen.insert(row.record_key);
        }
        if row.operation == Operation::Close {
            self.close(&row.record_key);
            return Ok(());
        }
        if !changes(&self.known, &row) {
            self.counts.unchanged += 1;
            return Ok(());
        }
        self.counts.loaded += 1;
        match before {
            Some(_) => self.tally.changed += 1,
            None if self.ended.contains(&row.record_key) => self.tally.reopened += 1,
            None => self.tally.new += 1,
        }
        let before = before.cloned().unwrap_or_default();
        self.closing.packs.extend(before.packs.iter().copied());
        let remembered = self.known.remembered.get(&row.record_key).map(Vec::as_slice).unwrap_or_default();
        // What stands comes first; of several past decisions, the last.
        let tasks: Vec<TaskPlace> = before.tasks.iter().chain(remembered.iter().rev()).cloned().collect();
        let resolved = self.resolver.resolve(self.sink.keys(), &mut self.known, &mut row, &tasks)?;
        let decided = |task: &&TaskPlace| resolved.waiting.iter().any(|wait| wait.decided == Some(task.id));
        self.closing.tasks.extend(before.tasks.iter().filter(|task| !decided(task)).map(|task| task.id));
        for pack in &resolved.packs {
            self.take_pack(&row, pack).await?;
        }
        for (person, number) in &resolved.numbers {
            let learned = StagedSubject { number: Some(*number), ..StagedSubject::default() };
            self.sink.subject(person.uuid(), &learned).await?;
            self.met.numbers_learned += 1;
        }
        for (person, number) in &resolved.taught {
            let (number, taught_by) = (Some(*number), Some(row.record_key));
            let learned = StagedSubject { number, taught_by, ..StagedSubject::default() };
            self.sink.subject(person.uuid(), &learned).await?;
            self.met.numbers_learned += 1;
        }
        if !before.packs.is_empty() && self.resolver.teaches() {
            self.closing.taught.push(row.record_key);
            let restated = resolved.stated.iter().map(|number| (row.record_key, *number));
            self.closing.restated.extend(restated);
        }
        if let Some(registered) = &resolved.registered {
            self.take_registered(registered).await?;
        }
        for wait in &resolved.waiting {
            self.take_waiting(&row, wait).await?;
        }
        Ok(())
    }

    async fn take_waiting(&mut self, row: &Decoded, wait: &Waiting) -> Result<()> {
        if wait.decided.is_none() {
            self.counts.queued += 1;
            self.met.waits(&wait.body);
        }
        let task = StagedTask {
            decided: wait.decided,
            line: line(row.line),
            part: wait.part,
            record_key: row.record_key,
            row_hash: row.row_hash,
            body: &wait.body,
        };
        self.sink.task(&task).await
    }

    /// Ends a record that a delta says has ended. One that is not known has nothing to end.
    fn close(&mut self, key: &Key16) {
        match self.known.records.get(key) {
            None => {
                self.counts.unchanged += 1;
                self.met.ended_unknown += 1;
            }
            Some(record) => {
                self.counts.loaded += 1;
                self.counts.closed += 1;
                if self.resolver.teaches() {
                    self.closing.taught.push(*key);
                }
                self.closing.packs.extend(record.packs.iter().copied());
                self.closing.tasks.extend(record.tasks.iter().map(|task| task.id));
            }
        }
    }

    async fn take_pack(&mut self, row: &Decoded, pack: &Pack) -> Result<()> {
        let subject = pack.person.uuid();
        if !self.sink.seals() {
            return Ok(());
        }
        let (mut keys, own) = self.take_keys(subject).await?;
        let grew = self.sink.pack(&mut keys, row, pack).await?;
        if grew {
            self.grown.insert(subject);
        }
        self.put_keys(subject, keys, own || grew);
        Ok(())
    }

    /// What the register says beside its packs. A newcomer's keys go along; whoever's grow later in the
    /// file is staged again at its end.
    async fn take_registered(&mut self, registered: &Registered) -> Result<()> {
        let subject = registered.person.uuid();
        if let Some(from) = registered.left {
            self.closing.memberships.push((registered.person, from));
        }
        let newcomer = registered.newcomer.is_some();
        if newcomer {
            self.met.newcomers += 1;
            self.grown.remove(&subject);
        }
        let staged = StagedSubject {
            newcomer,
            number: registered.newcomer,
            taught_by: None,
            household: registered.household,
            household_number: registered.household_number,
            keys: self.known.keysets.get(&subject).filter(|_| newcomer),
        };
        self.sink.subject(subject, &staged).await
    }

    /// Closes what the file no longer has, stages the keys, and gives back what is to be applied. A record
    /// whose line was rejected is still in the file; where nobody can say whose a rejected line is, it may
    /// be anybody's, and nothing is closed.
    pub async fn end(mut self, limits: &Limits, summary: &Summary) -> Result<Taken> {
        if !self.corrects {
            guard::foreign(limits, summary)?;
        }
        self.counts.read = i64::try_from(summary.rows).unwrap_or(i64::MAX);
        balanced(&self.counts)?;
        self.closing.supersedes = self.mode == Mode::Snapshot;
        if self.mode == Mode::Snapshot && self.unreadable == 0 {
            for (key, record) in &self.known.records {
                if !self.seen.contains(key) {
                    self.counts.closed += 1;
                    if self.resolver.teaches() {
                        self.closing.taught.push(*key);
                    }
                    self.closing.packs.extend(record.packs.iter().copied());
                    self.closing.tasks.extend(record.tasks.iter().map(|task| task.id));
                }
            }
        }
        for subject in &self.grown {
            let keys =
                self.known.keysets.get(subject).ok_or_else(|| internal("keys that grew are not there"))?;
            let grown = StagedSubject { keys: Some(keys), ..StagedSubject::default() };
            self.sink.subject(*subject, &grown).await?;
        }
        let tripped = if self.corrects {
            Vec::new()
        } else {
            guard::tripped(limits, &self.counts, self.known.records.len())
        };
        let Self { sink, closing, counts, tally, met, .. } = self;
        Ok(Taken { sink, closing, counts, tally, met, tripped })
    }
}

/// Whether a row says other than the town knows of its record.
pub(super) fn changes(known: &Known, row: &Decoded) -> bool {
    known.records.get(&row.record_key).is_none_or(|record| record.row_hash != row.row_hash)
}

fn line(line: u32) -> i32 {
    i32::try_from(line).unwrap_or(i32::MAX)
}
