//! What no file brought, as records with a period: relations, assessments and cases that staff recorded, and what runs
//! found. An entry is one record, however often it was changed; its newest version says when it ended.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDate, Utc};
use kernel::ctx::jst_date;
use kernel::id::{CaseId, PersonId, RelationId};
use kernel::slug::{ASSESSMENTS, CASES, RECORDED_RELATIONS, RUN_RESULTS};
use kernel::{Category, When};
use retention::{Outcome, Record, Schedule};
use store::rows::entry::EntryRow;
use store::rows::score::Scored;

use super::facts::PersonFacts;
use super::records::{KeptRecord, Place, steps_of};
use crate::Result;
use crate::cases::{Case, CaseSaid, Who};
use crate::entries::{self, Said};
use crate::relations::{RecordedRelation, RelationSaid};
use crate::runs::{Assessment, AssessmentSaid};

/// Who holds what names no section.
const HOLDER: &str = "職員の記録";

/// Who holds what a run found.
const RUNS: &str = "判定";

/// Entries by what they are, and what runs found.
#[derive(Debug, Default)]
pub(crate) struct Entries {
    pub relations: Vec<RecordedRelation>,
    pub assessments: Vec<Assessment>,
    pub cases: Vec<Case>,
    pub results: Vec<Scored>,
}

impl Entries {
    /// Rows as entries, every version of each.
    pub fn of_rows(rows: Vec<EntryRow>, results: Vec<Scored>) -> Result<Self> {
        let mut by_category: HashMap<Category, Vec<EntryRow>> = HashMap::new();
        for row in rows {
            by_category.entry(row.category).or_default().push(row);
        }
        let mut take = |category| by_category.remove(&category).unwrap_or_default();
        Ok(Self {
            relations: entries::of_rows(take(RelationSaid::CATEGORY))?,
            assessments: entries::of_rows(take(AssessmentSaid::CATEGORY))?,
            cases: entries::of_rows(take(CaseSaid::CATEGORY))?,
            results,
        })
    }

    /// Each as a record.
    pub fn records(&self) -> impl Iterator<Item = EntryRecord> {
        let relations = self.relations.iter().map(EntryRecord::of_relation);
        let assessments = self.assessments.iter().map(EntryRecord::of_assessment);
        let cases = self.cases.iter().map(EntryRecord::of_case);
        relations.chain(assessments).chain(cases).chain(self.results.iter().map(EntryRecord::of_result))
    }
}

/// One entry, or what one run found of somebody, as clocks read it.
#[derive(Debug)]
pub(crate) struct EntryRecord {
    /// Whom it is about.
    pub person: PersonId,
    /// 分類.
    pub category: Category,
    source: &'static str,
    holder: String,
    /// Where it is read.
    link: String,
    /// From when to when what it says was so.
    when: When,
    /// When it was last written.
    at: DateTime<Utc>,
}

impl EntryRecord {
    fn of_relation(entry: &RecordedRelation) -> Self {
        let (person, said) = (entry.person, &entry.newest.said);
        let id = RelationId::from_uuid(entry.id);
        Self {
            person,
            category: Category::Kinship,
            source: RECORDED_RELATIONS,
            holder: HOLDER.to_owned(),
            link: format!("/api/v1/persons/{person}/recorded-relations/{id}"),
            when: period(said.on, said.ended_on),
            at: entry.newest.at,
        }
    }

    /// A judgement is of the day on which it was written, whatever day its run looks at.
    fn of_assessment(entry: &Assessment) -> Self {
        let person = entry.person;
        Self {
            person,
            category: Category::Assessment,
            source: ASSESSMENTS,
            holder: HOLDER.to_owned(),
            link: format!("/api/v1/persons/{person}/assessments"),
            when: When::At(jst_date(entry.newest.at).into()),
            at: entry.newest.at,
        }
    }

    fn of_case(entry: &Case) -> Self {
        let (person, said) = (entry.person, &entry.newest.said);
        let id = CaseId::from_uuid(entry.id);
        let lead = said.members.iter().find_map(|member| match &member.who {
            Who::Staff { section_name, .. } => Some(section_name.clone()),
            Who::Partner { .. } => None,
        });
        Self {
            person,
            category: Category::Support,
            source: CASES,
            holder: lead.unwrap_or_else(|| HOLDER.to_owned()),
            link: format!("/api/v1/persons/{person}/cases/{id}"),
            when: period(said.opened_on, said.closed.as_ref().map(|closed| closed.on)),
            at: entry.newest.at,
        }
    }

    /// A result is of the day on which the run was made, whatever day it looks at.
    fn of_result(result: &Scored) -> Self {
        let person = result.person;
        Self {
            person,
            category: Category::Assessment,
            source: RUN_RESULTS,
            holder: RUNS.to_owned(),
            link: format!("/api/v1/runs/{}/candidates/{person}", result.run),
            when: When::At(jst_date(result.known_at).into()),
            at: result.known_at,
        }
    }

    /// What the schedule says about it on `day`.
    pub fn outcome<'s>(&self, schedule: &'s Schedule, person: PersonFacts, day: NaiveDate) -> Outcome<'s> {
        let facts = person.with(Some(&self.when), None);
        schedule.outcome(&Record { category: self.category, item: None, facts: &facts, holds: &[] }, day)
    }

    /// As staff read it.
    pub fn kept(self, schedule: &Schedule, person: PersonFacts, day: NaiveDate) -> KeptRecord {
        let outcome = self.outcome(schedule, person, day);
        KeptRecord {
            category: self.category,
            items: Vec::new(),
            source: self.source.to_owned(),
            holder: self.holder,
            place: Place::Entry(self.link),
            recorded_at: self.at,
            ended_on: None,
            due_on: outcome.due_on(),
            standing: outcome.standing(day),
            steps: steps_of(&outcome),
            due: outcome.by_rule,
        }
    }
}

fn period(from: NaiveDate, until: Option<NaiveDate>) -> When {
    When::Period { from: Some(from.into()), until: until.map(Into::into) }
}
