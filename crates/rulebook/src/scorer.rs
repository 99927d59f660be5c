//! The rules with every name resolved and every number chosen, and the plain way to score one child.
//! The columnar [`crate::program`] is held against this by test, and this against all completions.

use std::fmt;

use kernel::Absence;
use serde::{Deserialize, Serialize};

use crate::rulebook::Combine;

/// The greatest value, count or total a byte holds beside the codes for absence.
pub(crate) const GREATEST: u8 = 250;
/// A cell whose input does not apply: false where it raises points, unknown where it lowers them.
pub(crate) const NOT_APPLICABLE: u8 = 253;
/// A cell whose input is absent for any other reason.
pub(crate) const UNKNOWN: u8 = 254;
/// A cell whose input the family declined.
pub(crate) const DECLINED: u8 = 255;

/// The exact least and greatest a number can be over everything the absent inputs may turn out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
pub struct Interval {
    /// Least.
    pub low: u8,
    /// Greatest.
    pub high: u8,
}

impl fmt::Display for Interval {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "[{}, {}]", self.low, self.high)
    }
}

/// 相談のつながり: whether the family is in touch with anyone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Contact {
    /// 有.
    Some,
    /// 無.
    None,
    /// 不明.
    Unknown,
}

impl Contact {
    /// Every one of them.
    pub const ALL: [Self; 3] = [Self::Some, Self::None, Self::Unknown];

    /// The name used in code and API.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Some => "some",
            Self::None => "none",
            Self::Unknown => "unknown",
        }
    }

    /// The name staff see.
    #[must_use]
    pub const fn ja(self) -> &'static str {
        match self {
            Self::Some => "有",
            Self::None => "無",
            Self::Unknown => "不明",
        }
    }
}

/// What the absent inputs are taken to be. Every input moves the total one way only, so each of these
/// is one completion, and no completion lies outside the first two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Pass {
    /// Everything absent at the value that makes the total least.
    Low,
    /// Everything absent at the value that makes the total greatest.
    High,
    /// As `High`, but what was declined as in `Low`: it places no child on any list.
    Member,
}

impl Pass {
    pub(crate) const ALL: [Self; 3] = [Self::Low, Self::High, Self::Member];
}

/// One input as the rules use it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Slot {
    /// Whether a greater value raises the total; otherwise it lowers it.
    pub(crate) raises: bool,
    /// The greatest value.
    pub(crate) max: u8,
    /// Whether the gate (気になる状況) depends on it.
    pub(crate) gate: bool,
}

impl Slot {
    /// The value a pass takes for a cell that has none of its own.
    pub(crate) const fn fill(self, cell: u8, pass: Pass) -> u8 {
        let up = match (cell, pass) {
            (NOT_APPLICABLE, _) if self.raises => false,
            (_, Pass::Low) | (DECLINED, Pass::Member) => false,
            (_, Pass::High | Pass::Member) => true,
        };
        if up == self.raises { self.max } else { 0 }
    }

    /// The value a pass takes for a cell.
    pub(crate) const fn value(self, cell: u8, pass: Pass) -> u8 {
        if cell > GREATEST { self.fill(cell, pass) } else { cell }
    }

    /// The cell for a value or the reason there is none.
    pub(crate) fn cell(self, value: Result<u8, Absence>) -> u8 {
        match value {
            Ok(value) => value.min(self.max),
            Err(Absence::NotApplicable) => NOT_APPLICABLE,
            Err(Absence::Declined) => DECLINED,
            Err(_) => UNKNOWN,
        }
    }
}

/// A condition with its inputs as places and its numbers chosen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Test {
    Is(usize),
    Ge(usize, u8),
    Rise { before: usize, now: usize, by: u8 },
    All(Vec<Test>),
    Any(Vec<Test>),
    Not(Box<Test>),
}

impl Test {
    pub(crate) fn holds(&self, values: &[u8]) -> bool {
        let value = |input: usize| values.get(input).copied().unwrap_or_default();
        match self {
            Self::Is(input) => value(*input) > 0,
            Self::Ge(input, least) => value(*input) >= *least,
            Self::Rise { before, now, by } => value(*now).saturating_sub(value(*before)) >= *by,
            Self::All(parts) => parts.iter().all(|part| part.holds(values)),
            Self::Any(parts) => parts.iter().any(|part| part.holds(values)),
            Self::Not(part) => !part.holds(values),
        }
    }
}

/// An indicator resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Rule {
    pub(crate) test: Test,
    pub(crate) points: u8,
    /// The inputs it asks.
    pub(crate) inputs: Vec<usize>,
}

/// A group resolved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Part {
    pub(crate) combine: Combine,
    pub(crate) rules: Vec<usize>,
    /// Earlier groups.
    pub(crate) parts: Vec<usize>,
}

/// A rulebook under one town's choices.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Scorer {
    pub(crate) slots: Vec<Slot>,
    pub(crate) rules: Vec<Rule>,
    pub(crate) parts: Vec<Part>,
    pub(crate) gate: Vec<usize>,
    pub(crate) add: Vec<usize>,
    /// The rule that says there is no contact.
    pub(crate) no_contact: usize,
    pub(crate) threshold: u8,
    pub(crate) max_unknown_percent: u8,
}

/// One completion scored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Score {
    /// Per rule, whether it holds.
    pub(crate) states: Vec<bool>,
    /// Per group, its points.
    pub(crate) groups: Vec<u8>,
    /// 気になる状況.
    pub(crate) concern: u8,
    /// The total.
    pub(crate) total: u8,
}

impl Scorer {
    /// The values one pass takes for these cells.
    pub(crate) fn complete(&self, cells: &[u8], pass: Pass) -> Vec<u8> {
        self.slots.iter().zip(cells).map(|(slot, cell)| slot.value(*cell, pass)).collect()
    }

    /// Scores one pass over these cells.
    pub(crate) fn pass(&self, cells: &[u8], pass: Pass) -> Score {
        self.score(&self.complete(cells, pass))
    }

    /// Scores values with none absent.
    pub(crate) fn score(&self, values: &[u8]) -> Score {
        let states: Vec<bool> = self.rules.iter().map(|rule| rule.test.holds(values)).collect();
        let mut groups: Vec<u8> = Vec::with_capacity(self.parts.len());
        for part in &self.parts {
            let earned = part.rules.iter().filter(|rule| states.get(**rule) == Some(&true));
            let own = earned.filter_map(|rule| Some(self.rules.get(*rule)?.points));
            let inner = part.parts.iter().filter_map(|part| groups.get(*part).copied());
            let points = own.chain(inner);
            // Saturation never happens: the loader refuses a rulebook whose total exceeds a byte.
            groups.push(match part.combine {
                Combine::Sum => points.fold(0, u8::saturating_add),
                Combine::Max => points.max().unwrap_or(0),
            });
        }
        let sum = |of: &[usize]| {
            of.iter().filter_map(|part| groups.get(*part)).fold(0, |a: u8, b| a.saturating_add(*b))
        };
        let concern = sum(&self.gate);
        let total = if concern == 0 { 0 } else { concern.saturating_add(sum(&self.add)) };
        Score { states, groups, concern, total }
    }

    /// Whether anyone is in touch, from the rules' states at the least and at the greatest.
    pub(crate) fn contact(&self, low: &[bool], high: &[bool]) -> Contact {
        match (low.get(self.no_contact), high.get(self.no_contact)) {
            (Some(true), Some(true)) => Contact::None,
            (Some(false), Some(false)) => Contact::Some,
            _ => Contact::Unknown,
        }
    }

    /// Of the inputs the gate depends on and that apply and were not declined, the percentage that is
    /// unknown.
    pub(crate) fn unknown_percent(&self, cells: impl Iterator<Item = u8>) -> u8 {
        let mut asked = 0_u32;
        let mut unknown = 0_u32;
        for (slot, cell) in self.slots.iter().zip(cells) {
            if slot.gate && (cell <= GREATEST || cell == UNKNOWN) {
                asked += 1;
                unknown += u32::from(cell == UNKNOWN);
            }
        }
        u8::try_from(100 * unknown / asked.max(1)).unwrap_or(100)
    }
}
