//! One load from its first byte to its commit.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::time::Instant;

use chrono::Utc;
use evidence::Act;
use kernel::{Category, Code, Fault, ItemCode, SourceCode, TownCtx};
use layouts::layout::Mode;
use layouts::{DecodeOptions, Decoder, Operation, Outcome, Quality, Row, Summary};
use profiles::Source;
use seal::{LoadKey, RowHashKey};
use store::load::{Closing, Key16, Known, LoadEnd, Stage, StagedSubject, StagedTask, TaskPlace};
use store::rows::load::{LoadCounts, LoadRow, RejectDetail};
use store::rows::operation::OperationRow;
use store::rows::upload::UploadRow;
use store::rows::version::Changed;
use uuid::Uuid;
use zeroize::Zeroizing;

use super::corrections;
use super::report::{Met, Numbers, balanced};
use super::resolve::{Pack, Registered, Resolver};
use crate::error::{internal, store};
use crate::profiles::Applied;
use crate::protection::LIST;
use crate::{App, Result, failpoint, leaf};

/// How often progress is written.
const PROGRESS_EVERY_MS: u128 = 500;

/// The share of rejects, in per cent, from which a file is taken for another source's, where the
/// source's guard does not say.
const FOREIGN_FILE_PERCENT: u64 = 50;

/// A row that came out of the decoder, with its keyed identity.
pub(super) struct Decoded {
    pub line: u32,
    pub record_key: Key16,
    pub row_hash: Key16,
    /// What the row of a delta does; in every other file each row upserts.
    pub operation: Operation,
    pub persons: layouts::row::Persons,
    pub observations: Vec<(layouts::RoleId, kernel::Observation)>,
}

#[expect(
    clippy::large_enum_variant,
    reason = "nearly every piece is a row: boxing them would cost an allocation a row"
)]
enum Piece {
    Row(Decoded),
    /// With the record's key, where it could be read.
    Reject(layouts::Reject, Option<Key16>),
}

/// Everything one load works with.
struct Intake<'a> {
    stage: Stage,
    key: LoadKey,
    load: LoadRow,
    mode: Mode,
    known: Known,
    met: Met,
    seen: HashSet<Key16>,
    unreadable: u64,
    /// Whose keys this load has added to, in id order: the key store's index is then written in its own.
    grown: BTreeSet<Uuid>,
    closing: Closing,
    counts: LoadCounts,
    resolver: Resolver<'a>,
}

impl App {
    /// Decodes, resolves, seals, stages, applies.
    pub(super) async fn intake(
        &self,
        ctx: &TownCtx,
        upload: &UploadRow,
        load: LoadRow,
        work: &mut OperationRow,
    ) -> Result<()> {
        let profile = self.profile_of(ctx.town).await?;
        let code: SourceCode = load.source.parse().map_err(|_| internal("a load's source is no name"))?;
        let source = profile
            .town
            .sources
            .get(&code)
            .ok_or_else(|| Fault::new(Code::SourceNotFound).with("source", &load.source))?;
        let bulk = self.towns.bulk_load(ctx.town).await.map_err(store)?;
        // After the lock: a load that ran until now may have brought the very people this one names.
        let people = self.people(ctx.town).await?;
        if let Some(corrected) = load.corrects {
            self.require_newest(ctx, source, &load.source, corrected).await?;
        }
        let known = bulk.known(&load.source).await.map_err(store)?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let key = conn.load_key(upload.id).await.map_err(store)?;
        drop(conn);
        let categories = item_categories(&profile);
        let resolver = Resolver::new(&source.layout, &people, &categories);
        let stage = bulk.stage(&load, Utc::now());
        let intake = Intake {
            stage,
            key,
            mode: corrections::mode(&load, source.layout.mode),
            load,
            known,
            met: Met::default(),
            seen: HashSet::new(),
            unreadable: 0,
            grown: BTreeSet::new(),
            closing: Closing::default(),
            counts: LoadCounts::default(),
            resolver,
        };
        let (intake, quality) = self.read_file(ctx, intake, source, &code, work).await?;
        let numbers = Numbers { bytes: upload.size, met: intake.met, file: quality.counts() };
        let findings = Zeroizing::new(json(&quality)?);
        let quality = intake.stage.quality(&intake.key, &intake.load, counts(&numbers)?, &findings);
        let (stage, closing, load) = intake.end().await?;
        let changed = if load.source == LIST { Changed::Protection } else { Changed::People };
        let detail = (load.counts.read, load.counts.loaded, load.counts.rejected, load.counts.closed);
        let leaf = leaf::of(ctx, Act::LoadApplied, vec![load.id.into()], &detail)?;
        let end = LoadEnd { load: &load, changed, quality: &quality };
        failpoint::reach(failpoint::LOAD_STAGED);
        stage.apply(&closing, &end, &leaf).await.map_err(store)?;
        failpoint::reach(failpoint::LOAD_APPLIED);
        Ok(())
    }

    /// Feeds the spooled file through the decoder, a chunk at a time.
    async fn read_file<'a>(
        &self,
        ctx: &TownCtx,
        mut intake: Intake<'a>,
        source: &Source,
        code: &SourceCode,
        work: &mut OperationRow,
    ) -> Result<(Intake<'a>, Quality)> {
        let options = DecodeOptions::new(code.clone(), intake.load.as_of);
        let mut decoder = Decoder::new(&source.layout, &options);
        let marks = Marks::new(&intake, source);
        let mut told = Instant::now();
        let mut pieces = Vec::new();
        for seq in 0.. {
            let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
            let chunk = conn.upload_chunk(intake.load.upload, seq, &intake.key).await.map_err(store)?;
            drop(conn);
            let Some(chunk) = chunk else { break };
            decoder.push(&chunk, &mut |outcome| pieces.push(marks.piece(outcome)))?;
            intake.take(&mut pieces).await?;
            work.done = work.done.saturating_add(i64::try_from(chunk.len()).unwrap_or(i64::MAX));
            if told.elapsed().as_millis() >= PROGRESS_EVERY_MS {
                told = Instant::now();
                work.updated_at = Utc::now();
                self.progress(ctx.town, work).await?;
            }
        }
        let (summary, quality) =
            decoder.finish_with_quality(&mut |outcome| pieces.push(marks.piece(outcome)))?;
        intake.take(&mut pieces).await?;
        if intake.load.corrects.is_none() {
            guard(source, &summary)?;
        }
        intake.counts.read = i64::try_from(summary.rows).unwrap_or(i64::MAX);
        Ok((intake, quality))
    }
}

/// What turns a decoded row into keyed bytes: keys are copied out of the transaction's guard so that
/// the decoder's callback borrows nothing of the intake.
struct Marks {
    hash: RowHashKey,
    layout: [u8; 32],
}

impl Marks {
    fn new(intake: &Intake<'_>, source: &Source) -> Self {
        let hash = RowHashKey::from_bytes(intake.stage.keys().row_hash.expose());
        Self { hash, layout: *source.layout.digest().as_bytes() }
    }

    fn piece(&self, outcome: Outcome<'_>) -> Piece {
        match outcome {
            Outcome::Row(row) => Piece::Row(self.row(row)),
            Outcome::Reject(reject) => {
                let key = reject.key.as_ref().map(|key| *self.hash.hash(key.as_bytes()).as_bytes());
                Piece::Reject(reject, key)
            }
        }
    }

    /// The layout is part of the hash: a changed layout reads every row anew.
    fn row(&self, row: Row<'_>) -> Decoded {
        let mut bytes = Vec::with_capacity(32 + row.raw.len());
        bytes.extend_from_slice(&self.layout);
        bytes.extend_from_slice(row.raw);
        Decoded {
            line: row.line,
            record_key: *self.hash.hash(row.key.as_bytes()).as_bytes(),
            row_hash: *self.hash.hash(&bytes).as_bytes(),
            operation: row.operation,
            persons: row.persons,
            observations: row.observations,
        }
    }
}

impl Intake<'_> {
    async fn take(&mut self, pieces: &mut Vec<Piece>) -> Result<()> {
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
            Some(key) => _ = self.seen.insert(key),
            None => self.unreadable += 1,
        }
        self.counts.rejected += 1;
        for fault in &reject.reasons {
            *self.counts.rejects.entry(fault.code().as_str().to_owned()).or_default() += 1;
        }
        let line = line(reject.line);
        let detail = RejectDetail { reasons: reject.reasons, raw: reject.raw };
        let load = self.load.id.uuid();
        self.stage.reject(&self.key, load, line, key.as_ref(), &detail).await.map_err(store)
    }

    async fn take_row(&mut self, row: Decoded) -> Result<()> {
        self.seen.insert(row.record_key);
        self.closing.corrected.extend(self.known.rejects.remove(&row.record_key).unwrap_or_default());
        let before = self.known.records.get(&row.record_key);
        if row.operation == Operation::Close {
            self.close(&row.record_key);
            return Ok(());
        }
        if before.is_some_and(|record| record.row_hash == row.row_hash) {
            self.counts.unchanged += 1;
            return Ok(());
        }
        self.counts.loaded += 1;
        let before = before.cloned().unwrap_or_default();
        self.closing.packs.extend(before.packs.iter().copied());
        let remembered = self.known.remembered.get(&row.record_key).map(Vec::as_slice).unwrap_or_default();
        // What stands comes first; of several past decisions, the last.
        let tasks: Vec<TaskPlace> = before.tasks.iter().chain(remembered.iter().rev()).cloned().collect();
        let resolved = self.resolver.resolve(self.stage.keys(), &mut self.known, &row, &tasks)?;
        let decided = |task: &&TaskPlace| resolved.waiting.iter().any(|wait| wait.decided == Some(task.id));
        self.closing.tasks.extend(before.tasks.iter().filter(|task| !decided(task)).map(|task| task.id));
        for pack in &resolved.packs {
            self.take_pack(&row, pack).await?;
        }
        for (person, number) in &resolved.numbers {
            let learned = StagedSubject { number: Some(*number), ..StagedSubject::default() };
            self.stage.subject(person.uuid(), &learned).await.map_err(store)?;
            self.met.numbers_learned += 1;
        }
        if let Some(registered) = &resolved.registered {
            self.take_registered(registered).await?;
        }
        for wait in &resolved.waiting {
            if wait.decided.is_none() {
                self.counts.queued += 1;
                let near = if wait.body.candidates.is_empty() {
                    &mut self.met.orphans
                } else {
                    &mut self.met.ambiguous
                };
                *near += 1;
            }
            let task = StagedTask {
                decided: wait.decided,
                line: line(row.line),
                part: wait.part,
                record_key: row.record_key,
                row_hash: row.row_hash,
                body: &wait.body,
            };
            self.stage.task(&self.key, &task).await.map_err(store)?;
        }
        Ok(())
    }

    /// Ends a record that a delta says has ended. One that is not known has nothing to end.
    fn close(&mut self, key: &Key16) {
        match self.known.records.get(key) {
            None => self.counts.unchanged += 1,
            Some(record) => {
                self.counts.loaded += 1;
                self.counts.closed += 1;
                self.closing.packs.extend(record.packs.iter().copied());
                self.closing.tasks.extend(record.tasks.iter().map(|task| task.id));
            }
        }
    }

    async fn take_pack(&mut self, row: &Decoded, pack: &Pack) -> Result<()> {
        let subject = pack.person.uuid();
        let keys = self.known.keysets.entry(subject).or_default();
        let before = keys.slots().count();
        self.stage.pack(keys, &pack.staged(row)).await.map_err(store)?;
        if keys.slots().count() > before {
            self.grown.insert(subject);
        }
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
            household: registered.household,
            household_number: registered.household_number,
            keys: self.known.keysets.get(&subject).filter(|_| newcomer),
        };
        self.stage.subject(subject, &staged).await.map_err(store)
    }

    /// Closes what the file no longer has, stages the keys, and gives back what is to be applied. A record
    /// whose line was rejected is still in the file; where nobody can say whose a rejected line is, it may
    /// be anybody's, and nothing is closed.
    async fn end(mut self) -> Result<(Stage, Closing, LoadRow)> {
        balanced(&self.counts)?;
        self.closing.supersedes = self.mode == Mode::Snapshot;
        if self.mode == Mode::Snapshot && self.unreadable == 0 {
            for (key, record) in &self.known.records {
                if !self.seen.contains(key) {
                    self.counts.closed += 1;
                    self.closing.packs.extend(record.packs.iter().copied());
                    self.closing.tasks.extend(record.tasks.iter().map(|task| task.id));
                }
            }
        }
        for subject in &self.grown {
            let keys =
                self.known.keysets.get(subject).ok_or_else(|| internal("keys that grew are not there"))?;
            let grown = StagedSubject { keys: Some(keys), ..StagedSubject::default() };
            self.stage.subject(*subject, &grown).await.map_err(store)?;
        }
        self.load.counts = self.counts;
        Ok((self.stage, self.closing, self.load))
    }
}

/// Keeps a truncated or foreign file out as a whole.
fn guard(source: &Source, summary: &Summary) -> Result<()> {
    let percent = source.guard.max_reject_ratio.map_or(FOREIGN_FILE_PERCENT, u64::from);
    let too_many = summary.rejected.saturating_mul(100) > percent.saturating_mul(summary.rows);
    let too_few = source.guard.min_rows.is_some_and(|least| summary.rows < least);
    if too_many || too_few {
        let fault = Fault::new(Code::LayoutMismatch);
        return Err(fault.with("rows", summary.rows).with("rejected", summary.rejected));
    }
    Ok(())
}

fn item_categories(profile: &Applied) -> BTreeMap<ItemCode, Category> {
    profile.cooperative.items.iter().map(|(code, item)| (code.clone(), item.category)).collect()
}

/// What rests in the clear of a file's quality.
fn counts(numbers: &Numbers) -> Result<serde_json::Value> {
    serde_json::to_value(numbers).map_err(|_| internal("a file's counts cannot be written"))
}

fn json(quality: &Quality) -> Result<Vec<u8>> {
    serde_json::to_vec(quality).map_err(|_| internal("a file's quality cannot be written"))
}

fn line(line: u32) -> i32 {
    i32::try_from(line).unwrap_or(i32::MAX)
}
