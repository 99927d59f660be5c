//! 保存期間: how long each record is kept and why, what falls due when, and the rules in force. Dates are
//! computed when they are asked for; a date that cannot be told is a reason, never a guess.

mod records;
mod report;
mod rules;
mod shown;

use actix_web::{get, web};
use kernel::date::YearMonth;
use kernel::id::PersonId;
use serde::Deserialize;
use utoipa::IntoParams;

pub use records::Retention;
pub use report::RetentionReport;
pub use rules::RetentionRules;
pub use shown::{RetentionDue, RetentionRule};

use crate::answer::Answer;
use crate::request::{Params, PathId, PurposeHeader, Town};
use crate::{Platform, Problem};

/// Months that a report shows when it is not told the last one.
const MONTHS: usize = 12;

/// Which months.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReportParams {
    /// The first month; this one when left out.
    #[param(value_type = Option<String>, pattern = "^[0-9]{4}-[0-9]{2}$", example = "2026-11")]
    pub from: Option<String>,
    /// The last month; the eleventh after the first when left out.
    #[param(value_type = Option<String>, pattern = "^[0-9]{4}-[0-9]{2}$", example = "2027-10")]
    pub until: Option<String>,
}

/// How long each record of a person is kept.
///
/// With the day from which disposal is due or why none can be told yet, the deciding rule, its clock, the fact
/// it read, the source, who in the town decided, and the whole trace. Nothing is disposed of by it.
#[utoipa::path(
    params(PurposeHeader),
    responses(
        (status = 200, description = "Records in force by category, then those that have ended, then what no file brought: what staff recorded, and the results of runs.", body = Retention),
        (status = 409, description = "`profile_missing`: no profile was ever applied."),
    ),
)]
#[get("/persons/{person_id}/retention")]
pub async fn read_retention(platform: Platform, town: Town, id: PathId<PersonId>) -> Answer<Retention> {
    let view = platform.retention(&town.0, id.0).await?;
    let profile = platform.profile(&town.0).await?;
    Ok(web::Json(Retention::of(&view, &profile.cooperative.items, &town.0)))
}

/// What falls due in the town, by month and category.
///
/// Counts only. Every record is counted once: in a month, before or after them, as permanent, or as
/// undetermined with what it waits for. In a small town a count can point at one child: a purpose is needed.
#[utoipa::path(
    params(PurposeHeader, ReportParams),
    responses(
        (status = 200, description = "Months with something due, in order.", body = RetentionReport),
        (status = 409, description = "`profile_missing`: no profile was ever applied."),
    ),
)]
#[get("/retention/report")]
pub async fn read_retention_report(
    platform: Platform,
    town: Town,
    params: Params,
) -> Result<web::Json<RetentionReport>, Problem> {
    let from = params.get("from")?.unwrap_or_else(|| YearMonth::of(town.0.today()));
    let last = || std::iter::successors(Some(from), |month| Some(month.next())).nth(MONTHS - 1);
    let until = params.get("until")?.or_else(last).unwrap_or(from);
    let report = platform.retention_report(&town.0, from, until).await?;
    Ok(web::Json(RetentionReport::of(&report, &town.0)))
}

/// The rules in force in the town (保存期間表).
///
/// The cooperative's with the town's own decisions, each with its source and how far that was checked. Any
/// member of staff may read them: they say nothing of a resident.
#[utoipa::path(responses(
    (status = 200, description = "Rules in force today, by code.", body = RetentionRules),
    (status = 409, description = "`profile_missing`: no profile was ever applied."),
))]
#[get("/retention/rules")]
pub async fn read_retention_rules(platform: Platform, town: Town) -> Answer<RetentionRules> {
    let profile = platform.profile(&town.0).await?;
    Ok(web::Json(RetentionRules::of(&profile.town.retention, &town.0)))
}
