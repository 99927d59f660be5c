//! How each town is doing, for the operator: versions, days and counts, no resident and no value. It is read as
//! the town's own role, from plain columns alone.

use chrono::{DateTime, NaiveDate, Utc};
use kernel::ctx::jst_date;
use kernel::id::ProfileId;
use kernel::slug::RulebookCode;
use kernel::{Code, CoopCtx, Digest, TownCode, TownCtx};
use rulebook::Effective;
use store::coop::MemberRow;
use store::hub::HubState;
use store::rows::profile::ProfileRow;
use store::rows::tally::Tally;

use crate::arrivals::Late;
use crate::error::store;
use crate::profiles::Applied;
use crate::protection::LIST;
use crate::{App, Result};

/// How one town is doing.
#[derive(Debug)]
pub struct TownHealth {
    /// The town.
    pub member: MemberRow,
    /// The profile in force and when it came into force.
    pub profile: Option<(ProfileId, DateTime<Utc>)>,
    /// What waits, counted, and each source's newest load.
    pub tally: Tally,
    /// Sources whose newest expected file has not come.
    pub late: Vec<String>,
    /// The day the newest protection list shows, and whether it can be relied on.
    pub protection: (Option<NaiveDate>, bool),
    /// When the evidence log's newest checkpoint was signed.
    pub checkpoint_at: Option<DateTime<Utc>>,
}

impl TownHealth {
    /// Rows read and rejected by each source's newest load.
    #[must_use]
    pub fn rows(&self) -> (i64, i64) {
        let loads = self.tally.last_loads.values();
        loads.fold((0, 0), |(read, rejected), load| (read + load.rows_read, rejected + load.rows_rejected))
    }
}

/// The rules in force in one town.
#[derive(Debug)]
pub struct RuleRelease {
    /// The town.
    pub town: TownCode,
    /// 判定基準.
    pub rulebook: RulebookCode,
    /// Its version.
    pub version: String,
    /// 版: identity of the shared rules.
    pub release: Digest,
    /// Identity of the town's choices.
    pub overlay: Digest,
    /// First day on which the town's choices hold.
    pub effective_from: NaiveDate,
    /// The total from which a child is on the list.
    pub threshold: u8,
}

impl RuleRelease {
    fn new(town: TownCode, effective: &Effective) -> Self {
        Self {
            town,
            rulebook: effective.rulebook.code.clone(),
            version: effective.rulebook.version.clone(),
            release: effective.release,
            overlay: effective.overlay,
            effective_from: effective.choices.effective_from,
            threshold: effective.threshold(),
        }
    }
}

impl App {
    /// How every town is doing, by code. For the operator.
    ///
    /// # Errors
    /// A fault when the database cannot be reached.
    pub async fn town_health(&self, ctx: &CoopCtx) -> Result<Vec<TownHealth>> {
        let mut late = self.late_sources(ctx.now).await?;
        let checkpoint = self.coop.latest_checkpoint().await.map_err(store)?.map(|signed| signed.signed_at);
        let mut towns = Vec::new();
        for member in self.members().await? {
            let late = late.remove(&member.town).unwrap_or_default();
            towns.push(self.health_of(member, late, checkpoint, ctx.now).await?);
        }
        Ok(towns)
    }

    /// How the caller's town is doing.
    ///
    /// # Errors
    /// As [`Self::town_health`].
    pub async fn town_health_of(&self, ctx: &TownCtx) -> Result<Option<TownHealth>> {
        let Some(member) = self.member(ctx.town).await? else { return Ok(None) };
        let late = match self.late_sources_of(ctx).await {
            Err(fault) if fault.code() == Code::ProfileMissing => Late::default(),
            late => late?,
        };
        let checkpoint = self.coop.latest_checkpoint().await.map_err(store)?.map(|signed| signed.signed_at);
        self.health_of(member, late, checkpoint, ctx.now).await.map(Some)
    }

    async fn health_of(
        &self,
        member: MemberRow,
        late: Late,
        checkpoint_at: Option<DateTime<Utc>>,
        now: DateTime<Utc>,
    ) -> Result<TownHealth> {
        let mut conn = self.towns.read(member.town).await.map_err(store)?;
        let mut tally = conn.tally().await.map_err(store)?;
        for one in conn.hub_handovers().await.map_err(store)?.iter().filter(|one| is_under_way(one.state)) {
            let way = if one.sender == member.town { "out" } else { "in" };
            *tally.handovers.entry(format!("{way} {}", one.state.as_str())).or_default() += 1;
        }
        let current: Option<ProfileRow> = conn.profile_current().await.map_err(store)?;
        let list = conn.load_latest_by_source().await.map_err(store)?.get(LIST).map(|load| load.as_of);
        drop(conn);
        let stale_after = i64::from(self.stale_after_days(member.town).await?);
        let today = jst_date(now);
        let is_current = list.is_some_and(|as_of| (0..=stale_after).contains(&(today - as_of).num_days()));
        Ok(TownHealth {
            member,
            profile: current.map(|row| (row.id, row.applied_at)),
            tally,
            late: late.into_iter().filter(|(_, is_late)| *is_late).map(|(source, _)| source).collect(),
            protection: (list, is_current),
            checkpoint_at,
        })
    }

    /// The rules in force in every town. For the operator.
    ///
    /// # Errors
    /// A fault when the database cannot be reached.
    pub async fn rule_releases(&self, _: &CoopCtx) -> Result<Vec<RuleRelease>> {
        let mut all = Vec::new();
        for member in self.members().await? {
            match self.profile_of(member.town).await {
                Ok(applied) => all.extend(releases(&applied)),
                Err(fault) if fault.code() == Code::ProfileMissing => {}
                Err(fault) => return Err(fault),
            }
        }
        Ok(all)
    }

    /// The rules in force in the caller's town.
    ///
    /// # Errors
    /// `profile_missing`.
    pub async fn rule_releases_of(&self, ctx: &TownCtx) -> Result<Vec<RuleRelease>> {
        Ok(releases(&*self.profile(ctx).await?))
    }
}

/// Whether somebody still has to do something.
const fn is_under_way(state: HubState) -> bool {
    matches!(state, HubState::Offered | HubState::Accepted | HubState::Received)
}

fn releases(applied: &Applied) -> Vec<RuleRelease> {
    applied.town.rulebooks.values().map(|effective| RuleRelease::new(applied.town.code, effective)).collect()
}
