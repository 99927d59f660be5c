//! What a schedule says about the records of a person, with every step to it.

use chrono::{DateTime, NaiveDate, Utc};
use kernel::ctx::jst_date;
use kernel::id::{LoadId, PersonId};
use kernel::{Category, ItemCode, Lang};
use retention::{
    Bound, Decision, Due, Happened, Milestone, Outcome, Record, RuleCode, Schedule, Source, Standing, Step,
    Term, Words,
};
use store::rows::pack::PackRow;

use super::facts::PersonFacts;

/// One record with how long it is kept. Items of one line under different rules are told apart.
#[derive(Debug)]
pub struct KeptRecord {
    /// 分類.
    pub category: Category,
    /// データ項目; none for the register's own row.
    pub items: Vec<ItemCode>,
    /// 連携元.
    pub source: String,
    /// The section that holds it, as staff see it.
    pub holder: String,
    /// Where it stands.
    pub place: Place,
    /// When the platform learned it.
    pub recorded_at: DateTime<Utc>,
    /// The day since which its source names it no more; `None` while it is in force.
    pub ended_on: Option<NaiveDate>,
    /// When it is due by the rules.
    pub due: Due,
    /// The day from which disposal is due, where one can be told.
    pub due_on: Option<NaiveDate>,
    /// How it stands today.
    pub standing: Standing,
    /// Every rule that bears on it.
    pub steps: Vec<RuleStep>,
}

/// Where a record stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// In a file.
    Line {
        /// 取込.
        load: LoadId,
        /// Line of the file, from 1; 0 when it came from no file.
        line: i32,
    },
    /// No file brought it: where it is read.
    Entry(String),
}

/// One rule's part in it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RuleStep {
    /// The rule.
    pub rule: RuleCode,
    /// The record it is about, as staff call it.
    pub record: Words,
    /// Whether this is the town's override of the rule.
    pub overrides: bool,
    /// Which way the rule binds.
    pub bound: Bound,
    /// How long.
    pub term: Term,
    /// What its clock read; `None` without a clock.
    pub fact: Option<(Milestone, Happened)>,
    /// When the record is due by this alone.
    pub due: Due,
    /// Where the period comes from.
    pub source: Source,
    /// Who in the town decided; `None` for the cooperative's default.
    pub decision: Option<Decision>,
    /// Whether this by itself gives the end.
    pub decides: bool,
    /// Whether it is a ceiling that a longer floor breaks: people have to settle that.
    pub broken: bool,
    /// The step in one sentence.
    pub trace: Words,
}

/// Every rule of an outcome.
pub(crate) fn steps_of(outcome: &Outcome<'_>) -> Vec<RuleStep> {
    let broken: Vec<&Step<'_>> = outcome.broken_ceilings().collect();
    let steps = outcome.steps.iter().map(|step| RuleStep {
        rule: step.rule.code.clone(),
        record: step.rule.record.clone(),
        overrides: step.own.is_some(),
        bound: step.rule.bound,
        term: *step.term(),
        fact: match (step.term(), step.fact) {
            (Term::Years { clock, .. }, Some(fact)) => Some((clock.reads(), fact)),
            _ => None,
        },
        due: step.due.clone(),
        source: step.source().clone(),
        decision: step.decision().cloned(),
        decides: step.due == outcome.by_rule,
        broken: broken.contains(&step),
        trace: Words { ja: step.say(Lang::Ja), en: step.say(Lang::En) },
    });
    steps.collect()
}

/// What the schedule says about a pack on `day`: each of its items once, those of one outcome together.
pub(crate) fn outcomes<'s>(
    schedule: &'s Schedule,
    pack: &PackRow,
    person: PersonFacts,
    day: NaiveDate,
) -> Vec<(Vec<ItemCode>, Outcome<'s>)> {
    let ended = ended_on(pack);
    let mut found: Vec<(Vec<ItemCode>, Outcome<'s>)> = Vec::new();
    for observation in &pack.body.observations {
        let facts = person.with(Some(&observation.when), ended);
        let record =
            Record { category: pack.category, item: Some(&observation.item), facts: &facts, holds: &[] };
        let outcome = schedule.outcome(&record, day);
        match found.iter_mut().find(|(_, known)| *known == outcome) {
            Some((items, _)) if items.contains(&observation.item) => {}
            Some((items, _)) => items.push(observation.item.clone()),
            None => found.push((vec![observation.item.clone()], outcome)),
        }
    }
    if found.is_empty() {
        let facts = person.with(None, ended);
        let record = Record { category: pack.category, item: None, facts: &facts, holds: &[] };
        found.push((Vec::new(), schedule.outcome(&record, day)));
    }
    found
}

/// The day on which its source stopped naming it.
fn ended_on(pack: &PackRow) -> Option<NaiveDate> {
    pack.recorded_to.map(jst_date)
}

/// A 見守り情報 came with no file: it is read among the person's notes.
fn place(pack: &PackRow) -> Place {
    let Some(written) = &pack.body.written else {
        return Place::Line { load: pack.load, line: pack.line };
    };
    let person = PersonId::from_uuid(pack.subject);
    Place::Entry(format!("/api/v1/persons/{person}/watch-notes/{}", written.note))
}

/// A pack as staff read it.
pub(super) fn kept(
    schedule: &Schedule,
    pack: &PackRow,
    holder: &str,
    person: PersonFacts,
    day: NaiveDate,
) -> Vec<KeptRecord> {
    let of_pack = outcomes(schedule, pack, person, day).into_iter().map(|(items, outcome)| KeptRecord {
        category: pack.category,
        items,
        source: pack.source.clone(),
        holder: holder.to_owned(),
        place: place(pack),
        recorded_at: pack.recorded_from,
        ended_on: ended_on(pack),
        due_on: outcome.due_on(),
        standing: outcome.standing(day),
        steps: steps_of(&outcome),
        due: outcome.by_rule,
    });
    of_pack.collect()
}
