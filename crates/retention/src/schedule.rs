//! 保存期間表: the rules in force in a town, and what they say about a record.

use chrono::NaiveDate;
use kernel::{Category, Fault, ItemCode, ItemDef};

use crate::facts::Facts;
use crate::hold::Hold;
use crate::load;
use crate::outcome::{Outcome, Step};
use crate::rule::{Override, Rule, RuleCode};

/// The cooperative's rules, with one town's over them once they are applied.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Schedule {
    /// Every version of every rule, by code and then by the day it takes effect.
    rules: Vec<Rule>,
    /// Every version of every override, likewise.
    overrides: Vec<Override>,
}

/// What is asked about: an item's record, or a category's where no single item is meant.
#[derive(Debug, Clone, Copy)]
pub struct Record<'r> {
    /// 分類.
    pub category: Category,
    /// データ項目.
    pub item: Option<&'r ItemCode>,
    /// What is known about it.
    pub facts: &'r Facts,
    /// What holds it or will.
    pub holds: &'r [Hold],
}

impl Schedule {
    /// Reads the cooperative's `retention.toml` and holds its items against the dictionary. `file` is the
    /// name faults show.
    ///
    /// # Errors
    /// Every fault with file and line (`config_*`): syntax, unknown or missing keys, values out of reach,
    /// items that are not in the dictionary, a version of a rule given twice.
    pub fn read(file: &str, text: &str, items: &[ItemDef]) -> Result<Self, Vec<Fault>> {
        let mut rules = load::shared(file, text, items)?;
        rules.sort_by(|a, b| (&a.code, a.effective_from).cmp(&(&b.code, b.effective_from)));
        Ok(Self { rules, overrides: Vec::new() })
    }

    /// Puts a town's `retention.toml` over the shared rules: its overrides, and its own rules for records
    /// the cooperative has none for.
    ///
    /// # Errors
    /// As for [`Schedule::read`]; also an override of a rule that does not exist, one that is shorter than
    /// a floor or longer than a ceiling, and a town's rule of a shared rule's name. Where a town's clock is
    /// another than the bound's, which of the two ends first depends on the record: then the bound goes on
    /// holding beside the override, and [`Schedule::outcome`] keeps to both.
    pub fn with_town(&self, file: &str, text: &str, items: &[ItemDef]) -> Result<Self, Vec<Fault>> {
        let (own, mut overrides) = load::town(file, text, items, self)?;
        let mut rules = self.rules.clone();
        rules.extend(own);
        rules.sort_by(|a, b| (&a.code, a.effective_from).cmp(&(&b.code, b.effective_from)));
        overrides.sort_by(|a, b| (&a.rule, a.effective_from).cmp(&(&b.rule, b.effective_from)));
        Ok(Self { rules, overrides })
    }

    /// Every version of every rule.
    #[must_use]
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// Every version of every override of the town.
    #[must_use]
    pub fn overrides(&self) -> &[Override] {
        &self.overrides
    }

    /// The versions that hold on `day`, each with the town's override, by code.
    pub fn in_force(&self, day: NaiveDate) -> impl Iterator<Item = (&Rule, Option<&Override>)> {
        self.versions()
            .filter(move |(rule, next)| rule.effective_from <= day && next.is_none_or(|next| day < next))
            .map(move |(rule, _)| {
                let own = |own: &&Override| own.rule == rule.code && own.effective_from <= day;
                (rule, self.overrides.iter().rfind(own))
            })
    }

    /// The versions of one rule that hold on `from` or later.
    pub(crate) fn versions_from<'s>(
        &'s self,
        code: &'s RuleCode,
        from: NaiveDate,
    ) -> impl Iterator<Item = &'s Rule> {
        self.versions()
            .filter(move |(rule, next)| rule.code == *code && next.is_none_or(|next| from < next))
            .map(|(rule, _)| rule)
    }

    /// Every version with the day on which the next one ends it.
    fn versions(&self) -> impl Iterator<Item = (&Rule, Option<NaiveDate>)> {
        let following = self.rules.iter().skip(1).map(Some).chain([None]);
        self.rules.iter().zip(following).map(|(rule, next)| {
            let next = next.filter(|next| next.code == rule.code);
            (rule, next.map(|next| next.effective_from))
        })
    }

    /// What the rules in force on `day` say about a record, with every step. An override stands beside the
    /// floor or ceiling it departs from and takes the place of a guide.
    #[must_use]
    pub fn outcome(&self, record: &Record<'_>, day: NaiveDate) -> Outcome<'_> {
        let mut steps = Vec::new();
        for (rule, own) in self.in_force(day).filter(|(rule, _)| rule.covers(record.category, record.item)) {
            if own.is_none() || rule.binds() {
                steps.push(Step::new(rule, None, record.facts));
            }
            if own.is_some() {
                steps.push(Step::new(rule, own, record.facts));
            }
        }
        Outcome::of(steps, record.holds.to_vec())
    }
}

#[cfg(test)]
#[path = "schedule_tests.rs"]
mod tests;
