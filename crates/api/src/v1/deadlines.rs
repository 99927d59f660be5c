//! 期限一覧: what waits for somebody in the town, and until when.

use actix_web::{get, web};
use app::Released;
use app::deadlines::{Deadline as Line, DeadlineKey, DeadlinesAsk, Waiting};
use app::release::Listed;
use chrono::NaiveDate;
use kernel::id::PersonId;
use kernel::{Code, Fault, SectionCode};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::answer::Answer;
use crate::known::Word;
use crate::paging::{Page, PageParams, Paging};
use crate::problem::at_parameter;
use crate::request::{Params, PurposeHeader, Town};
use crate::schema::Day;
use crate::{Platform, schema};

/// How many days ahead the end of a consent is told, unless the client says: about a month, so that a family can
/// be asked anew in time.
const CONSENT_DAYS: u64 = 30;

/// The most that makes sense: a year.
const MOST_CONSENT_DAYS: u64 = 366;

/// One line of the list (期限).
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "kind": {"code": "acceptance", "ja": "受諾待ち", "en": "offered, waits for acceptance"},
    "due": {"date": "2026-12-05", "wareki": "令和8年12月5日"}, "days_late": 0,
    "person_ids": ["per_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70"], "section": "mayor/kosodate",
    "link": "/api/v1/handovers/hov_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70"
}))]
pub struct Deadline {
    /// What waits: a `DeadlineKind`.
    kind: Word,
    /// 期限: the day it is due, in Japan.
    due: Day,
    /// How many days it is late; 0 while it is not.
    #[schema(minimum = 0)]
    days_late: i64,
    /// 対象者: whom it concerns, as far as the town knows.
    #[schema(value_type = Vec<schema::PersonId>)]
    person_ids: Vec<PersonId>,
    /// 課・班 that has it in hand; null where nobody has taken it up.
    #[schema(required = true, value_type = Option<String>, example = "mayor/kosodate")]
    section: Option<SectionCode>,
    /// Where the thing itself is read.
    link: String,
}

impl Deadline {
    fn of(line: &Line, today: NaiveDate) -> Self {
        let link = match line.of {
            Waiting::Handover(id) => format!("/api/v1/handovers/{id}"),
            Waiting::Task(id) => format!("/api/v1/tasks/{id}"),
            Waiting::Consent(id) => format!("/api/v1/consents/{id}"),
            Waiting::Protection(id) => format!("/api/v1/persons/{id}"),
        };
        Self {
            kind: Word::new(line.kind.as_str(), line.kind.ja(), line.kind.en()),
            due: line.due.into(),
            days_late: (today - line.due).num_days().max(0),
            person_ids: line.persons.clone(),
            section: line.section.clone(),
            link,
        }
    }

    fn all(released: &Released<Listed<Line>>, today: NaiveDate) -> Vec<Self> {
        released.rows.iter().map(|line| Self::of(line, today)).collect()
    }
}

/// Which lines.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct DeadlineParams {
    /// Only this kind.
    #[param(value_type = Option<schema::DeadlineKind>, example = "approval")]
    pub kind: Option<String>,
    /// 課・班: only what this section has in hand.
    #[param(value_type = Option<String>, example = "mayor/kosodate")]
    pub section: Option<String>,
    /// How many days ahead the end of a consent is told; 30, unless said.
    #[param(minimum = 0, maximum = 366, example = 30)]
    pub consent_days: Option<u64>,
}

fn ask(params: &Params) -> Result<DeadlinesAsk, Fault> {
    let paging = Paging::<DeadlineKey>::from_params(params)?;
    let consent_days = params.get("consent_days")?.unwrap_or(CONSENT_DAYS);
    if consent_days > MOST_CONSENT_DAYS {
        let fault = Fault::new(Code::InvalidValue).with("name", "consent_days");
        let fault = fault.with_words("why", "0～366 の数です", "a number from 0 to 366");
        return Err(at_parameter(fault, "consent_days"));
    }
    Ok(DeadlinesAsk {
        kind: params.get("kind")?,
        section: params.get("section")?,
        consent_days,
        limit: paging.limit(),
        after: paging.cursor,
    })
}

/// What waits in the town, what is due first first.
///
/// Needs the grant `case_worker` (活用) or `approver` (決裁). Handovers that wait for a decision, for an answer or for
/// the receipt; decisions on somebody's behalf that wait for them (後閲); words to be had with another town; consents
/// that end soon; protections past their end. A draft is due on the day the first consent it rests on ends. Exactly
/// the persons of the lines shown are recorded as read.
#[utoipa::path(
    params(PurposeHeader, DeadlineParams, PageParams),
    responses((status = 200, description = "By due day.", body = Page<Deadline>)),
)]
#[get("/deadlines")]
pub async fn list_deadlines(platform: Platform, town: Town, params: Params) -> Answer<Page<Deadline>> {
    let page = platform.deadlines(&town.0, &ask(&params)?).await?;
    let next = page.rows.last().filter(|_| page.more).map(Line::key);
    Ok(web::Json(Page::shown(town.0.now, Deadline::all(&page, town.0.today()), next, params.list())))
}
