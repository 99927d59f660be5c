//! Tries a rulebook on every complete state that matters and remarks on what has no effect. A remark is
//! for the people who own the rule; it changes nothing.

use std::collections::BTreeSet;

use serde::Serialize;

use crate::overlay::Effective;
use crate::rulebook::Words;
use crate::scorer::{Scorer, Test};

/// Beyond this many states (a few seconds) nothing is tried.
const MOST_STATES: usize = 1 << 20;

/// Something about a rulebook that its owners should look at.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Remark {
    /// `redundant_indicator`, `indicator_never_holds`, `vacuous_threshold`, `unreachable_threshold` or
    /// `too_many_states`.
    pub code: &'static str,
    /// The indicator or variant it is about.
    pub about: String,
    /// What was found.
    pub say: Words,
}

/// Remarks on a rulebook under one town's choices, from every combination of values that any of its
/// conditions can tell apart.
#[must_use]
pub fn lint(rules: &Effective) -> Vec<Remark> {
    let scorer = rules.program().scorer();
    let values = telling_values(scorer);
    let states = values.iter().map(Vec::len).fold(1, usize::saturating_mul);
    let variant = &rules.choices.variant.value;
    if states > MOST_STATES {
        let ja = format!("組合せが{states}通りあり、調べていません");
        return vec![remark("too_many_states", variant, ja, format!("{states} states; none was tried"))];
    }
    let found = enumerate(scorer, &values, states);
    let ids = rules.rulebook.indicators.iter().map(|indicator| &indicator.id);
    let mut remarks = Vec::new();
    for (id, effect) in ids.zip(found.effects) {
        match effect {
            Effect::Needed => {}
            Effect::Redundant => remarks.push(remark(
                "redundant_indicator",
                id,
                format!("指標「{id}」を除いても、どの組合せでも合計は変わりません"),
                format!("without indicator {id} no total changes in any state"),
            )),
            Effect::Never => remarks.push(remark(
                "indicator_never_holds",
                id,
                format!("指標「{id}」が成り立つ組合せはありません"),
                format!("indicator {id} holds in no state"),
            )),
        }
    }
    let (t, reached, scope) = (scorer.threshold, found.reached, found.in_scope);
    if reached == scope {
        remarks.push(remark(
            "vacuous_threshold",
            variant,
            format!("対象となる{scope}通りのすべてが{t}以上で、「{t}以上」は何も選びません"),
            format!("all {scope} states in scope reach {t}: the label selects nothing"),
        ));
    } else if reached == 0 {
        remarks.push(remark(
            "unreachable_threshold",
            variant,
            format!("{t}以上になる組合せはありません"),
            format!("no state reaches {t}"),
        ));
    }
    remarks
}

fn remark(code: &'static str, about: &str, ja: String, en: String) -> Remark {
    Remark { code, about: about.to_owned(), say: Words { ja, en } }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Effect {
    Never,
    Redundant,
    Needed,
}

struct Found {
    effects: Vec<Effect>,
    in_scope: usize,
    reached: usize,
}

fn enumerate(scorer: &Scorer, values: &[Vec<u8>], states: usize) -> Found {
    let without: Vec<Scorer> = (0..scorer.rules.len()).map(|rule| drop_rule(scorer, rule)).collect();
    let mut found = Found { effects: vec![Effect::Never; without.len()], in_scope: 0, reached: 0 };
    for state in 0..states {
        let given = nth(values, state);
        let score = scorer.score(&given);
        found.in_scope += usize::from(score.concern > 0);
        found.reached += usize::from(score.total >= scorer.threshold);
        for ((effect, holds), without) in found.effects.iter_mut().zip(&score.states).zip(&without) {
            if *holds && *effect != Effect::Needed {
                let same = without.score(&given).total == score.total;
                *effect = if same { Effect::Redundant } else { Effect::Needed };
            }
        }
    }
    found
}

fn drop_rule(scorer: &Scorer, rule: usize) -> Scorer {
    let mut without = scorer.clone();
    if let Some(rule) = without.rules.get_mut(rule) {
        rule.points = 0;
    }
    without
}

/// The state with this number: one value of each input, counted like the digits of a number.
fn nth(values: &[Vec<u8>], mut number: usize) -> Vec<u8> {
    let digit = |choices: &Vec<u8>| {
        let value = choices.get(number % choices.len().max(1)).copied().unwrap_or_default();
        number /= choices.len().max(1);
        value
    };
    values.iter().map(digit).collect()
}

/// Per input, values of which every other behaves like one: nothing, everything, and about each number
/// a condition compares with.
fn telling_values(scorer: &Scorer) -> Vec<Vec<u8>> {
    let mut numbers = BTreeSet::new();
    for rule in &scorer.rules {
        gather(&rule.test, &mut numbers);
    }
    let near = |max: u8| -> Vec<u8> {
        let about = numbers.iter().flat_map(|n| [n.saturating_sub(1), *n]);
        let all: BTreeSet<u8> = about.chain([0, max]).filter(|n| *n <= max).collect();
        all.into_iter().collect()
    };
    scorer.slots.iter().map(|slot| near(slot.max)).collect()
}

fn gather(test: &Test, numbers: &mut BTreeSet<u8>) {
    match test {
        Test::Is(_) => {}
        Test::Ge(_, number) | Test::Rise { by: number, .. } => {
            numbers.insert(*number);
        }
        Test::All(parts) | Test::Any(parts) => parts.iter().for_each(|part| gather(part, numbers)),
        Test::Not(part) => gather(part, numbers),
    }
}

#[cfg(test)]
#[path = "lint_tests.rs"]
mod tests;
