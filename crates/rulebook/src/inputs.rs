//! From what is known about a child to the state of each input: a value, or why there is none, with the
//! records that say so. This is the last place where absence could turn into zero; only a claim to be
//! complete does that, in [`crate::coverage`].

use chrono::{DateTime, Days, NaiveDate, Utc};
use kernel::date::{FiscalYear, Grade};
use kernel::{Absence, Datum, ItemCode, Known, SourceCode, Value, ValueKind, When};
use serde::Serialize;

use crate::attendance::{Attendance, month_count};
use crate::coverage::{CoverageClaim, Reference, absent_row};
use crate::facts::{ChildFacts, Fact, Origin, PersonFacts};
use crate::overlay::Effective;
use crate::program::Program;
use crate::relatives::weakest;
use crate::rulebook::{Meaning, Of, Shape, Window};

/// What an input's state rests on.
#[derive(Clone, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// Whose record.
    pub of: Of,
    /// A record, or a load that is complete and has none.
    pub kind: EvidenceKind,
    /// 連携元.
    pub source: SourceCode,
    /// The section that holds it.
    pub holder: String,
    /// When it was so; `None` for what follows from kinship.
    pub when: Option<When>,
    /// When the platform learnt it; `None` for a claim.
    pub recorded_at: Option<DateTime<Utc>>,
}

/// How an input's state is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum EvidenceKind {
    /// There is a record.
    Record,
    /// A complete load has no row: a collected zero.
    Coverage,
}

/// One input's state.
#[derive(Clone)]
pub struct InputState {
    /// 0 or 1, or a count; or why it is not known.
    pub value: Known<u8>,
    /// What it rests on.
    pub evidence: Vec<Evidence>,
    /// Sections whose loads give the item, whether or not they cover this child.
    pub holders: Vec<String>,
}

/// A child's inputs on a day, in the rulebook's order.
#[derive(Clone)]
pub struct Inputs {
    /// The day.
    pub as_of: NaiveDate,
    /// The grade by age, where the birth date is known well enough.
    pub grade: Option<Grade>,
    /// Whether the rulebook is about this child. A child whose age is not known is not left out.
    pub in_population: bool,
    /// Each input's state.
    pub states: Vec<InputState>,
}

impl Inputs {
    /// One byte an input, as the columns keep it.
    pub(crate) fn cells(&self, program: &Program) -> Vec<u8> {
        let slots = program.scorer().slots.iter();
        slots
            .zip(&self.states)
            .map(|(slot, state)| match state.value {
                Known::Present(value) => slot.cell(Ok(value)),
                Known::Absent(reason) => slot.cell(Err(reason)),
            })
            .collect()
    }
}

/// The inputs of a child on a day, from its facts and what the loads claim.
#[must_use]
pub fn inputs(rules: &Effective, child: &ChildFacts, claims: &[CoverageClaim], as_of: NaiveDate) -> Inputs {
    let ask = Ask { rules, claims, as_of };
    let states = rules.rulebook.inputs.iter().map(|input| match &input.meaning {
        Meaning::SingleParent => single_parent(child),
        Meaning::Item { item, of, shape } => {
            let (value, evidence) = ask.item(child, item, *of, shape);
            let giving = claims.iter().filter(|claim| claim.items.contains(item));
            let mut holders: Vec<String> = giving.map(|claim| claim.holder.clone()).collect();
            holders.sort();
            holders.dedup();
            InputState { value, evidence, holders }
        }
    });
    let grades =
        child.own.standing.birth.map(|b| [b.earliest(), b.latest()].map(|day| Grade::of(day, as_of)));
    let [youngest, oldest] = rules.rulebook.population;
    Inputs {
        as_of,
        grade: grades.filter(|[first, last]| first == last).map(|[grade, _]| grade),
        in_population: grades
            .is_none_or(|either| either.iter().any(|grade| (youngest..=oldest).contains(grade))),
        states: states.collect(),
    }
}

fn single_parent(child: &ChildFacts) -> InputState {
    let single = &child.single_parent;
    let evidence = single.origin.as_ref().map(|origin| record(Of::Own, origin, None));
    let value = match single.state {
        Known::Present(yes) => Known::Present(u8::from(yes)),
        Known::Absent(reason) => Known::Absent(reason),
    };
    InputState { value, evidence: evidence.into_iter().collect(), holders: Vec::new() }
}

pub(crate) fn record(of: Of, origin: &Origin, when: Option<When>) -> Evidence {
    Evidence {
        of,
        kind: EvidenceKind::Record,
        source: origin.source.clone(),
        holder: origin.holder.clone(),
        when,
        recorded_at: Some(origin.recorded_at),
    }
}

pub(crate) fn claimed(of: Of, claim: &CoverageClaim) -> Evidence {
    Evidence {
        of,
        kind: EvidenceKind::Coverage,
        source: claim.source.clone(),
        holder: claim.holder.clone(),
        when: Some(claim.when.clone()),
        recorded_at: None,
    }
}

/// A state and what it rests on.
pub(crate) type Answer = (Known<u8>, Vec<Evidence>);

/// One question to the facts: under which rules, with which claims, on which day.
pub(crate) struct Ask<'a> {
    pub(crate) rules: &'a Effective,
    pub(crate) claims: &'a [CoverageClaim],
    pub(crate) as_of: NaiveDate,
}

impl Ask<'_> {
    pub(crate) fn person(
        &self,
        child: &ChildFacts,
        person: &PersonFacts,
        item: &ItemCode,
        of: Of,
        shape: &Shape,
    ) -> Answer {
        match shape {
            Shape::InForce { codes } => self.in_force(person, item, of, codes),
            Shape::ExistsWithin { within } => self.exists_within(person, item, of, within),
            Shape::MonthCount { back, class_days, min_class_days, lag_months, max } => {
                let asked = Attendance {
                    item,
                    class_days_item: class_days,
                    calendar: &child.class_days,
                    min_class_days: self.rules.amount(min_class_days),
                    lag_months: self.rules.amount(lag_months),
                    max: *max,
                };
                month_count(self, person, of, &asked, *back)
            }
        }
    }

    fn in_force(&self, person: &PersonFacts, item: &ItemCode, of: Of, codes: &[String]) -> Answer {
        let standing = |fact: &&Fact| {
            fact.item == *item && fact.when.covers(self.as_of) && !self.superseded(person, fact)
        };
        let said: Vec<Said<'_>> = person.facts.iter().filter(standing).map(|fact| (true, fact)).collect();
        let yes = |value: &Value| match value {
            Value::Code(code) => codes.is_empty() || codes.contains(code),
            other => says_yes(other),
        };
        self.answer(person, item, of, &said, yes, Reference::Day(self.as_of))
    }

    fn exists_within(&self, person: &PersonFacts, item: &ItemCode, of: Of, within: &Window) -> Answer {
        let last = self.as_of;
        let first = match within {
            Window::FiscalYear => FiscalYear::of(last).start(),
            Window::Days(days) => {
                let back = u64::try_from(self.rules.amount(days) - 1).unwrap_or(0);
                last.checked_sub_days(Days::new(back)).unwrap_or(last)
            }
        };
        let mine = person.facts.iter().filter(|fact| fact.item == *item);
        let said: Vec<Said<'_>> =
            mine.filter_map(|fact| Some((overlap(&fact.when, first, last)?, fact))).collect();
        self.answer(person, item, of, &said, says_yes, Reference::Window(first, last))
    }

    /// True when a record certainly says so; absent when one may, or says why it does not know; false
    /// when records only deny it; and what the claims make of it when there is none.
    fn answer(
        &self,
        person: &PersonFacts,
        item: &ItemCode,
        of: Of,
        said: &[Said<'_>],
        yes: impl Fn(&Value) -> bool,
        reference: Reference,
    ) -> Answer {
        let shown = |fact: &Fact| record(of, &fact.origin, Some(fact.when.clone()));
        let affirms = |fact: &Fact| fact.datum.value().is_some_and(&yes);
        let certain: Vec<_> =
            said.iter().filter(|(sure, fact)| *sure && affirms(fact)).map(|(_, fact)| shown(fact)).collect();
        if !certain.is_empty() {
            return (Known::Present(1), certain);
        }
        let open = said.iter().filter_map(|(_, fact)| match &fact.datum {
            Known::Absent(reason) => Some(*reason),
            Known::Present(value) => yes(value).then_some(Absence::NotCollected),
        });
        if let Some(reason) = weakest(open) {
            return (Known::Absent(reason), said.iter().map(|(_, fact)| shown(fact)).collect());
        }
        if !said.is_empty() {
            return (Known::Present(0), said.iter().map(|(_, fact)| shown(fact)).collect());
        }
        self.without_row(person, item, of, ValueKind::Bool, reference)
    }

    /// What the claims make of an absent row.
    pub(crate) fn without_row(
        &self,
        person: &PersonFacts,
        item: &ItemCode,
        of: Of,
        kind: ValueKind,
        reference: Reference,
    ) -> Answer {
        let (datum, claim): (Datum, _) =
            absent_row(self.claims, item, kind, &person.standing, reference, self.stale_after_days());
        let evidence = claim.map(|claim| claimed(of, claim)).into_iter().collect();
        match datum {
            Known::Present(_) => (Known::Present(0), evidence),
            Known::Absent(reason) => (Known::Absent(reason), evidence),
        }
    }

    pub(crate) fn stale_after_days(&self) -> u64 {
        u64::try_from(self.rules.amount(&self.rules.rulebook.stale_after_days)).unwrap_or(0)
    }

    /// Whether a later export of the same source, not after the day, speaks of the item too.
    fn superseded(&self, person: &PersonFacts, fact: &Fact) -> bool {
        let When::AsOf(day) = fact.when else { return false };
        person.facts.iter().any(|other| {
            other.item == fact.item
                && other.origin.source == fact.origin.source
                && matches!(other.when, When::AsOf(later) if day < later && later <= self.as_of)
        })
    }
}

/// A fact, and whether it certainly lies within the time asked about.
type Said<'f> = (bool, &'f Fact);

fn says_yes(value: &Value) -> bool {
    match value {
        Value::Bool(yes) => *yes,
        Value::Int(number) => *number > 0,
        Value::Code(_) | Value::Date(_) | Value::Month(_) | Value::Text(_) => true,
    }
}

/// Whether a record lies between two days: certainly, perhaps, or (`None`) not.
fn overlap(when: &When, first: NaiveDate, last: NaiveDate) -> Option<bool> {
    let inside = |from: NaiveDate, until: NaiveDate| {
        (from <= last && first <= until).then_some(first <= from && until <= last)
    };
    match when {
        When::At(date) => inside(date.earliest(), date.latest()),
        When::Month(month) => inside(month.first_day(), month.last_day()),
        When::AsOf(day) => inside(*day, *day),
        When::Period { from, until } => {
            let begins = from.map_or((first, first), |from| (from.earliest(), from.latest()));
            let ends = until.map_or((last, last), |until| (until.earliest(), until.latest()));
            (begins.0 <= last && first <= ends.1).then_some(begins.1 <= last && first <= ends.0)
        }
    }
}

#[cfg(test)]
#[path = "inputs_tests.rs"]
mod tests;
