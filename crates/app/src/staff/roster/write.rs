//! The roster as it stands, in the very form in which it is taken: what an administrator edits for 4月1日.

use chrono::NaiveDate;
use kernel::{Grant, TownCtx};
use store::rows::posting::PostingRow;

use super::super::{StaffView, views};
use super::COLUMNS;
use crate::error::store;
use crate::profiles::Applied;
use crate::{App, Result, auth};

impl App {
    /// Every posting that has not ended, those to come too, of everybody with a 職員番号, as a CSV. Taken as it is
    /// it changes nothing.
    ///
    /// # Errors
    /// `grant_missing` for anyone but the town's administrator or auditor, `profile_missing`.
    pub async fn roster_written(&self, ctx: &TownCtx) -> Result<Vec<u8>> {
        auth::require_any(ctx, &[Grant::TownAdmin, Grant::Auditor])?;
        let profile = self.profile(ctx).await?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let views = views(&mut conn).await?;
        drop(conn);
        let rows: Vec<Vec<String>> =
            views.iter().flat_map(|view| lines(view, &profile, ctx.today())).collect();
        Ok(exports::plain_csv(&COLUMNS, &rows))
    }
}

fn lines(view: &StaffView, profile: &Applied, today: NaiveDate) -> Vec<Vec<String>> {
    let Some(number) = &view.row.number else { return Vec::new() };
    let goes_on =
        |posting: &&PostingRow| posting.ended_at.is_none() && posting.until.is_none_or(|day| today <= day);
    let line = |posting: &PostingRow| {
        let grants: Vec<&str> = posting.grants.iter().map(Grant::ja).collect();
        vec![
            number.clone(),
            view.row.name.clone(),
            section(&posting.section, profile),
            grants.join(";"),
            posting.from.to_string(),
            posting.until.map(|day| day.to_string()).unwrap_or_default(),
        ]
    };
    view.postings.iter().filter(goes_on).map(line).collect()
}

/// A section by its name, where that says which; else by its code.
fn section(code: &str, profile: &Applied) -> String {
    let sections = &profile.town.sections;
    let name = sections.iter().find(|section| section.code.as_str() == code).map(|section| &section.name);
    let name = name.filter(|name| sections.iter().filter(|section| section.name == **name).count() == 1);
    name.map_or_else(|| code.to_owned(), Clone::clone)
}
