//! 書き出し: what staff take along as a file or on paper. It leaves the town's walls, so it passes the door as a
//! handover does: never while the list of protections is missing or stale, and nothing of whoever is on it. A town
//! that has not decided to allow it has none. Each export says who made it, when and why, is recorded as a look
//! at everybody in it, and leaves a leaf that commits to its bytes.

mod form;
mod key_master;
mod list;
mod sheet;
mod trace;
mod words;

use std::collections::BTreeSet;
use std::sync::Arc;

use evidence::{Act, SubjectRef};
use exports::{Cell, Stamp};
use kernel::id::{PersonId, RunId};
use kernel::{Code, Digest, Fault, Grant, Purpose, TownCtx};
use rulebook::List;
use store::rows::run::RunRow;

use crate::error::store;
use crate::profiles::Applied;
use crate::release::{Hidden, READERS, Resident};
use crate::{App, Released, Result, leaf};

pub use exports::Charset;
pub use form::{Form, Writing};

/// A file that is to leave.
#[derive(Debug)]
pub struct Export {
    /// Its bytes.
    pub bytes: Vec<u8>,
    /// Its media type.
    pub media_type: &'static str,
    /// What it is called; no name and no number of anybody.
    pub file_name: String,
    /// Everybody it says something about.
    persons: Vec<PersonId>,
}

impl Export {
    /// A table as CSV.
    pub(crate) fn csv(
        table: &exports::Table,
        charset: Charset,
        file_name: String,
        persons: Vec<PersonId>,
    ) -> Self {
        let bytes = exports::csv(table, charset).bytes;
        Self { bytes, media_type: list::csv_type(charset), file_name, persons }
    }

    /// A page about files, and so about nobody by name.
    pub(crate) const fn page(bytes: Vec<u8>, file_name: String) -> Self {
        Self { bytes, media_type: "text/html; charset=utf-8", file_name, persons: Vec::new() }
    }
}

impl Resident for Export {
    fn persons(&self) -> Vec<PersonId> {
        self.persons.clone()
    }

    fn hide_whereabouts(&mut self, _: &dyn Fn(PersonId) -> Option<Hidden>) {
        // No export carries whereabouts.
    }
}

impl App {
    /// A run whose results the caller may read: asked before a request's body is looked at.
    ///
    /// # Errors
    /// `grant_missing`, `purpose_required`, `run_not_found`.
    pub async fn candidates_require(&self, ctx: &TownCtx, run: RunId) -> Result<RunRow> {
        self.admit_reader(ctx, READERS)?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        conn.run(run).await.map_err(store)?.ok_or_else(|| Fault::new(Code::RunNotFound))
    }

    /// A run's list as a file, in 五十音順. Children under protection are left out, and the file says how many.
    ///
    /// # Errors
    /// `run_not_found`, `export_not_allowed`, `protection_list_stale`, and what [`App::release_outside`] refuses.
    pub async fn export_candidates(
        &self,
        ctx: &TownCtx,
        run: RunId,
        list: List,
        writing: Writing,
    ) -> Result<Released<Export>> {
        let purpose = self.admit_reader(ctx, READERS)?;
        let run = self.candidates_require(ctx, run).await?;
        let profile = self.require_export(ctx).await?;
        let protected = self.require_current_list(ctx).await?;
        let all = self.candidates_of(ctx, run.id, (list, None)).await?;
        let (left_out, shown): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|candidate| protected.of(candidate.person).is_some());
        let stamp = self.stamp(ctx, &profile, purpose, run.as_of).await?;
        let persons = shown.iter().map(|candidate| candidate.person).collect();
        let table = list::table(&profile, &run, (list, left_out.len()), &shown, stamp)?;
        let (bytes, media_type, extension) = match writing.form {
            Form::Csv => {
                (exports::csv(&table, writing.charset).bytes, list::csv_type(writing.charset), "csv")
            }
            Form::Xlsx => (exports::xlsx(&table)?, list::XLSX, "xlsx"),
        };
        let file_name = format!("tasuki-candidates-{}-{}.{extension}", list.as_str(), ctx.today());
        let export = Export { bytes, media_type, file_name, persons };
        self.leave(ctx, "export", READERS, vec![run.id.into()], export).await
    }

    /// A child's sheet, to be printed. Of a child who is protected, or lives or is related to somebody who is, there
    /// is none.
    ///
    /// # Errors
    /// `person_not_found`, `export_not_allowed`, `protection_list_stale`, `export_protected`, and what
    /// [`App::release_outside`] refuses.
    pub async fn export_sheet(&self, ctx: &TownCtx, person: PersonId) -> Result<Released<Export>> {
        let purpose = self.admit_reader(ctx, READERS)?;
        self.person_require(ctx, person).await?;
        let profile = self.require_export(ctx).await?;
        let protected = self.require_current_list(ctx).await?;
        let (_, page) = self.page_view(ctx, person).await?;
        let persons = page.persons();
        if persons.iter().any(|person| protected.of(*person).is_some()) {
            return Err(Fault::new(Code::ExportProtected));
        }
        let stamp = self.stamp(ctx, &profile, purpose, ctx.today()).await?;
        let bytes = exports::html(&sheet::sheet(&page, stamp, ctx.today())?)?;
        let file_name = format!("tasuki-sheet-{}.html", ctx.today());
        let media_type = "text/html; charset=utf-8";
        let export = Export { bytes, media_type, file_name, persons };
        self.leave(ctx, "export", READERS, vec![person.into()], export).await
    }

    /// Lets an export go: through the door, then written into the evidence with the digest of its bytes.
    pub(crate) async fn leave(
        &self,
        ctx: &TownCtx,
        operation: &'static str,
        grants: &[Grant],
        subjects: Vec<SubjectRef>,
        export: Export,
    ) -> Result<Released<Export>> {
        let detail = (Digest::of(&export.bytes), &export.file_name, export.persons.len());
        let leaf = leaf::of(ctx, Act::Exported, subjects, &detail)?;
        let released = self.release_outside(ctx, operation, grants, export).await?;
        let tx = self.towns.begin(ctx.town).await.map_err(store)?;
        tx.commit(leaf).await.map_err(store)?;
        Ok(released)
    }

    /// The town's profile, where somebody decided that files and paper may leave.
    pub(crate) async fn require_export(&self, ctx: &TownCtx) -> Result<Arc<Applied>> {
        let profile = self.profile(ctx).await?;
        if profile.town.export.is_some() { Ok(profile) } else { Err(Fault::new(Code::ExportNotAllowed)) }
    }

    /// Who makes it, when and why.
    pub(crate) async fn stamp(
        &self,
        ctx: &TownCtx,
        profile: &Applied,
        purpose: Purpose,
        as_of: chrono::NaiveDate,
    ) -> Result<Stamp> {
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let staff = conn.staff_list().await.map_err(store)?.into_iter().find(|one| one.id == ctx.staff);
        let staff = staff.ok_or_else(|| Fault::new(Code::StaffNotFound).with("id", ctx.staff))?;
        let postings = conn.posting_list(Some(ctx.staff)).await.map_err(store)?;
        let posted = postings.iter().filter(|posting| posting.in_force(ctx.today()));
        let name = |code: &str| {
            let section = code.parse().ok().and_then(|code| profile.town.section(&code));
            section.map_or_else(|| code.to_owned(), |section| section.name.clone())
        };
        let sections: BTreeSet<String> = posted.map(|posting| name(&posting.section)).collect();
        Ok(Stamp {
            town: profile.town.name.clone(),
            section: Vec::from_iter(sections).join("・"),
            staff: staff.name,
            at: ctx.now,
            purpose: purpose.ja().to_owned(),
            as_of,
        })
    }
}

/// A text, or the reason for which there is none.
fn cell(known: Option<String>, absent: Option<kernel::Absence>) -> Cell {
    match known {
        Some(text) => Cell::Text(text),
        None => Cell::Text(format!("（{}）", absent.unwrap_or(kernel::Absence::NotCollected).ja())),
    }
}
