//! From a spooled file to where it is applied, and the load's own end.

use std::collections::{BTreeMap, HashSet};
use std::time::Instant;

use chrono::Utc;
use evidence::Act;
use kernel::id::UploadId;
use kernel::{Category, Code, Fault, ItemCode, SourceCode, TownCode, TownCtx};
use layouts::{DecodeOptions, Decoder, Quality};
use profiles::Source;
use seal::LoadKey;
use store::load::{Key16, Known, LoadEnd};
use store::rows::load::LoadRow;
use store::rows::operation::OperationRow;
use store::rows::upload::UploadRow;
use store::rows::version::Changed;
use zeroize::Zeroizing;

use super::corrections;
use super::intake::{Intake, Marks, Taken};
use super::report::Numbers;
use super::resolve::{Ids, Resolver};
use super::sink::{LoadSink, Sink};
use crate::error::{internal, store};
use crate::people::People;
use crate::profiles::Applied;
use crate::protection::LIST;
use crate::{App, Result, failpoint, leaf};

/// How often progress is written.
const PROGRESS_EVERY_MS: u128 = 500;

/// What an intake reads a file with.
pub(super) struct Reading<'a> {
    pub ctx: &'a TownCtx,
    pub upload: &'a UploadRow,
    pub profile: &'a Applied,
    pub people: &'a People,
    /// Whether the file brings the rejected lines of an earlier load, and nothing else.
    pub corrects: bool,
}

/// A source of the profile by the name that a row keeps.
pub(super) fn source_of<'a>(profile: &'a Applied, name: &str) -> Result<(SourceCode, &'a Source)> {
    let code: SourceCode = name.parse().map_err(|_| internal("a load's source is no name"))?;
    let source = profile.town.sources.get(&code);
    let source = source.ok_or_else(|| Fault::new(Code::SourceNotFound).with("source", name))?;
    Ok((code, source))
}

impl App {
    /// Loads: decodes, resolves, seals, stages, applies.
    pub(super) async fn intake(
        &self,
        ctx: &TownCtx,
        upload: &UploadRow,
        mut load: LoadRow,
        work: &mut OperationRow,
    ) -> Result<()> {
        let profile = self.profile_of(ctx.town).await?;
        let bulk = self.towns.bulk_load(ctx.town).await.map_err(store)?;
        // After the lock: a load that ran until now may have brought the very people this one names.
        let people = self.people(ctx.town).await?;
        if let Some(corrected) = load.corrects {
            let (_, source) = source_of(&profile, &load.source)?;
            self.require_newest(ctx, source, &load.source, corrected).await?;
        }
        let known = bulk.known(&load.source).await.map_err(store)?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        super::apply::as_planned(&mut conn, &load).await?;
        let key = conn.load_key(upload.id).await.map_err(store)?;
        drop(conn);
        let stage = bulk.stage(&load, Utc::now());
        let sink = Sink::Load(LoadSink { stage, key, load: load.id.uuid() });
        let corrects = load.corrects.is_some();
        let reading = Reading { ctx, upload, profile: &profile, people: &people, corrects };
        let (taken, quality) = self.take_file(&reading, sink, known, HashSet::new(), work).await?;
        let open = taken.tripped.iter().find(|t| !load.overridden.iter().any(|one| one == t.guard.as_str()));
        if let Some(tripped) = open {
            return Err(tripped.fault());
        }
        let Sink::Load(sink) = taken.sink else { return Err(internal("a load has a stage")) };
        load.counts = taken.counts;
        let changed = if load.source == LIST { Changed::Protection } else { Changed::People };
        let counts = (load.counts.read, load.counts.loaded, load.counts.rejected, load.counts.closed);
        let leaf = leaf::of(ctx, Act::LoadApplied, vec![load.id.into()], &(counts, &load.overridden))?;
        let numbers = Numbers { bytes: upload.size, met: taken.met, file: quality.counts() };
        let findings = Zeroizing::new(serde_json::to_vec(&quality).map_err(|_| unwritten())?);
        let numbers = serde_json::to_value(&numbers).map_err(|_| unwritten())?;
        let quality = sink.stage.quality(&sink.key, &load, numbers, &findings);
        let end = LoadEnd { load: &load, changed, quality: &quality };
        failpoint::reach(failpoint::LOAD_STAGED);
        sink.stage.apply(&taken.closing, &end, &leaf).await.map_err(store)?;
        failpoint::reach(failpoint::LOAD_APPLIED);
        Ok(())
    }

    /// Takes in a spooled file, a chunk at a time, up to where it would be applied.
    pub(super) async fn take_file(
        &self,
        reading: &Reading<'_>,
        sink: Sink,
        known: Known,
        ended: HashSet<Key16>,
        work: &mut OperationRow,
    ) -> Result<(Taken, Quality)> {
        let (code, source) = source_of(reading.profile, &reading.upload.source)?;
        let categories = item_categories(reading.profile);
        let ids = if reading.profile.town.training { Ids::Fixed } else { Ids::Fresh };
        let marks = Marks::new(sink.keys(), source);
        let resolver = Resolver::new(&source.layout, reading.people, &categories, ids);
        let mode = corrections::mode(reading.corrects, source.layout.mode);
        let mut intake = Intake::new((mode, reading.corrects), sink, known, ended, resolver);
        let mut chunks = Chunks::of(self, reading).await?;
        let file_name = chunks.file_name.take();
        let options = DecodeOptions { file_name, ..DecodeOptions::new(code, reading.upload.as_of) };
        let mut decoder = Decoder::new(&source.layout, &options);
        let mut pieces = Vec::new();
        while let Some(chunk) = chunks.next(work).await? {
            decoder.push(&chunk, &mut |outcome| pieces.push(marks.piece(outcome)))?;
            intake.take(&mut pieces).await?;
        }
        let (summary, quality) =
            decoder.finish_with_quality(&mut |outcome| pieces.push(marks.piece(outcome)))?;
        intake.take(&mut pieces).await?;
        Ok((intake.end(&source.guard, &summary).await?, quality))
    }
}

fn unwritten() -> Fault {
    internal("a file's quality cannot be written")
}

/// The spool of an upload, and how far it is read.
struct Chunks<'a> {
    app: &'a App,
    town: TownCode,
    upload: UploadId,
    key: LoadKey,
    /// The name the file came under.
    file_name: Option<String>,
    seq: i32,
    told: Instant,
}

impl<'a> Chunks<'a> {
    async fn of(app: &'a App, reading: &Reading<'_>) -> Result<Self> {
        let (town, upload) = (reading.ctx.town, reading.upload.id);
        let mut conn = app.towns.read(town).await.map_err(store)?;
        let key = conn.load_key(upload).await.map_err(store)?;
        let file_name = conn.upload_name(upload, &key).await.map_err(store)?;
        Ok(Self { app, town, upload, key, file_name, seq: 0, told: Instant::now() })
    }

    /// The next chunk; says meanwhile how far the work has come.
    async fn next(&mut self, work: &mut OperationRow) -> Result<Option<seal::Plain>> {
        if self.told.elapsed().as_millis() >= PROGRESS_EVERY_MS {
            self.told = Instant::now();
            work.updated_at = Utc::now();
            self.app.progress(self.town, work).await?;
        }
        let mut conn = self.app.towns.read(self.town).await.map_err(store)?;
        let chunk = conn.upload_chunk(self.upload, self.seq, &self.key).await.map_err(store)?;
        let bytes = chunk.as_ref().map_or(0, |chunk| i64::try_from(chunk.len()).unwrap_or(i64::MAX));
        work.done = work.done.saturating_add(bytes);
        self.seq += 1;
        Ok(chunk)
    }
}

fn item_categories(profile: &Applied) -> BTreeMap<ItemCode, Category> {
    profile.cooperative.items.iter().map(|(code, item)| (code.clone(), item.category)).collect()
}
