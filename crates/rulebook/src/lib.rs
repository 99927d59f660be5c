//! 判定基準: rules and records to exact intervals, lists and traces. One rulebook file is one 困難の類型;
//! a town's overlay chooses its variant and parameters within bounds. A score points, people decide.
//!
//! The way of a child through this crate: [`ChildFacts`] and the loads' [`CoverageClaim`]s become
//! [`Inputs`] ([`inputs()`]), one state or typed absence each; packed into [`Columns`] they are scored a
//! town at a time ([`evaluate`]), or one by one with the whole [`Trace`] ([`trace()`]). Pure: no I/O, no
//! clock, integers only.

mod attendance;
mod cases;
mod check;
mod coverage;
mod facts;
mod inputs;
mod lint;
mod list;
mod load;
mod overlay;
mod predicate;
mod program;
mod reader;
mod relatives;
mod resolve;
mod rulebook;
mod scorer;
mod trace;

pub use coverage::{Cohort, CoverageClaim, Enrolment, Founder, Reference, Span, Standing, absent_row};
pub use facts::{ChildFacts, Fact, Order, Origin, PersonFacts, Relative, Siblings, SingleParent};
pub use inputs::{Evidence, EvidenceKind, InputState, Inputs, inputs};
pub use lint::{Remark, lint};
pub use list::List;
pub use overlay::{Decision, Effective, Overlay};
pub use predicate::Predicate;
pub use program::{Columns, Program, Scores, evaluate};
pub use rulebook::{
    Amount, Case, CaseValue, Combine, Expectation, Group, Indicator, Input, Meaning, Of, Param, Rulebook,
    Shape, Threshold, Total, Variant, Window, Words,
};
pub use scorer::{Contact, Interval};
pub use trace::{Counted, Holds, IndicatorTrace, Missing, ScoreTrace, Trace, trace};

#[cfg(test)]
mod fixtures;
