//! 職員名簿: accounts and postings in bulk.

use actix_web::{HttpResponse, get, post, web};
use app::staff::{Change, Fate, RosterOutcome};
use kernel::Grant;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::answer::Answer;
use crate::request::{Csv, Params, Town};
use crate::schema::Day;
use crate::{Platform, Problem, schema};

/// How to take a roster.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct RosterParams {
    /// Only say what it would change.
    #[param(example = true)]
    pub dry_run: Option<bool>,
}

/// What a roster changed, or with `dry_run` would change.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "is_dry_run": true,
    "added": [{
        "line": 3, "staff_number": "001234", "name": "架空 花子", "section": "mayor/fukushi", "grants": ["case_worker"],
        "from": {"date": "2027-04-01", "wareki": "令和9年4月1日"}, "until": null
    }],
    "changed": [],
    "ended": [{
        "line": null, "staff_number": "001234", "name": "架空 花子", "section": "mayor/kosodate",
        "grants": ["case_worker"], "from": {"date": "2026-04-01", "wareki": "令和8年4月1日"},
        "until": {"date": "2027-03-31", "wareki": "令和9年3月31日"}
    }],
    "unchanged": 41
}))]
pub struct Roster {
    /// Whether nothing was changed because it was only asked.
    is_dry_run: bool,
    /// Postings entered, with new accounts where the 職員番号 is new.
    added: Vec<RosterPosting>,
    /// Postings with another last day, or whose owner has another name.
    changed: Vec<RosterPosting>,
    /// Postings that the file no longer names, of people whom it names.
    ended: Vec<RosterPosting>,
    /// How many postings stay as they are.
    unchanged: usize,
}

/// One posting of a roster.
#[derive(Debug, Serialize, ToSchema)]
pub struct RosterPosting {
    /// Line of the file, from 1; null for what the file no longer names.
    #[schema(required = true)]
    line: Option<u32>,
    /// 職員番号.
    staff_number: String,
    /// 氏名.
    name: String,
    /// 課・班.
    section: String,
    /// 権限.
    #[schema(value_type = Vec<schema::Grant>)]
    grants: Vec<Grant>,
    /// 開始日.
    from: Day,
    /// 終了日; null while none is set.
    #[schema(required = true)]
    until: Option<Day>,
}

impl Roster {
    fn of(outcome: &RosterOutcome, is_dry_run: bool) -> Self {
        let of = |fate: Fate| {
            let changes = outcome.changes.iter().filter(|change| change.fate == fate);
            changes.map(RosterPosting::from).collect()
        };
        Self {
            is_dry_run,
            added: of(Fate::Added),
            changed: of(Fate::Changed),
            ended: of(Fate::Ended),
            unchanged: outcome.unchanged,
        }
    }
}

impl From<&Change> for RosterPosting {
    fn from(change: &Change) -> Self {
        Self {
            line: change.line,
            staff_number: change.number.clone(),
            name: change.name.clone(),
            section: change.posting.section.to_string(),
            grants: change.posting.grants.iter().collect(),
            from: change.posting.from.into(),
            until: change.posting.until.map(Day::from),
        }
    }
}

/// The roster as it stands, to be edited and taken again.
///
/// Needs the grant `town_admin` (町管理者) or `auditor` (監査). A CSV in UTF-8 with the columns that `take_roster` reads:
/// every posting that has not ended, those to come too, of everybody with a 職員番号. Taken as it is it changes
/// nothing. What a spreadsheet would take for a formula has an apostrophe before it.
#[utoipa::path(responses(
    (status = 200, description = "The roster.", content((schema::File = "text/csv"))),
    (status = 409, description = "`profile_missing`: no profile was ever applied."),
))]
#[get("/staff-rosters")]
pub async fn read_roster(platform: Platform, town: Town) -> Result<HttpResponse, Problem> {
    let csv = platform.roster_written(&town.0).await?;
    Ok(HttpResponse::Ok().content_type("text/csv; charset=utf-8; header=present").body(csv))
}

/// Takes accounts and postings in bulk.
///
/// Needs the grant `town_admin` (町管理者). A CSV in UTF-8 or CP932 with the columns 職員番号, 氏名, 課 (name or code),
/// 権限 (several with `;` between), 開始日, 終了日; one line a posting. For each 職員番号 it names, its lines are all of
/// that person's postings: what it no longer names ends the day before the first of them begins, or at once.
/// Whoever it does not name stays as they are. One bad line refuses the whole, with every fault of every line;
/// the same file again changes nothing.
#[utoipa::path(
    params(RosterParams),
    request_body(content = String, content_type = "text/csv", description = "The roster, at most 1 MiB.",
        example = json!("職員番号,氏名,課,権限,開始日,終了日\r\n001234,架空 花子,子育て健康課,活用,2026-04-01,2027-03-31\r\n")),
    responses(
        (status = 200, description = "Taken, or with `dry_run` only looked at.", body = Roster),
        (status = 409, description = "`last_administrator`: the town would have no administrator; `profile_missing`."),
    ),
)]
#[post("/staff-rosters")]
pub async fn take_roster(platform: Platform, town: Town, params: Params, csv: Csv) -> Answer<Roster> {
    let dry_run = params.get::<bool>("dry_run")?.unwrap_or(false);
    let outcome = platform.roster(&town.0, csv.read()?, dry_run).await?;
    Ok(web::Json(Roster::of(&outcome, dry_run)))
}
