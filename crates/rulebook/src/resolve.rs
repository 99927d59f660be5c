//! Resolves a rulebook under one town's numbers: names become places, parameters become numbers.

use std::collections::BTreeMap;

use crate::predicate::Predicate;
use crate::rulebook::{Amount, Rulebook, Threshold, Variant};
use crate::scorer::{Part, Rule, Scorer, Slot, Test};

impl Rulebook {
    /// The rules resolved under these parameters, checked before.
    pub(crate) fn scorer(&self, variant: &Variant, params: &BTreeMap<String, i64>) -> Scorer {
        let byte = |amount: &Amount| u8::try_from(amount_in(amount, params)).unwrap_or_default();
        let groups = |ids: &[String]| ids.iter().filter_map(|id| self.group_index(id)).collect::<Vec<_>>();
        let rules = self.indicators.iter().map(|indicator| Rule {
            test: self.test(&indicator.when, &byte),
            points: byte(&indicator.points),
            inputs: indicator.when.uses().iter().filter_map(|used| self.input_index(used.input)).collect(),
        });
        let parts = self.groups.iter().map(|group| Part {
            combine: group.combine,
            rules: self.positions(|id| id == group.id),
            parts: groups(&group.of),
        });
        let gate = groups(&self.total.gate);
        Scorer {
            slots: self.slots(),
            rules: rules.collect(),
            parts: parts.collect(),
            gate,
            add: groups(&self.total.add),
            no_contact: self
                .indicators
                .iter()
                .position(|i| i.id == self.total.no_contact)
                .unwrap_or_default(),
            threshold: match variant.threshold {
                Threshold::Locked(threshold) => threshold,
                Threshold::Within(_) => byte(&Amount::Param("threshold".to_owned())),
            },
            max_unknown_percent: byte(&self.total.max_unknown_percent),
        }
    }

    fn positions(&self, in_group: impl Fn(&str) -> bool) -> Vec<usize> {
        let indexed = self.indicators.iter().enumerate();
        indexed.filter(|(_, indicator)| in_group(&indicator.group)).map(|(n, _)| n).collect()
    }

    fn slots(&self) -> Vec<Slot> {
        let gate = self.gate_groups();
        self.inputs
            .iter()
            .map(|input| {
                let mut slot = Slot { raises: true, max: input.max(), gate: false };
                for indicator in &self.indicators {
                    for used in indicator.when.uses().iter().filter(|used| used.input == input.name) {
                        slot.raises = used.raises;
                        slot.gate |= gate.contains(&indicator.group);
                    }
                }
                slot
            })
            .collect()
    }

    /// The gate's groups and everything they are made of; a group's parts stand before it.
    fn gate_groups(&self) -> Vec<String> {
        let mut gate = self.total.gate.clone();
        for group in self.groups.iter().rev() {
            if gate.contains(&group.id) {
                gate.extend(group.of.iter().cloned());
            }
        }
        gate
    }

    fn test(&self, predicate: &Predicate, byte: &impl Fn(&Amount) -> u8) -> Test {
        let place = |name: &str| self.input_index(name).unwrap_or_default();
        let parts = |parts: &[Predicate]| parts.iter().map(|part| self.test(part, byte)).collect::<Vec<_>>();
        match predicate {
            Predicate::Is(input) => Test::Is(place(input)),
            Predicate::Ge { input, value } => Test::Ge(place(input), byte(value)),
            Predicate::Rise { before, now, by } => {
                Test::Rise { before: place(before), now: place(now), by: byte(by) }
            }
            Predicate::All(all) => Test::All(parts(all)),
            Predicate::Any(any) => Test::Any(parts(any)),
            Predicate::None(none) => Test::Not(Box::new(Test::Any(parts(none)))),
            Predicate::Not(part) => Test::Not(Box::new(self.test(part, byte))),
        }
    }
}

/// A number as these parameters give it.
pub(crate) fn amount_in(amount: &Amount, params: &BTreeMap<String, i64>) -> i64 {
    match amount {
        Amount::Number(number) => *number,
        Amount::Param(name) => params.get(name).copied().unwrap_or_default(),
    }
}
