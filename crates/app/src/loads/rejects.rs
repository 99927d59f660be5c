//! 取込エラー: rejected lines with every reason, on the screen and as a file for the section that puts them right.

use exports::{Cell, Charset, Column, Table};
use kernel::id::{LoadId, PersonId, RejectId};
use kernel::{Code, CoopCtx, Fault, Lang, Place, SourceCode, TownCode, TownCtx};
use layouts::Layout;
use store::rows::load::LoadRow;
use store::rows::reject::RejectRow;

use super::{LOADERS, READERS};
use crate::error::store;
use crate::exports::Export;
use crate::release::{Hidden, Resident};
use crate::{App, Released, Result, auth};

/// Lines that one file of rejects holds: more are no slips to be put right by hand, but a file to be made again.
const FILE_LINES: i64 = 5000;

/// What stands for a value that the caller may not see.
const UNSEEN: (&str, &str) = ("（表示しません）", "(not shown)");

/// What a reason may say beside the value.
const KEPT: &[&str] = &["line", "column", "low", "high", "list", "first", "era", "expected", "found"];

/// Rejected lines. Whose one is, is known where its record was in order before.
#[derive(Debug)]
pub struct Rejects(pub Vec<RejectRow>, Vec<Vec<PersonId>>);

impl Rejects {
    /// Takes the line and every value out of the rows that `hide` names.
    fn hide(&mut self, hide: impl Fn(&[PersonId]) -> bool) -> usize {
        let mut hidden = 0;
        for (row, persons) in self.0.iter_mut().zip(&self.1) {
            if hide(persons) {
                hidden += 1;
                row.detail.raw.clear();
                row.detail.reasons.iter_mut().for_each(|reason| *reason = without_value(reason));
            }
        }
        hidden
    }
}

impl Resident for Rejects {
    fn persons(&self) -> Vec<PersonId> {
        let shown = self.0.iter().zip(&self.1).filter(|(row, _)| !row.detail.raw.is_empty());
        shown.flat_map(|(_, persons)| persons.iter().copied()).collect()
    }

    fn hide_whereabouts(&mut self, hidden: &dyn Fn(PersonId) -> Option<Hidden>) {
        // A raw line may hold anybody's address. While the list cannot be relied on, no raw line is
        // shown; reasons and line numbers are.
        let stale = hidden(PersonId::from_uuid(uuid::Uuid::nil())) == Some(Hidden::ListStale);
        self.hide(|persons| stale || persons.iter().any(|person| hidden(*person).is_some()));
    }

    fn withhold(&mut self, denied: &dyn Fn(PersonId) -> bool) -> Option<usize> {
        Some(self.hide(|persons| persons.iter().copied().any(denied)))
    }
}

/// Where a line was rejected and why, and nothing of what it says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RejectPlace {
    /// Id.
    pub id: RejectId,
    /// Line of the file, from 1.
    pub line: i32,
    /// `open`, `corrected` or `superseded`.
    pub state: String,
    /// Every reason, with the column or key as the layout names it.
    pub reasons: Vec<(Code, Option<String>)>,
}

impl From<RejectRow> for RejectPlace {
    fn from(row: RejectRow) -> Self {
        let column = |fault: &Fault| match fault.place() {
            Some(Place::Line { column, .. }) => column.clone(),
            _ => None,
        };
        let reasons = row.detail.reasons.iter().map(|fault| (fault.code(), column(fault))).collect();
        Self { id: row.id, line: row.line, state: row.state, reasons }
    }
}

/// The same reason without what the cell says.
fn without_value(reason: &Fault) -> Fault {
    let bare = Fault::new(reason.code()).with_words("raw", UNSEEN.0, UNSEEN.1);
    let said = KEPT.iter().filter_map(|name| Some((*name, reason.argument(name)?)));
    let bare = said.fold(bare, |bare, (name, value)| bare.with(name, value));
    match reason.place() {
        Some(Place::Line { file, line, column }) => bare.at_line(file.clone(), *line, column.clone()),
        _ => bare,
    }
}

impl App {
    /// Rejected lines of a load with every reason, in the order of the file.
    ///
    /// # Errors
    /// `grant_missing`, `purpose_required`, `load_not_found`.
    pub async fn reject_list(
        &self,
        ctx: &TownCtx,
        load: LoadId,
        after: Option<RejectId>,
        limit: i64,
    ) -> Result<Released<Rejects>> {
        self.admit_reader(ctx, LOADERS)?;
        let (_, rejects) = self.rejects_of(ctx, load, after, limit).await?;
        self.release(ctx, "reject_list", LOADERS, rejects).await
    }

    /// The rejects of a load that are open, as a CSV for the section that puts them right: line, columns, reasons,
    /// and the line as it came. Of whoever is protected, or may not be seen by the caller, the line is left out.
    ///
    /// # Errors
    /// `grant_missing`, `purpose_required`, `load_not_found`, `export_not_allowed`, `protection_list_stale`.
    pub async fn reject_export(
        &self,
        ctx: &TownCtx,
        load: LoadId,
        charset: Charset,
    ) -> Result<Released<Export>> {
        let purpose = self.admit_reader(ctx, LOADERS)?;
        let (load, mut rejects) = self.rejects_of(ctx, load, None, FILE_LINES).await?;
        let profile = self.require_export(ctx).await?;
        let protected = self.require_current_list(ctx).await?;
        let versions = self.towns.versions(ctx.town).await.map_err(store)?;
        let denials = self.denials_at(ctx.town, versions.auth).await?;
        let withheld = rejects.hide(|persons| {
            persons.iter().any(|person| protected.of(*person).is_some() || denials.deny(ctx, *person))
        });
        let persons = rejects.persons();
        let source = load.source.parse::<SourceCode>().ok();
        let source = source.and_then(|code| profile.town.sources.get(&code));
        let source = source.ok_or_else(|| Fault::new(Code::SourceNotFound).with("source", &load.source))?;
        let layout = source.layout.on(load.as_of);
        let open = rejects.0.iter().filter(|row| row.state == "open");
        let rows: Vec<_> = open.map(|row| cells(row, layout)).collect();
        let table = Table {
            title: format!("取込エラー（{}）", source.name),
            stamp: self.stamp(ctx, &profile, purpose, load.as_of).await?,
            remarks: remarks(&load, rows.len(), withheld),
            columns: COLUMNS.iter().map(|&(name, width)| Column { name, width }).collect(),
            rows,
        };
        let file_name = format!("tasuki-rejects-{}-{}.csv", load.source, ctx.today());
        let export = Export::csv(&table, charset, file_name, persons);
        self.leave(ctx, "reject_export", LOADERS, vec![load.id.into()], export).await
    }

    /// Rejected lines without a word of what they say: nobody is read, so no purpose is asked for.
    ///
    /// # Errors
    /// `grant_missing`, `load_not_found`.
    pub async fn reject_places(
        &self,
        ctx: &TownCtx,
        load: LoadId,
        after: Option<RejectId>,
        limit: i64,
    ) -> Result<Vec<RejectPlace>> {
        auth::require_any(ctx, READERS)?;
        self.reject_places_of(ctx.town, load, after, limit).await
    }

    /// The same for the operator, who may have nothing else of them.
    ///
    /// # Errors
    /// `load_not_found`.
    pub async fn reject_places_for_operator(
        &self,
        _: &CoopCtx,
        (town, load): (TownCode, LoadId),
        after: Option<RejectId>,
        limit: i64,
    ) -> Result<Vec<RejectPlace>> {
        self.reject_places_of(town, load, after, limit).await
    }

    async fn reject_places_of(
        &self,
        town: TownCode,
        load: LoadId,
        after: Option<RejectId>,
        limit: i64,
    ) -> Result<Vec<RejectPlace>> {
        let mut conn = self.towns.read(town).await.map_err(store)?;
        let row = conn.load(load).await.map_err(store)?.ok_or_else(|| Fault::new(Code::LoadNotFound))?;
        let key = conn.load_key(row.upload).await.map_err(store)?;
        let rows = conn.reject_list(load, &key, after, limit).await.map_err(store)?;
        Ok(rows.into_iter().map(RejectPlace::from).collect())
    }

    pub(super) async fn rejects_of(
        &self,
        ctx: &TownCtx,
        load: LoadId,
        after: Option<RejectId>,
        limit: i64,
    ) -> Result<(LoadRow, Rejects)> {
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let row = conn.load(load).await.map_err(store)?.ok_or_else(|| Fault::new(Code::LoadNotFound))?;
        let key = conn.load_key(row.upload).await.map_err(store)?;
        let rows = conn.reject_list(load, &key, after, limit).await.map_err(store)?;
        let keys: Vec<Vec<u8>> = rows.iter().filter_map(|row| row.record_key.clone()).collect();
        let known = conn.record_persons(&row.source, &keys).await.map_err(store)?;
        let of = |row: &RejectRow| {
            let key = row.record_key.as_deref().and_then(|key| <[u8; 16]>::try_from(key).ok());
            key.and_then(|key| known.get(&key).cloned()).unwrap_or_default()
        };
        let persons = rows.iter().map(of).collect();
        Ok((row, Rejects(rows, persons)))
    }
}

const COLUMNS: &[(&str, u16)] = &[("行", 8), ("列", 24), ("理由", 60), ("原本の行", 80)];

fn remarks(load: &LoadRow, shown: usize, withheld: usize) -> Vec<(&'static str, String)> {
    vec![
        ("取込", load.id.to_string()),
        ("エラーのある行", format!("{}行（うち未訂正 {shown}行）", load.counts.rejected)),
        ("行の内容を除いたもの", format!("{withheld}行（支援措置・閲覧制限）")),
        ("直し方", "元のシステムで直し、その行だけを同じ様式（見出し行を含む）で出力して、訂正の取込に出してください。".to_owned()),
    ]
}

fn cells(row: &RejectRow, layout: &Layout) -> Vec<Cell> {
    let column = |reason: &Fault| match reason.place() {
        Some(Place::Line { column: Some(column), .. }) => column.clone(),
        _ => "行全体".to_owned(),
    };
    let reasons = &row.detail.reasons;
    let columns: Vec<String> = reasons.iter().map(column).collect();
    let told: Vec<String> = reasons.iter().map(|reason| reason.detail(Lang::Ja)).collect();
    vec![
        Cell::Number(row.line),
        Cell::Text(columns.join("・")),
        Cell::Text(told.join(" ")),
        Cell::Text(layout.line_text(&row.detail.raw)),
    ]
}
