//! 取込品質報告: what a loaded file was like, held against the last ones, and who has seen it. Numbers rest in the
//! clear; lines and values are opened for the town's own staff alone, and only while the load's key lives.

use chrono::{DateTime, Utc};
use evidence::Act;
use kernel::id::{LoadId, PersonId, StaffId};
use kernel::{Code, CoopCtx, Fault, Grant, SectionCode, SourceCode, TownCode, TownCtx};
use layouts::Quality;
use layouts::quality::Counts;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::sync::Arc;
use store::StoreError;
use store::rows::link_task::LinkTaskBody;
use store::rows::load::{LoadCounts, LoadRow};
use store::rows::load_quality::QualityRow;

use super::drift::{self, COMPARED, Change};
use super::{LOADERS, not_ready};
use crate::error::{internal, store};
use crate::profiles::Applied;
use crate::release::{Hidden, Resident};
use crate::{App, Released, Result, auth, leaf};

/// Grants that see a report's numbers.
const COUNTERS: &[Grant] =
    &[Grant::Holder, Grant::OverallManager, Grant::Approver, Grant::TownAdmin, Grant::Auditor];

/// What rests in the clear about a loaded file.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Numbers {
    /// Bytes of the file as it was handed in.
    pub bytes: i64,
    /// Whom its rows were found to be about.
    pub met: Met,
    /// Its columns.
    pub file: Counts,
}

/// Whom a load's new and changed rows were found to be about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Met {
    /// Persons the town did not know until now.
    pub newcomers: i64,
    /// Numbers of a system learned for persons already known.
    pub numbers_learned: i64,
    /// 該当者なし: parts of rows that come near nobody; they wait in the link queue.
    pub orphans: i64,
    /// Rows of a delta that end a record the town does not have.
    #[serde(default)]
    pub ended_unknown: i64,
    /// 候補あり: parts of rows that may be one of several, or one who is not certain; they wait likewise.
    pub ambiguous: i64,
}

impl Met {
    /// Counts a record that waits for a human.
    pub(super) fn waits(&mut self, body: &LinkTaskBody) {
        let near = if body.candidates.is_empty() { &mut self.orphans } else { &mut self.ambiguous };
        *near += 1;
    }
}

/// A report without a line and without a value.
#[derive(Debug, Clone)]
pub struct LoadReport {
    /// The load.
    pub load: LoadRow,
    /// The source's name, as staff see it.
    pub source_name: String,
    /// The section that holds it, and its name; `None` when the profile no longer has the source.
    pub holder: Option<(SectionCode, String)>,
    /// What the file was like.
    pub numbers: Numbers,
    /// The loads it is held against, the newest first.
    pub compared: Vec<LoadId>,
    /// What differs.
    pub drift: Vec<Change>,
    /// Rejects by what became of them.
    pub rejects: BTreeMap<String, i64>,
    /// Link tasks of the load by state, today.
    pub link_tasks: BTreeMap<String, i64>,
    /// Who has seen the report.
    pub signed: Option<SignOff>,
}

/// Who has seen a report, and when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignOff {
    /// 職員.
    pub by: StaffId,
    /// When.
    pub at: DateTime<Utc>,
}

kernel::words! {
    /// Whether a report shows lines and values.
    FindingsState {
        /// They are shown.
        Shown = "shown", "表示" / "shown";
        /// Nobody asked for them: no purpose was given, or the grant is for numbers alone.
        NotAsked = "not_asked", "利用目的の指定がないため、件数だけです" / "no purpose was given: numbers alone";
        /// They are the town's own staff's alone.
        TownOnly = "town_only", "町の職員だけが見られるため、件数だけです" / "for the town's own staff alone: numbers alone";
        /// They went with the load's key.
        Gone = "gone", "取込の鍵とともに廃棄したため、件数だけが残っています" / "disposed of with the load's key: numbers alone remain";
        /// The list of protections is missing or stale.
        Hidden = "hidden", "支援措置の一覧が古いかないため、表示しません" / "not shown while the protection list is missing or stale";
    }
}

/// Lines and values of a report.
#[derive(Debug)]
pub struct Findings {
    /// Whether they are shown.
    pub state: FindingsState,
    /// They, if they are.
    pub quality: Option<Quality>,
    /// What whoever has seen the report remarked.
    pub remark: Option<String>,
}

impl Findings {
    /// What the operator has of them.
    pub(super) const fn for_operator() -> Self {
        Self::none(FindingsState::TownOnly)
    }

    const fn none(state: FindingsState) -> Self {
        Self { state, quality: None, remark: None }
    }
}

impl Resident for Findings {
    fn persons(&self) -> Vec<PersonId> {
        // Whose a line is nobody can say from here.
        Vec::new()
    }

    fn hide_whereabouts(&mut self, hidden: &dyn Fn(PersonId) -> Option<Hidden>) {
        // A code that no list knows may be an address in the wrong column.
        let stale = hidden(PersonId::from_uuid(uuid::Uuid::nil())) == Some(Hidden::ListStale);
        if stale && self.state == FindingsState::Shown {
            *self = Self::none(FindingsState::Hidden);
        }
    }
}

/// Holds a load's counts to what they are: every row read was loaded, unchanged or rejected.
///
/// # Errors
/// `internal`; the load is then refused and nothing of it applied.
pub(super) fn balanced(counts: &LoadCounts) -> Result<()> {
    if counts.read == counts.loaded + counts.unchanged + counts.rejected {
        Ok(())
    } else {
        Err(internal("a load's rows do not add up"))
    }
}

impl App {
    /// A load's report without lines and values.
    ///
    /// # Errors
    /// `grant_missing`, `load_not_found`, `load_not_ready` for a load that was not applied.
    pub async fn load_report(&self, ctx: &TownCtx, id: LoadId) -> Result<LoadReport> {
        auth::require_any(ctx, COUNTERS)?;
        Ok(self.report_of(ctx.town, id).await?.0)
    }

    /// A load's report as far as the caller may have it: lines and values for whoever may see its rejects and says
    /// why.
    ///
    /// # Errors
    /// As [`Self::load_report`] and [`Self::load_findings`].
    pub async fn load_report_shown(
        &self,
        ctx: &TownCtx,
        id: LoadId,
    ) -> Result<(LoadReport, Option<Released<Findings>>)> {
        let report = self.load_report(ctx, id).await?;
        let may = ctx.purpose.is_some() && LOADERS.iter().any(|grant| ctx.grants.has(*grant));
        let findings = if may { Some(self.load_findings(ctx, id).await?) } else { None };
        Ok((report, findings))
    }

    /// The same for the operator, who may have nothing else of it.
    ///
    /// # Errors
    /// As [`Self::load_report`].
    pub async fn load_report_for_operator(
        &self,
        _: &CoopCtx,
        town: TownCode,
        id: LoadId,
    ) -> Result<LoadReport> {
        Ok(self.report_of(town, id).await?.0)
    }

    /// The lines and values of a load's report, for whoever may see its rejects and says why.
    ///
    /// # Errors
    /// `grant_missing`, `purpose_required`, `load_not_found`, `load_not_ready`.
    pub async fn load_findings(&self, ctx: &TownCtx, id: LoadId) -> Result<Released<Findings>> {
        self.admit_reader(ctx, LOADERS)?;
        let (load, row) = self.applied(ctx.town, id).await?;
        let mut conn = self.towns.read(ctx.town).await.map_err(store)?;
        let findings = match conn.load_key(load.upload).await {
            Err(StoreError::Sealed) => Findings::none(FindingsState::Gone),
            Err(error) => return Err(store(error)),
            Ok(key) => {
                let plain = conn.load_findings(id, &key, &row).map_err(store)?;
                let quality =
                    serde_json::from_slice(&plain).map_err(|_| internal("findings are no quality"))?;
                let remark = conn.load_remark(id, &key, &row).map_err(store)?;
                Findings { state: FindingsState::Shown, quality: Some(quality), remark }
            }
        };
        drop(conn);
        self.release(ctx, "load_report", LOADERS, findings).await
    }

    /// Writes down that somebody has seen a load's report.
    ///
    /// # Errors
    /// `grant_missing`, `load_not_found`, `load_not_ready`, `load_signed_off` when somebody had before.
    pub async fn load_sign_off(&self, ctx: &TownCtx, id: LoadId, remark: Option<&str>) -> Result<SignOff> {
        auth::require_any(ctx, LOADERS)?;
        let (load, _) = self.applied(ctx.town, id).await?;
        let mut tx = self.towns.begin(ctx.town).await.map_err(store)?;
        let key = tx.load_key(load.upload).await.map_err(|error| match error {
            StoreError::Sealed => {
                Fault::new(Code::LoadNotReady).with_words("state", "廃棄済み", "disposed of")
            }
            other => store(other),
        })?;
        if !tx.load_sign(id, &key, ctx.staff, ctx.now, remark).await.map_err(store)? {
            return Err(Fault::new(Code::LoadSignedOff));
        }
        tx.commit(leaf::of(ctx, Act::LoadSignedOff, vec![id.into()], &remark)?).await.map_err(store)?;
        Ok(SignOff { by: ctx.staff, at: ctx.now })
    }

    /// A load that was applied, with what its file was like.
    pub(super) async fn applied(&self, town: TownCode, id: LoadId) -> Result<(LoadRow, QualityRow)> {
        let mut conn = self.towns.read(town).await.map_err(store)?;
        let load = conn.load(id).await.map_err(store)?.ok_or_else(|| Fault::new(Code::LoadNotFound))?;
        let row = conn.load_quality(id).await.map_err(store)?;
        let row = row.ok_or_else(|| not_ready(&load.state))?;
        Ok((load, row))
    }

    pub(super) async fn report_of(&self, town: TownCode, id: LoadId) -> Result<(LoadReport, Arc<Applied>)> {
        let (load, row) = self.applied(town, id).await?;
        let profile = self.profile_of(town).await?;
        let mut conn = self.towns.read(town).await.map_err(store)?;
        // A correction holds the few rows that were wrong: it differs from every whole file.
        let limit = if load.corrects.is_some() { 0 } else { COMPARED };
        let before = conn.loads_before(&load, limit).await.map_err(store)?;
        let rejects = conn.reject_states(id).await.map_err(store)?;
        let link_tasks = conn.load_task_states(id).await.map_err(store)?;
        drop(conn);
        let numbers = numbers(&row.counts)?;
        let compared = before.iter().map(|one| one.load).collect();
        let rejected = |count: i64| u64::try_from(count).unwrap_or_default();
        let before: Vec<(Counts, u64)> = before
            .iter()
            .map(|one| Ok((self::numbers(&one.counts)?.file, rejected(one.rejected))))
            .collect::<Result<_>>()?;
        let (source_name, holder) = names(&profile, &load.source);
        let report = LoadReport {
            drift: drift::changes(&numbers.file, rejected(load.counts.rejected), &before),
            source_name,
            holder,
            numbers,
            compared,
            rejects,
            link_tasks,
            signed: row.signed.map(|(by, at)| SignOff { by, at }),
            load,
        };
        Ok((report, profile))
    }
}

/// What rests in the clear, read back.
pub(super) fn numbers(counts: &serde_json::Value) -> Result<Numbers> {
    Numbers::deserialize(counts).map_err(|_| internal("a load's counts are no counts"))
}

fn names(profile: &Applied, source: &str) -> (String, Option<(SectionCode, String)>) {
    let known = source.parse::<SourceCode>().ok().and_then(|code| profile.town.sources.get(&code));
    let section = known.and_then(|known| profile.town.section(&known.section));
    let holder = section.map(|section| (section.code.clone(), section.name.clone()));
    (known.map_or_else(|| source.to_owned(), |known| known.name.clone()), holder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_that_do_not_add_up_are_a_fault_of_ours() {
        let mut counts =
            LoadCounts { read: 6, loaded: 3, unchanged: 2, rejected: 1, ..LoadCounts::default() };
        assert!(balanced(&counts).is_ok());
        counts.unchanged = 1;
        assert_eq!(balanced(&counts).unwrap_err().code(), Code::Internal);
    }
}
