//! How towns are doing, and the rules in force in them: versions, days and counts. No resident's data.

use std::collections::BTreeMap;

use actix_web::{get, web};
use app::Caller;
use app::town_health::{RuleRelease as Release, TownHealth as Healthy};
use chrono::{DateTime, NaiveDate, Utc};
use kernel::TownCode;
use kernel::id::ProfileId;
use serde::Serialize;
use utoipa::ToSchema;

use crate::answer::Answer;
use crate::paging::{Order, Page, PageParams, Paging};
use crate::request::{AnyCaller, Params};
use crate::{Platform, schema};

/// How one town is doing.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "town_code": "143669", "name": "開成町", "profile_id": "prf_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70",
    "profile_applied_at": "2026-04-01T00:00:00Z",
    "last_loads": {"attendance": {"state": "loaded", "as_of": "2026-11-01", "started_at": "2026-11-02T01:23:45Z"}},
    "late_sources": ["disability_services"], "link_tasks_waiting": 12, "rows_read": 4821, "rows_rejected": 9,
    "protection_list_as_of": "2026-11-20", "protection_list_is_current": true,
    "handovers": {"out offered": 1}, "operations_running": 0, "uploads_waiting": 0,
    "checkpoint_age_seconds": 1
}))]
pub struct TownHealth {
    /// The town.
    #[schema(value_type = schema::TownCode)]
    town_code: TownCode,
    /// Its name.
    name: String,
    /// The version of its profile in force; null when none was ever applied.
    #[schema(required = true, value_type = Option<schema::ProfileId>)]
    profile_id: Option<ProfileId>,
    /// Since when.
    #[schema(required = true)]
    profile_applied_at: Option<DateTime<Utc>>,
    /// The newest load of each source, whatever came of it.
    last_loads: BTreeMap<String, SourceLoad>,
    /// 連携元 whose newest expected file has not come.
    #[schema(value_type = Vec<schema::SourceCode>)]
    late_sources: Vec<String>,
    /// 突合待ち: records that wait for a human.
    #[schema(minimum = 0)]
    link_tasks_waiting: i64,
    /// Rows of each source's newest load, together.
    #[schema(minimum = 0)]
    rows_read: i64,
    /// How many of them were rejected.
    #[schema(minimum = 0)]
    rows_rejected: i64,
    /// The day the newest 支援措置 list shows; null when none was ever loaded.
    #[schema(required = true)]
    protection_list_as_of: Option<NaiveDate>,
    /// Whether it can be relied on; while it cannot, nothing leaves the town.
    protection_list_is_current: bool,
    /// Handovers under way, by direction and state (`out offered`).
    handovers: BTreeMap<String, i64>,
    /// Long works that have not ended.
    #[schema(minimum = 0)]
    operations_running: i64,
    /// Files that came and were not loaded.
    #[schema(minimum = 0)]
    uploads_waiting: i64,
    /// Seconds since the evidence log's newest checkpoint was signed; null before the first.
    #[schema(required = true)]
    checkpoint_age_seconds: Option<i64>,
}

/// A source's newest load.
#[derive(Debug, Serialize, ToSchema)]
pub struct SourceLoad {
    /// `running`, `loaded`, `unchanged` or `failed`.
    state: String,
    /// Day the export shows.
    as_of: NaiveDate,
    /// When it began.
    started_at: DateTime<Utc>,
}

impl TownHealth {
    fn new(town: Healthy, now: DateTime<Utc>) -> Self {
        let (rows_read, rows_rejected) = town.rows();
        let (as_of, is_current) = town.protection;
        let loads = town.tally.last_loads.into_iter().map(|(source, load)| {
            (source, SourceLoad { state: load.state, as_of: load.as_of, started_at: load.started_at })
        });
        Self {
            town_code: town.member.town,
            name: town.member.name,
            profile_id: town.profile.map(|(id, _)| id),
            profile_applied_at: town.profile.map(|(_, at)| at),
            last_loads: loads.collect(),
            late_sources: town.late,
            link_tasks_waiting: town.tally.link_tasks,
            rows_read,
            rows_rejected,
            protection_list_as_of: as_of,
            protection_list_is_current: is_current,
            handovers: town.tally.handovers,
            operations_running: town.tally.operations,
            uploads_waiting: town.tally.uploads,
            checkpoint_age_seconds: town.checkpoint_at.map(|at| (now - at).num_seconds()),
        }
    }
}

/// The rules in force in one town.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "town_code": "143669", "rulebook": "young_carer", "version": "1.0.0",
    "release": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "overlay": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "effective_from": "2026-04-01", "threshold": 11
}))]
pub struct RuleRelease {
    /// The town.
    #[schema(value_type = schema::TownCode)]
    town_code: TownCode,
    /// 判定基準.
    #[schema(value_type = schema::RulebookCode)]
    rulebook: String,
    /// Its version.
    version: String,
    /// 版: digest of the shared rules. Towns with the same one have the same rules.
    release: String,
    /// Digest of the town's choices.
    overlay: String,
    /// The first day on which they hold.
    effective_from: NaiveDate,
    /// The total from which a child is on the list.
    threshold: u8,
}

impl From<Release> for RuleRelease {
    fn from(release: Release) -> Self {
        Self {
            town_code: release.town,
            rulebook: release.rulebook.to_string(),
            version: release.version,
            release: release.release.to_string(),
            overlay: release.overlay.to_string(),
            effective_from: release.effective_from,
            threshold: release.threshold,
        }
    }
}

/// How the towns are doing.
///
/// The cooperative's operator (組合の運用担当) sees every town, a member of staff their own. Versions, days and
/// counts: no resident and no value.
#[utoipa::path(
    params(PageParams),
    responses((status = 200, description = "Towns by code.", body = Page<TownHealth>)),
)]
#[get("/town-health")]
pub async fn list_town_health(
    platform: Platform,
    caller: AnyCaller,
    params: Params,
) -> Answer<Page<TownHealth>> {
    let paging = Paging::from_params(&params)?;
    let rows = match &caller.0 {
        Caller::Coop(ctx) => platform.town_health(ctx).await?,
        Caller::Town(ctx) => platform.town_health_of(ctx).await?.into_iter().collect(),
    };
    let now = caller.now();
    let item = |town| TownHealth::new(town, now);
    Ok(web::Json(Page::cut(now, rows, &paging, Order::Rising, |row| row.member.town, item)))
}

/// The rules in force in the towns.
///
/// The cooperative's operator sees every town, a member of staff their own.
#[utoipa::path(
    params(PageParams),
    responses((status = 200, description = "Rules by town and name.", body = Page<RuleRelease>)),
)]
#[get("/rule-releases")]
pub async fn list_rule_releases(
    platform: Platform,
    caller: AnyCaller,
    params: Params,
) -> Answer<Page<RuleRelease>> {
    let paging = Paging::from_params(&params)?;
    let rows = match &caller.0 {
        Caller::Coop(ctx) => platform.rule_releases(ctx).await?,
        Caller::Town(ctx) => platform.rule_releases_of(ctx).await?,
    };
    let key = |row: &Release| format!("{}/{}", row.town, row.rulebook);
    Ok(web::Json(Page::cut(caller.now(), rows, &paging, Order::Rising, key, RuleRelease::from)))
}
