//! 見守り情報: what staff noticed about a child and wrote down themselves. A note is never rewritten: a
//! correction is a new version with its reason, and the earlier ones stay to be read.

use chrono::{DateTime, NaiveDate, Utc};
use evidence::Act;
use kernel::id::{LoadId, PersonId, StaffId, WatchNoteId};
use kernel::slug::WATCH_NOTES;
use kernel::{
    Category, Code, Datum, Fault, Grant, ItemCode, Observation, SectionCode, SourceCode, TownCtx, Value, When,
};
use store::rows::new_pack::NewPack;
use store::rows::pack::{PackBody, PackRow, Written};
use store::{TownConn, TownTx};

use crate::error::{internal, invalid, store};
use crate::profiles::Applied;
use crate::release::{Hidden, READERS, Resident};
use crate::{App, Released, Result, leaf};

/// The source of notes as staff see it.
pub(crate) const SOURCE_NAME: &str = "見守り情報";

/// The dictionary's item that holds a note's text.
const ITEM: &str = "watch_note.note";

/// Who writes notes.
const WRITERS: &[Grant] = &[Grant::CaseWorker, Grant::Holder];

/// What a version of a note says.
pub struct Noticed {
    /// When it was seen.
    pub seen_on: NaiveDate,
    /// What was seen.
    pub text: String,
    /// 保有課: the section that holds the note.
    pub section: SectionCode,
}

/// A correction.
pub struct Correction {
    /// The version that was read.
    pub version: u32,
    /// Why it is corrected.
    pub reason: String,
    /// What it says from now on.
    pub noticed: Noticed,
}

/// One version of a note.
#[derive(Debug)]
pub struct Version {
    /// Which, from 1.
    pub number: u32,
    /// When it was seen.
    pub seen_on: Option<NaiveDate>,
    /// What was seen.
    pub text: String,
    /// 保有課.
    pub section: SectionCode,
    /// Its name as staff saw it then.
    pub section_name: String,
    /// Who wrote it.
    pub by: StaffId,
    /// When it was written.
    pub at: DateTime<Utc>,
    /// Why it was corrected.
    pub reason: Option<String>,
}

/// A note with all its versions, the one in force last.
#[derive(Debug)]
pub struct WatchNoteView {
    /// Id.
    pub id: WatchNoteId,
    /// Whom it is about.
    pub person: PersonId,
    /// Versions, oldest first; never empty.
    pub versions: Vec<Version>,
}

impl Resident for WatchNoteView {
    fn persons(&self) -> Vec<PersonId> {
        vec![self.person]
    }

    fn hide_whereabouts(&mut self, _: &dyn Fn(PersonId) -> Option<Hidden>) {
        // A note is free text of the town's own staff, for whom it was written.
    }
}

impl App {
    /// Writes a note about a person.
    ///
    /// # Errors
    /// `person_not_found`; `invalid_value` for a day to come or a section the town does not have.
    pub async fn watch_note_write(
        &self,
        ctx: &TownCtx,
        person: PersonId,
        noticed: Noticed,
    ) -> Result<Released<WatchNoteView>> {
        self.admit_reader(ctx, WRITERS)?;
        let profile = self.profile(ctx).await?;
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        require(&mut tx, person).await?;
        self.refuse_denied(&mut tx, ctx, [person]).await?;
        let written = written(ctx, &profile, WatchNoteId::new(), 1, None, &noticed)?;
        let id = written.note;
        insert(&mut tx, ctx, person, written, noticed).await?;
        tx.commit(leaf::of(ctx, Act::WatchNoteWritten, vec![person.into(), id.into()], &1)?)
            .await
            .map_err(store)?;
        self.watch_note(ctx, person, id).await
    }

    /// Corrects a note by a new version.
    ///
    /// # Errors
    /// As [`Self::watch_note_write`]; `watch_note_not_found`; `version_superseded` when somebody corrected it
    /// since it was read.
    pub async fn watch_note_correct(
        &self,
        ctx: &TownCtx,
        person: PersonId,
        id: WatchNoteId,
        correction: Correction,
    ) -> Result<Released<WatchNoteView>> {
        self.admit_reader(ctx, WRITERS)?;
        let profile = self.profile(ctx).await?;
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        let history = history(&mut tx, person).await?;
        self.refuse_denied(&mut tx, ctx, [person]).await?;
        let latest = history.iter().rfind(|pack| note_of(pack) == Some(id));
        let latest = latest.ok_or_else(|| Fault::new(Code::WatchNoteNotFound))?;
        let version = latest.body.written.as_ref().map_or(0, |written| written.version);
        if version != correction.version || !tx.pack_close(latest, ctx.now).await.map_err(store)? {
            return Err(
                Fault::new(Code::VersionSuperseded).with("version", version.max(correction.version + 1))
            );
        }
        let noticed = correction.noticed;
        let written = written(ctx, &profile, id, version + 1, Some(correction.reason), &noticed)?;
        insert(&mut tx, ctx, person, written, noticed).await?;
        tx.commit(leaf::of(ctx, Act::WatchNoteCorrected, vec![person.into(), id.into()], &(version + 1))?)
            .await
            .map_err(store)?;
        self.watch_note(ctx, person, id).await
    }

    /// A person's notes, oldest first, each with all its versions.
    ///
    /// # Errors
    /// `person_not_found`, and what [`App::release`] refuses.
    pub async fn watch_notes(&self, ctx: &TownCtx, person: PersonId) -> Result<Released<Vec<WatchNoteView>>> {
        self.admit_reader(ctx, READERS)?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let history = history(&mut conn, person).await?;
        self.refuse_denied(&mut conn, ctx, [person]).await?;
        drop(conn);
        self.release(ctx, "watch_note_list", READERS, of_packs(person, history)?).await
    }

    /// One note.
    ///
    /// # Errors
    /// `person_not_found`, `watch_note_not_found`, and what [`App::release`] refuses.
    pub async fn watch_note(
        &self,
        ctx: &TownCtx,
        person: PersonId,
        id: WatchNoteId,
    ) -> Result<Released<WatchNoteView>> {
        self.admit_reader(ctx, READERS)?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let history = history(&mut conn, person).await?;
        drop(conn);
        let of_it = history.into_iter().filter(|pack| note_of(pack) == Some(id));
        let versions: Vec<Version> = of_it.map(|pack| Ok(version(pack)?.1)).collect::<Result<Vec<_>>>()?;
        if versions.is_empty() {
            return Err(Fault::new(Code::WatchNoteNotFound));
        }
        self.release(ctx, "watch_note_read", READERS, WatchNoteView { id, person, versions }).await
    }
}

/// Who writes which version; refuses a section of another town and a day to come.
fn written(
    ctx: &TownCtx,
    profile: &Applied,
    note: WatchNoteId,
    version: u32,
    reason: Option<String>,
    noticed: &Noticed,
) -> Result<Written> {
    if noticed.seen_on > ctx.today() {
        return Err(invalid("seen_on", "まだ来ていない日です", "it lies in the future"));
    }
    let section = profile.town.section(&noticed.section);
    let section = section
        .ok_or_else(|| invalid("section", "この町の課ではありません", "it is not a section of this town"))?;
    let (section, section_name) = (section.code.clone(), section.name.clone());
    Ok(Written { note, version, by: ctx.staff, section, section_name, reason })
}

/// Every pack of notes, superseded ones too, as notes; both oldest first.
pub(crate) fn of_packs(person: PersonId, packs: Vec<PackRow>) -> Result<Vec<WatchNoteView>> {
    let mut notes: Vec<WatchNoteView> = Vec::new();
    for pack in packs {
        let (id, version) = version(pack)?;
        match notes.iter_mut().find(|note| note.id == id) {
            Some(note) => note.versions.push(version),
            None => notes.push(WatchNoteView { id, person, versions: vec![version] }),
        }
    }
    Ok(notes)
}

/// The source's code.
pub(crate) fn source() -> Result<SourceCode> {
    WATCH_NOTES.parse().map_err(|_| internal("the source of notes is no name"))
}

async fn require(conn: &mut TownConn, person: PersonId) -> Result<()> {
    if conn.person_exists(person).await.map_err(store)? {
        return Ok(());
    }
    Err(Fault::new(Code::PersonNotFound))
}

async fn history(conn: &mut TownConn, person: PersonId) -> Result<Vec<PackRow>> {
    require(conn, person).await?;
    conn.packs_history(person.uuid(), Category::WatchNote, WATCH_NOTES).await.map_err(store)
}

fn note_of(pack: &PackRow) -> Option<WatchNoteId> {
    pack.body.written.as_ref().map(|written| written.note)
}

async fn insert(
    tx: &mut TownTx,
    ctx: &TownCtx,
    person: PersonId,
    written: Written,
    noticed: Noticed,
) -> Result<()> {
    let item: ItemCode = ITEM.parse().map_err(|_| internal("the item of notes is no name"))?;
    let hash = &tx.keys().row_hash;
    let record_key = hash.hash(written.note.uuid().as_bytes()).as_bytes().to_vec();
    let row_hash = hash.hash(noticed.text.as_bytes()).as_bytes().to_vec();
    let observation = Observation {
        item,
        datum: Datum::Present(Value::Text(noticed.text)),
        when: When::At(noticed.seen_on.into()),
    };
    let pack = NewPack {
        subject: person.uuid(),
        category: Category::WatchNote,
        source: WATCH_NOTES.to_owned(),
        load: LoadId::from_uuid(written.note.uuid()),
        line: 0,
        record_key,
        row_hash,
        body: PackBody { observations: vec![observation], written: Some(written), ..PackBody::default() },
    };
    tx.pack_insert_many(&[pack], ctx.now).await.map_err(store)
}

fn version(pack: PackRow) -> Result<(WatchNoteId, Version)> {
    let malformed = || internal("a note is not of the known form");
    let written = pack.body.written.ok_or_else(malformed)?;
    let said = pack.body.observations.into_iter().next().ok_or_else(malformed)?;
    let (Datum::Present(Value::Text(text)), When::At(seen_on)) = (said.datum, said.when) else {
        return Err(malformed());
    };
    let version = Version {
        number: written.version,
        seen_on: seen_on.day(),
        text,
        section: written.section,
        section_name: written.section_name,
        by: written.by,
        at: pack.recorded_from,
        reason: written.reason,
    };
    Ok((written.note, version))
}
