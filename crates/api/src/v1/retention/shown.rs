//! What every answer about retention is made of: a due date or its absence, a rule, a source.

use app::retention::RuleStep;
use kernel::{Absence, Lang};
use retention::{Decision, Due, Happened, Milestone, Source, Term, Waiting, Words};
use serde::Serialize;
use utoipa::ToSchema;

use crate::known::{PartialDay, Word};
use crate::schema;
use crate::schema::Day;

/// When a record is due by rules, or why that cannot be told.
#[derive(Debug, Serialize, ToSchema)]
pub struct RetentionDue {
    /// `dated` (期限あり), `permanent` (永年) or `undetermined` (未定), in one sentence.
    state: Word,
    /// The last day on which it is kept; null without a date.
    #[schema(required = true)]
    kept_to: Option<Day>,
    /// What a date waits for; empty when there is one.
    waiting: Vec<RetentionWaiting>,
}

/// What a date waits for.
#[derive(Debug, Serialize, ToSchema)]
pub struct RetentionWaiting {
    /// `no_rule`, `undecided` (the town has not decided), `not_yet` (the fact has not come about) or `unknown`.
    reason: Word,
    /// The fact; null where none is missing.
    #[schema(required = true)]
    fact: Option<Word>,
    /// Why it is not known.
    #[schema(required = true, value_type = Option<schema::Absence>)]
    absent: Option<Absence>,
}

impl From<&Due> for RetentionDue {
    fn from(due: &Due) -> Self {
        let (code, waiting) = match due {
            Due::After(_) => ("dated", &[][..]),
            Due::Never => ("permanent", &[][..]),
            Due::Undetermined(waiting) => ("undetermined", waiting.as_slice()),
        };
        Self {
            state: Word::new(code, due.say(Lang::Ja), due.say(Lang::En)),
            kept_to: due.kept_to().map(Day::from),
            waiting: waiting.iter().copied().map(RetentionWaiting::from).collect(),
        }
    }
}

impl From<Waiting> for RetentionWaiting {
    fn from(waiting: Waiting) -> Self {
        let (code, fact, absent) = match waiting {
            Waiting::NoRule => ("no_rule", None, None),
            Waiting::Undecided => ("undecided", None, None),
            Waiting::NotYet(milestone) => ("not_yet", Some(milestone), None),
            Waiting::Unknown(milestone, why) => ("unknown", Some(milestone), Some(why)),
        };
        let reason = Word::new(code, waiting.say(Lang::Ja), waiting.say(Lang::En));
        Self { reason, fact: fact.map(milestone), absent }
    }
}

fn milestone(milestone: Milestone) -> Word {
    Word::new(milestone.as_str(), milestone.say(Lang::Ja), milestone.say(Lang::En))
}

/// Words in both languages.
#[derive(Debug, Serialize, ToSchema)]
pub struct RetentionWords {
    /// 日本語.
    ja: String,
    /// English.
    en: String,
}

impl From<&Words> for RetentionWords {
    fn from(words: &Words) -> Self {
        Self { ja: words.ja.clone(), en: words.en.clone() }
    }
}

/// How long a rule keeps a record.
#[derive(Debug, Serialize, ToSchema)]
pub struct RetentionTerm {
    /// What the period is counted from (`event_date`, `birthday:25`); null for permanent and undecided.
    #[schema(required = true)]
    clock: Option<String>,
    /// Whole years from it.
    #[schema(required = true, minimum = 0)]
    years: Option<u32>,
    /// `years`, `permanent` or `undecided`, as staff say the whole period.
    period: Word,
}

impl From<&Term> for RetentionTerm {
    fn from(term: &Term) -> Self {
        let (code, clock, years) = match term {
            Term::Years { clock, years } => ("years", Some(clock.to_string()), Some(*years)),
            Term::Permanent => ("permanent", None, None),
            Term::Undecided => ("undecided", None, None),
        };
        Self { clock, years, period: Word::new(code, term.say(Lang::Ja), term.say(Lang::En)) }
    }
}

/// 根拠: where a period comes from.
#[derive(Debug, Serialize, ToSchema)]
pub struct RetentionSource {
    /// 条文・通知・規程.
    article: String,
    /// The record as it is called there.
    row: String,
    /// How far it was checked: `original`, `secondary` or `unchecked`.
    checked: Word,
    /// What a reader has to know besides.
    #[schema(required = true)]
    note: Option<String>,
}

impl From<&Source> for RetentionSource {
    fn from(source: &Source) -> Self {
        let checked = source.checked;
        Self {
            article: source.article.clone(),
            row: source.row.clone(),
            checked: Word::new(checked.as_str(), checked.say(Lang::Ja), checked.say(Lang::En)),
            note: source.note.clone(),
        }
    }
}

/// Who in a town decided.
#[derive(Debug, Serialize, ToSchema)]
pub struct RetentionDecision {
    /// By whom.
    by: String,
    /// When.
    on: Day,
}

impl From<&Decision> for RetentionDecision {
    fn from(decision: &Decision) -> Self {
        Self { by: decision.by.clone(), on: decision.on.into() }
    }
}

/// A rule that bears on a record.
#[derive(Debug, Serialize, ToSchema)]
pub struct RetentionRule {
    /// Its code; the same in every town's override of it.
    rule: String,
    /// The record it is about.
    record: RetentionWords,
    /// Whether this is the town's override of the rule.
    overrides: bool,
    /// `floor` (下限), `ceiling` (上限) or `guide` (目安).
    bound: Word,
    /// How long.
    term: RetentionTerm,
    /// Where that comes from.
    source: RetentionSource,
    /// Who in the town decided; null for the cooperative's default.
    #[schema(required = true)]
    decision: Option<RetentionDecision>,
    /// Whether the end follows from it.
    decides: bool,
}

impl From<&RuleStep> for RetentionRule {
    fn from(step: &RuleStep) -> Self {
        Self {
            rule: step.rule.to_string(),
            record: (&step.record).into(),
            overrides: step.overrides,
            bound: Word::new(step.bound.as_str(), step.bound.say(Lang::Ja), step.bound.say(Lang::En)),
            term: (&step.term).into(),
            source: (&step.source).into(),
            decision: step.decision.as_ref().map(RetentionDecision::from),
            decides: step.decides,
        }
    }
}

/// What a clock read.
#[derive(Debug, Serialize, ToSchema)]
pub struct RetentionFact {
    /// Which fact.
    fact: Word,
    /// `on`, `not_yet` or `unknown`.
    state: &'static str,
    /// The date as far as it is known.
    #[schema(required = true)]
    date: Option<PartialDay>,
    /// Why it is not known.
    #[schema(required = true, value_type = Option<schema::Absence>)]
    absent: Option<Absence>,
}

impl From<(Milestone, Happened)> for RetentionFact {
    fn from((of, happened): (Milestone, Happened)) -> Self {
        let (state, date, absent) = match happened {
            Happened::On(date) => ("on", Some(date.into()), None),
            Happened::NotYet => ("not_yet", None, None),
            Happened::Unknown(why) => ("unknown", None, Some(why)),
        };
        Self { fact: milestone(of), state, date, absent }
    }
}

/// A rule's part in a record's end.
#[derive(Debug, Serialize, ToSchema)]
pub struct RetentionStep {
    /// The rule.
    #[serde(flatten)]
    rule: RetentionRule,
    /// What its clock read; null for a period without a clock.
    #[schema(required = true)]
    fact: Option<RetentionFact>,
    /// When the record is due by this rule alone.
    due: RetentionDue,
    /// Whether it is an 上限 that a longer 下限 breaks: people have to settle that.
    broken: bool,
    /// The step in one sentence.
    trace: RetentionWords,
}

impl From<&RuleStep> for RetentionStep {
    fn from(step: &RuleStep) -> Self {
        Self {
            rule: step.into(),
            fact: step.fact.map(RetentionFact::from),
            due: (&step.due).into(),
            broken: step.broken,
            trace: (&step.trace).into(),
        }
    }
}

#[cfg(test)]
mod tests {
    use retention::{Deadline, Due};
    use serde_json::json;

    use super::*;

    fn shown(due: &Due) -> serde_json::Value {
        serde_json::to_value(RetentionDue::from(due)).unwrap()
    }

    #[test]
    fn a_due_date_is_a_day_or_reasons_and_never_both() {
        let kept_to = "2032-03-31".parse().unwrap();
        let dated =
            shown(&Due::After(Deadline { start: "2027-04-01".parse().unwrap(), kept_to, latest_of: None }));
        assert_eq!(dated["state"]["code"], "dated");
        assert_eq!(dated["kept_to"], json!({"date": "2032-03-31", "wareki": "令和14年3月31日"}));
        assert_eq!(dated["waiting"], json!([]));
        let never = shown(&Due::Never);
        assert_eq!((&never["state"]["code"], &never["kept_to"]), (&json!("permanent"), &json!(null)));

        let reasons = [
            (Waiting::NoRule, "no_rule", json!(null), json!(null)),
            (Waiting::Undecided, "undecided", json!(null), json!(null)),
            (Waiting::NotYet(Milestone::MovedOut), "not_yet", json!("moved_out"), json!(null)),
            (
                Waiting::Unknown(Milestone::Closed, Absence::NotShared),
                "unknown",
                json!("closed"),
                json!("not_shared"),
            ),
        ];
        let open = shown(&Due::Undetermined(reasons.iter().map(|(waiting, ..)| *waiting).collect()));
        assert_eq!((&open["state"]["code"], &open["kept_to"]), (&json!("undetermined"), &json!(null)));
        for ((_, code, fact, absent), shown) in reasons.iter().zip(open["waiting"].as_array().unwrap()) {
            assert_eq!(shown["reason"]["code"], *code);
            assert_eq!((&shown["fact"]["code"], &shown["absent"]), (fact, absent), "{code}");
        }
    }

    #[test]
    fn a_fact_is_a_date_or_says_that_there_is_none() {
        for (happened, state, date, absent) in [
            (Happened::On("2026-09".parse().unwrap()), "on", json!("2026-09"), json!(null)),
            (Happened::NotYet, "not_yet", json!(null), json!(null)),
            (Happened::Unknown(Absence::Unreadable), "unknown", json!(null), json!("unreadable")),
        ] {
            let fact = serde_json::to_value(RetentionFact::from((Milestone::Born, happened))).unwrap();
            assert_eq!(
                (&fact["state"], &fact["date"]["date"], &fact["absent"]),
                (&json!(state), &date, &absent)
            );
            assert_eq!(fact["fact"]["code"], "born");
        }
    }
}
