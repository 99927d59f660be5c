//! From a spooled file to where it is applied, and the load's own end.

use std::collections::HashMap;
use std::sync::Arc;

use chrono::Utc;
use evidence::Act;
use kernel::{Category, Code, Fault, ItemCode, SourceCode, TownCtx};
use layouts::decode::LastLines;
use layouts::layout::Mode;
use layouts::{DecodeOptions, Decoder, Layout, Quality, Summary};
use profiles::Source;
use store::load::{Key16, KeyedSet, Known, LoadEnd};
use store::rows::load::{LoadRow, Settles};
use store::rows::operation::OperationRow;
use store::rows::upload::UploadRow;
use store::rows::version::Changed;
use zeroize::Zeroizing;

use super::corrections;
use super::intake::{Intake, Taken};
use super::piece::Marks;
use super::report::Numbers;
use super::resolve::Resolver;
use super::sink::{LoadSink, Sink};
use super::spool::Spool;
use crate::error::{internal, store};
use crate::ids::Ids;
use crate::people::People;
use crate::profiles::Applied;
use crate::protection::LIST;
use crate::{App, Result, failpoint, leaf};

/// Bytes whose rows are resolved together: some hundred rows, which the next find in the processor's cache.
const TOGETHER: usize = 128 << 10;

/// What an intake reads a file with.
pub(super) struct Reading<'a> {
    pub ctx: &'a TownCtx,
    pub upload: &'a UploadRow,
    pub profile: &'a Applied,
    /// Whether the file brings the rejected lines of an earlier load, and nothing else.
    pub corrects: bool,
    /// Which of its lines stand for which rejects.
    pub settles: &'a [Settles],
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
        if let Some(corrected) = load.corrects {
            let (_, source) = source_of(&profile, &load.source)?;
            self.require_newest(ctx, source, &load.source, corrected).await?;
        }
        let known = bulk.lookup().records(&load.source).await.map_err(store)?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        super::apply::as_planned(&mut conn, &load).await?;
        let key = conn.load_key(upload.id).await.map_err(store)?;
        drop(conn);
        let stage = bulk.stage(&load, Utc::now());
        let sink = Sink::Load(Box::new(LoadSink { stage, key, load: load.id.uuid() }));
        let corrects = load.corrects.is_some();
        let settles = std::mem::take(&mut load.settles);
        let reading = Reading { ctx, upload, profile: &profile, corrects, settles: &settles };
        let before = (known, KeyedSet::default(), None);
        let (taken, quality) = self.take_file(&reading, sink, before, work).await?;
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

    /// Takes in a spooled file, a chunk at a time, up to where it would be applied. Before it there are the records
    /// of its source, those that have ended, where it matters, and everybody, where they are there already.
    pub(super) async fn take_file(
        &self,
        reading: &Reading<'_>,
        sink: Sink,
        (known, ended, people): (Known, KeyedSet<Key16>, Option<Arc<People>>),
        work: &mut OperationRow,
    ) -> Result<(Taken, Quality)> {
        let (code, source) = source_of(reading.profile, &reading.upload.source)?;
        let categories = item_categories(reading.profile);
        let ids = Ids::of_town(reading.profile);
        let marks = Marks::new(sink.keys(), source);
        let mut resolver = Resolver::new(&source.layout, &categories, ids);
        resolver.people = people;
        let mode = corrections::mode(reading.corrects, source.layout.mode);
        let mut intake = Intake::new((mode, reading.corrects), sink, known, ended, resolver);
        intake.stand_for(reading.settles);
        let mut spool = Spool::of(self, reading, work).await?;
        let file_name = spool.file_name.take();
        let mut options = DecodeOptions { file_name, ..DecodeOptions::new(code, reading.upload.as_of) };
        if source.layout.mode == Mode::Delta {
            options.last_lines = Some(self.last_lines(&mut spool, &source.layout, &options).await?);
            spool.rewind();
        }
        let decoder = Decoder::new(&source.layout, &options);
        let (summary, quality) = match source.layout.old_book(options.as_of, &options.limits) {
            Some(ask) => self.read_old_book(spool, &mut intake, decoder, ask, &marks).await?,
            None => self.read_bytes(spool, &mut intake, decoder, &marks).await?,
        };
        Ok((intake.end(&source.guard, &summary).await?, quality))
    }

    /// Reads a delta to its end for where each key stands last: what comes of a row follows from the rows after it.
    async fn last_lines(
        &self,
        spool: &mut Spool<'_>,
        layout: &Layout,
        options: &DecodeOptions,
    ) -> Result<Arc<LastLines>> {
        let mut decoder = Decoder::new(layout, options).noting();
        if let Some(ask) = layout.old_book(options.as_of, &options.limits) {
            self.each_old_row(spool, ask, &mut |row| decoder.push_row(row, &mut |_| {})).await?;
        } else {
            while let Some(chunk) = spool.next().await? {
                decoder.push(&chunk, &mut |_| {})?;
            }
        }
        decoder.last_lines()
    }

    async fn read_bytes(
        &self,
        mut spool: Spool<'_>,
        intake: &mut Intake<'_>,
        mut decoder: Decoder<'_>,
        marks: &Marks,
    ) -> Result<(Summary, Quality)> {
        let mut pieces = Vec::new();
        while let Some(chunk) = spool.next().await? {
            for bytes in chunk.chunks(TOGETHER) {
                decoder.push(bytes, &mut |outcome| pieces.push(marks.piece(outcome)))?;
                intake.take_all(self, spool.town, &mut pieces).await?;
            }
        }
        let read = decoder.finish_with_quality(&mut |outcome| pieces.push(marks.piece(outcome)))?;
        intake.take_all(self, spool.town, &mut pieces).await?;
        Ok(read)
    }
}

fn unwritten() -> Fault {
    internal("a file's quality cannot be written")
}

fn item_categories(profile: &Applied) -> HashMap<ItemCode, Category> {
    profile.cooperative.items.iter().map(|(code, item)| (code.clone(), item.category)).collect()
}
