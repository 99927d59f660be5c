//! 候補の確認: what case workers made of a run's results. The word of a person; no run touches it.

use actix_web::{get, post, web};
use app::entries::{Change, Version};
use app::runs::{Assessment as View, AssessmentCount as Counted, AssessmentSaid, Verdict};
use chrono::{DateTime, Utc};
use kernel::TownCtx;
use kernel::id::{PersonId, RunId, StaffId};
use rulebook::List;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::CandidateId;
use crate::answer::{Answer, Created};
use crate::idempotency::IdempotencyHeader;
use crate::known::Word;
use crate::paging::{Order, Page, PageParams, Paging, as_of_ja};
use crate::request::{Body, Params, PathId, PurposeHeader, Town};
use crate::schema::{Day, LongText, Text};
use crate::{Platform, Problem, schema};

/// What a case worker made of a run's result for a child (候補の確認).
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "run_id": "run_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "person_id": "per_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70",
    "rulebook": "young_carer", "run_as_of": {"date": "2026-11-21", "wareki": "令和8年11月21日"},
    "list": "certain", "list_ja": "該当", "version": 1,
    "verdict": {"code": "already_known", "ja": "既把握", "en": "already known"}, "note": "要対協で対応中（架空の例）",
    "written_by": "stf_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70", "written_at": "2026-11-22T01:23:45Z",
    "written_on_ja": "令和8年11月22日", "reason": null, "earlier_versions": []
}))]
pub struct Assessment {
    /// 判定.
    #[schema(required = true, value_type = Option<schema::RunId>)]
    run_id: Option<RunId>,
    /// Whom it is about.
    #[schema(value_type = schema::PersonId)]
    person_id: PersonId,
    /// 判定基準 of the run.
    #[schema(value_type = schema::RulebookCode)]
    rulebook: String,
    /// The day the run looks at.
    run_as_of: Day,
    /// Where the run put the child; null for one it did not score.
    #[schema(required = true, value_type = Option<schema::CandidateList>)]
    list: Option<List>,
    /// The same, as staff read it.
    #[schema(required = true)]
    list_ja: Option<&'static str>,
    /// The version that stands.
    #[serde(flatten)]
    newest: AssessmentVersion,
    /// Versions before it, oldest first.
    earlier_versions: Vec<AssessmentVersion>,
}

/// One version of an assessment.
#[derive(Debug, Serialize, ToSchema)]
pub struct AssessmentVersion {
    /// Which, from 1.
    version: u32,
    /// 妥当・過大・過小・既把握: `appropriate`, `too_high`, `too_low`, `already_known`.
    verdict: Word,
    /// Why, in the case worker's words.
    note: String,
    /// 職員 who wrote it.
    #[schema(value_type = schema::StaffId)]
    written_by: StaffId,
    /// When.
    written_at: DateTime<Utc>,
    /// The day in Japan, as staff write it.
    written_on_ja: String,
    /// Why it was changed; null for the first version.
    #[schema(required = true)]
    reason: Option<String>,
}

impl From<&Version<AssessmentSaid>> for AssessmentVersion {
    fn from(version: &Version<AssessmentSaid>) -> Self {
        Self {
            version: version.number,
            verdict: word(version.said.verdict),
            note: version.said.note.clone(),
            written_by: version.by,
            written_at: version.at,
            written_on_ja: kernel::date::wareki(kernel::ctx::jst_date(version.at)),
            reason: version.reason.clone(),
        }
    }
}

fn word(verdict: Verdict) -> Word {
    Word::new(verdict.as_str(), verdict.ja(), verdict.en())
}

impl From<&View> for Assessment {
    fn from(view: &View) -> Self {
        let said = &view.newest.said;
        Self {
            run_id: view.run,
            person_id: view.person,
            rulebook: said.rulebook.clone(),
            run_as_of: said.as_of.into(),
            list: said.list,
            list_ja: said.list.map(List::ja),
            newest: (&view.newest).into(),
            earlier_versions: view.earlier.iter().map(AssessmentVersion::from).collect(),
        }
    }
}

/// An assessment to record.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({"verdict": "already_known", "note": "要対協で対応中（架空の例）"}))]
pub struct NewAssessment {
    /// 妥当・過大・過小・既把握. A child whom the run did not score can only be `too_low`.
    #[schema(value_type = schema::Verdict)]
    verdict: Verdict,
    /// Why.
    note: LongText,
}

/// A change of an assessment.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(example = json!({
    "version": 1, "reason": "面談の結果", "verdict": "appropriate", "note": "支援を始める（架空の例）"
}))]
pub struct AssessmentCorrection {
    /// The version that was read: a change of another is refused.
    version: u32,
    /// Why it is changed.
    reason: Text,
    /// 妥当・過大・過小・既把握.
    #[schema(value_type = schema::Verdict)]
    verdict: Verdict,
    /// Why.
    note: LongText,
}

/// How the children of a run were assessed: counts alone.
#[derive(Debug, Serialize, ToSchema)]
#[schema(example = json!({
    "as_of": "2026-11-21T01:23:45Z", "as_of_ja": "2026年11月21日時点",
    "run_id": "run_019a9f3c5b7a7c3e8a1f2b3c4d5e6f70",
    "items": [{
        "list": "certain", "list_ja": "該当",
        "verdict": {"code": "appropriate", "ja": "妥当", "en": "appropriate"}, "children": 2
    }]
}))]
pub struct AssessmentCounts {
    /// The instant they were counted.
    as_of: DateTime<Utc>,
    /// The day in Japan, as staff read it.
    as_of_ja: String,
    /// 判定.
    #[schema(value_type = schema::RunId)]
    run_id: RunId,
    /// By list and verdict; what nobody was assessed as is not there.
    items: Vec<AssessmentCount>,
}

/// How many children of one list were assessed so.
#[derive(Debug, Serialize, ToSchema)]
pub struct AssessmentCount {
    /// 判定区分; null for children whom the run did not score.
    #[schema(required = true, value_type = Option<schema::CandidateList>)]
    list: Option<List>,
    /// The same, as staff read it.
    #[schema(required = true)]
    list_ja: Option<&'static str>,
    /// 妥当・過大・過小・既把握.
    verdict: Word,
    /// Children.
    children: u64,
}

impl From<Counted> for AssessmentCount {
    fn from(counted: Counted) -> Self {
        Self {
            list: counted.list,
            list_ja: counted.list.map(List::ja),
            verdict: word(counted.verdict),
            children: counted.children,
        }
    }
}

impl AssessmentCounts {
    fn of(run: RunId, counted: Vec<Counted>, ctx: &TownCtx) -> Self {
        let items = counted.into_iter().map(AssessmentCount::from).collect();
        Self { as_of: ctx.now, as_of_ja: as_of_ja(ctx.now), run_id: run, items }
    }
}

/// Records what a case worker makes of a run's result for a child.
///
/// Needs the grant `case_worker` (活用). One assessment a child and run. A child on none of its lists can be
/// assessed as `too_low` (過小): it should have been on one.
#[utoipa::path(
    params(PurposeHeader, IdempotencyHeader),
    request_body = NewAssessment,
    responses(
        (status = 201, description = "Recorded.", body = Assessment),
        (status = 409, description = "`version_superseded`: the child was assessed in this run already."),
    ),
)]
#[post("/runs/{run_id}/candidates/{person_id}/assessment")]
pub async fn assess_candidate(
    platform: Platform,
    town: Town,
    run: PathId<RunId>,
    person: PathId<CandidateId>,
    body: Body<NewAssessment>,
) -> Result<Created<Assessment>, Problem> {
    let person = person.0.0;
    platform.candidate_require(&town.0, run.0, person).await?;
    let new = body.read()?;
    let found = (new.verdict, new.note.as_str().to_owned());
    let written = platform.candidate_assess(&town.0, run.0, person, found).await?;
    let location = format!("/api/v1/runs/{}/candidates/{person}", run.0);
    Ok(Created { location: Some(location), body: (&*written).into() })
}

/// Changes an assessment by a new version with its reason.
///
/// Needs the grant `case_worker` (活用). Earlier versions stay to be read.
#[utoipa::path(
    params(PurposeHeader),
    request_body = AssessmentCorrection,
    responses(
        (status = 200, description = "Changed.", body = Assessment),
        (status = 409, description = "`version_superseded`: somebody changed it since it was read."),
    ),
)]
#[post("/runs/{run_id}/candidates/{person_id}/assessment/corrections")]
pub async fn reassess_candidate(
    platform: Platform,
    town: Town,
    run: PathId<RunId>,
    person: PathId<CandidateId>,
    body: Body<AssessmentCorrection>,
) -> Answer<Assessment> {
    let person = person.0.0;
    platform.candidate_require(&town.0, run.0, person).await?;
    let new = body.read()?;
    let change = Change { version: new.version, reason: new.reason.as_str().to_owned() };
    let found = (new.verdict, new.note.as_str().to_owned());
    let written = platform.candidate_reassess(&town.0, run.0, person, change, found).await?;
    Ok(web::Json((&*written).into()))
}

/// A person's assessments, of every run.
///
/// Needs the grant `case_worker` (活用), `overall_manager` (総括管理), `holder` (保有・管理) or `approver` (決裁).
#[utoipa::path(
    params(PurposeHeader, PageParams),
    responses((status = 200, description = "By run, oldest first.", body = Page<Assessment>)),
)]
#[get("/persons/{person_id}/assessments")]
pub async fn list_assessments(
    platform: Platform,
    town: Town,
    person: PathId<PersonId>,
    params: Params,
) -> Answer<Page<Assessment>> {
    let paging: Paging<RunId> = Paging::from_params(&params)?;
    let found = platform.assessments(&town.0, person.0).await?;
    let rows: Vec<(RunId, Assessment)> =
        found.iter().filter_map(|view| Some((view.run?, Assessment::from(view)))).collect();
    Ok(web::Json(Page::cut(town.0.now, rows, &paging, Order::Rising, |row| row.0, |row| row.1)))
}

/// How a run's children were assessed, by list: counts alone, nobody named.
///
/// Needs the grant `overall_manager` (総括管理), `case_worker` (活用), `analyst` (分析) or `approver` (決裁).
#[utoipa::path(responses((status = 200, description = "The counts as they stand.", body = AssessmentCounts)))]
#[get("/runs/{run_id}/assessment-counts")]
pub async fn read_assessment_counts(
    platform: Platform,
    town: Town,
    run: PathId<RunId>,
) -> Answer<AssessmentCounts> {
    let (_, counted) = platform.assessment_counts(&town.0, run.0).await?;
    Ok(web::Json(AssessmentCounts::of(run.0, counted, &town.0)))
}
