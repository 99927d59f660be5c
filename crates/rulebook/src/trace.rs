//! 判定根拠: why a child is where it is, as staff, the family and an auditor are shown it. It carries
//! existence, dates and holders of records, never the text of one.

use chrono::NaiveDate;
use kernel::date::Grade;
use kernel::slug::RulebookCode;
use kernel::{Absence, Digest, Known};
use serde::Serialize;

use crate::cases::open;
use crate::inputs::{Evidence, InputState, Inputs};
use crate::list::List;
use crate::overlay::Effective;
use crate::rulebook::{Combine, Input, Words};
use crate::scorer::{Contact, Interval, Pass, Score, Scorer};

/// A child's result with everything it rests on.
#[derive(Clone, Serialize)]
pub struct Trace {
    /// The rulebook.
    pub rulebook: RulebookCode,
    /// Its release.
    pub release: Digest,
    /// The town's overlay.
    pub overlay: Digest,
    /// The variant chosen.
    pub variant: String,
    /// 何月何日時点.
    pub as_of: NaiveDate,
    /// The grade by age.
    pub grade: Option<Grade>,
    /// The list.
    pub list: List,
    /// The threshold it was held against.
    pub threshold: u8,
    /// What follows only for a child of the population.
    pub score: Option<ScoreTrace>,
}

/// The scored part of a trace.
#[derive(Clone, Serialize)]
pub struct ScoreTrace {
    /// The exact total.
    pub interval: Interval,
    /// The greatest total with declined inputs at their least: what membership goes by.
    pub member_high: u8,
    /// 気になる状況.
    pub concern: Interval,
    /// 相談のつながり.
    pub contact: Contact,
    /// Each indicator, in the rulebook's order.
    pub indicators: Vec<IndicatorTrace>,
    /// Inputs of which any one would settle a possible child, could it be learnt.
    pub settles: Vec<Missing>,
}

/// Whether a condition holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Holds {
    /// It does.
    True,
    /// It does not.
    False,
    /// It depends on what is absent.
    Unknown,
}

/// One indicator.
#[derive(Clone, Serialize)]
pub struct IndicatorTrace {
    /// Its id.
    pub id: String,
    /// Its group.
    pub group: String,
    /// What it says.
    pub say: Words,
    /// Whether it holds.
    pub state: Holds,
    /// What it earns by itself.
    pub points: Interval,
    /// What it adds to the totals; of the parts of a 最大値 group only one does.
    pub counted: Counted,
    /// What its inputs rest on.
    pub evidence: Vec<Evidence>,
    /// Its inputs that are absent.
    pub missing: Vec<Missing>,
}

/// What an indicator adds to the least and to the greatest total. Over all indicators these add up to
/// the interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Counted {
    /// To the least total.
    pub in_low: u8,
    /// To the greatest total.
    pub in_high: u8,
}

/// An input without value.
#[derive(Clone, Serialize)]
pub struct Missing {
    /// Its name.
    pub input: String,
    /// What staff call it.
    pub label: Words,
    /// Why.
    pub reason: Absence,
    /// Why, as staff are told.
    pub reason_ja: &'static str,
    /// Sections to ask.
    pub holders: Vec<String>,
}

/// Scores one child and says why.
#[must_use]
pub fn trace(rules: &Effective, inputs: &Inputs) -> Trace {
    let scorer = rules.program().scorer();
    let cells = inputs.cells(rules.program());
    let list = if inputs.in_population { scorer.list_of(&cells) } else { List::NotInPopulation };
    Trace {
        rulebook: rules.rulebook.code.clone(),
        release: rules.release,
        overlay: rules.overlay,
        variant: rules.choices.variant.value.clone(),
        as_of: inputs.as_of,
        grade: inputs.grade,
        list,
        threshold: rules.threshold(),
        score: inputs.in_population.then(|| score(rules, inputs, &cells, list)),
    }
}

fn score(rules: &Effective, inputs: &Inputs, cells: &[u8], list: List) -> ScoreTrace {
    let scorer = rules.program().scorer();
    let [low, high, member] = Pass::ALL.map(|pass| scorer.pass(cells, pass));
    let counted_low = scorer.counted(&low, &[]);
    let counted_high = scorer.counted(&high, &counted_low);
    let counted = counted_low.iter().zip(&counted_high);
    let states = low.states.iter().zip(&high.states);
    let indicators = rules.rulebook.indicators.iter().zip(&scorer.rules).zip(states.zip(counted));
    let asked = |n: &usize| Some((rules.rulebook.inputs.get(*n)?, inputs.states.get(*n)?));
    let settling = (list == List::Possible).then(|| open(scorer, cells)).into_iter().flatten();
    ScoreTrace {
        interval: Interval { low: low.total, high: high.total },
        member_high: member.total,
        concern: Interval { low: low.concern, high: high.concern },
        contact: scorer.contact(&low.states, &high.states),
        indicators: indicators
            .map(|((indicator, rule), ((at_low, at_high), (in_low, in_high)))| IndicatorTrace {
                id: indicator.id.clone(),
                group: indicator.group.clone(),
                say: indicator.say.clone(),
                state: match (at_low, at_high) {
                    (true, true) => Holds::True,
                    (false, false) => Holds::False,
                    _ => Holds::Unknown,
                },
                points: Interval {
                    low: u8::from(*at_low) * rule.points,
                    high: u8::from(*at_high) * rule.points,
                },
                counted: Counted { in_low: *in_low, in_high: *in_high },
                evidence: rule
                    .inputs
                    .iter()
                    .filter_map(asked)
                    .flat_map(|(_, state)| state.evidence.clone())
                    .collect(),
                missing: rule.inputs.iter().filter_map(asked).filter_map(missing).collect(),
            })
            .collect(),
        settles: settling.filter_map(|n| missing(asked(&n)?)).collect(),
    }
}

fn missing((input, state): (&Input, &InputState)) -> Option<Missing> {
    let Known::Absent(reason) = state.value else { return None };
    Some(Missing {
        input: input.name.clone(),
        label: input.label.clone(),
        reason,
        reason_ja: reason.ja(),
        holders: state.holders.clone(),
    })
}

impl Scorer {
    /// What each rule adds to a pass's total. Where a 最大値 group could name several, it names one that
    /// counted in `before`, else the first.
    fn counted(&self, score: &Score, before: &[u8]) -> Vec<u8> {
        let mut counted = vec![0; self.rules.len()];
        let mut active: Vec<usize> =
            if score.concern == 0 { Vec::new() } else { [&*self.gate, &*self.add].concat() };
        while let Some(group) = active.pop() {
            let Some(part) = self.parts.get(group) else { continue };
            let holding = part.rules.iter().copied().filter(|rule| score.states.get(*rule) == Some(&true));
            let rules = holding.filter_map(|rule| Some((rule, self.rules.get(rule)?.points)));
            match part.combine {
                Combine::Sum => {
                    rules.for_each(|(rule, points)| add(&mut counted, rule, points));
                    active.extend(&part.parts);
                }
                Combine::Max => {
                    let most = score.groups.get(group).copied().unwrap_or_default();
                    let counts = |(rule, _): &(usize, u8)| before.get(*rule).copied().unwrap_or_default();
                    let named = rules.filter(|(_, points)| *points == most).rev().max_by_key(counts);
                    match named {
                        Some((rule, points)) => add(&mut counted, rule, points),
                        None => active
                            .extend(part.parts.iter().find(|inner| score.groups.get(**inner) == Some(&most))),
                    }
                }
            }
        }
        counted
    }
}

fn add(counted: &mut [u8], rule: usize, points: u8) {
    if let Some(counted) = counted.get_mut(rule) {
        *counted = counted.saturating_add(points);
    }
}

#[cfg(test)]
#[path = "trace_tests.rs"]
mod tests;
