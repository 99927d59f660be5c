//! The closed set of conditions an indicator may ask. Each is total and monotone in every input, which
//! is what makes intervals under absence exact.

use serde::Serialize;

use crate::rulebook::Amount;

/// A condition on inputs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Predicate {
    /// The input is true.
    Is(String),
    /// The count is at least the value.
    Ge {
        /// A `month_count` input.
        input: String,
        /// At least this.
        value: Amount,
    },
    /// The count rose by at least so much from one input to the other.
    Rise {
        /// The earlier `month_count` input.
        before: String,
        /// The later one.
        now: String,
        /// At least this much, 1 or more.
        by: Amount,
    },
    /// All hold.
    All(Vec<Predicate>),
    /// At least one holds.
    Any(Vec<Predicate>),
    /// None holds: no record anywhere. An input that is absent or does not apply makes it unknown.
    None(Vec<Predicate>),
    /// It does not hold.
    Not(Box<Predicate>),
}

/// How a condition uses an input.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Use<'p> {
    /// The input's name.
    pub(crate) input: &'p str,
    /// Whether a greater value can only make the condition true, rather than false.
    pub(crate) raises: bool,
    /// Whether it is asked as a count rather than as true or false.
    pub(crate) count: bool,
}

impl Predicate {
    /// Every use of an input, in order.
    pub(crate) fn uses(&self) -> Vec<Use<'_>> {
        let mut uses = Vec::new();
        self.gather(true, &mut uses);
        uses
    }

    fn gather<'p>(&'p self, raises: bool, uses: &mut Vec<Use<'p>>) {
        match self {
            Self::Is(input) => uses.push(Use { input, raises, count: false }),
            Self::Ge { input, .. } => uses.push(Use { input, raises, count: true }),
            Self::Rise { before, now, .. } => {
                uses.push(Use { input: before, raises: !raises, count: true });
                uses.push(Use { input: now, raises, count: true });
            }
            Self::All(parts) | Self::Any(parts) => parts.iter().for_each(|part| part.gather(raises, uses)),
            Self::None(parts) => parts.iter().for_each(|part| part.gather(!raises, uses)),
            Self::Not(part) => part.gather(!raises, uses),
        }
    }
}
