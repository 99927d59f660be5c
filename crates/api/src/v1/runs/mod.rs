//! 判定: scoring a town's children by a rulebook, and the candidates it points out. It points; people
//! decide.

pub mod assessments;
mod candidates;
mod trace;

use std::str::FromStr;

use actix_web::{get, post, web};
use app::rows::{RunRow, RunState};
use app::runs::Sought;
use chrono::{DateTime, NaiveDate, Utc};
use kernel::date::PartialDate;
use kernel::id::{OperationId, PersonId, RunId, StaffId};
use kernel::slug::RulebookCode;
use kernel::{Code, Fault};
use rulebook::List;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

pub use candidates::{Candidate, CandidateDetail};
pub(crate) use trace::{Interval, Trace, whole};

use crate::answer::{Accepted, Answer};
use crate::idempotency::IdempotencyHeader;
use crate::nouns::Noun;
use crate::paging::{Page, PageParams, Paging};
use crate::request::{Body, Params, PathId, PurposeHeader, Town};
use crate::schema::Day;
use crate::{Platform, Problem, schema};

/// A run (判定).
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "id": "run_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "rulebook": "young_carer",
    "release": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "overlay": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
    "as_of": {"date": "2026-11-21", "wareki": "令和8年11月21日"}, "known_at": "2026-11-21T01:23:45Z",
    "state": "done",
    "counts": [{"list": "certain", "list_ja": "該当", "children": 3}],
    "started_by": "stf_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "finished_at": "2026-11-21T01:23:46Z"
}))]
pub struct Run {
    /// Id.
    #[schema(value_type = schema::RunId)]
    id: RunId,
    /// 判定基準.
    #[schema(value_type = schema::RulebookCode)]
    rulebook: String,
    /// 版: SHA-256 of the shared rules.
    release: String,
    /// SHA-256 of the town's choices.
    overlay: String,
    /// The day the children are looked at (何月何日時点).
    as_of: Day,
    /// Only what was recorded by then counts; while it runs, when it was asked for.
    known_at: DateTime<Utc>,
    /// `running`, `done` or `failed`.
    state: &'static str,
    /// Children on each list; empty unless it is done.
    counts: Vec<ListCount>,
    /// 職員: who began it.
    #[schema(value_type = schema::StaffId)]
    started_by: StaffId,
    /// When it ended; null while it runs.
    #[schema(required = true)]
    finished_at: Option<DateTime<Utc>>,
}

/// How many children a run put on one list.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct ListCount {
    /// 判定区分.
    #[schema(value_type = schema::CandidateList)]
    list: List,
    /// The same, as staff read it.
    list_ja: &'static str,
    /// Children.
    children: u64,
}

impl From<RunRow> for Run {
    fn from(row: RunRow) -> Self {
        let count = |list: List| ListCount {
            list,
            list_ja: list.ja(),
            children: row.counts.get(list.as_str()).and_then(serde_json::Value::as_u64).unwrap_or(0),
        };
        // Before the end nobody has been counted, which is not the same as nobody.
        let counts = if row.state == RunState::Done { List::ALL.map(count).into() } else { Vec::new() };
        Self {
            id: row.id,
            rulebook: row.rulebook,
            release: row.release.to_string(),
            overlay: row.overlay.to_string(),
            as_of: row.as_of.into(),
            known_at: row.known_at,
            state: row.state.as_str(),
            counts,
            started_by: row.started_by,
            finished_at: row.finished_at,
        }
    }
}

/// A run to begin.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"rulebook": "young_carer", "as_of": "2026-11-21"}))]
pub struct NewRun {
    /// 判定基準.
    #[schema(value_type = schema::RulebookCode)]
    rulebook: RulebookCode,
    /// The day the children are looked at; today if not said, never later.
    #[serde(default, deserialize_with = "crate::request::day::read_optional")]
    as_of: Option<NaiveDate>,
}

impl NewRun {
    fn check(&self, today: NaiveDate) -> Result<(), Fault> {
        let Some(day) = self.as_of else { return Ok(()) };
        let (ja, en) = if day > today {
            ("今日より後です", "it is after today")
        } else if PartialDate::from_ymd(chrono::Datelike::year(&day), 1, 1).is_none() {
            ("西暦1年より前です", "it is before the year 1")
        } else {
            return Ok(());
        };
        Err(Fault::new(Code::InvalidValue)
            .with("name", "as_of")
            .with_words("why", ja, en)
            .at_pointer("/as_of"))
    }
}

/// A run just begun.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "operation_id": "opr_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70",
    "run": {
        "id": "run_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "rulebook": "young_carer",
        "release": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "overlay": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
        "as_of": {"date": "2026-11-21", "wareki": "令和8年11月21日"}, "known_at": "2026-11-21T01:23:45Z",
        "state": "running", "counts": [], "started_by": "stf_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "finished_at": null
    }
}))]
pub struct BegunRun {
    /// 処理: the work to watch.
    #[schema(value_type = schema::OperationId)]
    operation_id: OperationId,
    /// The run.
    run: Run,
}

/// Which list of a run.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct CandidateParams {
    /// 判定区分; `certain` if not said.
    #[param(value_type = Option<schema::CandidateList>, example = "certain")]
    pub list: Option<String>,
    /// 候補の確認: only children assessed so in this run (`appropriate`, `too_high`, `too_low`, `already_known`), or
    /// those whom nobody has assessed in it (`none`).
    #[param(example = "none")]
    pub assessed: Option<String>,
}

/// A list as a client names it.
struct AskedList(List);

impl FromStr for AskedList {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let known = || format!("one of {}", List::ALL.map(List::as_str).join(", "));
        List::ALL.into_iter().find(|list| list.as_str() == text).map(Self).ok_or_else(known)
    }
}

/// A child of a run: whoever is no candidate of it answers as an unknown one does.
#[derive(Debug)]
pub struct CandidateId(PersonId);

impl FromStr for CandidateId {
    type Err = <PersonId as FromStr>::Err;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.parse().map(Self)
    }
}

impl Noun for CandidateId {
    const PARAMETER: &'static str = PersonId::PARAMETER;
    const NOT_FOUND: Code = Code::CandidateNotFound;
    const SHOWN: &'static str = PersonId::SHOWN;
}

/// Begins a run.
///
/// Needs the grant `overall_manager` (総括管理). Watch the operation; once it is done, read the candidates.
#[utoipa::path(
    params(IdempotencyHeader),
    request_body = NewRun,
    responses(
        (status = 202, description = "Begun; `Location` is the operation.", body = BegunRun,
         headers(("Location" = String, description = "The operation."))),
        (status = 404, description = "`rulebook_not_found`: no such rulebook is in force in the town."),
        (status = 409, description = "`profile_missing`: the town has no applied profile."),
    ),
)]
#[post("/runs")]
pub async fn begin_run(
    platform: Platform,
    town: Town,
    body: Body<NewRun>,
) -> Result<Accepted<BegunRun>, Problem> {
    let new = body.read()?;
    new.check(town.0.today())?;
    let (row, operation) = platform.run_begin(&town.0, &new.rulebook, new.as_of).await?;
    Ok(Accepted { operation, body: BegunRun { operation_id: operation, run: row.into() } })
}

/// Runs of the town.
///
/// Needs the grant `overall_manager` (総括管理), `case_worker` (活用), `analyst` (分析) or `approver` (決裁).
#[utoipa::path(
    params(PageParams),
    responses((status = 200, description = "Runs, newest first.", body = Page<Run>)),
)]
#[get("/runs")]
pub async fn list_runs(platform: Platform, town: Town, params: Params) -> Answer<Page<Run>> {
    let paging = Paging::from_params(&params)?;
    let rows = platform.run_list(&town.0, paging.cursor, paging.fetch()).await?;
    Ok(web::Json(Page::of(town.0.now, rows, &paging, |row| row.id, Run::from)))
}

/// One run.
///
/// How many children it put on each list stands there once it is done; nobody is named.
#[utoipa::path(responses((status = 200, description = "The run as it stands.", body = Run)))]
#[get("/runs/{run_id}")]
pub async fn read_run(platform: Platform, town: Town, id: PathId<RunId>) -> Answer<Run> {
    Ok(web::Json(platform.run(&town.0, id.0).await?.into()))
}

/// Children a run put on one list (支援対象の候補).
///
/// In 五十音順. A result is an exact interval, never a percentage: it points, people decide (人による絞り込み). Each
/// child with what a case worker made of it, in this run and in the last one before it.
#[utoipa::path(
    params(PurposeHeader, CandidateParams, PageParams),
    responses((status = 200, description = "Children by their reading.", body = Page<Candidate>)),
)]
#[get("/runs/{run_id}/candidates")]
pub async fn list_candidates(
    platform: Platform,
    town: Town,
    id: PathId<RunId>,
    params: Params,
) -> Answer<Page<Candidate>> {
    let paging = Paging::from_params(&params)?;
    let list = params.get::<AskedList>("list")?.map_or(List::Certain, |asked| asked.0);
    let assessed = params.get::<Sought>("assessed")?;
    let run = platform.run(&town.0, id.0).await?;
    let found = platform.candidates(&town.0, id.0, (list, assessed), paging.cursor, paging.limit()).await?;
    let items = Candidate::all(&found, run.as_of)?;
    Ok(web::Json(Page::shown(town.0.now, items, found.behind(), paging.list).withholding(found.withheld())))
}

/// One child's result in a run, with everything it rests on (判定根拠).
///
/// Existence, dates and holders of records, never the text of one.
#[utoipa::path(
    params(PurposeHeader),
    responses((status = 200, description = "The result.", body = CandidateDetail)),
)]
#[get("/runs/{run_id}/candidates/{person_id}")]
pub async fn read_candidate(
    platform: Platform,
    town: Town,
    id: PathId<RunId>,
    person: PathId<CandidateId>,
) -> Answer<CandidateDetail> {
    let run = platform.run(&town.0, id.0).await?;
    let candidate = platform.candidate(&town.0, id.0, person.0.0).await?;
    Ok(web::Json(CandidateDetail::of(&candidate, run.as_of, &town.0)?))
}

#[cfg(test)]
mod tests {
    use kernel::Digest;
    use serde_json::json;

    use super::*;

    fn row(state: RunState) -> RunRow {
        RunRow {
            id: RunId::new(),
            rulebook: "young_carer".into(),
            release: Digest::of(b"release"),
            overlay: Digest::of(b"overlay"),
            as_of: "2026-09-30".parse().unwrap(),
            known_at: Utc::now(),
            state,
            counts: json!({"certain": 3}),
            started_by: StaffId::new(),
            finished_at: None,
        }
    }

    #[test]
    fn a_run_counts_every_list_once_it_is_done_and_none_before() {
        let done = Run::from(row(RunState::Done));
        let counted: Vec<_> = done.counts.iter().map(|count| (count.list, count.children)).collect();
        assert_eq!(counted[0], (List::Certain, 3));
        assert_eq!(counted[1..].iter().map(|(_, children)| *children).sum::<u64>(), 0);
        assert_eq!(counted.len(), List::ALL.len());
        assert_eq!(Run::from(row(RunState::Running)).counts, []);
        assert_eq!(Run::from(row(RunState::Failed)).counts, []);
    }

    #[test]
    fn a_run_looks_at_no_later_day_than_today() {
        let today: NaiveDate = "2026-11-21".parse().unwrap();
        let asked = |as_of: Option<NaiveDate>| NewRun { rulebook: "young_carer".parse().unwrap(), as_of };
        for good in [None, Some(today), Some("2026-09-30".parse().unwrap())] {
            assert_eq!(asked(good).check(today), Ok(()));
        }
        let ancient = NaiveDate::from_ymd_opt(-4800, 1, 1).unwrap();
        for bad in ["2026-11-22".parse().unwrap(), ancient] {
            let fault = asked(Some(bad)).check(today).unwrap_err();
            assert!(fault.place() == Some(&kernel::Place::Pointer("/as_of".into())));
        }
    }

    #[test]
    fn a_list_is_asked_for_by_its_name() {
        for list in List::ALL {
            assert_eq!(list.as_str().parse::<AskedList>().unwrap().0, list);
        }
        assert!("every".parse::<AskedList>().err().unwrap().contains("not_assessable"));
    }
}
