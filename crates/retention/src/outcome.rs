//! What a schedule says about one record: the date, every step to it, and what holds it.

use chrono::NaiveDate;
use kernel::Lang;

use crate::clock::day_after;
use crate::due::{Deadline, Due, Waiting, end_of, longest, shortest};
use crate::facts::{Facts, Happened};
use crate::hold::Hold;
use crate::rule::{Bound, Decision, Override, Rule, Source};
use crate::term::Term;

/// One rule's part in an outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step<'s> {
    /// The rule.
    pub rule: &'s Rule,
    /// The town's override, where this step is the override's and not the rule's own.
    pub own: Option<&'s Override>,
    /// What its clock read; `None` for a term without a clock.
    pub fact: Option<Happened>,
    /// When the record is due by this alone.
    pub due: Due,
}

impl<'s> Step<'s> {
    pub(crate) fn new(rule: &'s Rule, own: Option<&'s Override>, facts: &Facts) -> Self {
        let term = own.map_or(&rule.term, |own| &own.term);
        let fact = match term {
            Term::Years { clock, .. } => Some(facts.get(clock.reads())),
            Term::Permanent | Term::Undecided => None,
        };
        Self { rule, own, fact, due: end_of(term, facts) }
    }

    /// How long.
    #[must_use]
    pub fn term(&self) -> &'s Term {
        self.own.map_or(&self.rule.term, |own| &own.term)
    }

    /// Where the period comes from.
    #[must_use]
    pub fn source(&self) -> &'s Source {
        self.own.map_or(&self.rule.source, |own| &own.source)
    }

    /// Who in the town decided; `None` for the cooperative's default.
    #[must_use]
    pub fn decision(&self) -> Option<&'s Decision> {
        self.own.map_or(self.rule.decision.as_ref(), |own| Some(&own.decision))
    }

    /// The step in one sentence: rule, period, which way it binds, source, fact and what follows.
    #[must_use]
    pub fn say(&self, lang: Lang) -> String {
        let (record, term) = (self.rule.record.get(lang), self.term().say(lang));
        let (bound, source) = (self.rule.bound.say(lang), self.source().say(lang));
        let fact = match (self.term(), self.fact) {
            (Term::Years { clock, .. }, Some(Happened::On(date))) => match lang {
                Lang::Ja => format!("{} {}、", clock.reads().say(lang), date.wareki()),
                Lang::En => format!("{} {date}: ", clock.reads().say(lang)),
            },
            _ => String::new(),
        };
        let due = self.due.say(lang);
        match (lang, self.decision().is_some()) {
            (Lang::Ja, own) => {
                let who = if own { "町の定め" } else { "組合の標準" };
                format!("{record}：{term}（{who}、{bound}、{source}）。{fact}{due}")
            }
            (Lang::En, own) => {
                let who = if own { "the town's own" } else { "the cooperative's default" };
                format!("{record}: {term} ({who}, {bound}, {source}). {fact}{due}")
            }
        }
    }
}

/// What a schedule says about one record, as asked on one day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outcome<'s> {
    /// When it is due by the rules, whatever holds it.
    pub by_rule: Due,
    /// Before which no choice of a town or hand-over may end it: the longest floor. `None` without floor.
    pub floor: Option<Due>,
    /// Every rule that bears on it.
    pub steps: Vec<Step<'s>>,
    /// What holds it.
    pub holds: Vec<Hold>,
}

/// How a record stands on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Standing {
    /// Its period runs.
    Running(Deadline),
    /// Disposal is due since this day.
    Due {
        /// The day after the period, or after the last hold where that ended later.
        since: NaiveDate,
    },
    /// Its period has ended, and these keep it.
    Held(Vec<Hold>),
    /// It is kept for ever.
    Permanent,
    /// The end cannot be told yet.
    Undetermined(Vec<Waiting>),
}

impl<'s> Outcome<'s> {
    /// Floors give the longest, ceilings and guides the shortest; a floor outranks a ceiling. Where only
    /// floors are, the record is due as soon as the last one ends: nothing else allows keeping it.
    pub(crate) fn of(steps: Vec<Step<'s>>, holds: Vec<Hold>) -> Self {
        let (floors, limits): (Vec<_>, Vec<_>) =
            steps.iter().partition(|step| step.rule.bound == Bound::Floor);
        let limit = shortest(&limits.iter().map(|step| &step.due).collect::<Vec<_>>());
        let ends: Vec<_> = floors.iter().map(|step| &step.due).chain(&limit).collect();
        let by_rule = longest(&ends).unwrap_or_else(|| Due::Undetermined(vec![Waiting::NoRule]));
        let shared = floors.iter().filter(|step| step.own.is_none());
        let floor = longest(&shared.map(|step| &step.due).collect::<Vec<_>>());
        Self { by_rule, floor, steps, holds }
    }

    /// The steps that by themselves give the outcome's end.
    pub fn deciding(&self) -> impl Iterator<Item = &Step<'s>> {
        self.steps.iter().filter(|step| step.due == self.by_rule)
    }

    /// The ceilings that the outcome goes past because a floor is longer: a contradiction between two
    /// sources, which people have to settle.
    pub fn broken_ceilings(&self) -> impl Iterator<Item = &Step<'s>> {
        let end = match &self.by_rule {
            Due::After(deadline) => Some(deadline.kept_to),
            Due::Never => Some(NaiveDate::MAX),
            Due::Undetermined(_) => None,
        };
        self.steps.iter().filter(move |step| {
            step.rule.bound == Bound::Ceiling && step.due.kept_to().is_some_and(|to| Some(to) < end)
        })
    }

    /// The day from which disposal will be due, as far as rules and holds are known now: `None` when the
    /// rules tell no day or a hold has no end yet.
    #[must_use]
    pub fn due_on(&self) -> Option<NaiveDate> {
        let Due::After(deadline) = &self.by_rule else { return None };
        let mut holds: Vec<_> = self.holds.iter().collect();
        holds.sort_by_key(|hold| hold.from);
        holds.iter().try_fold(deadline.due_on(), |due, hold| {
            if hold.is_on(due) { hold.until.map(day_after) } else { Some(due) }
        })
    }

    /// How the record stands on `day`. A hold keeps it past its period; when the last one ends, it is due
    /// at once.
    #[must_use]
    pub fn standing(&self, day: NaiveDate) -> Standing {
        let deadline = match &self.by_rule {
            Due::After(deadline) => *deadline,
            Due::Never => return Standing::Permanent,
            Due::Undetermined(waiting) => return Standing::Undetermined(waiting.clone()),
        };
        if day <= deadline.kept_to {
            return Standing::Running(deadline);
        }
        let holding: Vec<_> = self.holds.iter().filter(|hold| hold.is_on(day)).copied().collect();
        if !holding.is_empty() {
            return Standing::Held(holding);
        }
        // What holds no more on that day ended before it; what has yet to begin does not count.
        let ended = self.holds.iter().filter(|hold| hold.from <= day).filter_map(|hold| hold.until);
        Standing::Due { since: ended.map(day_after).fold(deadline.due_on(), NaiveDate::max) }
    }
}

#[cfg(test)]
#[path = "outcome_tests.rs"]
mod tests;
