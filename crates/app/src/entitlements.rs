//! Who may see what, as the town's auditor reads it: every posting in force on a day, with what it lets its
//! owner read. No resident is named.

use chrono::NaiveDate;
use kernel::id::{PostingId, StaffId};
use kernel::{Code, Fault, Grant, Grants, SectionCode, SourceCode, TownCtx};
use store::rows::staff::StaffKind;

use crate::error::store;
use crate::release::READERS;
use crate::staff::views;
use crate::{App, Result, auth};

/// One posting in force, and what it lets its owner see.
#[derive(Debug, Clone)]
pub struct Entitlement {
    /// The posting.
    pub posting: PostingId,
    /// Whose.
    pub staff: StaffId,
    /// A person or a system.
    pub kind: StaffKind,
    /// Name.
    pub name: String,
    /// 課.
    pub section: String,
    /// Its name, as staff see it; the code where the profile no longer has it.
    pub section_name: String,
    /// 権限.
    pub grants: Grants,
    /// First day.
    pub from: NaiveDate,
    /// Last day.
    pub until: Option<NaiveDate>,
    /// Whether it lets them read residents' records: then those of every source of the town.
    pub reads_residents: bool,
    /// 連携元 that the section holds.
    pub holds: Vec<String>,
}

/// Which of them.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// On which day; today if none is said.
    pub on: Option<NaiveDate>,
    /// Only those of a section.
    pub section: Option<SectionCode>,
    /// Only those who may read a source's records.
    pub source: Option<SourceCode>,
}

impl App {
    /// Every posting in force on a day.
    ///
    /// # Errors
    /// `grant_missing` for anyone but auditor and administrator, `source_not_found`, `profile_missing`.
    pub async fn entitlements(&self, ctx: &TownCtx, asked: &Asked) -> Result<Vec<Entitlement>> {
        auth::require_any(ctx, &[Grant::Auditor, Grant::TownAdmin])?;
        let profile = self.profile(ctx).await?;
        let sources = &profile.town.sources;
        if let Some(source) = &asked.source
            && !sources.iter().any(|(code, _)| code == source)
        {
            return Err(Fault::new(Code::SourceNotFound).with("source", source));
        }
        let day = asked.on.unwrap_or_else(|| ctx.today());
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let mut entitlements = Vec::new();
        for view in views(&mut conn).await? {
            for posting in view.postings.iter().filter(|posting| posting.in_force(day)) {
                let known = profile.town.sections.iter().find(|s| s.code.as_str() == posting.section);
                let held = sources.iter().filter(|(_, source)| source.section.as_str() == posting.section);
                entitlements.push(Entitlement {
                    posting: posting.id,
                    staff: view.row.id,
                    kind: view.row.kind,
                    name: view.row.name.clone(),
                    section: posting.section.clone(),
                    section_name: known.map_or_else(|| posting.section.clone(), |s| s.name.clone()),
                    grants: posting.grants,
                    from: posting.from,
                    until: posting.until,
                    reads_residents: READERS.iter().any(|grant| posting.grants.has(*grant)),
                    holds: held.map(|(code, _)| code.to_string()).collect(),
                });
            }
        }
        entitlements.retain(|one| {
            asked.section.as_ref().is_none_or(|section| one.section == section.as_str())
                && (asked.source.is_none() || one.reads_residents)
        });
        Ok(entitlements)
    }
}
